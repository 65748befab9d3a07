"""The models a request may use: those in its `models`, and those that lie in the model directory."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import InvalidPayload, ModelNotFound, UnsupportedTask
from .model_names import check_file_name
from .model_ref import ModelRef
from .s3_location import parse_s3

KINDS = ("Stable-diffusion", "VAE", "Lora", "ControlNet", "embeddings")
_NO_MODEL = ("None", "Automatic")
_NO_LOCATION = ("", "None", None)

ModelLists = Mapping[str, tuple[ModelRef, ...]]


def _packaged(kind: str, name: str, shipped: ModelLists) -> ModelRef:
    """A file of the endpoint's own model directory, by its exact name."""
    found = next((ref for ref in shipped[kind] if ref.model_name == name), None)
    if found is None:
        there = ", ".join(ref.model_name for ref in shipped[kind]) or "none"
        raise ModelNotFound(f"{kind} model {name!r} has no S3 location and is not in the model directory: {there}.")
    return found


def _read_entry(kind: str, where: str, entry: Any, shipped: ModelLists) -> ModelRef | None:
    name = entry.get("model_name") if isinstance(entry, dict) else None
    if not isinstance(name, str):
        raise InvalidPayload(f"{where}.model_name is missing.")
    if name in _NO_MODEL:
        return None
    check_file_name(f"{where}.model_name", name)
    if entry.get("s3") in _NO_LOCATION:
        return _packaged(kind, name, shipped)
    bucket, prefix = parse_s3(f"{where}.s3", entry.get("s3"))
    return ModelRef(kind, name, bucket=bucket, key=f"{prefix}/{name}" if prefix else name)


def _read_kind(kind: str, entries: Any, shipped: ModelLists) -> tuple[ModelRef, ...]:
    if entries is None:
        return ()
    if not isinstance(entries, list):
        raise InvalidPayload(f"models.{kind} must be a list.")
    refs = [_read_entry(kind, f"models.{kind}[{index}]", entry, shipped) for index, entry in enumerate(entries)]
    return tuple(ref for ref in refs if ref is not None)


def read_requested(models: Any, shipped: ModelLists) -> ModelLists:
    """`models` of the invocation. Raises InvalidPayload naming the entry.

    An entry without an S3 location names a file of the model directory; ModelNotFound when it is not there.
    """
    if models is None:
        models = {}
    if not isinstance(models, dict):
        raise InvalidPayload("models must be an object.")
    if models.get("hypernetworks"):
        raise UnsupportedTask("models.hypernetworks: hypernetworks are not supported.")
    return {kind: _read_kind(kind, models.get(kind), shipped) for kind in KINDS}


def find_shipped(model_dir: Path) -> ModelLists:
    """The safetensors files under `<model dir>/<kind>/`."""
    return {
        kind: tuple(
            ModelRef(kind, path.relative_to(model_dir / kind).as_posix(), path=path)
            for path in sorted((model_dir / kind).glob("**/*.safetensors"))
        )
        for kind in KINDS
    }


def all_models(requested: ModelLists, shipped: ModelLists) -> ModelLists:
    """The request's, and those of the model directory that none of them has the name of."""
    names = {kind: {ref.model_name for ref in refs} for kind, refs in requested.items()}
    return {
        kind: (*refs, *(ref for ref in shipped[kind] if ref.model_name not in names[kind]))
        for kind, refs in requested.items()
    }
