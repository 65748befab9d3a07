"""What was drawn and how, in the forms A1111 gives: the `info` object and the text of one image."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .. import VERSION
from .generation import Generation
from .samplers import sampler_label

_LORA_HASH = 12


@dataclass(frozen=True)
class UsedModels:
    """Names and hashes for the texts; `lora_hashes`, those of the tensors alone, by the name in the prompt."""

    checkpoint: str
    checkpoint_sha256: str
    vae: str | None
    lora_hashes: dict[str, str]


def _stem(name: str) -> str:
    return name.rpartition("/")[2].rpartition(".")[0] or name


def _short(sha256: str) -> str:
    return sha256[:10]


def _number(value: float) -> str:
    return f"{value:g}"


def _quoted(text: str) -> str:
    return f'"{text}"' if any(sign in text for sign in ',:"\n') else text


def _hires_facts(generation: Generation) -> dict[str, str]:
    hires = generation.hires
    if hires is None:
        return {}
    return {
        "Denoising strength": _number(hires.denoising_strength),
        "Hires resize": f"{hires.width}x{hires.height}",
        "Hires steps": str(hires.steps),
        "Hires upscaler": hires.upscaler,
    }


def _source_facts(generation: Generation) -> dict[str, str]:
    if generation.source is None:
        return {}
    facts = {"Denoising strength": _number(generation.source.denoising_strength)}
    if generation.source.inpaint is not None:
        facts["Mask blur"] = str(generation.source.inpaint.blur)
    return facts


def extra_generation_params(generation: Generation, used: UsedModels) -> dict[str, str]:
    """The facts beyond seed and size: schedule, hires, ControlNet units, LoRA hashes, a substituted sampler."""
    facts = {"Schedule type": generation.sampling.schedule, **_hires_facts(generation), **_source_facts(generation)}
    for index, unit in enumerate(generation.controls):
        weight, start, end = _number(unit.weight), _number(unit.start), _number(unit.end)
        facts[f"ControlNet {index}"] = f"Model: {unit.model}, Weight: {weight}, Guidance: {start}-{end}"
    if used.lora_hashes:
        facts["Lora hashes"] = ", ".join(f"{name}: {sha[:_LORA_HASH]}" for name, sha in used.lora_hashes.items())
    if generation.sampling.substitute:
        facts["Sampler note"] = generation.sampling.substitute
    return facts


def infotext(generation: Generation, used: UsedModels, index: int) -> str:
    """A1111's text of the image with this index: prompt, negative prompt, one line of facts."""
    facts = {
        "Steps": str(generation.steps),
        "Sampler": sampler_label(generation.sampling),
        "CFG scale": _number(generation.cfg_scale),
        "Seed": str(generation.seeds[index]),
        "Size": f"{generation.width}x{generation.height}",
        "Model hash": _short(used.checkpoint_sha256),
        "Model": _stem(used.checkpoint),
        **({"VAE": used.vae} if used.vae else {}),
        **({"Clip skip": str(generation.clip_skip)} if generation.clip_skip > 1 else {}),
        **extra_generation_params(generation, used),
        "Version": f"darkroom-diffusers {VERSION}",
    }
    if generation.subseed_strength > 0:
        facts["Variation seed"] = str(generation.subseeds[index])
        facts["Variation seed strength"] = _number(generation.subseed_strength)
    lines = [generation.prompt_as_sent]
    if generation.parameters["negative_prompt"]:
        lines.append(f"Negative prompt: {generation.parameters['negative_prompt']}")
    lines.append(", ".join(f"{name}: {_quoted(value)}" for name, value in facts.items()))
    return "\n".join(lines)


def info_object(generation: Generation, used: UsedModels, now: datetime) -> dict[str, Any]:
    """The object that A1111 sends as a JSON string in `info`, and `ignored`: what was sent and not used."""
    count = len(generation.seeds)
    negative = generation.parameters["negative_prompt"]
    strength = generation.hires or generation.source
    return {
        "prompt": generation.prompt_as_sent,
        "all_prompts": [generation.prompt_as_sent] * count,
        "negative_prompt": negative,
        "all_negative_prompts": [negative] * count,
        "seed": generation.seeds[0],
        "all_seeds": list(generation.seeds),
        "subseed": generation.subseeds[0],
        "all_subseeds": list(generation.subseeds),
        "subseed_strength": generation.subseed_strength,
        "width": generation.width,
        "height": generation.height,
        "sampler_name": sampler_label(generation.sampling),
        "cfg_scale": generation.cfg_scale,
        "steps": generation.steps,
        "batch_size": generation.batch_size,
        "restore_faces": False,
        "face_restoration_model": None,
        "sd_model_name": _stem(used.checkpoint),
        "sd_model_hash": _short(used.checkpoint_sha256),
        "sd_vae_name": used.vae,
        "seed_resize_from_w": -1,
        "seed_resize_from_h": -1,
        "denoising_strength": strength.denoising_strength if strength else None,
        "extra_generation_params": extra_generation_params(generation, used),
        "index_of_first_image": 0,
        "infotexts": [infotext(generation, used, index) for index in range(count)],
        "styles": [],
        "job_timestamp": now.strftime("%Y%m%d%H%M%S"),
        "clip_skip": generation.clip_skip,
        "is_using_inpainting_conditioning": False,
        "version": f"darkroom-diffusers {VERSION}",
        "ignored": list(generation.ignored),
    }
