"""The files of a training: the final one and one at each checkpoint."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .header_metadata import TrainedWith, header_metadata
from .job_folders import JobFolders
from .progress import Say
from .save_trained import save_checkpoint, save_lora
from .trained_parts import TrainedPart
from .training_settings import TrainingSettings


def _duplicate(source: Path, target: Path) -> None:
    """A second name for the file, or a copy where the two lie on different disks."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        return
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


@dataclass(frozen=True)
class TrainingFiles:
    settings: TrainingSettings
    folders: JobFolders
    base: Path
    parts: Sequence[TrainedPart]
    run: TrainedWith
    say: Say

    def _save(self, file: str, step: int) -> Path:
        path = self.folders.model / file
        metadata = header_metadata(self.settings, step, self.run)
        if self.settings.lora is None:
            save_checkpoint(path, self.base, self.parts, self.settings, metadata)
        else:
            save_lora(path, self.parts, self.settings, metadata)
        self.say(f"wrote {file}")
        return path

    def save_final(self) -> None:
        self._save(f"{self.settings.name}.safetensors", self.settings.steps)

    def save_step(self, step: int) -> None:
        """Beside the state as well: /opt/ml/model does not outlive a spot interruption."""
        path = self._save(f"{self.settings.name}-step{step:08d}.safetensors", step)
        _duplicate(path, self.folders.checkpoints / path.name)

    def take_back(self, step: int) -> None:
        """What this training wrote up to the step at which it was interrupted."""
        for path in sorted(self.folders.checkpoints.glob(f"{self.settings.name}-step*.safetensors")):
            if path.stem.rpartition("-step")[2] <= f"{step:08d}":
                _duplicate(path, self.folders.model / path.name)
