"""Image to image, with a mask or without."""

from __future__ import annotations

from typing import Any

from PIL import Image

from ..models.checkpoint_family import is_inpaint
from ..payload.generation import Source
from ..payload.resize import resize_picture
from .masked_region import cut_region
from .session import Batch, Pass, Session, run_pass, to_pictures
from .strength import steps_at_strength


def _pass(session: Session, source: Source, mode: str, options: dict[str, Any]) -> Pass:
    generation = session.generation
    steps = steps_at_strength(generation.steps, source.denoising_strength)
    options["strength"] = source.denoising_strength
    if mode == "inpaint":
        options |= {"width": generation.width, "height": generation.height}
    return Pass(mode, generation.sampling, steps, generation.width, generation.height, options)


def _sources(session: Session, source: Source, batch: Batch) -> list[Image.Image]:
    """One picture an image; several init_images are taken in turn."""
    width, height = session.generation.width, session.generation.height
    count = len(source.images)
    return [resize_picture(source.images[i % count], width, height, source.resize_mode) for i in batch.images]


def _draw_masked(session: Session, batch: Batch, source: Source) -> list[Image.Image]:
    generation, inpaint = session.generation, source.inpaint
    assert inpaint is not None  # noqa: S101 - the caller looked
    size = {"width": generation.width, "height": generation.height}
    region = cut_region(source.images[0], inpaint, resize_mode=source.resize_mode, **size)
    options = {"image": region.picture, "mask_image": region.mask}
    drawn = to_pictures(run_pass(session, batch, _pass(session, source, "inpaint", options)))
    return [region.finish(picture) for picture in drawn]


def draw_img2img(session: Session, batch: Batch, source: Source) -> list[Image.Image]:
    """The pictures of one batch. At strength 0 they are the sources, resized."""
    if source.denoising_strength == 0:
        return _sources(session, source, batch)
    if source.inpaint is not None:
        return _draw_masked(session, batch, source)
    pictures: Any = _sources(session, source, batch)
    if is_inpaint(session.loaded.family):
        everything = Image.new("L", pictures[0].size, 255)
        options: dict[str, Any] = {"image": pictures, "mask_image": [everything] * len(pictures)}
        return to_pictures(run_pass(session, batch, _pass(session, source, "inpaint", options)))
    return to_pictures(run_pass(session, batch, _pass(session, source, "img2img", {"image": pictures})))
