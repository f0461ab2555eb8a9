"""Questions to the units of a layer, on values that were made so that the answers are known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from recurra.errors import DataError, UsageError
from recurra.tracing import Activations, Pattern, Place
from recurra.tracing.activations import features

TEXTS = [list("ab12"), list("c3"), list("Ab 99 x")]


def made(units: int = 4) -> Activations:
    """Unit 0 is 1 at digits, unit 1 the position, unit 2 minus unit 0, the others are random."""
    tokens = [token for text in TEXTS for token in text]
    digits = np.array([float(token.isdigit()) for token in tokens])
    position = np.array([float(k) for text in TEXTS for k in range(len(text))])
    dice = np.random.default_rng(1).normal(size=(len(tokens), units - 3))
    values = np.column_stack([digits, position, -digits, 0.1 * dice]).astype(np.float16)
    return Activations("encoder.0", "hidden", TEXTS, values)


def test_a_unit_is_strongest_once_in_each_text() -> None:
    found = made()
    assert found.strongest(1) == [Place(2, 6, 7, 6.0), Place(0, 3, 4, 3.0), Place(1, 1, 2, 1.0)]
    assert found.strongest(1, 2, lowest=True) == [Place(0, 0, 1, 0.0), Place(1, 0, 1, 0.0)]
    assert [place.value for place in found.strongest(0)] == [1.0, 1.0, 1.0]


def test_what_a_unit_follows() -> None:
    first, second, third, fourth = made().follows()
    assert (first.what, first.correlation, first.clearly) == ("digits", pytest.approx(1, abs=1e-3), True)
    assert (second.what, second.correlation) == ("the position", pytest.approx(1, abs=1e-3))
    assert (third.what, third.correlation) == ("digits", pytest.approx(-1, abs=1e-3))
    assert abs(fourth.correlation) < 1


def test_what_is_looked_for() -> None:
    names, table = features([["The", "cat", ",", "7"], [" ", "x"]])
    columns = dict(zip(names, table.T.tolist(), strict=True))
    assert columns["the position"] == [0, 1, 2, 3, 0, 1]
    assert columns["the steps that are left"] == [4, 3, 2, 1, 2, 1]
    assert columns["the length of the text"] == [4, 4, 4, 4, 2, 2]
    assert columns["the first step"] == [1, 0, 0, 0, 1, 0]
    assert columns["digits"] == [0, 0, 0, 1, 0, 0]
    assert columns["letters"] == [1, 1, 0, 0, 0, 1]
    assert columns["capitals"] == [1, 0, 0, 0, 0, 0]
    assert columns["spaces"] == [0, 0, 0, 0, 1, 0]
    assert columns["punctuation"] == [0, 0, 1, 0, 0, 0]
    assert columns["'cat'"] == [0, 1, 0, 0, 0, 0]


def test_characters_stand_close_together_and_words_and_numbers_apart() -> None:
    for texts, close in [
        ([list("a text"), ["<GO>", "क्", "<EOS>"]], True),
        ([["some", "words", ","]], False),
        ([["1", "2", "10", "11", "12"]], False),
    ]:
        steps = sum(map(len, texts))
        assert Activations("0", "hidden", texts, np.zeros((steps, 1), np.float16)).are_characters == close


def test_units_that_are_alike() -> None:
    (other, value), *_ = made().alike(0)
    assert (other, value) == (2, pytest.approx(-1, abs=1e-3))
    assert [unit for unit, _ in made().alike(0, 2)][1] in (1, 3)


def test_units_that_are_active_at_a_place_alone() -> None:
    found = made()
    assert found.active(0, 2, 4, 0.5) == [0]  # unit 1 is above 0.5 at step 1 too
    assert found.active(0, 1, 4, 0.5) == [1]
    assert found.active(0, 3, 4, 0.5) == []  # the digit before it is beside it
    assert found.active(0, 0, 4, -10) == [0, 1, 2, 3]
    assert found.nearest(0, 2, 4) == (1, 2.0) or found.nearest(0, 2, 4)[0] == 0
    assert found.nearest(1, 0, 2)[1] == pytest.approx(max(found.of(1).min(axis=0)), abs=1e-3)


def test_a_pattern_and_where_else_it_is() -> None:
    found = made()
    one = found.pattern(0, 2, 4, 0.5)
    assert one.units == found.active(0, 2, 4, 0.5) == [0]
    assert [(match.number, match.first, match.last, match.units) for match in one.matches] == [
        (1, 2, 4, [0]),
        (3, 3, 5, [0]),
        (2, 1, 2, [0]),
    ]
    assert one.matches[0].tokens == TEXTS[0]
    assert (one.texts, one.steps) == (len(TEXTS), len(found.values))
    assert found.pattern(-1, 3, 5, 0.5).matches[0].number == 3
    assert Pattern.of_mapping(one.to_mapping()) == one
    none = found.pattern(0, 3, 4, 0.5)  # the digit before it is beside it
    assert (none.units, none.matches) == ([], [])
    assert found.pattern(0, 3, 4, 0.5, alone=False).units == found.active(0, 3, 4, 0.5, alone=False) == [0, 1]


@pytest.mark.parametrize("name", ["units.npz", "units.json"])
def test_they_are_kept(tmp_path: Path, name: str) -> None:
    found = made()
    found.save(tmp_path / name)
    again = Activations.load(tmp_path / name)
    assert (again.layer, again.name, again.texts) == (found.layer, found.name, found.texts)
    assert np.allclose(again.values, found.values, atol=1e-3)


def test_what_does_not_fit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="expected a row for each of 13 steps"):
        Activations("0", "hidden", TEXTS, np.zeros((12, 3), np.float16))
    with pytest.raises(UsageError, match="not finite"):
        Activations("0", "hidden", [["a"]], np.array([[np.inf]], np.float16))
    with pytest.raises(UsageError, match="unit 9 of a layer of 4 units"):
        made().strongest(9)
    with pytest.raises(UsageError, match="steps 3 to 9 of a text of 4 steps"):
        made().active(0, 3, 9)
    with pytest.raises(UsageError, match="count"):
        made().pattern(0, 0, 1, count=0)
    (tmp_path / "other.json").write_text('{"texts": 3}')
    with pytest.raises(DataError, match="no activations"):
        Activations.load(tmp_path / "other.json")
