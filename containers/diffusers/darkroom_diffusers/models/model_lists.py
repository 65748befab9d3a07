"""The models a request may use: those in its `models`, and those that lie in the model directory."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import InvalidPayload, UnsupportedTask
from .model_names import check_file_name
from .model_ref import ModelRef
from .s3_location import parse_s3

KINDS = ("Stable-diffusion", "VAE", "Lora", "ControlNet", "embeddings")
_NO_MODEL = ("None", "Automatic")

ModelLists = Mapping[str, tuple[ModelRef, ...]]


def _read_entry(kind: str, where: str, entry: Any) -> ModelRef | None:
    name = entry.get("model_name") if isinstance(entry, dict) else None
    if not isinstance(name, str):
        raise InvalidPayload(f"{where}.model_name is missing.")
    if name in _NO_MODEL:
        return None
    check_file_name(f"{where}.model_name", name)
    bucket, prefix = parse_s3(f"{where}.s3", entry.get("s3"))
    return ModelRef(kind, name, bucket=bucket, key=f"{prefix}/{name}" if prefix else name)


def _read_kind(kind: str, entries: Any) -> tuple[ModelRef, ...]:
    if entries is None:
        return ()
    if not isinstance(entries, list):
        raise InvalidPayload(f"models.{kind} must be a list.")
    refs = [_read_entry(kind, f"models.{kind}[{index}]", entry) for index, entry in enumerate(entries)]
    return tuple(ref for ref in refs if ref is not None)


def read_requested(models: Any) -> ModelLists:
    """`models` of the invocation. Raises InvalidPayload naming the entry."""
    if models is None:
        models = {}
    if not isinstance(models, dict):
        raise InvalidPayload("models must be an object.")
    if models.get("hypernetworks"):
        raise UnsupportedTask("models.hypernetworks: hypernetworks are not supported.")
    return {kind: _read_kind(kind, models.get(kind)) for kind in KINDS}


def find_shipped(model_dir: Path) -> ModelLists:
    """The safetensors files under `<model dir>/<kind>/`."""
    return {
        kind: tuple(
            ModelRef(kind, path.relative_to(model_dir / kind).as_posix(), path=path)
            for path in sorted((model_dir / kind).glob("**/*.safetensors"))
        )
        for kind in KINDS
    }
