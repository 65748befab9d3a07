"""A1111's resize modes: 0 stretches, 1 covers and crops, 2 fits and fills the rest with the picture's edge."""

from __future__ import annotations

from PIL import Image

STRETCH, CROP, FILL = 0, 1, 2
_LANCZOS = Image.Resampling.LANCZOS


def _scaled(image: Image.Image, ratio: float) -> Image.Image:
    return image.resize((max(1, round(image.width * ratio)), max(1, round(image.height * ratio))), _LANCZOS)


def _centred(image: Image.Image, width: int, height: int) -> tuple[int, int]:
    return (width - image.width) // 2, (height - image.height) // 2


def _fill(image: Image.Image, width: int, height: int) -> Image.Image:
    fitted = _scaled(image, min(width / image.width, height / image.height))
    left, top = _centred(fitted, width, height)
    canvas = Image.new(fitted.mode, (width, height))
    if top > 0:
        canvas.paste(fitted.resize((width, height), _LANCZOS, box=(0, 0, fitted.width, 1)), (0, 0))
        last = (0, fitted.height - 1, fitted.width, fitted.height)
        canvas.paste(fitted.resize((width, height), _LANCZOS, box=last), (0, top))
    elif left > 0:
        canvas.paste(fitted.resize((width, height), _LANCZOS, box=(0, 0, 1, fitted.height)), (0, 0))
        last = (fitted.width - 1, 0, fitted.width, fitted.height)
        canvas.paste(fitted.resize((width, height), _LANCZOS, box=last), (left, 0))
    canvas.paste(fitted, (left, top))
    return canvas


def resize_picture(image: Image.Image, width: int, height: int, mode: int) -> Image.Image:
    """The picture in exactly width × height pixels."""
    if image.size == (width, height):
        return image
    if mode == CROP:
        covering = _scaled(image, max(width / image.width, height / image.height))
        left, top = _centred(covering, width, height)
        return covering.crop((-left, -top, -left + width, -top + height))
    if mode == FILL:
        return _fill(image, width, height)
    return image.resize((width, height), _LANCZOS)
