"""Prompts through the base's text encoders, as the model was trained to take them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from .base_model import BaseModel


def _ids(tokenizer: Any, prompts: Sequence[str], device: str) -> torch.Tensor:
    tokens = tokenizer(
        list(prompts),
        padding="max_length",
        max_length=tokenizer.model_max_length,
        truncation=True,
        return_tensors="pt",
    )
    ids: torch.Tensor = tokens.input_ids
    return ids.to(device)


def encode_prompts(base: BaseModel, prompts: Sequence[str]) -> tuple[torch.Tensor, torch.Tensor | None]:
    """Hidden states [prompts, 77, width], and SDXL's pooled vector. Words beyond 75 tokens are cut off.

    SD 1.5 takes the last layer after its norm; SDXL the last but one of both encoders, side by side.
    """
    pipeline = base.pipeline
    first = pipeline.text_encoder(_ids(pipeline.tokenizer, prompts, base.device), output_hidden_states=True)
    if "text_encoder_2" not in base.encoders:
        return first.last_hidden_state, None
    second = pipeline.text_encoder_2(_ids(pipeline.tokenizer_2, prompts, base.device), output_hidden_states=True)
    hidden = torch.cat([first.hidden_states[-2], second.hidden_states[-2]], dim=-1)
    return hidden, second.text_embeds
