import json
from pathlib import Path

import pytest
from PIL import Image
from support.pictures import decoded, encoded, plain

from darkroom_diffusers.errors import UnsupportedTask
from darkroom_diffusers.payload.resize import CROP, FILL, STRETCH, resize_picture
from darkroom_diffusers.settings import read_settings
from darkroom_diffusers.tasks.extra_single_image import extra_single_image
from darkroom_diffusers.tasks.rembg import rembg


def striped() -> Image.Image:
    image = Image.new("RGB", (40, 20), "red")
    image.paste((0, 0, 255), (20, 0, 40, 20))
    return image


def test_resize_modes_stretch_crop_and_fill() -> None:
    for mode in (STRETCH, CROP, FILL):
        assert resize_picture(striped(), 40, 40, mode).size == (40, 40)
    assert resize_picture(striped(), 40, 40, STRETCH).getpixel((2, 2))[0] > 200
    assert resize_picture(striped(), 20, 20, CROP).getpixel((19, 10))[2] > 200
    filled = resize_picture(striped(), 40, 40, FILL)
    assert filled.getpixel((2, 0))[0] > 200
    assert filled.getpixel((37, 39))[2] > 200


def test_extras_none_leaves_the_picture_and_two_upscalers_blend() -> None:
    assert decoded(str(extra_single_image({"image": encoded(striped())})["image"])).size == (40, 20)
    both = {
        "upscaler_1": "Nearest",
        "upscaler_2": "Lanczos",
        "extras_upscaler_2_visibility": 0.5,
        "upscaling_resize": 2,
    }
    assert decoded(str(extra_single_image({"image": encoded(striped()), **both})["image"])).size == (80, 40)
    to_size = {"upscaler_1": "Lanczos", "resize_mode": 1, "upscaling_resize_w": 30, "upscaling_resize_h": 30}
    assert decoded(str(extra_single_image({"image": encoded(striped()), **to_size})["image"])).size == (30, 30)


def test_face_restoration_is_refused() -> None:
    with pytest.raises(UnsupportedTask, match="gfpgan"):
        extra_single_image({"image": plain(), "gfpgan_visibility": 1})


def test_rembg_cuts_out_what_a_model_in_the_model_directory_sees(tmp_path: Path) -> None:
    numpy = pytest.importorskip("numpy")
    (tmp_path / "rembg").mkdir()
    (tmp_path / "rembg" / "u2net.onnx").write_bytes(b"")

    def left_half(array: object) -> object:
        assert getattr(array, "shape", None) == (1, 3, 320, 320)
        answer = numpy.zeros((1, 1, 320, 320), dtype="float32")
        answer[..., :160] = 1
        return answer

    reply = rembg({"input_image": encoded(striped())}, tmp_path, lambda _: left_half)
    alpha = decoded(str(reply["image"])).getchannel("A")
    assert (alpha.getpixel((3, 10)), alpha.getpixel((36, 10))) == (255, 0)


def test_settings_have_sagemakers_defaults_and_name_a_bad_variable(tmp_path: Path) -> None:
    settings = read_settings({"DARKROOM_CACHE_DIR": str(tmp_path)})
    assert (settings.host, settings.port, settings.device) == ("0.0.0.0", 8080, "cuda")
    assert str(settings.model_dir) == "/opt/ml/model"
    assert settings.cache_bytes > 0
    with pytest.raises(ValueError, match="DARKROOM_MAX_PIPELINES"):
        read_settings({"DARKROOM_MAX_PIPELINES": "0"})


def test_the_shipped_configs_are_json_and_say_their_families() -> None:
    configs = read_settings({}).config_dir
    index = json.loads((configs / "sdxl-inpaint" / "model_index.json").read_text())
    assert index["_class_name"] == "StableDiffusionXLInpaintPipeline"
    assert json.loads((configs / "sd15-inpaint" / "unet" / "config.json").read_text())["in_channels"] == 9
