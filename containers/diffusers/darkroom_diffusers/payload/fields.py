"""The A1111 payload's fields: a table of name, kind, default and bounds, and the tolerant reading of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import InvalidPayload


@dataclass(frozen=True)
class Field:
    """`kind` is one of int, number, text, flag, list, object. null and an absent key mean `default`."""

    kind: str
    default: Any
    low: float = -math.inf
    high: float = math.inf


_SEED = Field("int", -1, -1, 2**63 - 1)

COMMON: Mapping[str, Field] = {
    "prompt": Field("text", ""),
    "negative_prompt": Field("text", ""),
    "styles": Field("list", []),
    "seed": _SEED,
    "subseed": _SEED,
    "subseed_strength": Field("number", 0.0, 0, 1),
    "seed_resize_from_h": Field("int", -1),
    "seed_resize_from_w": Field("int", -1),
    "sampler_name": Field("text", None),
    "sampler_index": Field("text", "Euler"),
    "scheduler": Field("text", None),
    "batch_size": Field("int", 1, 1),
    "n_iter": Field("int", 1, 1),
    "steps": Field("int", 50, 1),
    "cfg_scale": Field("number", 7.0, 0, 100),
    "width": Field("int", 512, 64),
    "height": Field("int", 512, 64),
    "restore_faces": Field("flag", False),
    "tiling": Field("flag", False),
    "eta": Field("number", None, 0, 1),
    "s_churn": Field("number", 0.0),
    "s_tmax": Field("number", None),
    "s_tmin": Field("number", 0.0),
    "s_noise": Field("number", 1.0),
    "s_min_uncond": Field("number", 0.0),
    "override_settings": Field("object", {}),
    "override_settings_restore_afterwards": Field("flag", True),
    "refiner_checkpoint": Field("text", None),
    "refiner_switch_at": Field("number", None),
    "disable_extra_networks": Field("flag", False),
    "script_name": Field("text", None),
    "script_args": Field("list", []),
    "send_images": Field("flag", True),
    "save_images": Field("flag", False),
    "do_not_save_samples": Field("flag", False),
    "do_not_save_grid": Field("flag", False),
    "alwayson_scripts": Field("object", {}),
}

TXT2IMG: Mapping[str, Field] = {
    **COMMON,
    "denoising_strength": Field("number", 0.75, 0, 1),
    "enable_hr": Field("flag", False),
    "firstphase_width": Field("int", 0, 0),
    "firstphase_height": Field("int", 0, 0),
    "hr_scale": Field("number", 2.0, 1, 8),
    "hr_upscaler": Field("text", "Latent"),
    "hr_second_pass_steps": Field("int", 0, 0),
    "hr_resize_x": Field("int", 0, 0),
    "hr_resize_y": Field("int", 0, 0),
    "hr_checkpoint_name": Field("text", None),
    "hr_sampler_name": Field("text", None),
    "hr_scheduler": Field("text", None),
    "hr_prompt": Field("text", ""),
    "hr_negative_prompt": Field("text", ""),
}

IMG2IMG: Mapping[str, Field] = {
    **COMMON,
    "denoising_strength": Field("number", 0.75, 0, 1),
    "init_images": Field("list", []),
    "resize_mode": Field("int", 0, 0, 3),
    "image_cfg_scale": Field("number", None),
    "mask": Field("text", None),
    "mask_blur": Field("int", 4, 0, 256),
    "inpainting_fill": Field("int", 0, 0, 3),
    "inpaint_full_res": Field("flag", True),
    "inpaint_full_res_padding": Field("int", 0, 0, 2048),
    "inpainting_mask_invert": Field("int", 0, 0, 1),
    "initial_noise_multiplier": Field("number", None),
    "include_init_images": Field("flag", False),
}

EXTRA_SINGLE: Mapping[str, Field] = {
    "image": Field("text", None),
    "resize_mode": Field("int", 0, 0, 1),
    "show_extras_results": Field("flag", True),
    "gfpgan_visibility": Field("number", 0.0, 0, 1),
    "codeformer_visibility": Field("number", 0.0, 0, 1),
    "codeformer_weight": Field("number", 0.0, 0, 1),
    "upscaling_resize": Field("number", 2.0, 1, 8),
    "upscaling_resize_w": Field("int", 512, 1),
    "upscaling_resize_h": Field("int", 512, 1),
    "upscaling_crop": Field("flag", True),
    "upscaler_1": Field("text", "None"),
    "upscaler_2": Field("text", "None"),
    "extras_upscaler_2_visibility": Field("number", 0.0, 0, 1),
    "upscale_first": Field("flag", False),
}

REMBG: Mapping[str, Field] = {
    "input_image": Field("text", None),
    "model": Field("text", "u2net"),
    "return_mask": Field("flag", False),
    "alpha_matting": Field("flag", False),
    "alpha_matting_foreground_threshold": Field("int", 240),
    "alpha_matting_background_threshold": Field("int", 10),
    "alpha_matting_erode_size": Field("int", 10),
}

_TYPES: Mapping[str, tuple[type, ...]] = {"text": (str,), "list": (list,), "object": (dict,)}
_NOUNS: Mapping[str, str] = {
    "int": "a whole number",
    "number": "a number",
    "text": "a text",
    "flag": "true or false",
    "list": "a list",
    "object": "an object",
}


def _number(value: Any) -> float | int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value
    try:
        return float(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _convert(kind: str, value: Any) -> Any:
    """The value in the field's kind, or None when it is not of it: -1.0 is a whole number, "20" is a number."""
    if kind in _TYPES:
        return value if isinstance(value, _TYPES[kind]) else None
    if kind == "flag":
        return bool(value) if isinstance(value, bool) or value in (0, 1) else None
    number = _number(value)
    if number is None or kind == "number":
        return None if number is None or number != number else float(number)
    whole = math.isfinite(number) and number == int(number)
    return int(number) if whole else None


def read_fields(payload: Mapping[str, Any], table: Mapping[str, Field]) -> tuple[dict[str, Any], list[str]]:
    """Every field of the table with its value or default, and the payload's keys that the table does not know.

    Raises InvalidPayload naming the first field with a wrong kind or outside its bounds.
    """
    values: dict[str, Any] = {}
    for name, field in table.items():
        given = payload.get(name)
        if given is None:
            values[name] = field.default
            continue
        value = _convert(field.kind, given)
        if value is None:
            raise InvalidPayload(f"{name} must be {_NOUNS[field.kind]}, not {given!r:.80}.")
        if field.kind in ("int", "number") and not field.low <= value <= field.high:
            raise InvalidPayload(f"{name} is {value}; it must be between {field.low:g} and {field.high:g}.")
        values[name] = value
    return values, [key for key, value in payload.items() if key not in table and value is not None]
