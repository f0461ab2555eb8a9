"""Which validation examples are answered while a network learns, and how: spread over them, or continued."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from recurra.data import Example
from recurra.metrics import Case, ExampleScores, Share
from recurra.tasks import TASKS
from recurra.tasks.evaluation import Evaluation
from recurra.tasks.sample import NAME
from recurra.tasks.samples import CONTINUED, LONGEST, answered, are_right, chosen, continued, sample_of, shortened
from recurra.tasks.task import Generates


def evaluation(count: int, *, right: list[bool] | None = None, targets: tuple[str, ...] = ("x",)) -> Evaluation:
    measures = {} if right is None else {"exact": Share.right(right, "")}
    every = [Case(k, f"in {k}", targets, f"out {k}") for k in range(count)]
    return Evaluation(count, {}, cases=every, examples=ExampleScores(measures=measures, whole="exact"))


@pytest.mark.parametrize(
    ("count", "number", "lines"),
    [(3, 3, [0, 1, 2]), (3, 9, [0, 1, 2]), (10, 3, [0, 3, 6]), (10, 4, [0, 2, 5, 7]), (5, 1, [0]), (0, 3, [])],
)
def test_cases_are_spread_evenly_over_all(count: int, number: int, lines: list[int]) -> None:
    rights = [k % 3 == 0 for k in range(count)]
    asked: list[Any] = []

    def evaluate(examples: Any, options: Any) -> Evaluation:
        asked.append((examples, options))
        return evaluation(count, right=rights)

    predictor: Any = SimpleNamespace(evaluate=evaluate)
    examples: Any = ["an example"]
    cases, right = answered(predictor, examples, "options", number)
    assert asked == [(examples, "options")]
    assert [case.line for case in cases] == lines
    assert right == [rights[k] for k in lines]


def test_answers_that_are_more_or_less_near_are_neither_right_nor_wrong() -> None:
    assert are_right(evaluation(3)) == [None, None, None]
    assert are_right(evaluation(2, right=[True, False])) == [True, False]


@dataclass(frozen=True)
class Generation:
    """How a text is continued."""

    length: int = 5
    other: str = "kept"


class Writer:
    """Continues a text by what is asked for."""

    generation = Generation()
    endless = False

    def __init__(self, targets: tuple[str, ...] = ()) -> None:
        self.asked: list[Any] = []
        self.targets = targets

    def evaluate(self, examples: object, options: object) -> Evaluation:
        found = evaluation(2, right=[True, False], targets=self.targets)
        texts = ["abcde", "ab"]
        return Evaluation(2, {}, examples=found.examples, cases=[
            Case(case.line, text, case.targets, case.answer) for case, text in zip(found.cases, texts, strict=True)
        ])  # fmt: skip

    def generate(self, texts: Any, options: Any) -> Any:
        self.asked.append((list(texts), options))
        return [SimpleNamespace(text=f"{text}+{options.length}") for text in texts]

    def ask_continuation(self, given: object, options: object) -> Any:
        raise NotImplementedError


def test_a_text_is_cut_in_half_and_continued() -> None:
    writer: Any = Writer()
    cases = [Case(1, "abcde"), Case(2, "ab"), Case(3, "a"), Case(4, "")]
    found = continued(writer, cases)
    assert writer.asked == [(["abc", "a", "a", ""], Generation(CONTINUED))]
    assert [(case.line, case.source, case.targets, case.answer) for case in found] == [
        (1, "abc", ("de",), f"+{CONTINUED}"),
        (2, "a", ("b",), f"+{CONTINUED}"),
        (3, "a", ("",), f"+{CONTINUED}"),
        (4, "", ("",), f"+{CONTINUED}"),
    ]


@pytest.mark.parametrize("targets", [(), ("x",)])
def test_what_has_no_answer_is_continued(targets: tuple[str, ...]) -> None:
    writer: Any = Writer(targets)
    assert isinstance(writer, Generates)
    cases, right = answered(writer, [], None, 5)
    assert [case.answer for case in cases] == (["out 0", "out 1"] if targets else [f"+{CONTINUED}"] * 2)
    assert right == ([True, False] if targets else [None, None])


def rows(*each: tuple[str, bool]) -> str:
    pack = TASKS["translate"].kind.pack
    return json.dumps([[pack(Example(text, "x", line)), known] for line, (text, known) in enumerate(each, 1)])


@pytest.mark.parametrize(
    ("number", "texts"),
    [(1, ["b"]), (2, ["b", "d"]), (3, ["b", "d", "a"]), (9, ["b", "d", "a", "c"])],
)
def test_those_that_are_not_trained_on_come_first(number: int, texts: list[str], tmp_path: Path) -> None:
    (tmp_path / NAME).write_text(rows(("a", True), ("b", False), ("", False), ("c", True), ("d", False)))
    found: list[Any] = chosen(tmp_path, TASKS["translate"], number)
    assert [one.source for one in found] == texts  # and one without an input not at all


@pytest.mark.parametrize(
    ("length", "short"),
    [
        (0, ""),
        (LONGEST, "a" * LONGEST),
        (LONGEST + 1, "a" * LONGEST + "… (1 more character)"),
        (LONGEST + 2, "a" * LONGEST + "… (2 more characters)"),
        (LONGEST + 1200, "a" * LONGEST + "… (1,200 more characters)"),
    ],
)
def test_long_texts_are_cut(length: int, short: str) -> None:
    assert shortened("a" * length) == short
    found = sample_of(Case(3, "a" * length, ("b", "a" * length)))
    assert (found.line, found.input, list(found.wanted), found.picture) == (3, short, ["b", short], "")
