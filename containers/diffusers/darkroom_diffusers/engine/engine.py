"""The drawing engine: a Generation and the files of its models in, pictures out."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from ..cancel import Cancel
from ..errors import ContainerError
from ..models.checkpoint_family import detect_family
from ..models.fetch_models import ModelFiles
from ..models.safetensors_header import read_header
from ..payload.generation import Generation
from .conditioning import Words, encode_words, for_batch
from .controlnets import load_controls
from .draw_img2img import draw_img2img
from .draw_txt2img import draw_txt2img
from .load_pipeline import Assets, Loaded, load_pipeline
from .loras import worn_loras
from .noise import generators
from .pipeline_store import PipelineStore
from .place import find_place
from .session import Batch, Session
from .textual_inversion import Embedding, read_embedding


def _words(generation: Generation, embeddings: tuple[Embedding, ...]) -> tuple[Words, Words]:
    """For the first pass and for the hires pass."""
    first = Words(generation.prompt, generation.negative_prompt, generation.clip_skip, embeddings)
    hires = generation.hires
    if hires is None:
        return first, first
    return first, Words(hires.prompt, hires.negative_prompt, generation.clip_skip, embeddings)


class Engine:
    """Used by one thread at a time. Raises RuntimeError when the device is not there."""

    def __init__(self, device: str, max_pipelines: int, assets: Assets) -> None:
        self._assets = assets
        self._place = find_place(device)
        self._store = PipelineStore(max_pipelines, self._load)

    def _load(self, family: str, checkpoint: Path, vae: Path | None) -> Loaded:
        return load_pipeline(family, checkpoint, vae, assets=self._assets, place=self._place)

    def drop(self) -> None:
        """Gives the GPU's memory back."""
        self._store.drop()

    def render(self, generation: Generation, files: ModelFiles, cancel: Cancel) -> list[Image.Image]:
        """One picture a seed, in order."""
        family = detect_family(files.checkpoint.name, read_header(files.checkpoint.path))
        embeddings = tuple(read_embedding(model) for model in files.embeddings)
        cancel.check()
        loaded = self._store.get(family, files.checkpoint.path, files.vae.path if files.vae else None)
        controls = load_controls(family, files.controls, assets=self._assets, place=self._place)
        session = Session(loaded, generation, controls, cancel)
        with self._left_as_it_was(loaded), worn_loras(loaded, files.loras):
            return self._draw(session, embeddings)

    @contextlib.contextmanager
    def _left_as_it_was(self, loaded: Loaded) -> Iterator[None]:
        """A pipeline that failed in a way nobody foresaw may wear a LoRA still; it is loaded afresh."""
        try:
            yield
        except ContainerError:
            raise
        except BaseException:
            self._store.forget(loaded)
            raise

    def _draw(self, session: Session, embeddings: tuple[Embedding, ...]) -> list[Image.Image]:
        generation = session.generation
        first, second = (encode_words(session.loaded, words) for words in _words(generation, embeddings))
        pictures: list[Image.Image] = []
        for start in range(0, len(generation.seeds), generation.batch_size):
            images = range(start, start + generation.batch_size)
            seeds = tuple(generation.seeds[index] for index in images)
            batch = Batch(images, generators(seeds), for_batch(first, len(images)))
            if generation.source is not None:
                pictures += draw_img2img(session, batch, generation.source)
            else:
                pictures += draw_txt2img(session, batch, for_batch(second, len(images)))
        return pictures
