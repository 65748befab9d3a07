"""The training program: settings in, files and an exit status out."""

from __future__ import annotations

import importlib
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from .errors import StopRequested
from .explain_failure import explain_failure
from .job_folders import JobFolders, find_job_folders
from .training_settings import TrainingSettings, read_settings_file

_PACKAGE = Path(__file__).parent.parent


def _say(line: str) -> None:
    print(line, flush=True)


def _train(settings: TrainingSettings, folders: JobFolders, env: Mapping[str, str], stop: threading.Event) -> None:
    def check() -> None:
        if stop.is_set():
            raise StopRequested

    os.environ["HF_HUB_OFFLINE"] = "1"
    training = importlib.import_module(".train_model", __package__)
    loading = importlib.import_module("..engine.load_pipeline", __package__)
    check()
    config_dir = Path(env.get("DARKROOM_CONFIG_DIR") or _PACKAGE / "configs")
    tokenizer_dir = Path(env.get("DARKROOM_TOKENIZER_DIR") or "/opt/darkroom/tokenizer")
    training.train_model(
        training.Job(
            settings=settings,
            folders=folders,
            assets=loading.Assets(config_dir, tokenizer_dir),
            device=env.get("DARKROOM_DEVICE") or "cuda",
            started_at=datetime.now(UTC),
            clock=time.monotonic,
            check=check,
            say=_say,
        )
    )


def _write_failure(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def run_training(env: Mapping[str, str]) -> int:
    """0 when the training is complete or was stopped, 1 with the reason in `output/failure` otherwise.

    SageMaker knows itself that it asked the job to stop, and calls no stopped job completed.
    """
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    folders = find_job_folders(env)
    settings: TrainingSettings | None = None
    try:
        settings = read_settings_file(folders.settings)
        _train(settings, folders, env, stop)
    except StopRequested:
        return 0
    except Exception as error:
        traceback.print_exc()
        reason = explain_failure(error, settings)
        print(reason, file=sys.stderr, flush=True)
        _write_failure(folders.failure, reason)
        return 1
    return 0
