"""One input with several outputs: on one side of every split, counted and said, and asked once where all are right."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pytest
import sacrebleu
from hypothesis import given
from hypothesis import strategies as st

import recurra
from recurra.data import CAPTIONS, LABELLED, NUMBERED, PAIRS, TAGGED, DataSource, Kind, open_examples
from recurra.metrics import most_like, streams
from recurra.tasks.keys import PLACES, key_number
from recurra.tasks.recipe import DataOptions
from recurra.tasks.repeated import several, several_note
from recurra.tasks.seq2seq.evaluate import Likelihood, compared
from recurra.tasks.split import set_aside, smallest, split_by_hash
from recurra.text import Tokenizer
from recurra.training import Event, Note

# Of each kind: a row with the k-th input and one of its outputs.
ROWS: dict[str, tuple[Kind[Any], Callable[[int, str], Any]]] = {
    "pairs": (PAIRS, lambda k, output: (f"word{k}", output)),
    "captions": (CAPTIONS, lambda k, output: ([float(k), 1.0], output)),
    "labels": (LABELLED, lambda k, output: (f"word{k}", output)),
    "vectors": (LABELLED, lambda k, output: ([float(k), 1.0], output)),
    "numbers": (NUMBERED, lambda k, output: (f"word{k}", float(ord(output)))),
    "tags": (TAGGED, lambda k, output: (["a", f"word{k}"], [output, "O"])),
}


def said(events: list[Event]) -> list[str]:
    return [event.text for event in events if isinstance(event, Note)]


@pytest.mark.parametrize("name", ROWS)
def test_examples_with_one_input_stand_on_one_side(name: str) -> None:
    kind, row = ROWS[name]
    rows = [row(k % 40, "abc"[k // 40]) for k in range(120)] + [row(k, "a") for k in range(40, 60)]
    events: list[Event] = []
    parts = split_by_hash(
        open_examples(DataSource(rows=rows), kind), None, DataOptions(valid_share=0.3), kind, events.append
    )
    sides = [{kind.input_key(example) for example in side} for side in (parts.train, parts.valid)]
    assert all(sides)
    assert sides[0].isdisjoint(sides[1])
    assert parts.train.count() + parts.valid.count() == len(rows)
    assert not parts.shared
    (told,) = [text for text in said(events) if "different" in text or "several" in text]
    assert "40 " in told
    assert "120 examples, lines 1, 2, 3, 4, 5 and 115 more" in told


def test_letters_composed_or_not_are_one_input() -> None:
    """As the network reads them: on different sides of the split they would be the same question."""
    rows = [(f"caf{letter}{k}", f"{k}{letter.encode().hex()}") for k in range(40) for letter in ("é", "e\u0301")]
    events: list[Event] = []
    parts = split_by_hash(
        open_examples(DataSource(rows=rows), PAIRS), None, DataOptions(valid_share=0.3), PAIRS, events.append
    )
    sides = [{normalize("NFC", example.source) for example in side} for side in (parts.train, parts.valid)]
    assert all(sides)
    assert sides[0].isdisjoint(sides[1])
    assert any(text.startswith("40 sources have several targets (80 examples") for text in said(events))


@pytest.mark.parametrize("name", ROWS)
def test_equal_examples_do_not_contradict_each_other(name: str) -> None:
    kind, row = ROWS[name]
    examples = list(open_examples(DataSource(rows=[row(k % 3, "a") for k in range(9)]), kind))
    assert several(examples, kind) == (0, 0, [])
    assert several_note(examples, kind) == ""


def test_validation_inputs_that_are_trained_on_with_another_output_are_said() -> None:
    train, valid = ([(f"word{k}", output) for k in range(first, 20)] for first, output in ((0, "a"), (15, "b")))
    events: list[Event] = []
    parts = split_by_hash(
        *(open_examples(DataSource(rows=rows), PAIRS) for rows in (train, valid)), DataOptions(), PAIRS, events.append
    )
    assert len(parts.shared) == 5
    assert said(events) == ["warning: 5 of the validation examples have an input that is also in the training data"]


@given(st.lists(st.integers(0, 30).map(lambda k: key_number(str(k))), min_size=1, max_size=200), st.floats(0.1, 60))
def test_what_is_set_aside(groups: list[int], wanted: float) -> None:
    aside = set_aside(groups, wanted)
    assert aside < set(groups) or aside == frozenset()
    sizes = {group: groups.count(group) for group in groups}
    share = wanted / len(groups)
    small = {group for group, size in sizes.items() if size <= max(1, wanted, len(groups) / 4)}
    assert aside <= small
    chosen = {one for one in small if one < share * PLACES}
    assert chosen in (set(aside), set(sizes), set())
    if len(small) * share >= 2 and len(sizes) > 1 and chosen != set(sizes):
        assert aside


def test_a_few_inputs_again_and_again_all_stay_in_the_training_data() -> None:
    assert set_aside([1 << 50] * 60 + [1 << 55] * 30 + [1 << 54] * 35, 12.5) == frozenset()


def test_many_groups_without_a_small_hash_still_have_one_set_aside() -> None:
    large = [(1 << 55) + k for k in range(40)]
    assert set_aside(large, 4.0) == {1 << 55}
    assert set_aside(large[:10], 1.0) == frozenset()


@given(st.lists(st.integers(0, 9), max_size=40), st.integers(1, 20))
def test_the_smallest_are_whole_groups_in_their_order(groups: list[int], count: int) -> None:
    found = smallest(range(len(groups)), count, lambda number: str(groups[number]))
    assert found == sorted(found)
    assert len(found) <= count
    taken = {groups[number] for number in found}
    whole = [number for number, group in enumerate(groups) if group in taken]
    assert found == whole or len(taken) == 1
    assert found or not groups


def evaluated(predictions: list[str], references: list[list[str]], units: str = "words") -> Any:
    tokenizer = Tokenizer.build([text for some in references for text in some], units)
    likelihood = Likelihood([-1.0] * len(predictions), [2] * len(predictions))
    return compared(predictions, references, tokenizer, likelihood, [1] * len(predictions), words="13a")


def test_an_output_is_right_if_it_is_one_of_the_references() -> None:
    found = evaluated(["d a t a", "v e z", "x"], [["d e t a", "d a t a"], ["v a z", "v e s", "v a z e n"], ["y"]])
    assert found.count == 3
    values = {name: measure.value for name, measure in found.measures.items()}
    assert values["exact_match"] == pytest.approx(100 / 3)
    assert values["sequence_error_rate"] == pytest.approx(200 / 3)
    assert values["token_error_rate"] == pytest.approx(100 * 2 / 8)
    assert list(found.examples.measures["exact_match"].counted) == [1.0, 0.0, 0.0]
    assert list(found.examples.measures["token_error_rate"].counted) == [0, 1, 1]


def test_bleu_and_chrf_take_all_references_as_sacrebleu_does() -> None:
    predictions = ["the cat sat on the mat", "a dog ran away today"]
    references = [["the cat sat on a mat", "a cat was on the mat"], ["the dog ran away today"]]
    found = evaluated(predictions, references).measures
    both = [["the cat sat on a mat", "the dog ran away today"], ["a cat was on the mat", ""]]
    assert found["bleu"].value == pytest.approx(sacrebleu.corpus_bleu(predictions, both).score)
    assert found["chrf"].value == pytest.approx(sacrebleu.corpus_chrf(predictions, both).score)
    assert "nrefs:var" in str(found["bleu"].signature)


@given(st.lists(st.tuples(st.text("ab", max_size=4), st.lists(st.text("ab", max_size=4), min_size=1, max_size=3))))
def test_the_likest_has_the_fewest_errors(pairs: list[tuple[str, list[str]]]) -> None:
    from rapidfuzz.distance import Levenshtein

    outputs, right = [one for one, _ in pairs], [some for _, some in pairs]
    for output, some, likest in zip(outputs, right, most_like(outputs, right), strict=True):
        assert likest in some
        assert all(Levenshtein.distance(output, likest) <= Levenshtein.distance(output, one) for one in some)


def test_streams_have_none_where_there_is_no_further_reference() -> None:
    assert streams([["a"], ["b", "c"]]) == [["a", "b"], [None, "c"]]


@pytest.mark.parametrize(
    ("references", "words", "signature"),
    [
        (["three hundred", "five"], "auto", None),
        (["three hundred", "five"], "char", "tok:char"),
        (["猫在房子里睡觉", "狗在院子里跑步"], "auto", "tok:zh"),
        (["a cat sat on the mat"], "auto", "tok:13a"),
    ],
)
def test_bleu_is_left_out_where_it_says_nothing(references: list[str], words: str, signature: str | None) -> None:
    tokenizer = Tokenizer.build(references, "chars")
    likelihood = Likelihood([-1.0] * len(references), [2] * len(references))
    right = [[text] for text in references]
    found = compared(references, right, tokenizer, likelihood, [1] * len(references), words=words)
    assert ("bleu" in found.measures) == (signature is not None)
    assert any("BLEU is left out: most references have fewer than four words" in note for note in found.notes) == (
        signature is None
    )
    if signature:
        assert found.measures["bleu"].value == pytest.approx(100)
        assert signature in str(found.measures["bleu"].signature)


def test_references_in_pieces_are_said() -> None:
    found = evaluated(["ca@@ t si@@ ts on it"], [["ca@@ t si@@ ts on it"]])
    assert any("marks of subwords (@@)" in note for note in found.notes)


@pytest.mark.parametrize("task", ["translate", "caption"])
def test_training_says_how_many_sources_were_measured(task: str, tmp_path: Path) -> None:
    inputs: list[Any] = [f"w {k}" if task == "translate" else [float(k), 1.0] for k in range(40)]
    said: list[str] = []
    recurra.train(
        [(one, f"out {k % 3} v{n}") for k, one in enumerate(inputs) for n in range(3)],
        task=task,
        to=tmp_path / "m",
        epochs=1,
        settings={"model.width": 8},
        progress=False,
        listeners=[lambda event: said.append(str(event))],
    )
    [line] = [text for text in said if "also used for model selection" in text]
    found = re.search(r"on (\d+) validation [a-z ]+ \((\d+) (sources|images); also used", line)
    assert found is not None
    assert int(found[1]) == 3 * int(found[2])
