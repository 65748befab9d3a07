"""Fields that this container knows and does not do: asked for, they are refused by name, so that nobody gets another
picture than the one described."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..errors import UnsupportedTask

Asked = Callable[[Any], bool]


def _is_set(value: Any) -> bool:
    return bool(value) and value != "None"


def _is_positive(value: Any) -> bool:
    return value is not None and value > 0


def _is_latent_upscale(value: Any) -> bool:
    return bool(value == 3)


_REFUSED: Mapping[str, tuple[Asked, str]] = {
    "restore_faces": (_is_set, "there is no face restoration here"),
    "tiling": (_is_set, "tiling is not supported"),
    "script_name": (_is_set, "scripts are not supported"),
    "refiner_checkpoint": (_is_set, "a refiner is not supported"),
    "seed_resize_from_h": (_is_positive, "resizing the seed is not supported"),
    "seed_resize_from_w": (_is_positive, "resizing the seed is not supported"),
    "hr_checkpoint_name": (lambda value: _is_set(value) and value != "Use same checkpoint", "one checkpoint a request"),
    "resize_mode": (_is_latent_upscale, "mode 3 (latent upscale) is not supported"),
    "initial_noise_multiplier": (lambda value: value not in (None, 1.0), "only 1 is supported"),
    "gfpgan_visibility": (_is_positive, "there is no face restoration here"),
    "codeformer_visibility": (_is_positive, "there is no face restoration here"),
    "alpha_matting": (_is_set, "alpha matting is not supported"),
}

_WITHOUT_EFFECT: Mapping[str, Any] = {
    "s_churn": 0.0,
    "s_tmin": 0.0,
    "s_noise": 1.0,
    "s_min_uncond": 0.0,
    "save_images": False,
    "image_cfg_scale": None,
    "send_images": True,
}


def refuse_unsupported(values: Mapping[str, Any]) -> None:
    """Raises UnsupportedTask naming the first such field."""
    for name, (is_asked, why) in _REFUSED.items():
        if name in values and is_asked(values[name]):
            raise UnsupportedTask(f"{name} is {values[name]!r}: {why}.")
    styles = [style for style in values.get("styles", []) if style not in ("None", "", None)]
    if styles:
        raise UnsupportedTask(f"styles {styles!r}: there are no saved styles here; write them into the prompt.")


def without_effect(values: Mapping[str, Any]) -> list[str]:
    """Names of fields that are set and change nothing here."""
    return [name for name, idle in _WITHOUT_EFFECT.items() if name in values and values[name] != idle]
