"""What cannot be seen is spelled out; what can is left alone."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import recurra
from recurra.text.visible import as_given, code_point, excerpt, is_blank, is_invisible, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("naïve 東京 हिन्दी 🙂", "naïve 東京 हिन्दी 🙂"),
        ("a\tb", "a⇥b"),
        ("a\nb\r", "a<U+000A>b<U+000D>"),
        ("a\u200bb", "a<U+200B>b"),
        ("\ufeffa", "<U+FEFF>a"),
        ("abc\u202edef", "abc<U+202E>def"),
        ("\u2066x\u2069", "<U+2066>x<U+2069>"),
        ("soft\u00adhyphen", "soft<U+00AD>hyphen"),
        ("\ud800", "<U+D800>"),
        ("a\x00b\x1b[31m", "a<U+0000>b<U+001B>[31m"),
        ("\u2028", "<U+2028>"),
        ("\x85", "<U+0085>"),
        ("\ue000", "<U+E000>"),
        ("ㅤ", "<U+3164>"),
        ("❤\ufe0f", "❤<U+FE0F>"),
        ("日本\u3000語 \u00a0", "日本\u3000語 \u00a0"),
        ("", ""),
    ],
)
def test_visible(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_what_is_shown_can_be_printed_in_one_line() -> None:
    every = "".join(visible(chr(code)) for code in range(0x3000))
    assert len(every.splitlines()) == 1
    assert all(character.isprintable() or character.isspace() for character in every)
    every.encode("utf-8")


def test_spaces_of_any_width_are_visible() -> None:
    assert not any(is_invisible(space) for space in " \u00a0\u2003\u3000")


def test_excerpt_counts_what_it_leaves_out() -> None:
    assert excerpt("a\tb") == '"a⇥b"'
    assert excerpt("x" * 2080) == f'"{"x" * 80}…" (and 2,000 more characters)'
    assert excerpt("x" * 81) == f'"{"x" * 80}…" (and 1 more character)'


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("x", "'x'"),
        (3, "3"),
        (None, "None"),
        (["a", 1], "['a', 1]"),
        ("a\u200bㅤ", "'a\\u200b<U+3164>'"),
        ("x" * 59, f"'{'x' * 59}… (and 1 more character)"),
        (["x" * 70], f"['{'x' * 58}… (and 14 more characters)"),
    ],
)
def test_a_value_is_shown_as_it_was_given(value: object, shown: str) -> None:
    """A text once in quotation marks, and what is left out is counted."""
    assert as_given(value) == shown


def called(node: ast.AST) -> str:
    """The name of a function that is called."""
    return node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""


def test_one_way_to_show_a_value_that_was_given() -> None:
    """No repr within the quotation marks of an excerpt, and none that is cut silently, but in rooms below text."""
    room = Path(recurra.__file__).parent
    below = {room / f"{name}.py" for name in ("files", "options", "padded")}
    for path in {*room.rglob("*.py")} - below:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if called(node) in ("excerpt", "as_given"):
                assert not {*map(called, ast.walk(node))} & {"repr", "safe_repr"}, path
            if isinstance(node, ast.FormattedValue) and node.conversion == ord("r"):
                assert node.format_spec is None, (path, node.lineno)


def test_code_points_have_names() -> None:
    assert code_point("\u200b") == "U+200B ZERO WIDTH SPACE"
    assert code_point("\x00") == "U+0000 NUL"
    assert code_point("\ud800") == "U+D800"


@pytest.mark.parametrize("text", ["", " \t", "\u200b", "\ufeff \u3000", "\x00", "\u202e"])
def test_nothing_to_be_seen(text: str) -> None:
    assert is_blank(text)


@pytest.mark.parametrize("text", ["a", "\u200b.", "\ue000", "\U00018cd6", "\u0301"])
def test_what_may_be_seen_is_not_blank(text: str) -> None:
    """Private characters, and letters that are newer than this Python's Unicode."""
    assert not is_blank(text)
