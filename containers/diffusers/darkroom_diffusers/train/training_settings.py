"""`training.json`: what is trained and how, read and checked. No torch."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import InvalidPayload
from ..payload.fields import Field, read_fields
from .errors import TrainingError
from .learning_rates import SCHEDULES

_FIELDS: Mapping[str, Field] = {
    "id": Field("text", ""),
    "name": Field("text", None),
    "method": Field("text", None),
    "family": Field("text", None),
    "base": Field("object", {}),
    "instancePrompt": Field("text", ""),
    "classPrompt": Field("text", ""),
    "priorPreservation": Field("object", None),
    "captions": Field("flag", True),
    "steps": Field("int", None, 1, 1_000_000),
    "batchSize": Field("int", 1, 1, 64),
    "learningRate": Field("number", None, 0, 1),
    "textEncoderLearningRate": Field("number", None, 0, 1),
    "trainTextEncoder": Field("flag", False),
    "lrScheduler": Field("text", "constant"),
    "lrWarmupSteps": Field("int", 0, 0, 1_000_000),
    "gradientAccumulation": Field("int", 1, 1, 1024),
    "resolution": Field("int", 512, 64, 2048),
    "centerCrop": Field("flag", True),
    "flip": Field("flag", False),
    "seed": Field("int", 0, 0, 2**63 - 1),
    "checkpointEvery": Field("int", None, 1, 1_000_000),
    "lora": Field("object", None),
    "optimizer": Field("text", "adamw"),
    "mixedPrecision": Field("text", "no"),
    "savePrecision": Field("text", "fp16"),
    "gradientCheckpointing": Field("flag", False),
    "metadata": Field("object", {}),
}
_LORA: Mapping[str, Field] = {"rank": Field("int", 16, 1, 1024), "alpha": Field("number", None, 0, 65504)}
_PRIOR: Mapping[str, Field] = {"weight": Field("number", 1.0, 0, 100), "images": Field("int", 50, 1, 10_000)}
_BASE: Mapping[str, Field] = {"file": Field("text", None)}
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "method": ("dreambooth", "lora"),
    "family": ("sd1", "sdxl"),
    "lrScheduler": tuple(SCHEDULES),
    "optimizer": ("adamw", "adamw8bit"),
    "mixedPrecision": ("no", "fp16", "bf16"),
    "savePrecision": ("fp16", "bf16", "fp32"),
}
_NEEDED = ("name", "method", "family", "steps", "learningRate")
_LATENT = 8


@dataclass(frozen=True)
class LoraSettings:
    rank: int
    alpha: float


@dataclass(frozen=True)
class PriorSettings:
    """Prior preservation: the loss on class pictures counts `weight` times that on the subject's."""

    weight: float
    images: int


@dataclass(frozen=True)
class TrainingSettings:
    """`steps` are steps of the optimizer, each of batch_size × gradient_accumulation pictures. `digest` tells two
    trainings apart: a state is only resumed by the one that wrote it."""

    id: str
    name: str
    method: str
    family: str
    base_file: str
    instance_prompt: str
    class_prompt: str
    prior: PriorSettings | None
    captions: bool
    steps: int
    batch_size: int
    learning_rate: float
    text_encoder_learning_rate: float
    train_text_encoder: bool
    lr_scheduler: str
    lr_warmup_steps: int
    gradient_accumulation: int
    resolution: int
    center_crop: bool
    flip: bool
    seed: int
    checkpoint_every: int | None
    lora: LoraSettings | None
    optimizer: str
    mixed_precision: str
    save_precision: str
    gradient_checkpointing: bool
    metadata: Mapping[str, str]
    digest: str


def _read(where: str, given: Any, table: Mapping[str, Field]) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise TrainingError(f"{where} must be an object.")
    try:
        return read_fields(given, table)[0]
    except InvalidPayload as error:
        raise TrainingError(f"{where}: {error.message}") from error


def _check(values: Mapping[str, Any]) -> None:
    missing = next((name for name in _NEEDED if values[name] in (None, "")), None)
    if missing:
        raise TrainingError(f"training.json: {missing} is missing.")
    for name, allowed in _CHOICES.items():
        if values[name] not in allowed:
            raise TrainingError(f"training.json: {name} must be one of {', '.join(allowed)}, not {values[name]!r:.80}.")
    if values["resolution"] % _LATENT:
        raise TrainingError(f"training.json: resolution must be a multiple of {_LATENT}, not {values['resolution']}.")
    name = values["name"]
    if name != Path(name).name or name in (".", "..") or not name.isprintable():
        raise TrainingError(f"training.json: name {name!r:.80} is not the stem of a file name.")
    if not values["learningRate"] > 0:
        raise TrainingError("training.json: learningRate must be greater than 0.")


def _lora(values: Mapping[str, Any]) -> LoraSettings | None:
    if values["method"] != "lora":
        return None
    read = _read("training.json: lora", values["lora"] or {}, _LORA)
    alpha = read["rank"] if read["alpha"] is None else read["alpha"]
    return LoraSettings(read["rank"], float(alpha))


def _prior(values: Mapping[str, Any]) -> PriorSettings | None:
    if values["priorPreservation"] is None:
        return None
    if not values["classPrompt"]:
        raise TrainingError("training.json: prior preservation needs a classPrompt.")
    read = _read("training.json: priorPreservation", values["priorPreservation"], _PRIOR)
    return PriorSettings(float(read["weight"]), read["images"])


def _digest(given: Mapping[str, Any]) -> str:
    """metadata and checkpointEvery may change between two attempts, the rest of the training may not."""
    kept = {key: value for key, value in given.items() if key not in ("metadata", "checkpointEvery")}
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()


def _finite(value: Any) -> Any:
    """Infinity passes every upper bound's test but is no learning rate."""
    if isinstance(value, float) and not math.isfinite(value):
        raise TrainingError("training.json: a number is not finite.")
    return value


def parse_settings(given: Any) -> TrainingSettings:
    """Raises TrainingError naming the field that is wrong."""
    values = _read("training.json", given, _FIELDS)
    _check(values)
    for value in values.values():
        _finite(value)
    base_file = _read("training.json: base", values["base"], _BASE)["file"]
    if not base_file or base_file != Path(base_file).name:
        raise TrainingError("training.json: base.file must be the base checkpoint's file name.")
    text_rate = values["textEncoderLearningRate"]
    return TrainingSettings(
        id=values["id"],
        name=values["name"],
        method=values["method"],
        family=values["family"],
        base_file=base_file,
        instance_prompt=values["instancePrompt"].strip(),
        class_prompt=values["classPrompt"].strip(),
        prior=_prior(values),
        captions=values["captions"],
        steps=values["steps"],
        batch_size=values["batchSize"],
        learning_rate=values["learningRate"],
        text_encoder_learning_rate=values["learningRate"] if text_rate is None else text_rate,
        train_text_encoder=values["trainTextEncoder"],
        lr_scheduler=values["lrScheduler"],
        lr_warmup_steps=values["lrWarmupSteps"],
        gradient_accumulation=values["gradientAccumulation"],
        resolution=values["resolution"],
        center_crop=values["centerCrop"],
        flip=values["flip"],
        seed=values["seed"],
        checkpoint_every=values["checkpointEvery"],
        lora=_lora(values),
        optimizer=values["optimizer"],
        mixed_precision=values["mixedPrecision"],
        save_precision=values["savePrecision"],
        gradient_checkpointing=values["gradientCheckpointing"],
        metadata={str(key): str(value) for key, value in values["metadata"].items()},
        digest=_digest(given),
    )


def read_settings_file(path: Path) -> TrainingSettings:
    """Raises TrainingError when the file is missing or wrong."""
    try:
        given = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise TrainingError("The channel config holds no training.json.") from error
    except ValueError as error:
        raise TrainingError(f"training.json is not JSON: {error}") from error
    return parse_settings(given)
