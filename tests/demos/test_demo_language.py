"""The demo's names stand in one language's list alone, and both halves are one draw."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from rich.console import Console

from recurra.demos import language
from recurra.demos.demo import Learned
from recurra.metrics import confusion, measure_labels
from recurra.tasks.answer import Answer, choice
from recurra.tasks.classify.answer import LabelProbabilities
from recurra.tasks.evaluation import Evaluation

PAIRS = [("Łotwa", "Polish"), ("ประเทศไทย", "Thai"), ("Noreg", "Norwegian Nynorsk"), ("Norge", "Norwegian Bokmål")] * 3


def test_no_name_is_told_by_two_languages() -> None:
    names = language.own_names()
    assert len(names) >= 95
    assert min(map(len, names.values())) >= language.MIN_NAMES
    folded = [name for spelt in names.values() for name in {one.casefold() for one in spelt}]
    assert len(folded) == len(set(folded))
    assert "Angola" not in {name for spelt in names.values() for name in spelt}
    assert "ประเทศไทย" in names["Thai"] or "ไทย" in names["Thai"]


def test_the_halves_share_nothing_and_are_the_same_every_time() -> None:
    split = language.split()
    assert split == language.split()
    assert len(split.held_out) == language.HELD_OUT
    assert {name for name, _ in split.training}.isdisjoint({name for name, _ in split.held_out})
    assert {label for _, label in split.held_out} <= {label for _, label in split.training}


class Guesser:
    """Says Polish to everything, and Thai second."""

    path = Path("m")

    def evaluate(self, pairs: Any) -> Evaluation:
        said, right = ["Polish"] * len(pairs), [label for _, label in pairs]
        details = {"confusion": confusion(said, right).to_mapping()}
        return Evaluation(len(pairs), measure_labels(said, right), details=details)

    def predict(self, names: list[str], nbest: int) -> list[Answer[LabelProbabilities]]:
        chosen = [choice("Polish", 0.75), choice("Thai", 0.25)]
        return [Answer(name, chosen, LabelProbabilities({})) for name in names]


def test_what_is_shown(tmp_path: Path) -> None:
    console = Console(file=io.StringIO(), width=100)
    with console.capture() as capture:
        language.show(Learned({"language": Guesser()}, PAIRS, tmp_path, console))  # type: ignore[dict-item]
    text = capture.get()
    assert "25.0 % of 12 held-out names are told right, of 4 languages" in text
    assert "Thai for Polish (3)" in text
    assert "(wrong, it is Thai)" in text
    assert "(wrong, it is Polish)" not in text
    assert text.rstrip().endswith("recurra predict m")
