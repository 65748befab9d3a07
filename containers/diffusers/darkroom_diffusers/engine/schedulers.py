"""The `diffusers` scheduler of a Sampling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import diffusers

from ..payload.samplers import Sampling

_TRAINED: Mapping[str, Any] = {
    "num_train_timesteps": 1000,
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "prediction_type": "epsilon",
}


def build_scheduler(sampling: Sampling, seeds: Sequence[int]) -> Any:
    """A fresh one for each run. The Brownian noise of "DPM++ SDE" follows the images' seeds as well."""
    scheduler = getattr(diffusers, sampling.scheduler_class)(**_TRAINED, **sampling.options)
    if sampling.scheduler_class == "DPMSolverSDEScheduler":
        scheduler.noise_sampler_seed = [seed % 2**63 for seed in seeds]
    return scheduler
