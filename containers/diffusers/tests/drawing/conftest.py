"""Tiny checkpoints, made once a run, and an engine that reads them."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from support.tiny_models import write_checkpoint, write_tiny_configs

from darkroom_diffusers.cancel import Cancel
from darkroom_diffusers.engine.engine import Engine
from darkroom_diffusers.engine.load_pipeline import Assets
from darkroom_diffusers.models.checkpoint_family import FAMILIES
from darkroom_diffusers.models.fetch_models import ModelFiles
from darkroom_diffusers.models.model_ref import LocalModel
from darkroom_diffusers.payload.build_generation import build_generation
from darkroom_diffusers.payload.generation import Generation
from darkroom_diffusers.settings import Limits

os.environ["HF_HUB_OFFLINE"] = "1"
torch.set_num_threads(1)


@pytest.fixture(scope="session")
def assets(tmp_path_factory: pytest.TempPathFactory) -> Assets:
    tokenizer = Path(os.environ["DARKROOM_TOKENIZER_DIR"])
    return Assets(write_tiny_configs(tmp_path_factory.mktemp("tiny") / "configs"), tokenizer)


@pytest.fixture(scope="session")
def checkpoints(assets: Assets, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("checkpoints")
    return {name: write_checkpoint(assets.config_dir, name, folder / f"{name}.safetensors") for name in FAMILIES}


@pytest.fixture(scope="session")
def engine(assets: Assets) -> Engine:
    return Engine("cpu", 4, assets)


def local(path: Path) -> LocalModel:
    return LocalModel(path.name, path, "0" * 64)


def generation(task: str = "txt2img", **payload: Any) -> Generation:
    small = {"prompt": "a red circle", "steps": 2, "width": 64, "height": 64, "seed": 1, "cfg_scale": 5}
    return build_generation(task, {**small, **payload}, Limits(), lambda: 5)


Draw = Callable[..., list[Image.Image]]


@pytest.fixture
def draw(engine: Engine, checkpoints: dict[str, Path]) -> Draw:
    """draw(family, files={…}, task=…, **payload) → pictures."""

    def drawn(family: str = "sd15", files: dict[str, Any] | None = None, **payload: Any) -> list[Image.Image]:
        made = generation(**payload)
        held: dict[str, Any] = {"vae": None, "loras": (), "controls": (), "embeddings": (), **(files or {})}
        cancel = Cancel(time.monotonic, 600, threading.Event())
        return engine.render(made, ModelFiles(checkpoint=local(checkpoints[family]), **held), cancel)

    return drawn
