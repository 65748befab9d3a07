"""img2img's pictures and mask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PIL import Image, ImageOps

from ..errors import InvalidPayload, UnsupportedTask
from .generation import Inpaint, Source
from .pictures import decode_picture, flatten

_LATENT_NOISE = 2


def _mask(values: Mapping[str, Any], size: tuple[int, int]) -> Inpaint | None:
    if not values["mask"]:
        return None
    if values["inpainting_fill"] >= _LATENT_NOISE:
        raise UnsupportedTask("inpainting_fill: only 0 (fill) and 1 (original) are supported.")
    picture = decode_picture("mask", values["mask"])
    mask = flatten(picture).convert("L") if picture.mode != "RGBA" else _by_alpha_or_light(picture)
    if mask.size != size:
        mask = mask.resize(size, Image.Resampling.LANCZOS)
    if values["inpainting_mask_invert"]:
        mask = ImageOps.invert(mask)
    if mask.getbbox() is None:
        raise InvalidPayload("mask is black everywhere: nothing is to be drawn.")
    return Inpaint(
        mask=mask,
        blur=values["mask_blur"],
        fill=values["inpainting_fill"],
        only_masked=values["inpaint_full_res"],
        padding=values["inpaint_full_res_padding"],
    )


def _by_alpha_or_light(picture: Image.Image) -> Image.Image:
    """The webui's canvas sends strokes as opaque pixels on a transparent ground; other clients send white on black."""
    alpha = picture.getchannel("A")
    see_through = ImageOps.invert(alpha).getbbox() is not None
    return alpha if see_through else picture.convert("L")


def read_source(values: Mapping[str, Any]) -> Source:
    """Raises InvalidPayload when there is no picture."""
    if not values["init_images"]:
        raise InvalidPayload("init_images must hold at least one picture.")
    images = tuple(
        flatten(decode_picture(f"init_images[{index}]", text)) for index, text in enumerate(values["init_images"])
    )
    if values["mask"] and len(images) > 1:
        raise UnsupportedTask("mask works with one picture in init_images.")
    return Source(
        images=images,
        resize_mode=values["resize_mode"],
        denoising_strength=values["denoising_strength"],
        inpaint=_mask(values, images[0].size),
    )
