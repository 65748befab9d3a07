"""A drawing engine without a model: it paints each seed as a colour, and does what a test tells it to."""

from __future__ import annotations

import threading
from collections.abc import Callable

from PIL import Image

from darkroom_diffusers.cancel import Cancel
from darkroom_diffusers.models.fetch_models import ModelFiles
from darkroom_diffusers.payload.generation import Generation


class FakeEngine:
    def __init__(self) -> None:
        self.calls: list[tuple[Generation, ModelFiles]] = []
        self.drops = 0
        self.at_once = 0
        self.most_at_once = 0
        self.before: Callable[[Cancel], None] = lambda cancel: None
        self._lock = threading.Lock()

    def drop(self) -> None:
        self.drops += 1

    def render(self, generation: Generation, files: ModelFiles, cancel: Cancel) -> list[Image.Image]:
        with self._lock:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            self.calls.append((generation, files))
        try:
            self.before(cancel)
            size = (generation.width, generation.height)
            return [Image.new("RGB", size, (seed % 256, 0, 0)) for seed in generation.seeds]
        finally:
            with self._lock:
                self.at_once -= 1
