"""What a restarted training needs to go on as if it had never ended: one file, without pickles.

Everything random follows from the seed and the step, so weights, the optimizer's moments and the step are all.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open

from .progress import Say
from .trained_parts import TrainedPart
from .training_settings import TrainingSettings
from .write_safetensors import TensorToWrite, to_write, write_safetensors

STATE_FILE = "state.safetensors"


def _named(parts: Sequence[TrainedPart]) -> list[tuple[str, torch.nn.Parameter]]:
    return [named for part in parts for named in part.parameters()]


class TrainingState:
    """The state of these parts and this optimizer (a torch.optim.Optimizer), and of fp16's loss scaler if any."""

    def __init__(self, settings: TrainingSettings, parts: Sequence[TrainedPart], optimizer: Any, scaler: Any) -> None:
        self._settings = settings
        self._parts = parts
        self._optimizer = optimizer
        self._scaler = scaler

    def save(self, folder: Path, step: int) -> None:
        """`step` steps are done."""
        tensors: list[TensorToWrite] = []
        plain: dict[str, dict[str, Any]] = {}
        for name, parameter in _named(self._parts):
            tensors.append(to_write(f"weight.{name}", parameter.data))
            for key, value in self._optimizer.state.get(parameter, {}).items():
                if isinstance(value, torch.Tensor):
                    tensors.append(to_write(f"{key}.{name}", value))
                else:
                    plain.setdefault(name, {})[key] = value
        scaler = self._scaler.state_dict() if self._scaler is not None else {}
        facts = {"step": step, "digest": self._settings.digest, "scaler": scaler, "optimizer": plain}
        write_safetensors(folder / STATE_FILE, tensors, {"state": json.dumps(facts)})

    def restore(self, folder: Path, say: Say) -> int:
        """How many steps are done; 0 when there is no state, or none that belongs here."""
        path = folder / STATE_FILE
        if not path.exists():
            return 0
        try:
            with safe_open(str(path), framework="pt", device="cpu") as file:
                return self._take(file, say)
        except (SafetensorError, OSError, ValueError, KeyError) as error:
            say(f"the state in checkpoints cannot be read ({error!s:.200}): starting from the beginning")
            return 0

    def _take(self, file: Any, say: Say) -> int:
        facts = json.loads(file.metadata()["state"])
        if facts["digest"] != self._settings.digest:
            say("the state in checkpoints is another training's: starting from the beginning")
            return 0
        keys = set(file.keys())
        named = _named(self._parts)
        if any(f"weight.{name}" not in keys for name, _ in named):
            raise KeyError("a weight is missing")
        for name, parameter in named:
            with torch.no_grad():
                parameter.copy_(file.get_tensor(f"weight.{name}"))
            moments = {
                key.removesuffix(f".{name}"): file.get_tensor(key)
                for key in (f"{kind}.{name}" for kind in self._kinds(keys))
                if key in keys
            }
            held = {key: _placed(key, value, parameter) for key, value in moments.items()}
            self._optimizer.state[parameter] = {**held, **facts["optimizer"].get(name, {})}
        if self._scaler is not None and facts["scaler"]:
            self._scaler.load_state_dict(facts["scaler"])
        say(f"resumed at step {facts['step']}")
        return int(facts["step"])

    @staticmethod
    def _kinds(keys: set[str]) -> set[str]:
        return {key.partition(".")[0] for key in keys} - {"weight"}


def _placed(key: str, value: torch.Tensor, parameter: torch.nn.Parameter) -> torch.Tensor:
    """torch keeps its step counter on the CPU, the moments beside the weights."""
    return value if key == "step" else value.to(parameter.device)
