"""The hires fix: size, steps and sampler of the second pass."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import InvalidPayload, UnsupportedTask
from .extra_networks import take_out_loras
from .generation import Hires
from .samplers import Sampling, choose_sampling

LATENT_UPSCALERS: Mapping[str, tuple[str, bool]] = {
    "Latent": ("bilinear", False),
    "Latent (antialiased)": ("bilinear", True),
    "Latent (bicubic)": ("bicubic", False),
    "Latent (bicubic antialiased)": ("bicubic", True),
    "Latent (nearest)": ("nearest", False),
    "Latent (nearest-exact)": ("nearest-exact", False),
}
PIXEL_UPSCALERS = ("None", "Lanczos", "Nearest")

_SAME_SAMPLER = (None, "", "Use same sampler")
_SAME_SCHEDULER = (None, "", "Use same scheduler")


def _size(values: Mapping[str, Any]) -> tuple[int, int]:
    width, height, x, y = values["width"], values["height"], values["hr_resize_x"], values["hr_resize_y"]
    if x == 0 and y == 0:
        return int(width * values["hr_scale"]) // 8 * 8, int(height * values["hr_scale"]) // 8 * 8
    wanted = (x or round(y * width / height), y or round(x * height / width))
    return wanted[0] // 8 * 8, wanted[1] // 8 * 8


def _sampling(values: Mapping[str, Any], first: Sampling) -> Sampling:
    sampler, scheduler = values["hr_sampler_name"], values["hr_scheduler"]
    if sampler in _SAME_SAMPLER and scheduler in _SAME_SCHEDULER:
        return first
    name = first.name if sampler in _SAME_SAMPLER else sampler
    same = first.schedule if sampler in _SAME_SAMPLER else None
    return choose_sampling(name, same if scheduler in _SAME_SCHEDULER else scheduler)


def read_hires(values: Mapping[str, Any], first: Sampling) -> Hires | None:
    """The second pass, or None when `enable_hr` is off."""
    if not values.get("enable_hr"):
        return None
    upscaler = values["hr_upscaler"]
    if upscaler not in LATENT_UPSCALERS and upscaler not in PIXEL_UPSCALERS:
        known = ", ".join((*LATENT_UPSCALERS, *PIXEL_UPSCALERS))
        raise UnsupportedTask(f"hr_upscaler {upscaler!r} is a model this container does not have; it has: {known}.")
    if values["denoising_strength"] == 0:
        raise InvalidPayload("denoising_strength must be above 0 with enable_hr.")
    loras = set(take_out_loras(values["prompt"])[1])
    if not set(take_out_loras(values["hr_prompt"])[1]) <= loras:
        raise UnsupportedTask("hr_prompt names a LoRA that prompt does not: both passes wear the same.")
    width, height = _size(values)
    if min(width, height) < 64:
        raise InvalidPayload("hr_resize_x and hr_resize_y must give at least 64×64 pixels.")
    return Hires(
        width=width,
        height=height,
        steps=values["hr_second_pass_steps"] or values["steps"],
        denoising_strength=values["denoising_strength"],
        upscaler=upscaler,
        sampling=_sampling(values, first),
        prompt=take_out_loras(values["hr_prompt"] or values["prompt"])[0],
        negative_prompt=take_out_loras(values["hr_negative_prompt"] or values["negative_prompt"])[0],
    )
