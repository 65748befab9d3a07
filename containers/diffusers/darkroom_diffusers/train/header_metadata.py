"""The strings in the trained file's header: kohya's ss_ keys and the modelspec keys, where they are true."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from .training_settings import TrainingSettings

_BASE_VERSION: Mapping[str, str] = {"sd1": "sd_v1", "sdxl": "sdxl_base_v1-0"}
_ARCHITECTURE: Mapping[str, str] = {"sd1": "stable-diffusion-v1", "sdxl": "stable-diffusion-xl-v1-base"}


@dataclass(frozen=True)
class TrainedWith:
    """What only the run knows."""

    pictures: int
    class_pictures: int
    started_at: datetime


def _common(settings: TrainingSettings, step: int, run: TrainedWith) -> dict[str, str]:
    """modelspec 1.0.0's required keys and kohya's for what both kinds of files have."""
    return {
        "modelspec.sai_model_spec": "1.0.0",
        "modelspec.architecture": _ARCHITECTURE[settings.family],
        "modelspec.implementation": "diffusers",
        "modelspec.title": settings.name,
        "modelspec.date": run.started_at.isoformat(timespec="seconds"),
        "modelspec.resolution": f"{settings.resolution}x{settings.resolution}",
        "modelspec.prediction_type": "epsilon",
        "ss_base_model_version": _BASE_VERSION[settings.family],
        "ss_sd_model_name": settings.base_file,
        "ss_output_name": settings.name,
        "ss_steps": str(step),
        "ss_max_train_steps": str(settings.steps),
        "ss_learning_rate": f"{settings.learning_rate:g}",
        "ss_unet_lr": f"{settings.learning_rate:g}",
        "ss_text_encoder_lr": f"{settings.text_encoder_learning_rate if settings.train_text_encoder else 0:g}",
        "ss_lr_scheduler": settings.lr_scheduler,
        "ss_lr_warmup_steps": str(settings.lr_warmup_steps),
        "ss_total_batch_size": str(settings.batch_size),
        "ss_gradient_accumulation_steps": str(settings.gradient_accumulation),
        "ss_gradient_checkpointing": str(settings.gradient_checkpointing),
        "ss_resolution": f"({settings.resolution}, {settings.resolution})",
        "ss_mixed_precision": settings.mixed_precision,
        "ss_optimizer": settings.optimizer,
        "ss_seed": str(settings.seed),
        "ss_num_train_images": str(run.pictures),
        "ss_num_reg_images": str(run.class_pictures),
        "ss_training_started_at": str(run.started_at.timestamp()),
    }


def _of_lora(settings: TrainingSettings) -> dict[str, str]:
    if settings.lora is None:
        return {}
    return {
        "modelspec.architecture": f"{_ARCHITECTURE[settings.family]}/lora",
        "ss_network_module": "networks.lora",
        "ss_network_dim": str(settings.lora.rank),
        "ss_network_alpha": f"{settings.lora.alpha:g}",
    }


def header_metadata(settings: TrainingSettings, step: int, run: TrainedWith) -> dict[str, str]:
    """The training's own metadata wins over what is written here."""
    return {**_common(settings, step, run), **_of_lora(settings), **settings.metadata}
