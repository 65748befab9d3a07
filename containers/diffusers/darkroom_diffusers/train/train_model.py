"""A training from its settings to its files."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from accelerate import Accelerator

from ..engine.load_pipeline import Assets
from ..engine.place import find_place
from .base_model import BaseModel, load_base
from .class_pictures import paint_class_pictures
from .errors import TrainingError
from .find_pictures import Picture, find_pictures
from .header_metadata import TrainedWith, header_metadata
from .job_folders import JobFolders
from .learning import Learner
from .make_batch import Collection
from .optimizer import make_optimizer
from .progress import Progress, SaveClock, Say
from .save_trained import save_checkpoint, save_lora
from .trained_parts import TrainedPart, prepare_parts
from .training_settings import TrainingSettings
from .training_state import TrainingState

_PAINTED = "class-images"


@dataclass(frozen=True)
class Job:
    """`check` raises StopRequested after SIGTERM; `clock` gives seconds (monotonic)."""

    settings: TrainingSettings
    folders: JobFolders
    assets: Assets
    device: str
    started_at: datetime
    clock: Callable[[], float]
    check: Callable[[], None]
    say: Say


def _accelerator(job: Job) -> Accelerator:
    precision = job.settings.mixed_precision
    on_cpu = job.device == "cpu"
    if on_cpu and precision == "fp16":
        raise TrainingError("mixedPrecision fp16 needs a GPU; use no or bf16.")
    return Accelerator(mixed_precision=precision, cpu=on_cpu)


def _class_pictures(job: Job, base: BaseModel, accelerator: Accelerator) -> tuple[Picture, ...]:
    if job.settings.prior is None:
        return ()
    given = job.folders.channel("class")
    if given.is_dir() and any(given.iterdir()):
        return find_pictures(given, job.settings.class_prompt, captions=False)
    folder = job.folders.checkpoints / _PAINTED
    return paint_class_pictures(base, job.settings, folder, autocast=accelerator.autocast, check=job.check, say=job.say)


def _duplicate(source: Path, target: Path) -> None:
    """A second name for the file, or a copy where the two lie on different disks."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        return
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


class Training:
    """A loaded training."""

    def __init__(self, job: Job) -> None:
        self._job = job
        settings = job.settings
        pictures = find_pictures(job.folders.channel("dataset"), settings.instance_prompt, captions=settings.captions)
        self._file = job.folders.base(settings.base_file)
        accelerator = _accelerator(job)
        job.say(f"reading {settings.base_file}")
        base = load_base(self._file, settings, job.assets, job.device)
        job.check()
        self._collection = Collection(pictures, _class_pictures(job, base, accelerator))
        self._parts: list[TrainedPart] = prepare_parts(base, settings)
        optimizer: Any = accelerator.prepare(make_optimizer(self._parts, settings, job.device, job.say))
        self._state = TrainingState(settings, self._parts, optimizer, accelerator.scaler)
        self._learner = Learner(settings, base, self._parts, accelerator=accelerator, optimizer=optimizer)
        count = sum(parameter.numel() for part in self._parts for _, parameter in part.parameters())
        job.say(
            f"{len(pictures)} images, {len(self._collection.class_pictures)} class images, {count} parameters learn"
        )

    def _save(self, file: str, step: int) -> Path:
        settings, path = self._job.settings, self._job.folders.model / file
        collection = self._collection
        run = TrainedWith(len(collection.pictures), len(collection.class_pictures), self._job.started_at)
        metadata = header_metadata(settings, step, run)
        if settings.lora is None:
            save_checkpoint(path, self._file, self._parts, settings, metadata)
        else:
            save_lora(path, self._parts, settings, metadata)
        self._job.say(f"wrote {file}")
        return path

    def _save_step(self, step: int) -> None:
        """Beside the state as well: /opt/ml/model does not outlive a spot interruption."""
        path = self._save(f"{self._job.settings.name}-step{step:08d}.safetensors", step)
        _duplicate(path, self._job.folders.checkpoints / path.name)

    def _take_back(self, step: int) -> None:
        """The files that this training wrote before it was interrupted."""
        for path in sorted(self._job.folders.checkpoints.glob(f"{self._job.settings.name}-step*.safetensors")):
            if path.stem.rpartition("-step")[2] <= f"{step:08d}":
                _duplicate(path, self._job.folders.model / path.name)

    def run(self) -> None:
        """Raises StopRequested once the state is written."""
        job, settings, checkpoints = self._job, self._job.settings, self._job.folders.checkpoints
        start = self._state.restore(checkpoints, job.say)
        self._take_back(start)
        progress = Progress(settings.steps, job.say, job.clock)
        saving = SaveClock(job.clock)
        for step in range(start, settings.steps):
            loss, rate = self._learner.step(step, self._collection)
            done = step + 1
            at_checkpoint = settings.checkpoint_every is not None and done % settings.checkpoint_every == 0
            progress.after_step(done, loss, rate, always=step == start or at_checkpoint)
            if at_checkpoint and done < settings.steps:
                self._save_step(done)
            if at_checkpoint or saving.is_due():
                saving.timed(partial(self._state.save, checkpoints, done))
            self._leave_if_stopped(done)
        self._save(f"{settings.name}.safetensors", settings.steps)

    def _leave_if_stopped(self, done: int) -> None:
        try:
            self._job.check()
        except BaseException:
            self._state.save(self._job.folders.checkpoints, done)
            self._job.say(f"stopped at step {done}; its state is in checkpoints")
            raise


def train_model(job: Job) -> None:
    """Raises TrainingError or ContainerError for what a person can put right, RuntimeError where there is no GPU."""
    find_place(job.device)
    Training(job).run()
