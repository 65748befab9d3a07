"""`override_settings`: the three that name what to draw with are honoured, the others are reported as ignored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .fields import Field, read_fields

_KNOWN: Mapping[str, Field] = {
    "sd_model_checkpoint": Field("text", None),
    "sd_vae": Field("text", None),
    "CLIP_stop_at_last_layers": Field("int", 1, 1, 12),
}


@dataclass(frozen=True)
class OverrideSettings:
    checkpoint_name: str | None
    vae_name: str | None
    clip_skip: int
    ignored: tuple[str, ...]


def read_override_settings(settings: Mapping[str, Any]) -> OverrideSettings:
    """Names are as sent; whether such a model exists is looked up later, exactly."""
    values, others = read_fields(settings, _KNOWN)
    return OverrideSettings(
        checkpoint_name=values["sd_model_checkpoint"] or None,
        vae_name=values["sd_vae"] or None,
        clip_skip=values["CLIP_stop_at_last_layers"],
        ignored=tuple(f"override_settings.{name}" for name in others),
    )
