"""From the payload's JSON to a Generation: all that can be refused without a model is refused here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..errors import InvalidPayload, UnsupportedTask
from ..settings import Limits
from .controlnet_units import read_control_units
from .extra_networks import take_out_loras
from .fields import IMG2IMG, TXT2IMG, read_fields
from .generation import Generation, Hires
from .hires import read_hires
from .override_settings import read_override_settings
from .prompt_attention import refuse_unsupported_syntax
from .samplers import Sampling, choose_sampling, sampler_label
from .source import read_source
from .unsupported import refuse_unsupported, without_effect

RandomSeed = Callable[[], int]

_TABLES = {"txt2img": TXT2IMG, "img2img": IMG2IMG}
_NOT_ECHOED = ("script_name", "script_args", "alwayson_scripts", "send_images", "save_images")
_PICTURES = ("init_images", "mask")


def _check_size(width: int, height: int, limits: Limits, where: str) -> None:
    if width % 8 or height % 8:
        raise InvalidPayload(f"{where} is {width}×{height}; both must be multiples of 8.")
    if max(width, height) > limits.max_side or width * height > limits.max_pixels:
        raise InvalidPayload(f"{where} is {width}×{height}; the longest side may be {limits.max_side}.")


def _check_amount(values: Mapping[str, Any], hires: Hires | None, limits: Limits) -> int:
    count: int = values["batch_size"] * values["n_iter"]
    if count > limits.max_images:
        raise InvalidPayload(f"batch_size × n_iter is {count}; the limit is {limits.max_images} images a request.")
    if max(values["steps"], hires.steps if hires else 0) > limits.max_steps:
        raise InvalidPayload(f"steps is {values['steps']}; the limit is {limits.max_steps}.")
    _check_size(values["width"], values["height"], limits, "width × height")
    if hires is not None:
        _check_size(hires.width, hires.height, limits, "the hires size")
    return count


def _seeds(values: Mapping[str, Any], count: int, random_seed: RandomSeed) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """A1111's rule: seeds count up from the first, except while subseeds vary one seed."""
    seed = random_seed() if values["seed"] == -1 else values["seed"]
    subseed = random_seed() if values["subseed"] == -1 else values["subseed"]
    step = 0 if values["subseed_strength"] > 0 else 1
    return tuple(seed + step * index for index in range(count)), tuple(subseed + index for index in range(count))


def _echo(values: Mapping[str, Any], sampling: Sampling, seed: int, subseed: int) -> dict[str, Any]:
    echo = {name: value for name, value in values.items() if name not in _NOT_ECHOED}
    echo.update({name: None for name in _PICTURES if name in echo})
    label = sampler_label(sampling)
    return {**echo, "seed": seed, "subseed": subseed, "sampler_name": label, "sampler_index": None}


def build_generation(task: str, payload: Mapping[str, Any], limits: Limits, random_seed: RandomSeed) -> Generation:
    """`task` is txt2img or img2img. Raises InvalidPayload or UnsupportedTask naming the field."""
    values, unknown = read_fields(payload, _TABLES[task])
    refuse_unsupported(values)
    for name in ("prompt", "negative_prompt", "hr_prompt", "hr_negative_prompt"):
        refuse_unsupported_syntax(values.get(name, ""))
    sampling = choose_sampling(values["sampler_name"] or values["sampler_index"], values["scheduler"])
    hires = read_hires(values, sampling)
    count = _check_amount(values, hires, limits)
    source = read_source(values) if task == "img2img" else None
    if source is not None and values["subseed_strength"] > 0:
        raise UnsupportedTask("subseed_strength is supported for txt2img only.")
    settings = read_override_settings(values["override_settings"])
    controls, other_scripts = read_control_units(values["alwayson_scripts"])
    eta = ("eta",) if values["eta"] is not None and sampling.name != "DDIM" else ()
    prompt, loras = take_out_loras(values["prompt"])
    seeds, subseeds = _seeds(values, count, random_seed)
    return Generation(
        task=task,
        prompt=prompt,
        negative_prompt=take_out_loras(values["negative_prompt"])[0],
        prompt_as_sent=values["prompt"],
        loras=() if values["disable_extra_networks"] else loras,
        seeds=seeds,
        subseeds=subseeds,
        subseed_strength=values["subseed_strength"],
        steps=values["steps"],
        cfg_scale=values["cfg_scale"],
        width=values["width"],
        height=values["height"],
        batch_size=values["batch_size"],
        sampling=sampling,
        eta=values["eta"],
        clip_skip=settings.clip_skip,
        checkpoint_name=settings.checkpoint_name,
        vae_name=settings.vae_name,
        controls=controls,
        hires=hires,
        source=source,
        include_init_images=values.get("include_init_images", False),
        ignored=(*unknown, *without_effect(values), *eta, *settings.ignored, *other_scripts),
        parameters=_echo(values, sampling, seeds[0], subseeds[0]),
    )
