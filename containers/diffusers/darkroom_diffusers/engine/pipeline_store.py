"""The pipelines in memory: at most so many, least recently used first out."""

from __future__ import annotations

import gc
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

import torch

from .load_pipeline import Loaded

Key = tuple[Path, Path | None]


def _free_memory() -> None:
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


class PipelineStore:
    """Used by one thread at a time, the one whose turn on the GPU it is."""

    def __init__(self, limit: int, load: Callable[[str, Path, Path | None], Loaded]) -> None:
        self._limit = limit
        self._load = load
        self._loaded: OrderedDict[Key, Loaded] = OrderedDict()

    def get(self, family: str, checkpoint: Path, vae: Path | None) -> Loaded:
        key = (checkpoint, vae)
        if key not in self._loaded:
            self._make_room()
            self._loaded[key] = self._load(family, checkpoint, vae)
        self._loaded.move_to_end(key)
        return self._loaded[key]

    def _make_room(self) -> None:
        while len(self._loaded) >= self._limit:
            self._loaded.popitem(last=False)
            _free_memory()

    def drop(self) -> None:
        """Forgets every pipeline and gives the memory back."""
        self._loaded.clear()
        _free_memory()

    def forget(self, loaded: Loaded) -> None:
        """Drops one that may not be in the state its file describes any more."""
        self._loaded = OrderedDict((key, other) for key, other in self._loaded.items() if other is not loaded)
        _free_memory()
