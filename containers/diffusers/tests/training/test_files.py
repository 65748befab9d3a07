"""What a training writes: single files that the endpoint, A1111 and a merge read."""

import json
from pathlib import Path
from typing import Any

import diffusers
import numpy as np
import pytest
import torch
import transformers
from conftest import CONFIGS, NewJob, Render
from safetensors.torch import load_file, save_file
from support.tiny_models import SHIPPED, build
from support.training_job import SETTINGS

from darkroom_diffusers.engine.load_pipeline import Assets
from darkroom_diffusers.models.safetensors_header import read_header
from darkroom_diffusers.train.base_model import BaseModel, load_base
from darkroom_diffusers.train.ldm_names import UnetShape, unet_name
from darkroom_diffusers.train.ldm_tensors import assemble, part_layout
from darkroom_diffusers.train.save_trained import save_checkpoint
from darkroom_diffusers.train.trained_parts import TrainedPart, lora_targets
from darkroom_diffusers.train.training_settings import parse_settings

SHAPES = Path(__file__).parents[4] / ".." / "shared" / "data"
LEARNING = ("model.diffusion_model.", "cond_stage_model.", "conditioner.")
WITHOUT_WEIGHTS = ("position_ids", "logit_scale")
FAMILIES = ("sd1", "sdxl")


def model_classes() -> dict[str, Any]:
    return {
        "unet": diffusers.UNet2DConditionModel,
        "text_encoder": transformers.CLIPTextModel,
        "text_encoder_2": transformers.CLIPTextModelWithProjection,
    }


def parts_of(base: BaseModel) -> list[TrainedPart]:
    return [
        TrainedPart("unet", base.pipeline.unet, 0),
        *(TrainedPart(name, module, 0) for name, module in base.encoders.items()),
    ]


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("precision", ["fp32", "fp16"])
def test_a_base_that_learned_nothing_is_written_as_it_was(
    bases: dict[str, Path], assets: Assets, tmp_path: Path, family: str, precision: str
) -> None:
    settings = parse_settings({**SETTINGS, "family": family, "savePrecision": precision})
    base = load_base(bases[family], settings, assets, "cpu")
    save_checkpoint(tmp_path / "o.safetensors", bases[family], parts_of(base), settings, {})
    before, after = load_file(str(bases[family])), load_file(str(tmp_path / "o.safetensors"))
    assert list(read_header(tmp_path / "o.safetensors")) == list(read_header(bases[family]))
    dtype = torch.float16 if precision == "fp16" else torch.float32
    assert all(torch.equal(after[name], value.to(dtype)) for name, value in before.items())
    assert [path.name for path in tmp_path.iterdir()] == ["o.safetensors"]


def test_what_a_base_has_besides_is_kept_but_not_its_running_means(
    bases: dict[str, Path], assets: Assets, tmp_path: Path
) -> None:
    ids = "cond_stage_model.transformer.text_model.embeddings.position_ids"
    extra = {ids: torch.arange(77)[None], "model_ema.num_updates": torch.tensor(3), "alphas_cumprod": torch.rand(9)}
    file = tmp_path / "b.safetensors"
    save_file({**load_file(str(bases["sd1"])), **extra}, str(file))
    settings = parse_settings({**SETTINGS, "savePrecision": "bf16"})
    base = load_base(file, settings, assets, "cpu")
    save_checkpoint(tmp_path / "o.safetensors", file, parts_of(base), settings, {"a": "ü"})
    header = read_header(tmp_path / "o.safetensors")
    assert (header[ids].dtype, header["alphas_cumprod"].dtype) == ("I64", "BF16")
    assert not any(name.startswith("model_ema") for name in header)


@pytest.mark.skipif(not SHAPES.exists(), reason="the lists of real shapes are not beside this repository")
@pytest.mark.parametrize("family", FAMILIES)
def test_the_names_and_shapes_are_those_of_the_real_checkpoints(family: str) -> None:
    folder = SHIPPED / CONFIGS[family]
    ours: dict[str, list[int]] = {}
    with torch.device("meta"):
        for part, cls in model_classes().items():
            if (folder / part).exists():
                module = build(cls, folder / part)
                state = module.state_dict()
                layout = part_layout(family, part, module)
                ours |= {tensor.name: list(assemble(tensor, state).shape) for tensor in layout}
    real = json.loads((SHAPES / f"{CONFIGS[family]}.shapes.json").read_text())
    learning = {name: shape for name, shape in real.items() if name.startswith(LEARNING)}
    assert ours == {name: shape for name, shape in learning.items() if not name.endswith(WITHOUT_WEIGHTS)}


@pytest.mark.parametrize(
    ("family", "counts"),
    [
        ("sd1", {"unet": 192, "text_encoder": 72}),
        ("sdxl", {"unet": 722, "text_encoder": 72, "text_encoder_2": 192}),
    ],
)
def test_a_lora_of_a_real_checkpoint_has_as_many_modules_as_kohyas(family: str, counts: dict[str, int]) -> None:
    classes = model_classes()
    with torch.device("meta"):
        modules = {part: build(classes[part], SHIPPED / CONFIGS[family] / part) for part in counts}
    assert {part: len(lora_targets(part, module)) for part, module in modules.items()} == counts


@pytest.mark.parametrize("family", FAMILIES)
def test_dreambooth_writes_a_checkpoint_that_the_endpoint_draws_with(
    new_job: NewJob, bases: dict[str, Path], render: Render, family: str
) -> None:
    job = new_job(family, method="dreambooth", trainTextEncoder=True, checkpointEvery=2, savePrecision="fp16")
    assert job.run() == 0
    assert sorted(path.name for path in job.file().parent.iterdir()) == [
        "toy-step00000002.safetensors",
        "toy.safetensors",
    ]
    before, after = load_file(str(bases[family])), job.tensors()
    assert {name: value.shape for name, value in after.items()} == {name: v.shape for name, v in before.items()}
    changed = {name for name, value in before.items() if not torch.equal(value.half(), after[name])}
    for prefix in (
        LEARNING if family == "sd1" else ("conditioner.embedders.0.", "conditioner.embedders.1.", LEARNING[0])
    ):
        assert any(name.startswith(prefix) for name in changed) or prefix not in "".join(before)
    assert not any(name.startswith("first_stage_model.") for name in changed)
    assert np.asarray(render(job.file())).tobytes() != np.asarray(render(bases[family])).tobytes()


@pytest.mark.parametrize("family", FAMILIES)
def test_a_lora_has_kohyas_keys_and_the_endpoint_wears_it(
    new_job: NewJob, bases: dict[str, Path], render: Render, family: str
) -> None:
    job = new_job(family, trainTextEncoder=True, learningRate=0.05, steps=4)
    assert job.run() == 0
    tensors = job.tensors()
    modules = {name.partition(".")[0] for name in tensors}
    expected = {
        "sd1": (
            "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q",
            "lora_unet_mid_block_attentions_0_proj_in",
            "lora_te_text_model_encoder_layers_0_self_attn_q_proj",
        ),
        "sdxl": (
            "lora_unet_input_blocks_3_1_transformer_blocks_0_attn1_to_q",
            "lora_unet_middle_block_1_transformer_blocks_1_ff_net_0_proj",
            "lora_unet_output_blocks_0_1_transformer_blocks_0_attn2_to_out_0",
            "lora_te1_text_model_encoder_layers_0_self_attn_q_proj",
            "lora_te2_text_model_encoder_layers_2_mlp_fc1",
        ),
    }[family]
    assert set(expected) <= modules
    assert set(tensors) == {f"{m}.{k}" for m in modules for k in ("alpha", "lora_down.weight", "lora_up.weight")}
    assert all(tensors[f"{module}.alpha"].item() == 2 for module in modules)
    assert all(tensors[f"{module}.lora_down.weight"].shape[0] == 4 for module in modules)
    assert all(tensors[f"{module}.lora_up.weight"].abs().max() > 0 for module in expected)
    plain, worn = (
        np.asarray(image, dtype=np.int16) for image in (render(bases[family]), render(bases[family], job.file()))
    )
    assert np.abs(plain - worn).max() > 0


@pytest.mark.parametrize("family", FAMILIES)
def test_wearing_a_lora_is_adding_it_to_the_base(
    new_job: NewJob, bases: dict[str, Path], assets: Assets, render: Render, tmp_path: Path, family: str
) -> None:
    """alpha / rank × up · down, on every tensor that the file names: computed here from the files alone."""
    job = new_job(family, learningRate=0.05, steps=4)
    assert job.run() == 0
    lora, merged = job.tensors(), load_file(str(bases[family]))
    config = json.loads((assets.config_dir / CONFIGS[family] / "unet" / "config.json").read_text())
    shape = UnetShape(config["layers_per_block"], tuple(config["up_block_types"]))
    settings = parse_settings({**SETTINGS, "family": family})
    unet = load_base(bases[family], settings, assets, "cpu").pipeline.unet
    touched = 0
    for name, _ in unet.named_modules():
        path = unet_name(f"{name}.weight", shape) if ".attentions." in name else ""
        module = f"lora_unet_{(path.removesuffix('.weight') if family == 'sdxl' else name).replace('.', '_')}"
        if f"{module}.alpha" not in lora:
            continue
        down, up = lora[f"{module}.lora_down.weight"], lora[f"{module}.lora_up.weight"]
        weight = merged[f"model.diffusion_model.{path}"]
        weight += (up.flatten(1) @ down.flatten(1)).reshape(weight.shape) * lora[f"{module}.alpha"] / 4
        touched += 1
    assert touched * 3 == len(lora)
    save_file(merged, str(tmp_path / "merged.safetensors"))
    one, other = render(tmp_path / "merged.safetensors"), render(bases[family], job.file())
    plain = np.asarray(render(bases[family]), dtype=np.int16)
    assert np.abs(np.asarray(one, dtype=np.int16) - np.asarray(other, dtype=np.int16)).max() <= 1
    assert np.abs(np.asarray(one, dtype=np.int16) - plain).max() > 2


def test_the_header_says_what_was_trained(new_job: NewJob) -> None:
    job = new_job("sdxl", steps=1, checkpointEvery=1)
    assert job.run() == 0
    metadata = job.metadata()
    assert metadata["darkroom.training"] == "t-1"
    assert metadata["ss_base_model_version"] == "sdxl_base_v1-0"
    assert (metadata["ss_network_dim"], metadata["ss_network_alpha"]) == ("4", "2")
    assert metadata["modelspec.architecture"] == "stable-diffusion-xl-v1-base/lora"
    assert (metadata["ss_num_train_images"], metadata["ss_steps"]) == ("1", "1")
    whole = new_job("sd1", "other", method="dreambooth", steps=1)
    assert whole.run() == 0
    assert whole.metadata()["modelspec.architecture"] == "stable-diffusion-v1"
    assert "ss_network_dim" not in whole.metadata()
