"""Pictures in a payload: base64, with or without a data URI, to Pillow and back to PNG."""

from __future__ import annotations

import base64
import binascii
import io

from PIL import Image, ImageOps, PngImagePlugin, UnidentifiedImageError

from ..errors import InvalidPayload

_MAX_PIXELS = 64_000_000
# Not all that Pillow knows: some of its readers (EPS) start other programs.
_FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF")


def decode_picture(name: str, text: object) -> Image.Image:
    """The picture in the field called `name`, upright (EXIF). Raises InvalidPayload naming the field."""
    if not isinstance(text, str) or not text:
        raise InvalidPayload(f"{name} must be a picture as base64.")
    encoded = text.partition(",")[2] if text.startswith("data:") else text
    try:
        data = base64.b64decode("".join(encoded.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidPayload(f"{name} is not base64; links are not fetched.") from error
    try:
        image = Image.open(io.BytesIO(data), formats=_FORMATS)
        if image.width * image.height > _MAX_PIXELS:
            raise InvalidPayload(f"{name} has {image.width}×{image.height} pixels; the limit is {_MAX_PIXELS}.")
        image.load()
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise InvalidPayload(f"{name} is not a picture that can be read.") from error
    return ImageOps.exif_transpose(image)


def encode_png(image: Image.Image, parameters: str = "") -> str:
    """Base64 of the PNG; `parameters` becomes the text chunk in which A1111 keeps them."""
    facts = PngImagePlugin.PngInfo()
    if parameters:
        facts.add_text("parameters", parameters)
    buffer = io.BytesIO()
    image.save(buffer, format="PNG", pnginfo=facts)
    return base64.b64encode(buffer.getvalue()).decode("ascii")


def flatten(image: Image.Image) -> Image.Image:
    """RGB on white."""
    if image.mode in ("RGB", "L"):
        return image.convert("RGB")
    rgba = image.convert("RGBA")
    ground = Image.new("RGBA", rgba.size, "white")
    return Image.alpha_composite(ground, rgba).convert("RGB")
