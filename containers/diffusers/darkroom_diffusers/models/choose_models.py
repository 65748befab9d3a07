"""Which of the models a Generation draws with. Exact names only."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import InvalidPayload
from ..payload.controlnet_units import ControlUnit
from ..payload.extra_networks import LoraUse
from ..payload.generation import Generation
from .model_lists import ModelLists, all_models
from .model_names import find_by_name, stem
from .model_ref import ModelRef


@dataclass(frozen=True)
class ChosenModels:
    checkpoint: ModelRef
    vae: ModelRef | None
    loras: tuple[tuple[LoraUse, ModelRef], ...]
    controls: tuple[tuple[ControlUnit, ModelRef], ...]
    embeddings: tuple[ModelRef, ...]

    def all(self) -> tuple[ModelRef, ...]:
        """Every one of them, the checkpoint first."""
        used = (self.checkpoint, *([self.vae] if self.vae else []), *(ref for _, ref in self.loras))
        return (*used, *(ref for _, ref in self.controls), *self.embeddings)


def _checkpoint(name: str | None, requested: ModelLists, shipped: ModelLists) -> ModelRef:
    kind = "Stable-diffusion"
    if name is not None:
        return find_by_name("Checkpoint", name, all_models(requested, shipped)[kind])
    if requested[kind]:
        return requested[kind][0]
    if len(shipped[kind]) == 1:
        return shipped[kind][0]
    there = ", ".join(ref.model_name for ref in shipped[kind]) or "none"
    raise InvalidPayload(f"models.Stable-diffusion names no checkpoint; in the model directory: {there}.")


def _vae(name: str | None, requested: ModelLists, shipped: ModelLists) -> ModelRef | None:
    if name in ("None", "Automatic"):
        return None
    if name is not None:
        return find_by_name("VAE", name, all_models(requested, shipped)["VAE"])
    return requested["VAE"][0] if requested["VAE"] else None


def choose_models(generation: Generation, requested: ModelLists, shipped: ModelLists) -> ChosenModels:
    """Raises ModelNotFound naming a model that neither the request nor the model directory has."""
    every = all_models(requested, shipped)
    text = f"{generation.prompt}\n{generation.negative_prompt}"
    return ChosenModels(
        checkpoint=_checkpoint(generation.checkpoint_name, requested, shipped),
        vae=_vae(generation.vae_name, requested, shipped),
        loras=tuple((use, find_by_name("LoRA", use.name, every["Lora"])) for use in generation.loras),
        controls=tuple(
            (unit, find_by_name("ControlNet", unit.model, every["ControlNet"])) for unit in generation.controls
        ),
        embeddings=tuple(ref for ref in every["embeddings"] if stem(ref.model_name).lower() in text.lower()),
    )
