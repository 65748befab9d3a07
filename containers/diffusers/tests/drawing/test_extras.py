"""img2img, masks, LoRAs, ControlNets: what changes the image, and that nothing stays behind."""

import threading
from pathlib import Path

import numpy as np
import pytest
from conftest import Draw, generation, local
from PIL import Image, ImageDraw
from safetensors.torch import load_file
from support.pictures import encoded, plain
from support.tiny_models import save, write_controlnet, write_kohya_lora

from darkroom_diffusers.cancel import Cancel
from darkroom_diffusers.engine.engine import Engine
from darkroom_diffusers.engine.load_pipeline import Assets
from darkroom_diffusers.errors import InferenceFailed, UnsupportedTask
from darkroom_diffusers.models.fetch_models import ModelFiles
from darkroom_diffusers.payload.extra_networks import LoraUse


def differ(one: Image.Image, other: Image.Image) -> int:
    return int(np.abs(np.asarray(one, dtype=np.int16) - np.asarray(other, dtype=np.int16)).max())


def circle() -> Image.Image:
    image = Image.new("RGB", (96, 64), "white")
    ImageDraw.Draw(image).ellipse((20, 10, 60, 50), fill="red")
    return image


def half_mask() -> str:
    mask = Image.new("L", (96, 64), 0)
    mask.paste(255, (48, 0, 96, 64))
    return encoded(mask)


@pytest.mark.parametrize("family", ["sd15", "sd15-inpaint", "sdxl", "sdxl-inpaint"])
def test_img2img_draws_over_a_picture(draw: Draw, family: str) -> None:
    images = draw(
        family, task="img2img", init_images=[encoded(circle())], denoising_strength=0.6, steps=4, batch_size=2
    )
    assert [image.size for image in images] == [(64, 64)] * 2
    assert differ(images[0], images[1]) > 0


def test_strength_zero_is_the_picture_itself(draw: Draw) -> None:
    (image,) = draw(task="img2img", init_images=[plain("blue")], denoising_strength=0)
    assert image.getpixel((9, 9)) == (0, 0, 255)


def test_a_small_strength_still_does_a_step(draw: Draw) -> None:
    assert draw(task="img2img", init_images=[plain()], denoising_strength=0.05, steps=4)[0].size == (64, 64)


@pytest.mark.parametrize("family", ["sd15", "sd15-inpaint", "sdxl", "sdxl-inpaint"])
@pytest.mark.parametrize("only_masked", [False, True])
def test_outside_the_mask_the_picture_stays(draw: Draw, family: str, only_masked: bool) -> None:
    options = {
        "denoising_strength": 0.9,
        "mask_blur": 0,
        "inpaint_full_res": only_masked,
        "inpainting_fill": int(only_masked),
    }
    (image,) = draw(family, task="img2img", width=96, init_images=[encoded(circle())], mask=half_mask(), **options)
    assert image.size == (96, 64)
    left = (0, 0, 47, 64)
    assert differ(image.crop(left), circle().crop(left)) == 0
    assert differ(image, circle()) > 0


def test_only_masked_keeps_a_larger_picture_as_it_is(draw: Draw) -> None:
    large = Image.new("RGB", (300, 200), "green")
    mask = Image.new("L", (300, 200), 0)
    mask.paste(255, (100, 100, 140, 140))
    options = {"init_images": [encoded(large)], "mask": encoded(mask), "mask_blur": 4, "inpaint_full_res_padding": 8}
    (image,) = draw(task="img2img", denoising_strength=0.9, **options)
    assert image.size == (300, 200)
    assert image.getpixel((10, 10)) == large.getpixel((10, 10))


def worn(path: Path, weight: float) -> dict[str, object]:
    return {"loras": ((LoraUse("l", weight, weight), local(path)),)}


def test_a_kohya_lora_changes_the_image_by_its_weight_and_leaves_no_trace(draw: Draw, tmp_path: Path) -> None:
    path = write_kohya_lora(tmp_path / "l.safetensors")
    before = draw()[0]
    half, whole = (draw(files=worn(path, weight))[0] for weight in (0.5, 1.0))
    assert differ(before, whole) > 0
    assert differ(half, whole) > 0
    assert differ(before, draw(files=worn(path, 0.0))[0]) <= 1
    assert differ(before, draw()[0]) == 0


def test_the_text_encoders_part_of_a_lora_acts_alone(draw: Draw, tmp_path: Path) -> None:
    path = write_kohya_lora(tmp_path / "l.safetensors")
    only_text = {"loras": ((LoraUse("l", 3.0, 0.0), local(path)),)}
    assert differ(draw(cfg_scale=20)[0], draw(cfg_scale=20, files=only_text)[0]) > 0


def test_a_lora_of_another_size_is_refused_and_the_next_request_is_clean(draw: Draw, tmp_path: Path) -> None:
    path = write_kohya_lora(tmp_path / "l.safetensors", width=48, inner=48)
    before = draw()[0]
    with pytest.raises(UnsupportedTask, match="does not fit"):
        draw(files=worn(path, 1))
    assert differ(before, draw()[0]) == 0


@pytest.mark.parametrize(("family", "layout"), [("sd15", "ldm"), ("sd15", "diffusers"), ("sdxl", "diffusers")])
def test_controlnets_change_the_image_in_every_mode(
    draw: Draw, assets: Assets, tmp_path: Path, family: str, layout: str
) -> None:
    net = local(write_controlnet(assets.config_dir, f"controlnet-{family}", tmp_path / "c.safetensors", layout=layout))
    args = [{"model": "c", "image": encoded(circle()), "weight": 1}]
    scripts = {"alwayson_scripts": {"controlnet": {"args": args}}}
    (unit,) = generation(**scripts).controls
    for options in ({}, {"task": "img2img", "init_images": [plain()]}, {"enable_hr": True, "hr_scale": 1.5}):
        plainly = draw(family, **options)[0]
        controlled = draw(family, files={"controls": ((unit, net),)}, **options)[0]
        assert differ(plainly, controlled) > 0
    two = draw(family, files={"controls": ((unit, net), (unit, net))}, task="txt2img", batch_size=2)
    assert len(two) == 2


def test_a_controlnet_inpaints(draw: Draw, assets: Assets, tmp_path: Path) -> None:
    net = local(write_controlnet(assets.config_dir, "controlnet-sd15", tmp_path / "c.safetensors"))
    scripts = {"alwayson_scripts": {"controlnet": {"args": [{"model": "c", "image": plain()}]}}}
    files = {"controls": ((generation(**scripts).controls[0], net),)}
    options = {"task": "img2img", "init_images": [encoded(circle())], "mask": half_mask(), "denoising_strength": 0.9}
    assert draw(files=files, width=96, **options)[0].size == (96, 64)


@pytest.mark.parametrize("family", ["sd15", "sdxl"])
def test_a_controlnet_that_does_not_fit_is_refused(draw: Draw, assets: Assets, tmp_path: Path, family: str) -> None:
    net = local(write_controlnet(assets.config_dir, "controlnet-sdxl", tmp_path / "c.safetensors"))
    scripts = {"alwayson_scripts": {"controlnet": {"args": [{"model": "c", "image": plain()}]}}}
    with pytest.raises(UnsupportedTask, match=r"c\.safetensors"):
        draw(family, files={"controls": ((generation(**scripts).controls[0], net),)})


def test_a_checkpoint_with_half_its_tensors_is_refused(
    engine: Engine, checkpoints: dict[str, Path], tmp_path: Path
) -> None:
    tensors = load_file(checkpoints["sd15"])
    half = {name: tensor for name, tensor in tensors.items() if "output_blocks.5" not in name}
    files = ModelFiles(local(save(half, tmp_path / "half.safetensors")), None, (), (), ())
    with pytest.raises(UnsupportedTask, match=r"half\.safetensors lacks"):
        engine.render(generation(), files, Cancel(lambda: 0.0, 1, threading.Event()))


def test_a_run_ends_between_two_steps_when_its_time_is_over(engine: Engine, checkpoints: dict[str, Path]) -> None:
    ticks = iter(range(1000))
    cancel = Cancel(lambda: float(next(ticks)), 5, threading.Event())
    files = ModelFiles(local(checkpoints["sd15"]), None, (), (), ())
    with pytest.raises(InferenceFailed, match="5 s"):
        engine.render(generation(steps=100), files, cancel)


def test_one_pipeline_at_a_time_and_none_after_drop(assets: Assets, checkpoints: dict[str, Path]) -> None:
    small = Engine("cpu", 1, assets)
    cancel = Cancel(lambda: 0.0, 1, threading.Event())
    for name in ("sd15", "sdxl", "sd15"):
        small.render(generation(), ModelFiles(local(checkpoints[name]), None, (), (), ()), cancel)
        assert len(small._store._loaded) == 1
    small.drop()
    assert len(small._store._loaded) == 0


def test_a_device_that_is_not_there_is_no_reason_to_use_another(assets: Assets) -> None:
    with pytest.raises(RuntimeError, match="no CUDA device"):
        Engine("cuda", 1, assets)
