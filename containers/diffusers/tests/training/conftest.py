"""Tiny bases of both families, made once a run, and jobs on them."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from accelerate.state import AcceleratorState
from PIL import Image
from support.tiny_models import write_checkpoint, write_tiny_configs
from support.training_job import TrainingJob, make_job

from darkroom_diffusers.cancel import Cancel
from darkroom_diffusers.engine.engine import Engine
from darkroom_diffusers.engine.load_pipeline import Assets
from darkroom_diffusers.models.fetch_models import ModelFiles
from darkroom_diffusers.models.model_ref import LocalModel
from darkroom_diffusers.payload.build_generation import build_generation
from darkroom_diffusers.payload.extra_networks import LoraUse
from darkroom_diffusers.settings import Limits

os.environ["HF_HUB_OFFLINE"] = "1"
torch.set_num_threads(1)
CONFIGS = {"sd1": "sd15", "sdxl": "sdxl"}

NewJob = Callable[..., TrainingJob]
Render = Callable[..., Image.Image]


@pytest.fixture(scope="session")
def assets(tmp_path_factory: pytest.TempPathFactory) -> Assets:
    tokenizer = Path(os.environ["DARKROOM_TOKENIZER_DIR"])
    return Assets(write_tiny_configs(tmp_path_factory.mktemp("tiny") / "configs"), tokenizer)


@pytest.fixture(scope="session")
def bases(assets: Assets, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("bases")
    return {
        family: write_checkpoint(assets.config_dir, configs, folder / f"{configs}.safetensors")
        for family, configs in CONFIGS.items()
    }


@pytest.fixture
def new_job(tmp_path: Path, bases: dict[str, Path], assets: Assets) -> NewJob:
    """new_job(family="sd1", folder="job", **settings)."""

    def made(family: str = "sd1", folder: str = "job", **changes: Any) -> TrainingJob:
        return make_job(tmp_path / folder, bases[family], assets, family=family, **changes)

    return made


@pytest.fixture(autouse=True)
def _one_precision_a_test() -> None:
    """accelerate keeps the first precision of a process; a container runs one training only."""
    AcceleratorState._reset_state(reset_partial_state=True)


@pytest.fixture(scope="session")
def engine(assets: Assets) -> Engine:
    return Engine("cpu", 1, assets)


@pytest.fixture
def render(engine: Engine) -> Render:
    """render(checkpoint, lora=None, weight=1.0): what the endpoint draws with these files."""

    def rendered(checkpoint: Path, lora: Path | None = None, weight: float = 1.0) -> Image.Image:
        payload = {"prompt": "a sks toy", "steps": 2, "width": 64, "height": 64, "seed": 1, "cfg_scale": 5}
        made = build_generation("txt2img", payload, Limits(), lambda: 5)
        worn = () if lora is None else ((LoraUse("l", weight, weight), LocalModel(lora.name, lora, "0" * 64)),)
        files = ModelFiles(LocalModel(checkpoint.name, checkpoint, "0" * 64), None, worn, (), ())
        return engine.render(made, files, Cancel(time.monotonic, 600, threading.Event()))[0]

    return rendered
