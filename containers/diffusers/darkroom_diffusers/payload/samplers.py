"""A1111's sampler names and noise schedules, as `diffusers` scheduler classes and their options.

Two generations of clients are understood: the old one names the schedule in the sampler ("DPM++ 2M Karras"), the new
one has a field `scheduler` beside it ("DPM++ 2M" + "Karras"). An absent `scheduler` means what the name says;
"Automatic" means the sampler's own default of A1111 1.9 and later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..errors import InvalidPayload, UnsupportedTask

Options = Mapping[str, Any]
_ALL = ("Karras", "Exponential", "Beta", "SGM Uniform", "Simple")
_SDE_LIKE = ("Karras", "Exponential", "Beta")


@dataclass(frozen=True)
class Sampler:
    """`scheduler_class` is a class of `diffusers`; `schedules` lists what it takes beside "Uniform"; `automatic` is
    A1111's default for it; `substitute`, when set, says how its result differs from A1111's sampler."""

    scheduler_class: str
    options: Options = field(default_factory=dict)
    schedules: tuple[str, ...] = ()
    automatic: str = "Uniform"
    substitute: str = ""


@dataclass(frozen=True)
class Sampling:
    """A chosen sampler: its A1111 name, the schedule's name, and what to build in `diffusers`."""

    name: str
    schedule: str
    scheduler_class: str
    options: Options
    substitute: str


_LEADING: Options = {"timestep_spacing": "leading", "steps_offset": 1}
_2M = "DPMSolverMultistepScheduler"
_2S = "DPMSolverSinglestepScheduler"

SAMPLERS: Mapping[str, Sampler] = {
    "Euler a": Sampler("EulerAncestralDiscreteScheduler", schedules=("SGM Uniform", "Simple")),
    "Euler": Sampler("EulerDiscreteScheduler", schedules=_ALL),
    "LMS": Sampler("LMSDiscreteScheduler", schedules=_ALL),
    "Heun": Sampler("HeunDiscreteScheduler", schedules=_ALL),
    "DPM2": Sampler("KDPM2DiscreteScheduler", schedules=_ALL, automatic="Karras"),
    "DPM2 a": Sampler("KDPM2AncestralDiscreteScheduler", schedules=_ALL, automatic="Karras"),
    "DPM++ 2S a": Sampler(
        _2S,
        {"solver_order": 2, "algorithm_type": "dpmsolver++", "lower_order_final": True},
        _SDE_LIKE,
        "Karras",
        "DPM-Solver++ 2S without the ancestral noise",
    ),
    "DPM++ 2M": Sampler(_2M, {"solver_order": 2, "algorithm_type": "dpmsolver++"}, _ALL, "Karras"),
    "DPM++ SDE": Sampler("DPMSolverSDEScheduler", {}, _ALL, "Karras"),
    "DPM++ 2M SDE": Sampler(_2M, {"solver_order": 2, "algorithm_type": "sde-dpmsolver++"}, _ALL, "Exponential"),
    "DPM++ 2M SDE Heun": Sampler(
        _2M,
        {"solver_order": 2, "algorithm_type": "sde-dpmsolver++", "solver_type": "heun"},
        _ALL,
        "Exponential",
    ),
    "DPM++ 3M SDE": Sampler(_2M, {"solver_order": 3, "algorithm_type": "sde-dpmsolver++"}, _ALL, "Exponential"),
    "DPM fast": Sampler(
        _2S,
        {"solver_order": 3, "algorithm_type": "dpmsolver++", "lower_order_final": True},
        substitute="DPM-Solver++ 3S with uniform steps",
    ),
    "DDIM": Sampler("DDIMScheduler", {**_LEADING, "clip_sample": False, "set_alpha_to_one": False}),
    "PLMS": Sampler("PNDMScheduler", {**_LEADING, "skip_prk_steps": True, "set_alpha_to_one": False}),
    "UniPC": Sampler("UniPCMultistepScheduler", schedules=_ALL),
    "LCM": Sampler("LCMScheduler", {"clip_sample": False, "set_alpha_to_one": False, "original_inference_steps": 50}),
}

WITHOUT_EQUIVALENT = ("DPM adaptive", "Restart", "DDIM CFG++")

SCHEDULES: Mapping[str, Options] = {
    "Uniform": {},
    "Karras": {"use_karras_sigmas": True},
    "Exponential": {"use_exponential_sigmas": True},
    "Beta": {"use_beta_sigmas": True},
    "SGM Uniform": {"timestep_spacing": "trailing"},
    "Simple": {"timestep_spacing": "trailing"},
}

_OTHER_SCHEDULES = ("Polyexponential", "KL Optimal", "Align Your Steps", "Align Your Steps GITS", "Normal", "DDIM")
_SUFFIXES = ("Karras", "Exponential")


def _split(name: str) -> tuple[str, str | None]:
    """ "DPM++ 2M Karras" → ("DPM++ 2M", "Karras")."""
    for suffix in _SUFFIXES:
        if name.endswith(f" {suffix}"):
            return name.removesuffix(f" {suffix}"), suffix
    return name, None


def _schedule_name(scheduler: str | None, suffix: str | None, sampler: Sampler) -> str:
    if scheduler is None or scheduler == "":
        return suffix or "Uniform"
    by_lower_case = {name.lower(): name for name in (*SCHEDULES, *_OTHER_SCHEDULES, "Automatic")}
    known = by_lower_case.get(scheduler.lower().replace("_", " "))
    if known is None:
        raise InvalidPayload(f"scheduler {scheduler!r} is unknown; known: Automatic, {', '.join(SCHEDULES)}.")
    if known == "Automatic":
        return suffix or sampler.automatic
    return known


def choose_sampling(sampler_name: str, scheduler: str | None) -> Sampling:
    """The sampler and schedule of a request.

    Raises InvalidPayload for a name A1111 does not have either, UnsupportedTask for what `diffusers` cannot do.
    """
    base, suffix = (sampler_name, None) if sampler_name in SAMPLERS else _split(sampler_name)
    if base in WITHOUT_EQUIVALENT:
        raise UnsupportedTask(f"Sampler {sampler_name!r} has no equivalent in diffusers; try 'DPM++ 2M'.")
    sampler = SAMPLERS.get(base)
    if sampler is None:
        raise InvalidPayload(f"sampler_name {sampler_name!r} is unknown; known: {', '.join(SAMPLERS)}.")
    schedule = _schedule_name(scheduler, suffix, sampler)
    if schedule != "Uniform" and schedule not in sampler.schedules:
        able = ", ".join(("Uniform", *sampler.schedules))
        raise UnsupportedTask(f"Sampler {base!r} cannot use the schedule {schedule!r} here; it can: {able}.")
    options = {**sampler.options, **SCHEDULES[schedule]}
    return Sampling(base, schedule, sampler.scheduler_class, options, sampler.substitute)


def sampler_label(sampling: Sampling) -> str:
    """The name in A1111's older form, which says the schedule too: "DPM++ 2M Karras"."""
    return f"{sampling.name} {sampling.schedule}" if sampling.schedule in _SUFFIXES else sampling.name
