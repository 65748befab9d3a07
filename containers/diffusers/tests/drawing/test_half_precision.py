"""The GPU's precision, on the CPU: no tensor of another type may meet a half one."""

import threading
from pathlib import Path
from typing import Any

import pytest
import torch
from conftest import generation, local
from support.pictures import plain
from support.tiny_models import save, write_controlnet, write_kohya_lora

from darkroom_diffusers.cancel import Cancel
from darkroom_diffusers.engine import engine as engine_module
from darkroom_diffusers.engine.engine import Engine
from darkroom_diffusers.engine.load_pipeline import Assets
from darkroom_diffusers.engine.place import Place
from darkroom_diffusers.models.fetch_models import ModelFiles
from darkroom_diffusers.payload.extra_networks import LoraUse


@pytest.fixture(scope="module")
def half(assets: Assets) -> Engine:
    patch = pytest.MonkeyPatch()
    patch.setattr(engine_module, "find_place", lambda _: Place("cpu", torch.float16))
    made = Engine("cpu", 4, assets)
    patch.undo()
    return made


MODES: dict[str, dict[str, Any]] = {
    "txt2img": {"prompt": "a (red:1.3) circle, word", "batch_size": 2},
    "sde": {"sampler_name": "DPM++ SDE Karras"},
    "multistep": {"sampler_name": "DPM++ 2M SDE", "scheduler": "Automatic", "steps": 3},
    "ancestral": {"sampler_name": "Euler a", "subseed_strength": 0.2},
    "hires": {"enable_hr": True, "hr_scale": 1.5, "hr_upscaler": "Latent (antialiased)"},
    "img2img": {"task": "img2img", "init_images": [plain()]},
    "inpaint": {"task": "img2img", "init_images": [plain()], "mask": plain("white")},
}


@pytest.mark.parametrize("family", ["sd15", "sdxl"])
@pytest.mark.parametrize("mode", list(MODES))
def test_every_way_of_drawing_works_in_half_precision(
    half: Engine, checkpoints: dict[str, Path], assets: Assets, tmp_path: Path, family: str, mode: str
) -> None:
    net = write_controlnet(assets.config_dir, f"controlnet-{family}", tmp_path / "c.safetensors", layout="diffusers")
    scripts = {"controlnet": {"args": [{"model": "c", "image": plain("blue")}]}}
    made = generation(**{**MODES[mode], "alwayson_scripts": scripts})
    word = save({"clip_l": torch.zeros(1, 32), "clip_g": torch.zeros(1, 64)}, tmp_path / "word.safetensors")
    lora = write_kohya_lora(tmp_path / "l.safetensors")
    files = ModelFiles(
        checkpoint=local(checkpoints[family]),
        vae=None,
        loras=((LoraUse("l", 0.5, 0.5), local(lora)),) if family == "sd15" else (),
        controls=((made.controls[0], local(net)),),
        embeddings=(local(word),),
    )
    images = half.render(made, files, Cancel(lambda: 0.0, 1, threading.Event()))
    assert len(images) == len(made.seeds)
