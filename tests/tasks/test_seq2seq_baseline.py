"""The baseline of texts that are written: which one is taken, what it writes, and how it is measured."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from rapidfuzz.distance import Levenshtein
from toy_tasks import network, options_of, predictor

from recurra.baselines import Allowance, NearestBaseline, PairsModel
from recurra.baselines.pairs_outputs import outputs
from recurra.data import Example
from recurra.tasks.seq2seq.baseline import (
    TextBaseline,
    aligned_pairs,
    answers_of,
    first_columns,
    is_nearer,
    nearest,
    nearest_of,
)

SOUNDS = {"a": "A", "o": "O", "k": "K", "s": "S", "m": "M", "i": "I", "x": "KS"}
CHARS = {"text.source_units": "chars", "text.target_units": "chars"}


def words(count: int, seed: int) -> list[Example]:
    """Words that are written as they sound."""
    dice = random.Random(seed)
    texts = ["".join(dice.choice([*SOUNDS]) for _ in range(dice.randint(3, 6))) for _ in range(count)]
    return [Example(text, "".join(SOUNDS[one] for one in text), line) for line, text in enumerate(texts, 1)]


def made(rows: list[Example]) -> Any:
    return network("translate", settings=CHARS, rows=[(one.source, one.target) for one in rows])


def fitted(rows: list[Example]) -> tuple[Any, Allowance]:
    allowance = Allowance()
    return TextBaseline().fit(rows, made(rows), allowance), allowance


def test_ngrams_of_aligned_pairs_are_taken_where_pieces_correspond() -> None:
    """Learned without the pairs that they were tried on, one of twenty."""
    rows = words(100, 1)
    found, allowance = fitted(rows)
    assert isinstance(found, PairsModel)
    assert (allowance.examples, allowance.of) == (95, 100)
    kept = [one for k, one in enumerate(rows) if k % 20 < 19]
    again = aligned_pairs(kept, made(rows))
    assert again is not None
    for name, array in again.stored().arrays.items():
        assert np.array_equal(found.stored().arrays[name], array), name


def test_the_source_is_taken_where_it_is_as_near() -> None:
    rows = [one._replace(target=one.source) for one in words(100, 2)]
    found, allowance = fitted(rows)
    assert found.name == "the source as it is"
    assert (allowance.examples, allowance.of) == (100, 100)


def test_the_nearest_answer_is_taken_where_nothing_corresponds() -> None:
    dice = random.Random(3)
    rows = [
        Example(f"{kind} {one.source}", {"first": "no never", "other": "a very long answer"}[kind], one.line)
        for one in words(100, 3)
        for kind in [dice.choice(["first", "other"])]
    ]
    found, _ = fitted(rows)
    assert found.name == "the answer to the nearest training input"


def test_of_fewer_than_twenty_pairs_none_is_held_out() -> None:
    rows = [one._replace(source="ko", target="KO") for one in words(20, 4)]
    rows[19] = Example("koo", "KOO", 20)
    assert isinstance(fitted(rows)[0], PairsModel)
    assert isinstance(fitted(rows[1:])[0], NearestBaseline)


def test_what_may_be_copied() -> None:
    rows = [one._replace(target=one.source) for one in words(20, 5)]
    for copies, given in (
        (True, nearest_of(rows, may_copy=True)),
        (False, nearest_of(rows, may_copy=False)),
        (
            False,
            nearest_of(
                [one._replace(source=f"{one.source}\tx", target=f"{one.source}\tx") for one in rows], may_copy=True
            ),
        ),
        (True, nearest(rows, Allowance(), may_copy=True)),
        (False, nearest(rows, Allowance(), may_copy=False)),
    ):
        assert given.copies is copies


@pytest.mark.parametrize("seed", range(3))
def test_ngrams_are_nearer_where_fewer_of_their_characters_are_wrong(seed: int) -> None:
    rows = words(60, seed)
    kept, held = rows[:50], rows[50:]
    found = made(rows)
    aligned = aligned_pairs(kept, found)
    assert aligned is not None
    assert is_nearer(aligned, kept, held, found)
    # As near is not nearer.
    right = [one._replace(target=answer) for one, answer in zip(
        held, answers_of(aligned, [one.source for one in held], found.source, found.target), strict=True)]  # fmt: skip
    copied = [one._replace(target=one.source) for one in kept]
    assert is_nearer(aligned, copied, right, found)
    ours = aligned_pairs(copied, found)
    assert ours is not None
    same = [one._replace(target=one.source) for one in held]
    assert not is_nearer(ours, copied, same, found)


def test_what_ngrams_write_is_read_in_the_units_of_the_network() -> None:
    rows = words(60, 7)
    found = made(rows)
    aligned = aligned_pairs(rows, found)
    assert aligned is not None
    sources = [one.source for one in rows[:5]]
    ids = [np.array(found.source.encode(text)) for text in sources]
    expected = ["".join(found.target.token(id) for id in one) for one in outputs(aligned, ids)]
    assert answers_of(aligned, sources, found.source, found.target) == expected
    assert expected == [one.target for one in rows[:5]]
    copying = nearest_of([one._replace(target=one.source) for one in rows], may_copy=True)
    assert answers_of(copying, ["new"], found.source, found.target) == ["new"]


def test_of_several_columns_the_first_is_read() -> None:
    rows = [one._replace(source=f"{one.source}\tN;PL") for one in words(40, 8)]
    settings = {**CHARS, "text.source_units": "chars,features"}
    found: Any = network("translate", settings=settings, rows=[(one.source, one.target) for one in rows])
    whole = found.source.encode(rows[0].source)
    [first] = first_columns([rows[0].source], found.source)
    word = rows[0].source.split("\t")[0]
    assert first.tolist() == whole[: len(word)]
    assert [found.source.token(id) for id in first] == list(word)
    alone = made(words(40, 8))
    assert first_columns(["koi"], alone.source)[0].tolist() == alone.source.encode("koi")


def test_its_measures_are_those_of_its_answers_beside_the_likest_target() -> None:
    rows = [("red", "der"), ("red", "red"), ("blue", "eulb"), ("green", "x")]
    examples = [Example(source, target, line) for line, (source, target) in enumerate(rows, 1)]
    baseline = NearestBaseline(["red", "blue", "green"], ["red", "eul", "green"])
    translator = made(words(40, 9))
    asked: Any = predictor("translate", translator)
    measures = TextBaseline().measures(baseline, asked, examples, options_of("translate", translator))
    assert "perplexity" not in measures
    assert measures["sequence_error_rate"].value == pytest.approx(100 * 2 / 3)
    wrong = Levenshtein.distance("eul", "eulb") + Levenshtein.distance("green", "x")
    assert measures["token_error_rate"].value == pytest.approx(100 * wrong / len("red" + "eulb" + "x"))
