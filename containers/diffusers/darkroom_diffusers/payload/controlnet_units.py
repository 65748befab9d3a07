"""ControlNet units: `alwayson_scripts.controlnet.args`. The control picture must be prepared already: this container
has no preprocessors, so `module` is "none"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PIL import Image

from ..errors import InvalidPayload, UnsupportedTask
from .fields import Field, read_fields
from .pictures import decode_picture, flatten
from .resize import CROP, FILL, STRETCH

_UNIT: Mapping[str, Field] = {
    "enabled": Field("flag", True),
    "module": Field("text", "none"),
    "model": Field("text", None),
    "weight": Field("number", 1.0, 0, 2),
    "guidance_start": Field("number", 0.0, 0, 1),
    "guidance_end": Field("number", 1.0, 0, 1),
    "guess_mode": Field("flag", False),
    "invert_image": Field("flag", False),
}

_RESIZE_MODES: Mapping[object, int] = {
    "Just Resize": STRETCH,
    0: STRETCH,
    "Crop and Resize": CROP,
    "Scale to Fit (Inner Fit)": CROP,
    1: CROP,
    None: CROP,
    "Resize and Fill": FILL,
    "Envelope (Outer Fit)": FILL,
    2: FILL,
}

_BALANCED = (None, 0, "Balanced")


@dataclass(frozen=True)
class ControlUnit:
    """One enabled unit. `model` is the name as written, A1111's " [hash]" included."""

    model: str
    image: Image.Image
    weight: float
    start: float
    end: float
    resize_mode: int


def _picture(unit: Mapping[str, Any], where: str) -> Image.Image:
    given = unit.get("image") or unit.get("input_image")
    if isinstance(given, dict):
        given = given.get("image")
    return flatten(decode_picture(f"{where}.image", given))


def _refuse_what_is_not_here(values: Mapping[str, Any], unit: Mapping[str, Any], where: str) -> None:
    if values["module"].lower() not in ("none", ""):
        module = values["module"]
        raise UnsupportedTask(f"{where}.module {module!r}: there are no preprocessors here; send a prepared picture.")
    if values["guess_mode"] or unit.get("control_mode") not in _BALANCED:
        raise UnsupportedTask(f"{where}.control_mode: only 'Balanced' is supported.")
    if values["invert_image"]:
        raise UnsupportedTask(f"{where}.invert_image: send the inverted picture.")


def _read_unit(unit: Any, where: str) -> ControlUnit | None:
    if not isinstance(unit, dict):
        raise InvalidPayload(f"{where} must be an object.")
    values, _ = read_fields(unit, _UNIT)
    if not values["enabled"]:
        return None
    _refuse_what_is_not_here(values, unit, where)
    if not values["model"] or values["model"] == "None":
        raise InvalidPayload(f"{where}.model is missing.")
    resize_mode = unit.get("resize_mode")
    if not isinstance(resize_mode, str | int | None) or resize_mode not in _RESIZE_MODES:
        raise InvalidPayload(f"{where}.resize_mode {resize_mode!r} is unknown.")
    if values["guidance_start"] >= values["guidance_end"]:
        raise InvalidPayload(f"{where}.guidance_start must be less than guidance_end.")
    return ControlUnit(
        model=values["model"],
        image=_picture(unit, where),
        weight=values["weight"],
        start=values["guidance_start"],
        end=values["guidance_end"],
        resize_mode=_RESIZE_MODES[resize_mode],
    )


def read_control_units(alwayson_scripts: Mapping[str, Any]) -> tuple[tuple[ControlUnit, ...], list[str]]:
    """The enabled ControlNet units, and the names of the other always-on scripts, which are not run."""
    units: list[ControlUnit] = []
    others: list[str] = []
    for script, body in alwayson_scripts.items():
        if script.lower() != "controlnet":
            others.append(f"alwayson_scripts.{script}")
            continue
        args = body.get("args") if isinstance(body, dict) else None
        if not isinstance(args, list):
            raise InvalidPayload("alwayson_scripts.controlnet.args must be a list.")
        read = [_read_unit(unit, f"alwayson_scripts.controlnet.args[{index}]") for index, unit in enumerate(args)]
        units.extend(unit for unit in read if unit is not None)
    return tuple(units), others
