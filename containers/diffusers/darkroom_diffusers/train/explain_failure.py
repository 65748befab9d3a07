"""An exception as the sentence that becomes the training job's FailureReason."""

from __future__ import annotations

from ..errors import ContainerError
from ..tasks.guard_gpu import is_out_of_memory
from .errors import TrainingError
from .training_settings import TrainingSettings

_MAX_CHARACTERS = 1024


def _advice(settings: TrainingSettings) -> str:
    """What would help, the least loss first."""
    tries = (
        (not settings.gradient_checkpointing, "gradientCheckpointing on"),
        (settings.mixed_precision == "no", "mixedPrecision fp16 or bf16"),
        (settings.batch_size > 1, "a smaller batchSize (with gradientAccumulation for it)"),
        (settings.optimizer == "adamw" and settings.method == "dreambooth", "the optimizer adamw8bit"),
        (settings.resolution > 512, "a smaller resolution"),
        (settings.train_text_encoder, "trainTextEncoder off"),
        (settings.method == "dreambooth", "the method lora"),
    )
    helping = [advice for helps, advice in tries if helps]
    return ", ".join([*helping, "an instance type with more GPU memory"])


def explain_failure(error: BaseException, settings: TrainingSettings | None) -> str:
    """One sentence or two, at most the 1,024 characters that SageMaker keeps."""
    if settings is not None and is_out_of_memory(error):
        text = f"The GPU's memory did not suffice. Try one of: {_advice(settings)}. ({error!s:.200})"
    elif isinstance(error, TrainingError):
        text = str(error)
    elif isinstance(error, ContainerError):
        text = error.message
    else:
        text = f"{type(error).__name__}: {error}"
    return text[:_MAX_CHARACTERS]
