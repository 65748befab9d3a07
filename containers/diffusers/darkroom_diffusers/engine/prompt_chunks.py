"""A weighted prompt as chunks of 75 tokens, the most that CLIP reads at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from ..errors import UnsupportedTask
from ..payload.prompt_attention import parse_attention
from .textual_inversion import Embedding, split_by_names

CHUNK = 75
_STAND_IN = 0


@dataclass(frozen=True)
class Token:
    """`vector`, when set, takes the place of the token's own embedding."""

    id: int
    weight: float
    vector: torch.Tensor | None = None


def _tokens_of(piece: str | Embedding, weight: float, tokenizer: Any, encoder: str) -> list[Token]:
    if isinstance(piece, str):
        ids = tokenizer(piece, add_special_tokens=False, truncation=False, verbose=False).input_ids
        return [Token(int(id), weight) for id in ids]
    vectors = piece.vectors.get(encoder)
    if vectors is None:
        raise UnsupportedTask(f"Embedding {piece.name!r} was not made for this checkpoint's text encoders.")
    return [Token(_STAND_IN, weight, vector) for vector in vectors]


def prompt_chunks(prompt: str, tokenizer: Any, encoder: str, embeddings: Sequence[Embedding]) -> list[list[Token]]:
    """At least one chunk; BREAK and a full chunk begin a new one."""
    chunks: list[list[Token]] = [[]]
    for span in parse_attention(prompt):
        if span.text is None:
            chunks.append([])
            continue
        for piece in split_by_names(span.text, embeddings):
            for token in _tokens_of(piece, span.weight, tokenizer, encoder):
                if len(chunks[-1]) == CHUNK:
                    chunks.append([])
                chunks[-1].append(token)
    return chunks
