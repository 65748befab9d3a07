"""The shipped configs describe the real models: same tensor names and shapes as the real checkpoints have."""

import json
from pathlib import Path

import pytest
import torch
from support.tiny_models import SHIPPED, checkpoint_tensors

from darkroom_diffusers.engine.clip_vocabulary import load_tokenizer
from darkroom_diffusers.engine.load_pipeline import Assets

SHAPES = Path(__file__).parents[4] / ".." / "shared" / "data"
WITHOUT_WEIGHTS = ("position_ids", "logit_scale")


@pytest.mark.skipif(not SHAPES.exists(), reason="the lists of real shapes are not beside this repository")
@pytest.mark.parametrize(("family", "name"), [("sd15", "sd15"), ("sd15-inpaint", "sd15-inpainting"), ("sdxl", "sdxl")])
def test_the_configs_give_exactly_the_real_tensors(family: str, name: str) -> None:
    real = json.loads((SHAPES / f"{name}.shapes.json").read_text())
    with torch.device("meta"):
        ours = {key: list(value.shape) for key, value in checkpoint_tensors(SHIPPED / family).items()}
    assert ours == {key: shape for key, shape in real.items() if not key.endswith(WITHOUT_WEIGHTS)}


def test_the_tokenizer_is_clips(assets: Assets) -> None:
    tokenizer = load_tokenizer(assets.tokenizer_dir)
    assert tokenizer("a photo of a cat").input_ids == [49406, 320, 1125, 539, 320, 2368, 49407]
    assert (tokenizer.pad_token_id, load_tokenizer(assets.tokenizer_dir, pad_token="!").pad_token_id) == (49407, 0)
