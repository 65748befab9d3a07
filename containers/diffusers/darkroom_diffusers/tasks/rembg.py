"""rembg: the background removed by a U²-Net, if somebody put one into the model directory. None is shipped."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from PIL import Image

from ..errors import InvalidPayload, UnsupportedTask
from ..payload.fields import REMBG, read_fields
from ..payload.pictures import decode_picture, encode_png, flatten
from ..payload.unsupported import refuse_unsupported

_SIDE = 320
_MEAN, _DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
Predict = Callable[[Any], Any]


def open_model(path: Path) -> Predict:
    """The network as a function from [1, 3, 320, 320] to its first output."""
    try:
        import onnxruntime
    except ImportError as error:
        raise UnsupportedTask("rembg: this image was built without onnxruntime (build argument WITH_REMBG).") from error
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return lambda array: session.run(None, {name: array})[0]


def find_mask(image: Image.Image, predict: Predict) -> Image.Image:
    """White where the network sees the subject."""
    import numpy as np

    small = np.asarray(flatten(image).resize((_SIDE, _SIDE), Image.Resampling.LANCZOS), dtype=np.float32)
    scaled = (small / max(float(small.max()), 1e-6) - np.array(_MEAN)) / np.array(_DEVIATION)
    answer = np.asarray(predict(scaled.transpose(2, 0, 1)[None].astype(np.float32)))[0, 0]
    span = max(float(answer.max() - answer.min()), 1e-6)
    grey = ((answer - answer.min()) / span * 255).astype("uint8")
    return Image.fromarray(grey).resize(image.size, Image.Resampling.LANCZOS)


def rembg(
    payload: Mapping[str, Any], model_dir: Path, load: Callable[[Path], Predict] = open_model
) -> dict[str, object]:
    """`{image, html_info}`. Raises UnsupportedTask while there is no `rembg/<model>.onnx` in the model directory."""
    values, _ = read_fields(payload, REMBG)
    refuse_unsupported(values)
    image = decode_picture("input_image", values["input_image"])
    name = values["model"]
    if not re.fullmatch(r"[\w-]{1,64}", name):
        raise InvalidPayload(f"model {name!r} is not the name of a model.")
    path = model_dir / "rembg" / f"{name}.onnx"
    if not path.is_file():
        raise UnsupportedTask(
            f"rembg: the model {name!r} is not here; put it at rembg/{name}.onnx in the model directory."
        )
    mask = find_mask(image, load(path))
    if values["return_mask"]:
        return {"image": encode_png(mask), "html_info": ""}
    cut = image.convert("RGBA")
    cut.putalpha(mask)
    return {"image": encode_png(cut), "html_info": ""}
