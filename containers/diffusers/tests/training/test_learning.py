"""That it learns, goes on where it ended, keeps the class, and says what went wrong."""

import json
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from accelerate import Accelerator
from conftest import NewJob
from PIL import Image
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from support.training_job import TrainingJob, draw_toy

from darkroom_diffusers.train import learning
from darkroom_diffusers.train.errors import StopRequested

ROOT = Path(__file__).parents[2]
LINE = re.compile(r"^progress step=(\d+) of=(\d+) loss=([0-9.eE+-]+) lr=([0-9.eE+-]+) seconds=[0-9.]+$", re.MULTILINE)


def equal(one: TrainingJob, other: TrainingJob, name: str = "toy.safetensors") -> bool:
    first, second = one.tensors(name), other.tensors(name)
    return set(first) == set(second) and all(torch.equal(first[key], second[key]) for key in first)


@pytest.fixture
def losses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Every step's loss of the trainings in this test."""
    seen: list[float] = []
    step = learning.Learner.step

    def noted(self: learning.Learner, *args: object) -> tuple[float, float]:
        result = step(self, *args)  # type: ignore[arg-type]
        seen.append(result[0])
        return result

    monkeypatch.setattr(learning.Learner, "step", noted)
    return seen


@pytest.mark.parametrize("family", ["sd1", "sdxl"])
@pytest.mark.parametrize(("method", "rate", "share"), [("dreambooth", 0.002, 0.8), ("lora", 0.05, 0.95)])
def test_the_loss_falls_on_one_picture(
    new_job: NewJob, losses: list[float], family: str, method: str, rate: float, share: float
) -> None:
    job = new_job(family, method=method, learningRate=rate, steps=60)
    assert job.run() == 0
    first, last = np.mean(losses[:12]), np.mean(losses[-12:])
    assert last < first * share


def test_the_lines_are_those_that_the_metric_definitions_read(
    new_job: NewJob, capsys: pytest.CaptureFixture[str]
) -> None:
    job = new_job(steps=3, checkpointEvery=2, lrScheduler="linear", learningRate=0.004)
    assert job.run() == 0
    found = LINE.findall(capsys.readouterr().out)
    assert [(step, of) for step, of, _, _ in found] == [("1", "3"), ("2", "3"), ("3", "3")]
    assert float(found[0][3]) == pytest.approx(0.004)
    assert float(found[2][3]) == pytest.approx(0.004 / 3, rel=1e-3)


def stop_after(monkeypatch: pytest.MonkeyPatch, steps: int) -> None:
    """As SIGTERM does, once so many steps are done."""
    step = learning.Learner.step
    done = 0

    def counted(self: learning.Learner, *args: object) -> tuple[float, float]:
        nonlocal done
        result = step(self, *args)  # type: ignore[arg-type]
        done += 1
        if done == steps:
            signal.raise_signal(signal.SIGTERM)
        return result

    monkeypatch.setattr(learning.Learner, "step", counted)


@pytest.mark.parametrize("method", ["dreambooth", "lora"])
def test_a_resumed_training_ends_with_the_weights_of_an_uninterrupted_one(
    new_job: NewJob, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], method: str
) -> None:
    options = {
        "method": method,
        "steps": 7,
        "trainTextEncoder": True,
        "checkpointEvery": 2,
        "lrScheduler": "cosine",
        "flip": True,
        "centerCrop": False,
    }
    whole, broken = new_job(folder="whole", **options), new_job(folder="broken", **options)
    for job in (whole, broken):
        draw_toy(job.channel("dataset") / "more" / "other.png", "blue", (64, 100))
    assert whole.run() == 0
    with monkeypatch.context() as patch:
        stop_after(patch, 5)
        assert broken.run() == 0
    assert not broken.file().exists()
    assert broken.file("toy-step00000005.safetensors").exists()
    assert broken.failure == ""
    for path in broken.file().parent.iterdir():
        path.unlink()
    assert broken.run() == 0
    assert "resumed at step 5" in capsys.readouterr().out
    assert equal(whole, broken)
    assert equal(whole, broken, "toy-step00000004.safetensors")
    assert len(list(broken.file().parent.iterdir())) == 5


def test_a_stop_between_the_batches_of_one_step_drops_that_step(
    new_job: NewJob, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    whole, broken = (new_job(folder=folder, steps=2, gradientAccumulation=4) for folder in ("whole", "broken"))
    assert whole.run() == 0
    loss = learning.noise_loss
    seen = 0

    def counted(*args: Any, **options: Any) -> torch.Tensor:
        nonlocal seen
        seen += 1
        if seen == 6:
            signal.raise_signal(signal.SIGTERM)
        return loss(*args, **options)

    with monkeypatch.context() as patch:
        patch.setattr(learning, "noise_loss", counted)
        assert broken.run() == 0
    assert seen == 6
    assert "stopped at step 1" in capsys.readouterr().out
    assert broken.run() == 0
    assert equal(whole, broken)


class ScalingAccelerator(Accelerator):
    """Scales the loss as fp16 on a GPU does, in fp32 on the CPU."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.scaler = torch.amp.GradScaler("cpu", init_scale=1024.0, growth_interval=2)

    def unscale_gradients(self, optimizer: Any = None) -> None:
        """accelerate's own does nothing unless the precision is fp16."""
        for each in self._optimizers:
            self.scaler.unscale_(each.optimizer)


@pytest.mark.parametrize("method", ["dreambooth", "lora"])
def test_a_scaled_loss_learns_the_same_and_its_scale_is_part_of_the_state(
    new_job: NewJob, monkeypatch: pytest.MonkeyPatch, losses: list[float], method: str
) -> None:
    plain, whole, broken = (new_job(folder=folder, method=method, steps=6) for folder in ("plain", "whole", "broken"))
    assert plain.run() == 0
    monkeypatch.setattr("darkroom_diffusers.train.train_model.Accelerator", ScalingAccelerator)
    assert whole.run() == 0
    assert losses[6:] == pytest.approx(losses[:6], rel=1e-3)
    with monkeypatch.context() as patch:
        stop_after(patch, 4)
        assert broken.run() == 0
    with safe_open(str(broken.root / "checkpoints" / "state.safetensors"), framework="pt") as file:
        state = json.loads(file.metadata()["state"])
    assert (state["step"], state["scaler"]["scale"]) == (4, 4096.0)
    assert broken.run() == 0
    assert equal(whole, broken)


def test_a_state_of_another_training_or_a_broken_one_is_not_taken(
    new_job: NewJob, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    job = new_job(steps=4)
    with monkeypatch.context() as patch:
        stop_after(patch, 2)
        assert job.run() == 0
    job.configure(steps=4, learningRate=0.002)
    assert job.run() == 0
    assert "another training's" in capsys.readouterr().out
    (job.root / "checkpoints" / "state.safetensors").write_bytes(b"half a file")
    assert job.run() == 0
    assert "cannot be read" in capsys.readouterr().out
    assert job.file().exists()


def test_sigterm_writes_the_state_and_the_next_process_goes_on(new_job: NewJob) -> None:
    job = new_job(steps=100_000)
    command = [sys.executable, "-u", "-m", "darkroom_diffusers.train", "train"]
    with subprocess.Popen(command, cwd=ROOT, env=job.env(), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("progress step="):
                break
        process.send_signal(signal.SIGTERM)
        rest = process.stdout.read()
        assert process.wait(60) == 0
    stopped = re.search(r"stopped at step (\d+)", rest)
    assert stopped
    assert job.failure == ""
    with subprocess.Popen(command, cwd=ROOT, env=job.env(), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [next(process.stdout) for _ in range(4)]
        process.send_signal(signal.SIGTERM)
        process.stdout.read()
        assert process.wait(60) == 0
    assert any(line.startswith(f"resumed at step {stopped[1]}") for line in lines)


def test_a_job_stopped_before_its_first_step_ends_quietly(new_job: NewJob, monkeypatch: pytest.MonkeyPatch) -> None:
    job = new_job()

    def stopped(*_args: object, **_options: object) -> None:
        raise StopRequested

    monkeypatch.setattr("darkroom_diffusers.train.train_model.load_base", stopped)
    assert job.run() == 0
    assert job.failure == ""
    assert not job.file().exists()


@pytest.mark.parametrize("family", ["sd1", "sdxl"])
def test_class_pictures_are_painted_once_and_trained_with(
    new_job: NewJob, capsys: pytest.CaptureFixture[str], family: str
) -> None:
    options = {"steps": 2, "priorPreservation": {"weight": 1, "images": 3}}
    job = new_job(family, **options)
    assert job.run() == 0
    assert "painting class images 3/3" in capsys.readouterr().out
    painted = sorted((job.root / "checkpoints" / "class-images").iterdir())
    assert [Image.open(path).size for path in painted] == [(64, 64)] * 3
    assert len({path.read_bytes() for path in painted}) == 3
    first = painted[0].read_bytes()
    painted[0].unlink()
    assert job.run() == 0
    assert "painting class images 3/3" in capsys.readouterr().out
    assert painted[0].read_bytes() == first
    assert job.metadata()["ss_num_reg_images"] == "3"


def test_given_class_pictures_take_the_place_of_painted_ones_and_count_by_their_weight(
    new_job: NewJob, losses: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    for folder, prior in (("none", None), ("zero", {"weight": 0}), ("one", {"weight": 1}), ("two", {"weight": 2})):
        job = new_job(folder=folder, steps=1, priorPreservation=prior)
        draw_toy(job.channel("class") / "c.png", "green")
        assert job.run() == 0
    assert "painting" not in capsys.readouterr().out
    none, zero, one, two = losses
    assert zero == pytest.approx(none, rel=1e-4)
    assert two - one == pytest.approx(one - none, rel=1e-3)
    assert one > none


def test_a_caption_takes_the_place_of_the_instance_prompt(new_job: NewJob, losses: list[float]) -> None:
    for folder, captions in (("with", True), ("without", False)):
        job = new_job(folder=folder, steps=1, captions=captions)
        (job.channel("dataset") / "toy.txt").write_text("an old tin robot\n")
        assert job.run() == 0
    job = new_job(folder="same", steps=1, instancePrompt="an old tin robot", captions=False)
    assert job.run() == 0
    with_caption, without, as_prompt = losses
    assert with_caption == as_prompt
    assert with_caption != without


def test_accumulation_and_checkpointing_and_a_larger_batch_learn_the_same(new_job: NewJob, losses: list[float]) -> None:
    ways = ({"batchSize": 2}, {"gradientAccumulation": 2}, {"batchSize": 2, "gradientCheckpointing": True})
    for index, way in enumerate(ways):
        job = new_job(folder=str(index), steps=2, trainTextEncoder=True, **way)
        draw_toy(job.channel("dataset") / "other.png", "blue")
        assert job.run() == 0
    first, second = losses[0::2], losses[1::2]
    assert first == pytest.approx([first[0]] * 3, rel=1e-4)
    assert second == pytest.approx([second[0]] * 3, rel=1e-3)


@pytest.mark.parametrize("method", ["dreambooth", "lora"])
def test_it_trains_in_bf16(new_job: NewJob, method: str) -> None:
    prior = {"weight": 1, "images": 1}
    options = {"mixedPrecision": "bf16", "savePrecision": "bf16", "trainTextEncoder": True, "priorPreservation": prior}
    job = new_job("sdxl", method=method, **options)
    assert job.run() == 0
    assert {value.dtype for value in job.tensors().values()} == {torch.bfloat16}


def test_adam_in_8_bits_without_its_library_or_gpu_says_so_and_goes_on(
    new_job: NewJob, capsys: pytest.CaptureFixture[str]
) -> None:
    job = new_job(steps=1, optimizer="adamw8bit")
    assert job.run() == 0
    assert "using adamw" in capsys.readouterr().out


def spoil(job: TrainingJob) -> None:
    tensors = load_file(str(job.channel("base") / "base.safetensors"))
    tensors["model.diffusion_model.out.2.bias"].fill_(float("nan"))
    (job.channel("base") / "base.safetensors").unlink()
    save_file(tensors, str(job.channel("base") / "base.safetensors"))


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (lambda job: (job.channel("dataset") / "toy.png").unlink(), "dataset holds no images"),
        (lambda job: (job.channel("dataset") / "toy.png").write_bytes(b"no picture"), r"toy\.png cannot be read"),
        (lambda job: (job.channel("base") / "base.safetensors").unlink(), "not in the channel base"),
        (lambda job: (job.channel("base") / "base.safetensors").write_text("not weights at all"), "safetensors"),
        (lambda job: job.configure(family="sdxl"), "is Stable Diffusion 1, but the training is for SDXL"),
        (lambda job: (job.channel("config") / "training.json").unlink(), r"no training\.json"),
        (lambda job: job.configure(steps=0), "steps is 0"),
        (lambda job: job.configure(mixedPrecision="fp16"), "needs a GPU"),
        (spoil, r"loss is not a number any more \(NaN\) at step 1"),
    ],
)
def test_what_a_person_can_put_right_is_said_in_the_failure_file(new_job: NewJob, harm: object, says: str) -> None:
    job = new_job()
    channel = job.channel("base") / "base.safetensors"
    copy = channel.read_bytes()
    channel.unlink()
    channel.write_bytes(copy)
    harm(job)  # type: ignore[operator]
    assert job.run() == 1
    assert re.search(says, job.failure)
    assert len(job.failure) <= 1024
    assert not job.file().exists()


def test_memory_that_does_not_suffice_is_said_with_advice(new_job: NewJob, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")

    monkeypatch.setattr(learning.Learner, "step", full)
    job = new_job(method="dreambooth", batchSize=4)
    assert job.run() == 1
    for advice in ("gradientCheckpointing", "batchSize", "adamw8bit", "lora", "instance type"):
        assert advice in job.failure


def test_without_the_gpu_it_does_not_train_on_the_cpu_instead(new_job: NewJob) -> None:
    job = new_job()
    assert job.run(DARKROOM_DEVICE="cuda") == 1
    assert "no CUDA device" in job.failure
