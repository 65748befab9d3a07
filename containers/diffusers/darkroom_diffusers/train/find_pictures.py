"""The pictures of a channel, each with the words it is trained with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .errors import TrainingError

_ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".bmp")


@dataclass(frozen=True)
class Picture:
    path: Path
    prompt: str


def _caption(path: Path) -> str:
    file = path.with_suffix(".txt")
    return " ".join(file.read_text("utf-8", errors="replace").split()) if file.is_file() else ""


def find_pictures(folder: Path, prompt: str, *, captions: bool) -> tuple[Picture, ...]:
    """Every picture below the folder, by path. With `captions` the text in <stem>.txt goes before `prompt`.

    Raises TrainingError when there is none, or one has no words at all.
    """
    paths = sorted(path for path in folder.glob("**/*") if path.suffix.lower() in _ENDINGS and path.is_file())
    if not paths:
        raise TrainingError(f"The channel {folder.name} holds no images (png, jpg, webp or bmp).")
    found = tuple(Picture(path, (_caption(path) if captions else "") or prompt) for path in paths)
    bare = next((picture.path for picture in found if not picture.prompt), None)
    if bare:
        raise TrainingError(f"{bare.relative_to(folder)} has no caption, and there is no instance prompt.")
    return found
