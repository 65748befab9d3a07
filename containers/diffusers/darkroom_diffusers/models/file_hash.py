"""SHA-256 of model files, computed once for each file as it lies there."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path


@lru_cache(maxsize=256)
def _hash(path: Path, size: int, changed_ns: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def file_hash(path: Path) -> str:
    """Hexadecimal SHA-256 of the whole file."""
    facts = path.stat()
    return _hash(path, facts.st_size, facts.st_mtime_ns)
