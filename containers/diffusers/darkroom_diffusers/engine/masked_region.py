"""The part of a picture that is drawn anew, cut out, and put back into the whole."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image, ImageFilter

from ..payload.generation import Inpaint
from ..payload.resize import CROP, resize_picture

Box = tuple[int, int, int, int]
_FILL_RADII = (256, 64, 16, 4, 1)


@dataclass(frozen=True)
class Region:
    """`picture` and `mask` are what the pipeline gets; `finish` makes the whole picture of its answer."""

    picture: Image.Image
    mask: Image.Image
    whole: Image.Image
    soft_mask: Image.Image
    box: Box

    def finish(self, drawn: Image.Image) -> Image.Image:
        """Outside the (blurred) mask every pixel is the original's."""
        left, top, right, bottom = self.box
        fitted = drawn.resize((right - left, bottom - top), Image.Resampling.LANCZOS)
        changed = self.whole.copy()
        changed.paste(fitted, (left, top))
        return Image.composite(changed, self.whole, self.soft_mask)


def filled(picture: Image.Image, mask: Image.Image) -> Image.Image:
    """The masked part replaced by the colours around it, wide blurs first, so that nothing of it shows through."""
    known = picture.convert("RGBA")
    known.putalpha(mask.point(lambda light: 0 if light > 127 else 255))
    result = Image.new("RGBA", picture.size, (127, 127, 127, 255))
    premultiplied = known.convert("RGBa")
    for radius in _FILL_RADII:
        blurred = premultiplied.filter(ImageFilter.GaussianBlur(radius)).convert("RGBA")
        opaque = blurred.getchannel("A").point(lambda alpha: min(255, alpha * 4))
        blurred.putalpha(opaque)
        result.alpha_composite(blurred)
    result.alpha_composite(known)
    return result.convert("RGB")


def _wide_box(mask: Image.Image, padding: int, ratio: float) -> Box:
    """The mask's box and its padding, widened to the aspect ratio of the drawing as far as the picture goes."""
    left, top, right, bottom = mask.getbbox() or (0, 0, *mask.size)
    left, top = max(0, left - padding), max(0, top - padding)
    right, bottom = min(mask.width, right + padding), min(mask.height, bottom + padding)
    wanted_width = max(right - left, round((bottom - top) * ratio))
    wanted_height = max(bottom - top, round((right - left) / ratio))
    left, right = _widen(left, right, wanted_width, mask.width)
    top, bottom = _widen(top, bottom, wanted_height, mask.height)
    return left, top, right, bottom


def _widen(start: int, end: int, wanted: int, limit: int) -> tuple[int, int]:
    length = min(wanted, limit)
    start = max(0, min(limit - length, start - (length - (end - start)) // 2))
    return start, start + length


def cut_region(picture: Image.Image, inpaint: Inpaint, *, width: int, height: int, resize_mode: int) -> Region:
    """For "only masked" the mask's surroundings at full resolution, otherwise the whole picture."""
    mask, whole = inpaint.mask, picture
    if not inpaint.only_masked:
        whole = resize_picture(picture, width, height, resize_mode)
        mask = resize_picture(mask, width, height, resize_mode)
    soft = mask.filter(ImageFilter.GaussianBlur(inpaint.blur)) if inpaint.blur else mask
    box = (0, 0, *whole.size) if not inpaint.only_masked else _wide_box(soft, inpaint.padding, width / height)
    start = filled(whole, mask) if inpaint.fill == 0 else whole
    return Region(
        picture=resize_picture(start.crop(box), width, height, CROP if box == (0, 0, *whole.size) else 0),
        mask=resize_picture(soft.crop(box), width, height, CROP if box == (0, 0, *whole.size) else 0),
        whole=whole,
        soft_mask=soft,
        box=box,
    )
