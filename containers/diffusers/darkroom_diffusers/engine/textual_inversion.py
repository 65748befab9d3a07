"""Textual inversion: vectors that stand where a word of the prompt is an embedding's name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from safetensors.torch import load_file

from ..errors import UnsupportedTask
from ..models.model_names import stem
from ..models.model_ref import LocalModel


@dataclass(frozen=True)
class Embedding:
    """`vectors` by encoder: "l" is CLIP-L (SD 1.5 and SDXL), "g" is SDXL's second one. Each is [count, width]."""

    name: str
    vectors: Mapping[str, torch.Tensor]


def _two_dimensional(vectors: torch.Tensor) -> torch.Tensor:
    return vectors.reshape(-1, vectors.shape[-1])


def read_embedding(model: LocalModel) -> Embedding:
    """A1111's, SDXL's and diffusers' key names. Raises UnsupportedTask for any other file."""
    tensors = load_file(str(model.path))
    if {"clip_l", "clip_g"} <= set(tensors):
        found = {"l": tensors["clip_l"], "g": tensors["clip_g"]}
    elif "emb_params" in tensors:
        found = {"l": tensors["emb_params"]}
    elif len(tensors) == 1:
        found = {"l": next(iter(tensors.values()))}
    else:
        raise UnsupportedTask(f"{model.name} is not a textual inversion embedding this container knows.")
    return Embedding(stem(model.name), {encoder: _two_dimensional(vectors) for encoder, vectors in found.items()})


def split_by_names(text: str, embeddings: Sequence[Embedding]) -> list[str | Embedding]:
    """The text with every embedding's name, written as a word of its own, replaced by the embedding."""
    if not embeddings:
        return [text]
    by_name = {embedding.name.lower(): embedding for embedding in embeddings}
    names = "|".join(re.escape(name) for name in sorted(by_name, key=len, reverse=True))
    pieces = re.split(rf"(?<![\w-])({names})(?![\w-])", text, flags=re.IGNORECASE)
    return [by_name[piece.lower()] if index % 2 else piece for index, piece in enumerate(pieces)]
