import base64
import json

import pytest
from PIL import Image
from support.pictures import encoded, plain

from darkroom_diffusers.errors import ContainerError, InvalidPayload, UnsupportedTask
from darkroom_diffusers.payload.build_generation import build_generation
from darkroom_diffusers.payload.generation import Generation
from darkroom_diffusers.settings import Limits


def build(task: str = "txt2img", **payload: object) -> Generation:
    return build_generation(task, payload, Limits(), lambda: 4242)


def test_an_empty_payload_has_a1111s_defaults() -> None:
    made = build()
    assert (made.width, made.height, made.steps, made.cfg_scale, made.sampling.name) == (512, 512, 50, 7.0, "Euler")
    assert made.seeds == (4242,)
    assert made.parameters["sampler_name"] == "Euler"
    assert made.parameters["seed"] == 4242


def test_nulls_floats_for_whole_numbers_and_infinity_are_tolerated() -> None:
    payload = json.loads(
        '{"seed": -1.0, "steps": "20", "s_tmax": Infinity, "styles": null, "eta": null, "tiling": null}'
    )
    made = build(**payload)
    assert made.steps == 20
    assert made.seeds == (4242,)


def test_seeds_count_up_over_batches() -> None:
    assert build(seed=7, batch_size=2, n_iter=2).seeds == (7, 8, 9, 10)


def test_a_subseed_varies_one_seed() -> None:
    made = build(seed=7, subseed=100, subseed_strength=0.3, batch_size=3)
    assert made.seeds == (7, 7, 7)
    assert made.subseeds == (100, 101, 102)


def test_unknown_fields_are_ignored_and_listed() -> None:
    made = build(
        task_id="x",
        nothing=None,
        s_churn=0.5,
        override_settings={"jpeg_quality": 90, "CLIP_stop_at_last_layers": 2, "sd_vae": "None"},
        alwayson_scripts={"ADetailer": {"args": []}},
    )
    assert made.ignored == ("task_id", "s_churn", "override_settings.jpeg_quality", "alwayson_scripts.ADetailer")
    assert (made.clip_skip, made.vae_name) == (2, "None")


@pytest.mark.parametrize(
    ("payload", "says"),
    [
        ({"steps": 0}, "steps"),
        ({"steps": 1000}, "steps"),
        ({"steps": 2.5}, "steps"),
        ({"width": 500}, "width"),
        ({"height": 4096, "width": 4096}, "width"),
        ({"prompt": 5}, "prompt"),
        ({"cfg_scale": "high"}, "cfg_scale"),
        ({"batch_size": 17}, "batch_size"),
        ({"batch_size": 8, "n_iter": 8}, "n_iter"),
        ({"sampler_name": "Nobody"}, "Nobody"),
        ({"override_settings": []}, "override_settings"),
        ({"seed": -5}, "seed"),
        ({"enable_hr": True, "denoising_strength": 0}, "denoising_strength"),
    ],
)
def test_a_bad_field_is_a_bad_request_that_names_it(payload: dict[str, object], says: str) -> None:
    with pytest.raises(InvalidPayload, match=says):
        build(**payload)


@pytest.mark.parametrize(
    ("payload", "says"),
    [
        ({"restore_faces": True}, "restore_faces"),
        ({"tiling": True}, "tiling"),
        ({"script_name": "X/Y/Z plot"}, "script_name"),
        ({"styles": ["None", "film"]}, "film"),
        ({"refiner_checkpoint": "xl.safetensors"}, "refiner"),
        ({"seed_resize_from_h": 512}, "seed_resize"),
        ({"enable_hr": True, "hr_upscaler": "R-ESRGAN 4x+"}, "R-ESRGAN"),
        ({"prompt": "a AND b"}, "AND"),
        ({"enable_hr": True, "prompt": "a <lora:x:1>", "hr_prompt": "a <lora:x:0.5>"}, "hr_prompt"),
    ],
)
def test_what_this_container_does_not_do_is_refused_by_name(payload: dict[str, object], says: str) -> None:
    with pytest.raises(UnsupportedTask, match=says):
        build(**payload)


def test_extra_networks_can_be_turned_off() -> None:
    made = build(prompt="a <lora:x:1>", disable_extra_networks=True)
    assert (made.prompt, made.loras) == ("a ", ())


def test_twelve_script_args_without_a_script_are_accepted() -> None:
    assert build(script_args=[0] * 12, styles=["None", "None"]).prompt == ""


def test_hires_has_its_size_steps_and_sampler() -> None:
    hires = build(width=512, height=768, steps=20, enable_hr=True, hr_scale=1.5, sampler_name="Euler a").hires
    assert hires is not None
    assert (hires.width, hires.height, hires.steps, hires.sampling.name) == (768, 1152, 20, "Euler a")
    other = build(
        enable_hr=True, hr_resize_x=1024, hr_sampler_name="DPM++ 2M", hr_scheduler="Karras", hr_prompt="b"
    ).hires
    assert other is not None
    assert (other.width, other.height, other.sampling.schedule, other.prompt) == (1024, 1024, "Karras", "b")


def test_img2img_reads_pictures_mask_and_its_settings() -> None:
    mask = encoded(Image.new("L", (32, 32), 255))
    data_uri = "data:image/jpeg;base64," + encoded(Image.new("RGB", (64, 64), "blue"), "JPEG")
    made = build("img2img", init_images=[data_uri], mask=mask, inpainting_fill=1, inpaint_full_res=False, mask_blur=0)
    assert made.source is not None
    assert made.source.inpaint is not None
    assert made.source.images[0].size == made.source.inpaint.mask.size == (64, 64)
    assert made.parameters["init_images"] is None
    assert made.parameters["mask"] is None


def test_an_inverted_mask_is_inverted() -> None:
    mask = Image.new("L", (64, 64), 0)
    mask.paste(255, (0, 0, 32, 64))
    made = build("img2img", init_images=[plain()], mask=encoded(mask), inpainting_mask_invert=1, inpainting_fill=1)
    assert made.source is not None
    assert made.source.inpaint is not None
    assert made.source.inpaint.mask.getpixel((5, 5)) == 0
    assert made.source.inpaint.mask.getpixel((60, 5)) == 255


@pytest.mark.parametrize(
    ("payload", "says"),
    [
        ({}, "init_images"),
        ({"init_images": ["%%%"]}, r"init_images\[0\]"),
        ({"init_images": [base64.b64encode(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n").decode()]}, "picture"),
        ({"init_images": ["https://example.com/a.png"]}, "not base64"),
        ({"init_images": [plain()], "mask": encoded(Image.new("L", (8, 8), 0))}, "mask"),
        ({"init_images": [plain()], "mask": plain("white"), "inpainting_fill": 2}, "inpainting_fill"),
        ({"init_images": [plain()], "resize_mode": 3}, "resize_mode"),
        ({"init_images": [plain()], "subseed_strength": 0.5}, "subseed_strength"),
    ],
)
def test_bad_pictures_and_unsupported_modes_are_named(payload: dict[str, object], says: str) -> None:
    with pytest.raises(ContainerError, match=says):
        build("img2img", **payload)


def unit(**changes: object) -> dict[str, object]:
    return {"alwayson_scripts": {"controlnet": {"args": [{"model": "canny [fef5e48e]", "image": plain(), **changes}]}}}


def test_a_controlnet_unit_is_read() -> None:
    (control,) = build(
        **unit(module="none", weight=0.7, guidance_end=0.5, resize_mode="Scale to Fit (Inner Fit)")
    ).controls
    assert (control.model, control.weight, control.start, control.end) == ("canny [fef5e48e]", 0.7, 0, 0.5)


def test_a_disabled_unit_is_no_unit() -> None:
    assert build(**unit(enabled=False, module="canny")).controls == ()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"module": "canny"}, "canny"),
        ({"control_mode": "ControlNet is more important"}, "control_mode"),
        ({"model": None}, "model"),
        ({"image": None}, "image"),
        ({"resize_mode": "Sideways"}, "resize_mode"),
        ({"guidance_start": 0.9, "guidance_end": 0.1}, "guidance_start"),
    ],
)
def test_a_unit_that_cannot_be_done_says_why(changes: dict[str, object], says: str) -> None:
    with pytest.raises(ContainerError, match=says):
        build(**unit(**changes))
