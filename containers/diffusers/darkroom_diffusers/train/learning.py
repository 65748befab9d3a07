"""One step of learning: forward, backward, and the optimizer's turn."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from .base_model import BaseModel
from .batches_ahead import BatchesAhead
from .errors import TrainingError
from .learning_rates import rate_factor
from .noise_loss import noise_loss
from .trained_parts import TrainedPart
from .training_settings import TrainingSettings

_MAX_NORM = 1.0


class Learner:
    """`optimizer` was prepared by `accelerator`, so that fp16's scaling is undone before gradients are cut."""

    def __init__(
        self,
        settings: TrainingSettings,
        base: BaseModel,
        parts: Sequence[TrainedPart],
        *,
        accelerator: Any,
        optimizer: Any,
        check: Callable[[], None],
    ) -> None:
        self._settings = settings
        self._base = base
        self._words = any(part.name != "unet" for part in parts)
        self._parameters = [parameter for part in parts for _, parameter in part.parameters()]
        self._accelerator = accelerator
        self._optimizer = optimizer
        self._check = check

    def _set_rate(self, step: int) -> float:
        factor = rate_factor(
            self._settings.lr_scheduler, step, warmup=self._settings.lr_warmup_steps, steps=self._settings.steps
        )
        for group in self._optimizer.param_groups:
            group["lr"] = group["initial_lr"] * factor
        return self._settings.learning_rate * factor

    def _finite(self, value: float, what: str, step: int) -> float:
        if math.isfinite(value):
            return value
        raise TrainingError(
            f"The {what} is not a number any more (NaN) at step {step + 1}: use a smaller learningRate, "
            "or mixedPrecision bf16 or no."
        )

    def step(self, step: int, batches: BatchesAhead) -> tuple[float, float]:
        """The loss and the learning rate of this step (from 0). Raises TrainingError when the numbers overflow, and
        StopRequested; in both cases before the weights have changed."""
        rate = self._set_rate(step)
        parts = self._settings.gradient_accumulation
        total = 0.0
        for part in range(parts):
            self._check()
            batch = batches.batch((step * parts + part) * self._settings.batch_size)
            with self._accelerator.autocast():
                loss = noise_loss(self._base, batch, learn_words=self._words)
            total += self._finite(loss.item(), "loss", step) / parts
            self._accelerator.backward(loss / parts)
        norm = self._accelerator.clip_grad_norm_(self._parameters, _MAX_NORM)
        if self._accelerator.scaler is None:
            self._finite(float(norm), "gradient", step)
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        return total, rate
