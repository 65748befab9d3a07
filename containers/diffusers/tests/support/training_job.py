"""A training job's folders as SageMaker makes them, around tiny models."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw
from safetensors import safe_open
from safetensors.torch import load_file

from darkroom_diffusers.engine.load_pipeline import Assets
from darkroom_diffusers.train.run_training import run_training

SETTINGS: Mapping[str, Any] = {
    "id": "t-1",
    "name": "toy",
    "method": "lora",
    "family": "sd1",
    "base": {"file": "base.safetensors", "checkpointId": "c-1"},
    "instancePrompt": "a sks toy",
    "classPrompt": "a toy",
    "priorPreservation": None,
    "captions": True,
    "steps": 3,
    "batchSize": 1,
    "learningRate": 0.001,
    "textEncoderLearningRate": None,
    "trainTextEncoder": False,
    "lrScheduler": "constant",
    "lrWarmupSteps": 0,
    "gradientAccumulation": 1,
    "resolution": 64,
    "centerCrop": True,
    "flip": False,
    "seed": 1337,
    "checkpointEvery": None,
    "lora": {"rank": 4, "alpha": 2},
    "mixedPrecision": "no",
    "savePrecision": "fp32",
    "gradientCheckpointing": False,
    "metadata": {"darkroom.training": "t-1"},
}


def draw_toy(path: Path, colour: str = "red", size: tuple[int, int] = (80, 64)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.new("RGB", size, "white")
    ImageDraw.Draw(image).ellipse((16, 8, 56, 48), fill=colour)
    image.save(path)
    return path


@dataclass(frozen=True)
class TrainingJob:
    root: Path
    assets: Assets

    def channel(self, name: str) -> Path:
        return self.root / "input" / "data" / name

    def configure(self, **changes: Any) -> None:
        path = self.channel("config") / "training.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({**SETTINGS, **changes}))

    def env(self, **changes: str) -> dict[str, str]:
        return {
            **os.environ,
            "DARKROOM_ML_DIR": str(self.root),
            "DARKROOM_DEVICE": "cpu",
            "DARKROOM_CONFIG_DIR": str(self.assets.config_dir),
            "DARKROOM_TOKENIZER_DIR": str(self.assets.tokenizer_dir),
            **changes,
        }

    def run(self, **env: str) -> int:
        """In this process; the signals' handlers are put back."""
        numbers = (signal.SIGTERM, signal.SIGINT)
        before = [signal.getsignal(number) for number in numbers]
        try:
            return run_training(self.env(**env))
        finally:
            for number, handler in zip(numbers, before, strict=True):
                signal.signal(number, handler)

    def file(self, name: str = "toy.safetensors") -> Path:
        return self.root / "model" / name

    def tensors(self, name: str = "toy.safetensors") -> dict[str, Any]:
        return load_file(str(self.file(name)))

    def metadata(self, name: str = "toy.safetensors") -> dict[str, str]:
        with safe_open(str(self.file(name)), framework="pt") as file:
            return dict(file.metadata())

    @property
    def failure(self) -> str:
        path = self.root / "output" / "failure"
        return path.read_text() if path.exists() else ""


def make_job(root: Path, base: Path, assets: Assets, **changes: Any) -> TrainingJob:
    """With one picture of the subject."""
    job = TrainingJob(root, assets)
    job.configure(**changes)
    job.channel("base").mkdir(parents=True)
    os.link(base, job.channel("base") / "base.safetensors")
    draw_toy(job.channel("dataset") / "toy.png")
    return job
