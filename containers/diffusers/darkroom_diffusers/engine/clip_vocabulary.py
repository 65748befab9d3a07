"""CLIP's tokenizer from OpenAI's one file of merges, so that nothing is asked of a model hub.

The vocabulary follows from the merges: 256 byte signs, the same with an end-of-word mark, one token a merge, and the
two marks for start and end of text. `python -m darkroom_diffusers.fetch_clip_vocabulary` puts the file in place.
"""

from __future__ import annotations

import gzip
from functools import lru_cache
from pathlib import Path
from typing import Any

FILE_NAME = "bpe_simple_vocab_16e6.txt.gz"
_MERGES = 49152 - 256 - 2
_START, _END = "<|startoftext|>", "<|endoftext|>"


def _byte_signs() -> list[str]:
    """One printable sign for each byte, printable bytes first, as byte-level BPE numbers them."""
    printable = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    others = [byte for byte in range(256) if byte not in printable]
    return [chr(byte) for byte in printable] + [chr(256 + index) for index in range(len(others))]


@lru_cache(maxsize=2)
def _vocabulary(path: Path) -> tuple[dict[str, int], tuple[tuple[str, str], ...]]:
    lines = gzip.decompress(path.read_bytes()).decode("utf-8").split("\n")[1 : _MERGES + 1]
    pairs = [line.split(" ") for line in lines]
    merges = tuple((left, right) for left, right in pairs)
    signs = _byte_signs()
    tokens = [*signs, *(f"{sign}</w>" for sign in signs), *(left + right for left, right in merges), _START, _END]
    return {token: index for index, token in enumerate(tokens)}, merges


def load_tokenizer(directory: Path, *, pad_token: str = _END) -> Any:
    """A `transformers.CLIPTokenizer`. SDXL's second encoder pads with "!", the others with the end mark."""
    from transformers import CLIPTokenizer

    vocabulary, merges = _vocabulary(directory / FILE_NAME)
    return CLIPTokenizer(vocab=dict(vocabulary), merges=list(merges), pad_token=pad_token, model_max_length=77)
