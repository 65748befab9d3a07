"""extra-single-image: upscaling by resampling. There is no upscaling model here, and none is pretended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PIL import Image

from ..errors import InvalidPayload, UnsupportedTask
from ..payload.fields import EXTRA_SINGLE, read_fields
from ..payload.pictures import decode_picture, encode_png
from ..payload.resize import CROP, STRETCH, resize_picture
from ..payload.unsupported import refuse_unsupported

_FILTERS: Mapping[str, Image.Resampling | None] = {
    "None": None,
    "Lanczos": Image.Resampling.LANCZOS,
    "Nearest": Image.Resampling.NEAREST,
}
_MOST_PIXELS = 64_000_000


def _target(values: Mapping[str, Any], image: Image.Image) -> tuple[int, int]:
    if values["resize_mode"] == 1:
        return values["upscaling_resize_w"], values["upscaling_resize_h"]
    factor = values["upscaling_resize"]
    return round(image.width * factor), round(image.height * factor)


def _upscale(image: Image.Image, name: str, field: str, values: Mapping[str, Any]) -> Image.Image:
    if name not in _FILTERS:
        raise UnsupportedTask(
            f"{field} {name!r} is a model this container does not have; it has: {', '.join(_FILTERS)}."
        )
    chosen = _FILTERS[name]
    if chosen is None:
        return image
    width, height = _target(values, image)
    if width * height > _MOST_PIXELS:
        raise InvalidPayload(f"The result would have {width}×{height} pixels; the limit is {_MOST_PIXELS}.")
    if values["resize_mode"] == 0:
        return image.resize((width, height), chosen)
    if chosen is Image.Resampling.NEAREST:
        ratio = max(width / image.width, height / image.height)
        image = image.resize((round(image.width * ratio), round(image.height * ratio)), chosen)
    return resize_picture(image, width, height, CROP if values["upscaling_crop"] else STRETCH)


def extra_single_image(payload: Mapping[str, Any]) -> dict[str, object]:
    """`{image, html_info}`. Upscaler "None" leaves the picture as it is, as in A1111."""
    values, unknown = read_fields(payload, EXTRA_SINGLE)
    refuse_unsupported(values)
    original = decode_picture("image", values["image"])
    image = original if original.mode in ("RGB", "RGBA", "L") else original.convert("RGBA")
    result = _upscale(image, values["upscaler_1"], "upscaler_1", values)
    amount = values["extras_upscaler_2_visibility"]
    if amount > 0 and values["upscaler_2"] != "None":
        other = _upscale(image, values["upscaler_2"], "upscaler_2", values)
        result = Image.blend(result.resize(other.size), other, amount)
    facts = (
        f"Postprocess upscaler: {values['upscaler_1']}, {image.width}x{image.height} to {result.width}x{result.height}"
    )
    ignored = f"<p>Ignored: {len(unknown)} unknown fields</p>" if unknown else ""
    return {"image": encode_png(result, facts), "html_info": f"<p>{facts}</p>{ignored}"}
