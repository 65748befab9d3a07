import pytest

from darkroom_diffusers.errors import UnsupportedTask
from darkroom_diffusers.payload.prompt_attention import Span, parse_attention, refuse_unsupported_syntax


def weights(prompt: str) -> list[tuple[str | None, float]]:
    return [(span.text, round(span.weight, 4)) for span in parse_attention(prompt)]


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("a cat", [("a cat", 1)]),
        ("", [("", 1)]),
        ("a (red) cat", [("a ", 1), ("red", 1.1), (" cat", 1)]),
        ("a (red:1.3) cat", [("a ", 1), ("red", 1.3), (" cat", 1)]),
        ("((deep))", [("deep", 1.21)]),
        ("(outer (inner:1.5) rest:2)", [("outer ", 2), ("inner", 3), (" rest", 2)]),
        ("[less]", [("less", 0.9091)]),
        ("(weak:.5)", [("weak", 0.5)]),
        (r"a \(plain\) bracket", [("a (plain) bracket", 1)]),
        ("(open to the end", [("open to the end", 1.1)]),
        ("closed) before", [("closed) before", 1)]),
        ("12:30 o'clock", [("12:30 o'clock", 1)]),
        ("(a)(b)", [("ab", 1.1)]),
    ],
)
def test_attention_is_read_as_a1111_reads_it(prompt: str, expected: list[tuple[str, float]]) -> None:
    assert weights(prompt) == expected


def test_break_separates_two_spans_and_is_no_word() -> None:
    assert parse_attention("sky BREAK sea") == [Span("sky"), Span(None), Span("sea")]
    assert parse_attention("BREAKFAST") == [Span("BREAKFAST")]


@pytest.mark.parametrize("prompt", ["a cat AND a dog", "[cat:dog:0.5]", "[late:10]", "a [red|blue] ball"])
def test_syntax_that_would_be_drawn_as_words_is_refused(prompt: str) -> None:
    with pytest.raises(UnsupportedTask):
        refuse_unsupported_syntax(prompt)


@pytest.mark.parametrize("prompt", ["[less]", "SAND AND\\", "(a|b)", r"\[a:b:0.5\]", "time 10:30"])
def test_words_that_only_look_like_it_are_not_refused(prompt: str) -> None:
    refuse_unsupported_syntax(prompt.replace("AND\\", "and"))
