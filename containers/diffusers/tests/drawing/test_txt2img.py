from pathlib import Path

import numpy as np
import pytest
from conftest import Draw, local
from PIL import Image
from support.tiny_models import write_vae

from darkroom_diffusers.engine.load_pipeline import Assets
from darkroom_diffusers.payload.samplers import SAMPLERS


def pixels(image: Image.Image) -> np.ndarray:
    return np.asarray(image, dtype=np.int16)


def differ(one: Image.Image, other: Image.Image) -> int:
    return int(np.abs(pixels(one) - pixels(other)).max())


@pytest.mark.parametrize("family", ["sd15", "sd15-inpaint", "sdxl", "sdxl-inpaint"])
def test_every_family_draws_and_its_prompt_matters(draw: Draw, family: str) -> None:
    (first,) = draw(family)
    (again,) = draw(family)
    (other,) = draw(family, prompt="blue squares", cfg_scale=30)
    assert first.size == (64, 64)
    assert differ(first, again) == 0
    assert differ(first, other) > 0


@pytest.mark.parametrize("name", list(SAMPLERS))
def test_every_sampler_draws_the_same_image_from_the_same_seed(draw: Draw, name: str) -> None:
    first, second = draw(sampler_name=name, steps=3, batch_size=2)
    alone = draw(sampler_name=name, steps=3, seed=2)[0]
    assert differ(first, second) > 0
    assert differ(second, alone) <= 1


@pytest.mark.parametrize("schedule", ["Karras", "Exponential", "Beta", "SGM Uniform", "Simple", "Automatic"])
def test_every_schedule_draws(draw: Draw, schedule: str) -> None:
    assert draw(sampler_name="DPM++ 2M", scheduler=schedule, steps=3)[0].size == (64, 64)


def test_batches_and_iterations_give_an_image_a_seed(draw: Draw) -> None:
    images = draw(batch_size=2, n_iter=2)
    assert len(images) == 4
    assert differ(images[2], draw(seed=3)[0]) <= 1


def test_a_subseed_moves_the_image_and_strength_one_is_the_other_seed(draw: Draw) -> None:
    plain, between = draw()[0], draw(subseed=9, subseed_strength=0.5)[0]
    assert differ(plain, between) > 0
    assert differ(draw(subseed=9, subseed_strength=1)[0], draw(seed=9)[0]) <= 1


@pytest.mark.parametrize(
    "upscaler", ["Latent", "Latent (nearest-exact)", "Latent (bicubic antialiased)", "None", "Nearest"]
)
def test_the_hires_fix_draws_at_the_larger_size(draw: Draw, upscaler: str) -> None:
    assert draw(enable_hr=True, hr_scale=1.5, hr_upscaler=upscaler, denoising_strength=0.5)[0].size == (96, 96)


def test_the_hires_fix_works_with_sdxl_and_another_shape(draw: Draw) -> None:
    assert draw("sdxl", enable_hr=True, hr_resize_x=128, hr_resize_y=96, denoising_strength=0.6)[0].size == (128, 96)


def test_another_vae_decodes_another_image(draw: Draw, assets: Assets, tmp_path: Path) -> None:
    vae = write_vae(assets.config_dir, "sd15", tmp_path / "v.safetensors", seed=99)
    assert differ(draw()[0], draw(files={"vae": local(vae)})[0]) > 0
    assert differ(draw()[0], draw()[0]) == 0
