"""Prompt and negative prompt as the tensors a pipeline takes, in A1111's way of weighting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from ..models.checkpoint_family import is_sdxl
from .encode_chunk import Encoder, encode_chunk
from .load_pipeline import Loaded
from .prompt_chunks import prompt_chunks
from .textual_inversion import Embedding


@dataclass(frozen=True)
class Words:
    """What there is to encode."""

    prompt: str
    negative_prompt: str
    clip_skip: int
    embeddings: tuple[Embedding, ...]


@dataclass(frozen=True)
class _Encoded:
    hidden: torch.Tensor
    pooled: torch.Tensor | None


def _encoders(loaded: Loaded, clip_skip: int) -> list[Encoder]:
    base = loaded.base
    if is_sdxl(loaded.family):
        return [
            Encoder(base.text_encoder, base.tokenizer, "l", 2, normed=False),
            Encoder(base.text_encoder_2, base.tokenizer_2, "g", 2, normed=False),
        ]
    return [Encoder(base.text_encoder, base.tokenizer, "l", clip_skip, normed=True)]


def _encode(encoders: Sequence[Encoder], prompt: str, count: int, embeddings: Sequence[Embedding]) -> _Encoded:
    """`count` chunks, the missing ones empty. The pooled vector is that of the first chunk."""
    states: list[torch.Tensor] = []
    pooled: torch.Tensor | None = None
    for encoder in encoders:
        chunks = prompt_chunks(prompt, encoder.tokenizer, encoder.key, embeddings)
        encoded = [encode_chunk(encoder, chunk) for chunk in [*chunks, *([[]] * (count - len(chunks)))]]
        states.append(torch.cat([hidden for hidden, _ in encoded], dim=1))
        pooled = encoded[0][1] if encoded[0][1] is not None else pooled
    return _Encoded(torch.cat(states, dim=-1), pooled)


def _zeros(like: _Encoded) -> _Encoded:
    """SDXL was trained to take zeros, not the encoding of "", for no words at all."""
    return _Encoded(torch.zeros_like(like.hidden), None if like.pooled is None else torch.zeros_like(like.pooled))


def encode_words(loaded: Loaded, words: Words) -> dict[str, Any]:
    """The pipeline's arguments for one image: `prompt_embeds` and its siblings."""
    encoders = _encoders(loaded, words.clip_skip)
    texts = (words.prompt, words.negative_prompt)
    counts = [
        len(prompt_chunks(text, encoder.tokenizer, encoder.key, words.embeddings))
        for text in texts
        for encoder in encoders
    ]
    with torch.inference_mode():
        positive, negative = (_encode(encoders, text, max(counts), words.embeddings) for text in texts)
    if is_sdxl(loaded.family) and not words.negative_prompt:
        negative = _zeros(negative)
    arguments: dict[str, Any] = {"prompt_embeds": positive.hidden, "negative_prompt_embeds": negative.hidden}
    if positive.pooled is not None:
        arguments["pooled_prompt_embeds"] = positive.pooled
        arguments["negative_pooled_prompt_embeds"] = negative.pooled
    return arguments


def for_batch(arguments: dict[str, Any], size: int) -> dict[str, Any]:
    """The same arguments for `size` images of the same words."""
    return {name: tensor.repeat(size, *([1] * (tensor.dim() - 1))) for name, tensor in arguments.items()}
