"""One chunk of a prompt through one CLIP text encoder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch

from ..errors import UnsupportedTask
from .prompt_chunks import CHUNK, Token


@dataclass(frozen=True)
class Encoder:
    """`layer` is the hidden state to take, counted from the end; `normed` puts the final layer norm on it."""

    model: Any
    tokenizer: Any
    key: str
    layer: int
    normed: bool


@contextmanager
def _vectors_in_place(model: Any, vectors: dict[int, torch.Tensor]) -> Iterator[None]:
    """While open, the token embeddings at these positions are the given vectors. The model itself is not changed."""

    def put(_module: Any, _inputs: Any, output: torch.Tensor) -> torch.Tensor:
        changed = output.clone()
        for position, vector in vectors.items():
            if vector.shape[-1] != changed.shape[-1]:
                raise UnsupportedTask("An embedding of the prompt was made for another kind of checkpoint.")
            changed[:, position] = vector.to(changed)
        return changed

    handle = model.get_input_embeddings().register_forward_hook(put) if vectors else None
    try:
        yield
    finally:
        if handle is not None:
            handle.remove()


def _weighted(hidden: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """Each token's state times its weight; then the whole is scaled back to the mean it had, as A1111 does, so that
    emphasis moves attention between words instead of making the prompt as a whole louder."""
    changed = hidden * weights
    mean = changed.mean()
    return changed * (hidden.mean() / mean) if mean.abs() > 1e-8 else changed


def encode_chunk(encoder: Encoder, chunk: Sequence[Token]) -> tuple[torch.Tensor, torch.Tensor | None]:
    """Hidden states [1, 77, width], and the pooled projection of encoders that have one."""
    tokenizer, model = encoder.tokenizer, encoder.model
    padding = CHUNK - len(chunk)
    ids = [tokenizer.bos_token_id, *(token.id for token in chunk), tokenizer.eos_token_id]
    ids += [tokenizer.pad_token_id] * padding
    weights = [1.0, *(token.weight for token in chunk), 1.0, *([1.0] * padding)]
    vectors = {index + 1: token.vector for index, token in enumerate(chunk) if token.vector is not None}
    with _vectors_in_place(model, vectors):
        output = model(torch.tensor([ids], device=model.device), output_hidden_states=True)
    hidden = output.hidden_states[-encoder.layer]
    if encoder.normed:
        hidden = model.text_model.final_layer_norm(hidden)
    if any(weight != 1.0 for weight in weights):
        scale = torch.tensor(weights, dtype=torch.float32, device=hidden.device)[None, :, None]
        hidden = _weighted(hidden.float(), scale).to(hidden.dtype)
    return hidden, getattr(output, "text_embeds", None)
