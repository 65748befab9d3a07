"""Build time only: `python -m darkroom_diffusers.fetch_clip_vocabulary DIRECTORY`.

Takes CLIP's merges (MIT licence, OpenAI) out of the wheel of open_clip_torch on PyPI and checks their hash.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from .engine.clip_vocabulary import FILE_NAME

_WHEEL = "open_clip_torch==3.3.0"
_SHA256 = "924691ac288e54409236115652ad4aa250f48203de50a9e4722a6ecd48d6804a"


def _is_right(data: bytes) -> bool:
    return hashlib.sha256(data).hexdigest() == _SHA256


def fetch(directory: Path) -> None:
    """Puts the file there unless it lies there already; ValueError when its hash is not the known one."""
    target = directory / FILE_NAME
    if target.exists() and _is_right(target.read_bytes()):
        return
    directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", scratch, _WHEEL]
        subprocess.run(command, check=True)  # noqa: S603 - a constant command
        with zipfile.ZipFile(next(Path(scratch).glob("*.whl"))) as wheel:
            data = wheel.read(f"open_clip/{FILE_NAME}")
    if not _is_right(data):
        raise ValueError(f"{FILE_NAME} in {_WHEEL} is not the known file.")
    target.write_bytes(data)


if __name__ == "__main__":
    fetch(Path(sys.argv[1]))
