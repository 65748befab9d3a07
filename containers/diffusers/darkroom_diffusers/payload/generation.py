"""What is to be drawn: the typed form of an A1111 txt2img or img2img payload."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PIL import Image

from .controlnet_units import ControlUnit
from .extra_networks import LoraUse
from .samplers import Sampling


@dataclass(frozen=True)
class Hires:
    """The second pass of txt2img. Width and height are the final ones."""

    width: int
    height: int
    steps: int
    denoising_strength: float
    upscaler: str
    sampling: Sampling
    prompt: str
    negative_prompt: str


@dataclass(frozen=True)
class Inpaint:
    """A mask (white is drawn anew) of the size of the first picture, and how to use it."""

    mask: Image.Image
    blur: int
    fill: int
    only_masked: bool
    padding: int


@dataclass(frozen=True)
class Source:
    """The pictures img2img starts from."""

    images: tuple[Image.Image, ...]
    resize_mode: int
    denoising_strength: float
    inpaint: Inpaint | None


@dataclass(frozen=True)
class Generation:
    """One request. `seeds` and `subseeds` have an entry an image; `ignored` names what was sent and not used;
    `parameters` is the echo for the reply."""

    task: str
    prompt: str
    negative_prompt: str
    prompt_as_sent: str
    loras: tuple[LoraUse, ...]
    seeds: tuple[int, ...]
    subseeds: tuple[int, ...]
    subseed_strength: float
    steps: int
    cfg_scale: float
    width: int
    height: int
    batch_size: int
    sampling: Sampling
    eta: float | None
    clip_skip: int
    checkpoint_name: str | None
    vae_name: str | None
    controls: tuple[ControlUnit, ...]
    hires: Hires | None
    source: Source | None
    include_init_images: bool
    ignored: tuple[str, ...]
    parameters: dict[str, Any]
