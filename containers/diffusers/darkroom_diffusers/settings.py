"""The environment, read once."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_PACKAGE = Path(__file__).parent


@dataclass(frozen=True)
class Limits:
    """What one request may ask for."""

    max_images: int = 16
    max_side: int = 2048
    max_pixels: int = 2048 * 2048
    max_steps: int = 150
    max_body_bytes: int = 256 * 1024 * 1024


@dataclass(frozen=True)
class Settings:
    host: str
    port: int
    model_dir: Path
    cache_dir: Path
    cache_bytes: int
    device: str
    max_pipelines: int
    max_waiting: int
    request_timeout_s: float
    grace_s: float
    config_dir: Path
    tokenizer_dir: Path
    limits: Limits


def _whole(env: Mapping[str, str], name: str, default: int, low: int = 0) -> int:
    text = env.get(name, "").strip() or str(default)
    if not text.isdigit() or int(text) < low:
        raise ValueError(f"{name} must be a whole number of at least {low}, not {text!r}.")
    return int(text)


def _cache_bytes(env: Mapping[str, str], cache_dir: Path) -> int:
    asked = _whole(env, "DARKROOM_CACHE_BYTES", 0)
    existing = next(path for path in (cache_dir, *cache_dir.parents) if path.exists())
    return asked or int(shutil.disk_usage(existing).free * 0.8)


def read_settings(env: Mapping[str, str]) -> Settings:
    """Every setting has a default that is right on a SageMaker GPU instance; ValueError names a bad variable."""
    cache_dir = Path(env.get("DARKROOM_CACHE_DIR") or "/tmp/darkroom-models")
    return Settings(
        host=env.get("DARKROOM_BIND_HOST") or "0.0.0.0",  # noqa: S104 - SageMaker calls from outside the container
        port=_whole(env, "SAGEMAKER_BIND_TO_PORT", 8080),
        model_dir=Path(env.get("DARKROOM_MODEL_DIR") or "/opt/ml/model"),
        cache_dir=cache_dir,
        cache_bytes=_cache_bytes(env, cache_dir),
        device=env.get("DARKROOM_DEVICE") or "cuda",
        max_pipelines=_whole(env, "DARKROOM_MAX_PIPELINES", 1, low=1),
        max_waiting=_whole(env, "DARKROOM_MAX_WAITING", 16),
        request_timeout_s=_whole(env, "DARKROOM_REQUEST_TIMEOUT_S", 3600, low=1),
        grace_s=_whole(env, "DARKROOM_GRACE_S", 20),
        config_dir=Path(env.get("DARKROOM_CONFIG_DIR") or _PACKAGE / "configs"),
        tokenizer_dir=Path(env.get("DARKROOM_TOKENIZER_DIR") or "/opt/darkroom/tokenizer"),
        limits=Limits(max_images=_whole(env, "DARKROOM_MAX_IMAGES", 16, low=1)),
    )
