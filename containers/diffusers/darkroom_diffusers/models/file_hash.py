"""SHA-256 of model files, computed once for each file as it lies there."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

_LENGTH = 8


@lru_cache(maxsize=256)
def _hash(path: Path, _size: int, _changed_ns: int, without_header: bool) -> str:
    with path.open("rb") as file:
        if without_header:
            file.seek(_LENGTH + int.from_bytes(file.read(_LENGTH), "little"))
        return hashlib.file_digest(file, "sha256").hexdigest()


def _hash_now(path: Path, *, without_header: bool) -> str:
    facts = path.stat()
    return _hash(path, facts.st_size, facts.st_mtime_ns, without_header)


def file_hash(path: Path) -> str:
    """Hexadecimal SHA-256 of the whole file."""
    return _hash_now(path, without_header=False)


def tensors_hash(path: Path) -> str:
    """Hexadecimal SHA-256 of what follows a safetensors file's header: A1111's hash of LoRAs, the same whatever the
    metadata say."""
    return _hash_now(path, without_header=True)
