"""Numbers of things in words, also where there is one."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

import recurra
from recurra.text.counted import agreeing, and_others, counted, counted_as, duration, plural


@pytest.mark.parametrize(("number", "said"), [(-2, ""), (0, ""), (1, " and 1 other"), (1600, " and 1,600 others")])
def test_what_is_not_named(number: int, said: str) -> None:
    assert and_others(number) == said


def test_a_verb_agrees_with_the_number() -> None:
    assert [agreeing(number, "wait") for number in (0, 1, 2)] == ["wait", "waits", "wait"]


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.2, "0:00"), (59.6, "1:00"), (750, "12:30"), (3723, "1:02:03"), (-3, "0:00")]
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("number", "noun", "said"),
    [
        (1, "pair", "1 pair"),
        (1200, "pair", "1,200 pairs"),
        (0, "entry", "0 entries"),
        (2, "reply", "2 replies"),
        (2, "key", "2 keys"),
        (2, "process", "2 processes"),
        (2, "hypothesis", "2 hypotheses"),
        (2, "epoch", "2 epochs"),
        (1, "different text", "1 different text"),
    ],
)
def test_a_number_and_its_noun(number: int, noun: str, said: str) -> None:
    assert counted(number, noun) == said


@pytest.mark.parametrize(
    ("number", "nouns", "said"),
    [
        (1, "captioned images", "1 captioned image"),
        (2, "pairs", "2 pairs"),
        (1, "series", "1 series"),
        (0, "lines", "0 lines"),
    ],
)
def test_the_same_of_a_noun_in_the_plural(number: int, nouns: str, said: str) -> None:
    assert counted_as(number, nouns) == said


SOURCES = Path(recurra.__file__).parent
# Rooms that stand below this one, or beside it; and demos, whose numbers are fixed.
WITHOUT = ("attention", "cells", "demos", "errors.py", "files.py", "options.py", "padded.py", "strict_json.py")
# What stands before a noun in the plural in a file of sources, and is no whole number that may be 1, with the reason.
KNOWN: dict[tuple[str, str], str] = {
    ("columns/choose.py", "'+' * (different == KEPT)"): "a plus, behind a number that is larger than 1",
    ("data/ts_file.py", "several"): "numbers with commas between them",
    ("data/word_vectors/binary.py", "as_given(known)"): "the word that has numbers",
    ("layers/base.py", "name"): "the layer that reads values",
    ("layers/pooling.py", "type(self).__name__"): "the layer that reads values",
    ("models/structures.py", "grid.columns"): "of 3 × 1 cells",
    ("tasks/seq2seq/limits.py", "kind"): "training targets",
    ("tasks/split.py", "called"): "validation examples",
    ("tasks/tag/sentences.py", "sentences.name"): "the data, which write spans",
    ("tasks/translate/task.py", "side"): "source units",
    ("tasks/word_vectors.py", "record['size']"): "bytes of a file that has vectors in it",
    ("tracing/states.py", "vector.shape"): "a shape, beside vectors of others",
    ("views/drawing/columns.py", "part"): "at least two layers that are drawn as one",
    ("views/drawing/way.py", "part"): "at least two layers that are drawn as one",
    ("views/model.py", "facts.trained.get('steps', 0)"): "what a model folder says, whatever that is",
    ("views/model.py", "count"): "an ensemble: 3 times",
    ("views/suite.py", "most"): "1 to 40 units",
    ("views/suite_picture.py", "most"): "1-40 units",
    ("views/suite_picture.py", "spans"): "1-40, 41-80 units",
    ("views/suite_picture.py", "trained"): "the longest inputs of a training, 40 units",
    ("views/watch_text.py", "whole(event.get('steps'))"): "what a file of events says, whatever that is",
}


def counted_nouns() -> set[str]:
    """All that something is counted in, in the plural."""
    found: set[str] = set()
    for path in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "counted":
                found |= {str(one.value).split()[-1] for one in node.args if isinstance(one, ast.Constant)}
    return {plural(one) for one in found}


def before_nouns(path: Path, nouns: set[str]) -> Iterator[str]:
    """Values in f-strings before nouns in the plural, perhaps with a word between them, that are not fixed."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        for value, after in pairwise(node.values) if isinstance(node, ast.JoinedStr) else ():
            if not isinstance(value, ast.FormattedValue) or not isinstance(after, ast.Constant) or value.conversion > 0:
                continue
            words = re.match(r" (?:[a-z]+ )?([a-z]+)\b", str(after.value))
            spec = "" if value.format_spec is None else ast.unparse(value.format_spec)
            text = ast.unparse(value.value)
            is_fixed = re.fullmatch(r"(\w+\.)*[A-Z_]+", text)
            if words and words[1] in nouns and not is_fixed and "." not in spec and not text.startswith("counted"):
                yield text


def test_whatever_is_counted_somewhere_is_counted_everywhere() -> None:
    """So that nothing says "1 pairs": a number before a noun in the plural comes from `counted`."""
    nouns, found = counted_nouns(), set[tuple[str, str]]()
    assert {"pairs", "entries", "windows", "examples"} <= nouns
    for path in SOURCES.rglob("*.py"):
        name = path.relative_to(SOURCES).as_posix()
        if not name.startswith(WITHOUT):
            found |= {(name, text) for text in before_nouns(path, nouns)}
    assert found == set(KNOWN)
