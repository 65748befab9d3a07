"""A training from its settings to its files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import diffusers
from accelerate import Accelerator

from ..engine.load_pipeline import Assets
from ..engine.place import find_place
from .base_model import BaseModel, load_base
from .batches_ahead import BatchesAhead
from .class_pictures import paint_class_pictures
from .errors import StopRequested, TrainingError
from .find_pictures import Picture, find_pictures
from .header_metadata import TrainedWith
from .job_folders import JobFolders
from .learning import Learner
from .make_batch import Collection
from .optimizer import make_optimizer
from .progress import Progress, SaveClock, Say
from .trained_parts import prepare_parts
from .training_files import TrainingFiles
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


@dataclass(frozen=True)
class Training:
    """A loaded training: everything that `_learn` needs."""

    learner: Learner
    state: TrainingState
    files: TrainingFiles
    collection: Collection


def _accelerator(job: Job) -> Accelerator:
    precision, on_cpu = job.settings.mixed_precision, job.device == "cpu"
    if on_cpu and precision == "fp16":
        raise TrainingError("mixedPrecision fp16 needs a GPU; use no or bf16.")
    try:
        return Accelerator(mixed_precision=precision, cpu=on_cpu)
    except ValueError as error:
        raise TrainingError(f"mixedPrecision {precision} cannot be had here: {error}") from error


def _class_pictures(job: Job, base: BaseModel, accelerator: Accelerator) -> tuple[Picture, ...]:
    if job.settings.prior is None:
        return ()
    given = job.folders.channel("class")
    if given.is_dir() and any(given.iterdir()):
        return find_pictures(given, job.settings.class_prompt, captions=False)
    folder = job.folders.checkpoints / _PAINTED
    return paint_class_pictures(base, job.settings, folder, autocast=accelerator.autocast, check=job.check, say=job.say)


def _load(job: Job) -> Training:
    settings, folders = job.settings, job.folders
    pictures = find_pictures(folders.channel("dataset"), settings.instance_prompt, captions=settings.captions)
    file = folders.base(settings.base_file)
    accelerator = _accelerator(job)
    job.say(f"reading {settings.base_file}")
    base = load_base(file, settings, job.assets, job.device)
    job.check()
    collection = Collection(pictures, _class_pictures(job, base, accelerator))
    parts = prepare_parts(base, settings)
    optimizer: Any = accelerator.prepare(make_optimizer(parts, settings, job.device, job.say))
    count = sum(parameter.numel() for part in parts for _, parameter in part.parameters())
    job.say(f"{len(pictures)} images, {len(collection.class_pictures)} class images, {count} parameters learn")
    run = TrainedWith(len(pictures), len(collection.class_pictures), job.started_at)
    return Training(
        learner=Learner(settings, base, parts, accelerator=accelerator, optimizer=optimizer, check=job.check),
        state=TrainingState(settings, parts, optimizer, accelerator.scaler),
        files=TrainingFiles(settings, folders, file, parts, run, job.say),
        collection=collection,
    )


def _learn(job: Job, training: Training) -> None:
    """Raises StopRequested once the state is written, and then what was learned so far."""
    settings, checkpoints = job.settings, job.folders.checkpoints
    done = training.state.restore(checkpoints, job.say)
    training.files.take_back(done)
    progress, saving = Progress(settings.steps, job.say, job.clock), SaveClock(job.clock)
    try:
        with BatchesAhead(settings, training.collection) as batches:
            while done < settings.steps:
                loss, rate = training.learner.step(done, batches)
                done += 1
                at_checkpoint = settings.checkpoint_every is not None and done % settings.checkpoint_every == 0
                progress.after_step(done, loss, rate, always=at_checkpoint)
                if at_checkpoint and done < settings.steps:
                    training.files.save_step(done)
                if done < settings.steps and (at_checkpoint or saving.is_due()):
                    saving.timed(partial(training.state.save, checkpoints, done))
    except StopRequested:
        training.state.save(checkpoints, done)
        job.say(f"stopped at step {done}; its state is in checkpoints")
        if done:
            training.files.save_step(done)
        raise
    training.files.save_final()


def train_model(job: Job) -> None:
    """Raises TrainingError or ContainerError for what a person can put right, RuntimeError where there is no GPU."""
    find_place(job.device)
    diffusers.utils.logging.disable_progress_bar()
    _learn(job, _load(job))
