"""The same on a GPU, where there is one: half precision with its loss scaling, and the memory that does not suffice."""

import numpy as np
import pytest
import torch
from conftest import NewJob

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU here")


@pytest.mark.parametrize("family", ["sd1", "sdxl"])
@pytest.mark.parametrize("method", ["dreambooth", "lora"])
@pytest.mark.parametrize("precision", ["no", "fp16", "bf16"])
def test_it_trains_on_a_gpu(
    new_job: NewJob, capsys: pytest.CaptureFixture[str], family: str, method: str, precision: str
) -> None:
    prior = {"weight": 1, "images": 2}
    rate = 0.002 if method == "dreambooth" else 0.05
    options = {"steps": 40, "trainTextEncoder": True, "gradientCheckpointing": True, "priorPreservation": prior}
    job = new_job(family, method=method, mixedPrecision=precision, learningRate=rate, **options)
    assert job.run(DARKROOM_DEVICE="cuda") == 0, job.failure
    assert "resumed" not in capsys.readouterr().out
    assert all(torch.isfinite(value).all() for value in job.tensors().values())


def test_too_little_memory_ends_with_advice(new_job: NewJob) -> None:
    job = new_job(method="dreambooth", batchSize=64, resolution=2048)
    torch.cuda.set_per_process_memory_fraction(0.01)
    try:
        assert job.run(DARKROOM_DEVICE="cuda") == 1
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
    assert "memory did not suffice" in job.failure


def test_a_gpus_losses_are_those_of_the_cpu(new_job: NewJob, capsys: pytest.CaptureFixture[str]) -> None:
    seen = []
    for device in ("cpu", "cuda"):
        job = new_job(folder=device, steps=1)
        assert job.run(DARKROOM_DEVICE=device) == 0, job.failure
        seen.append(float(capsys.readouterr().out.partition("loss=")[2].split()[0]))
    assert np.isclose(*seen, rtol=1e-2)
