"""Small pictures as payloads carry them."""

from __future__ import annotations

import base64
import io

from PIL import Image


def encoded(image: Image.Image, image_format: str = "PNG") -> str:
    buffer = io.BytesIO()
    image.save(buffer, format=image_format)
    return base64.b64encode(buffer.getvalue()).decode()


def plain(colour: str = "red", size: tuple[int, int] = (64, 64)) -> str:
    return encoded(Image.new("RGB", size, colour))


def decoded(text: str) -> Image.Image:
    image = Image.open(io.BytesIO(base64.b64decode(text)))
    image.load()
    return image
