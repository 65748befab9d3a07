"""safetensors files as bytes, made without the library."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from math import prod


def safetensors_bytes(shapes: Mapping[str, Sequence[int]]) -> bytes:
    """F32 tensors of zeros with these shapes."""
    header, offset = {}, 0
    for name, shape in shapes.items():
        size = 4 * prod(shape)
        header[name] = {"dtype": "F32", "shape": list(shape), "data_offsets": [offset, offset + size]}
        offset += size
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + bytes(offset)


UNET = "model.diffusion_model.input_blocks.0.0.weight"
SD15_SHAPES = {
    UNET: (2, 4, 3, 3),
    "cond_stage_model.transformer.text_model.embeddings.position_embedding.weight": (2, 2),
}
SD15 = safetensors_bytes(SD15_SHAPES)
