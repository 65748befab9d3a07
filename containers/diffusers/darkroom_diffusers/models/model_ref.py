"""A model as a request or the model directory names it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class ModelRef:
    """Either in S3 (`bucket`, `key`) or already in the model directory (`path`)."""

    kind: str
    model_name: str
    bucket: str = ""
    key: str = ""
    path: Path | None = None


@dataclass(frozen=True)
class LocalModel:
    """A model's file on this machine's disk. `sha256` is hexadecimal."""

    name: str
    path: Path
    sha256: str
