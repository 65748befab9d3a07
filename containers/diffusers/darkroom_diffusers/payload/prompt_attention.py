"""A1111's attention syntax: `(word)` is 1.1 times as strong, `[word]` 1/1.1, `(word:1.3)` 1.3 times, nested ones
multiply, `\\(` is a plain bracket, `BREAK` starts a new chunk of 75 tokens. An opening bracket that is never closed
acts to the end; a closing one that was never opened is plain text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..errors import UnsupportedTask

_UP = 1.1
_DOWN = 1 / 1.1
_EXPLICIT = re.compile(r":\s*([+-]?(?:\d+\.?\d*|\.\d+))\s*$")
_BREAK = re.compile(r"\s*\bBREAK\b\s*")

_NOT_HERE = (
    (re.compile(r"\bAND\b"), "composition with AND"),
    (re.compile(r"\[[^\[\]]*:\s*(?:\d+\.?\d*|\.\d+)\s*\]"), "prompt editing like [from:to:when]"),
    (re.compile(r"\[[^\[\]]*\|[^\[\]]*\]"), "alternating words like [a|b]"),
)


@dataclass(frozen=True)
class Span:
    """A piece of prompt and its weight. `text` None is a BREAK."""

    text: str | None
    weight: float = 1.0


def refuse_unsupported_syntax(prompt: str) -> None:
    """Raises UnsupportedTask for A1111 syntax that would otherwise be drawn as if it were words."""
    plain = re.sub(r"\\.", "", prompt)
    for pattern, what in _NOT_HERE:
        if pattern.search(plain):
            raise UnsupportedTask(f"The prompt uses {what}, which this container does not do.")


class _Reader:
    def __init__(self) -> None:
        self.pieces: list[tuple[str, float]] = []
        self.open: dict[str, list[int]] = {"(": [], "[": []}
        self.text = ""

    def flush(self) -> None:
        if self.text:
            self.pieces.append((self.text, 1.0))
        self.text = ""

    def begin(self, bracket: str) -> None:
        self.flush()
        self.open[bracket].append(len(self.pieces))

    def multiply(self, start: int, factor: float) -> None:
        self.pieces[start:] = [(text, weight * factor) for text, weight in self.pieces[start:]]

    def end_round(self) -> None:
        explicit = _EXPLICIT.search(self.text)
        if explicit is not None:
            self.text = self.text[: explicit.start()]
        self.flush()
        self.multiply(self.open["("].pop(), float(explicit.group(1)) if explicit else _UP)

    def end_square(self) -> None:
        self.flush()
        self.multiply(self.open["["].pop(), _DOWN)

    def finish(self) -> list[tuple[str, float]]:
        self.flush()
        for bracket, factor in (("(", _UP), ("[", _DOWN)):
            for start in self.open[bracket]:
                self.multiply(start, factor)
        return self.pieces


def _read(prompt: str) -> list[tuple[str, float]]:
    reader = _Reader()
    escaped = False
    for sign in prompt:
        if escaped:
            reader.text += sign if sign in "()[]\\" else f"\\{sign}"
            escaped = False
        elif sign == "\\":
            escaped = True
        elif sign in "([":
            reader.begin(sign)
        elif sign == ")" and reader.open["("]:
            reader.end_round()
        elif sign == "]" and reader.open["["]:
            reader.end_square()
        else:
            reader.text += sign
    reader.text += "\\" if escaped else ""
    return reader.finish()


def parse_attention(prompt: str) -> list[Span]:
    """The prompt as spans in order; neighbours of equal weight are one span; an empty prompt is one empty span."""
    spans: list[Span] = []
    for text, weight in _read(prompt):
        for index, part in enumerate(_BREAK.split(text)):
            if index > 0:
                spans.append(Span(None))
            previous = spans[-1] if spans else None
            if previous is not None and previous.text is not None and previous.weight == weight:
                spans[-1] = Span(previous.text + part, weight)
            elif part:
                spans.append(Span(part, weight))
    return spans or [Span("")]
