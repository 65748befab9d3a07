"""SageMaker's folders of a training job."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .errors import TrainingError


@dataclass(frozen=True)
class JobFolders:
    """`root` is /opt/ml on SageMaker. Channels are in File mode."""

    root: Path

    def channel(self, name: str) -> Path:
        return self.root / "input" / "data" / name

    @property
    def settings(self) -> Path:
        return self.channel("config") / "training.json"

    @property
    def model(self) -> Path:
        """Uploaded when the job ends."""
        return self.root / "model"

    @property
    def checkpoints(self) -> Path:
        """Synchronised with S3 while the job runs, and there again when it is restarted."""
        return self.root / "checkpoints"

    @property
    def failure(self) -> Path:
        return self.root / "output" / "failure"

    def base(self, file: str) -> Path:
        """The base checkpoint. Raises TrainingError when the channel does not hold it."""
        path = self.channel("base") / file
        if not path.is_file():
            there = ", ".join(sorted(each.name for each in self.channel("base").glob("*"))) or "nothing"
            raise TrainingError(f"The base checkpoint {file} is not in the channel base; there is {there}.")
        return path


def find_job_folders(env: Mapping[str, str]) -> JobFolders:
    return JobFolders(Path(env.get("DARKROOM_ML_DIR") or "/opt/ml"))
