"""Names of models: exact, in the forms A1111's clients write them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeVar

from ..errors import InvalidPayload, ModelNotFound, UnsupportedTask
from .model_ref import ModelRef

_HASH = re.compile(r" \[[0-9a-fA-F]{6,64}\]$")
_PICKLES = (".ckpt", ".pt", ".pth", ".bin", ".pkl")

Ref = TypeVar("Ref", bound=ModelRef)


def stem(name: str) -> str:
    """ "styles/film.safetensors" → "film"."""
    base = name.rpartition("/")[2]
    return base.rpartition(".")[0] or base


def check_file_name(where: str, name: str) -> None:
    """A plain relative name of a safetensors file; pickles are refused because loading one runs its code."""
    parts = name.split("/")
    if not name or "\\" in name or "\0" in name or any(part in ("", ".", "..") for part in parts):
        raise InvalidPayload(f"{where} {name!r} is not a file name.")
    if name.lower().endswith(_PICKLES):
        raise UnsupportedTask(f"{where} {name!r} is a pickle, which can run code; convert it to .safetensors.")
    if not name.endswith(".safetensors"):
        raise UnsupportedTask(f"{where} {name!r} is not a .safetensors file.")


def find_by_name(kind: str, name: str, refs: Sequence[Ref]) -> Ref:
    """The model called exactly `name`: its file name, that without the ending, or either with " [hash]" behind it.

    Raises ModelNotFound naming what is there; InvalidPayload when two models answer to the name.
    """
    plain = _HASH.sub("", name)
    by_file = [ref for ref in refs if ref.model_name == plain]
    found = by_file or [ref for ref in refs if stem(ref.model_name) == plain]
    if not found:
        there = ", ".join(sorted(ref.model_name for ref in refs)) or "none"
        raise ModelNotFound(f"{kind} {name!r} is not among the request's models: {there}.")
    if len(found) > 1 and any(ref != found[0] for ref in found):
        raise InvalidPayload(f"{kind} {name!r} names {len(found)} models of the request.")
    return found[0]
