"""ControlNet models and their pictures, as arguments of a pipeline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import diffusers

from ..errors import UnsupportedTask
from ..models.checkpoint_family import is_sdxl
from ..models.model_ref import LocalModel
from ..payload.controlnet_units import ControlUnit
from ..payload.resize import resize_picture
from .complete import complete
from .load_pipeline import Assets
from .place import Place


@dataclass(frozen=True)
class LoadedControl:
    unit: ControlUnit
    model: Any


def load_controls(
    family: str, controls: Sequence[tuple[ControlUnit, LocalModel]], *, assets: Assets, place: Place
) -> tuple[LoadedControl, ...]:
    """LDM's and diffusers' layout for SD 1.5; for SDXL diffusers reads its own only. Loaded for each request."""
    config = str(assets.config_dir / ("controlnet-sdxl" if is_sdxl(family) else "controlnet-sd15"))
    loaded: list[LoadedControl] = []
    for unit, model in controls:
        try:
            with complete(f"ControlNet {model.name}"):
                net = diffusers.ControlNetModel.from_single_file(
                    str(model.path), config=config, local_files_only=True, torch_dtype=place.dtype
                ).to(place.device)
        except (ValueError, KeyError, RuntimeError) as error:
            if "out of memory" in str(error).lower():
                raise
            raise UnsupportedTask(f"ControlNet {model.name} does not fit this checkpoint: {error!s:.300}") from error
        loaded.append(LoadedControl(unit, net))
    return tuple(loaded)


def controlnet_of(controls: Sequence[LoadedControl]) -> Any:
    """What a pipeline's constructor takes as `controlnet`, or None."""
    models = [control.model for control in controls]
    return None if not models else models[0] if len(models) == 1 else models


def control_arguments(controls: Sequence[LoadedControl], mode: str, width: int, height: int) -> dict[str, Any]:
    """What the call takes: pictures in the image's size, weights, and the part of the steps each acts in."""
    if not controls:
        return {}
    units = [control.unit for control in controls]
    columns: dict[str, list[Any]] = {
        "image" if mode == "txt2img" else "control_image": [
            resize_picture(unit.image, width, height, unit.resize_mode) for unit in units
        ],
        "controlnet_conditioning_scale": [unit.weight for unit in units],
        "control_guidance_start": [unit.start for unit in units],
        "control_guidance_end": [unit.end for unit in units],
    }
    return {name: column[0] if len(units) == 1 else column for name, column in columns.items()}
