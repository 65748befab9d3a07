"""`<lora:name:weight>` in a prompt."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..errors import InvalidPayload, UnsupportedTask

_TAG = re.compile(r"<(\w+):([^<>]*)>")


@dataclass(frozen=True)
class LoraUse:
    """`name` as written: the file's name without its ending. The weights are for text encoder and UNet."""

    name: str
    text_encoder_weight: float
    unet_weight: float


def _weight(tag: str, text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise InvalidPayload(f"prompt: the weight {text!r} in {tag!r} is not a number.") from error


def _read_lora(tag: str, body: str) -> LoraUse:
    name, *rest = (part.strip() for part in body.split(":"))
    named = {part.partition("=")[0]: part.partition("=")[2] for part in rest if "=" in part}
    positional = [part for part in rest if "=" not in part]
    if set(named) - {"te", "unet"} or len(positional) > 2 or not name:
        raise UnsupportedTask(f"The prompt's {tag!r} is more than <lora:name:weight> or <lora:name:te:unet>.")
    text_encoder = _weight(tag, named.get("te", positional[0] if positional else "1"))
    unet = _weight(tag, named.get("unet", positional[1] if len(positional) > 1 else str(text_encoder)))
    return LoraUse(name, text_encoder, unet)


def take_out_loras(prompt: str) -> tuple[str, tuple[LoraUse, ...]]:
    """The prompt without its tags, and the LoRAs they name, in order; the same name twice counts once, the last."""
    uses: dict[str, LoraUse] = {}
    for match in _TAG.finditer(prompt):
        if match.group(1) != "lora":
            raise UnsupportedTask(f"The prompt's {match.group(0)!r}: only <lora:name:weight> is supported.")
        use = _read_lora(match.group(0), match.group(2))
        uses[use.name] = use
    return _TAG.sub("", prompt), tuple(uses.values())
