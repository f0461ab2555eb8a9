"""distinct-n counts what it says, its interval is the jackknife's, and a collapse is noticed."""

from __future__ import annotations

import pytest

from recurra.metrics import collapse, distinct, same_output


def cut(*texts: str) -> list[list[str]]:
    return [text.split() for text in texts]


def test_counted_by_hand() -> None:
    outputs = cut("a b a b", "a b", "c")
    assert distinct(outputs, 1).value == pytest.approx(100 * 3 / 7)
    assert distinct(outputs, 2).value == pytest.approx(100 * 2 / 4)
    assert distinct(cut("a", "b"), 2).value == 0.0


def test_the_interval_is_that_of_leaving_each_output_out() -> None:
    outputs = cut("a b c", "a b", "d e f g", "a a", "h")
    found = distinct(outputs, 1)
    without = [distinct(outputs[:k] + outputs[k + 1 :], 1).value for k in range(5)]
    mean = sum(without) / 5
    error = (4 / 5 * sum((value - mean) ** 2 for value in without)) ** 0.5
    assert found.value - found.low == pytest.approx(1.96 * error)
    assert found.high == 100


def test_nothing_to_measure() -> None:
    with pytest.raises(ValueError, match="no outputs"):
        distinct([], 1)


def test_the_commonest_output() -> None:
    assert same_output(["yes", "no", "yes", "yes"]).value == 75.0


def test_answering_everything_alike_is_a_collapse() -> None:
    right = [f"word{k} and thing{k}" for k in range(40)]
    alike = ["i do not know"] * 30 + right[30:]
    found = collapse(alike, right, cut(*alike), cut(*right))
    assert found is not None
    assert (found.output, found.share, found.usual) == ("i do not know", 0.75, 1 / 40)
    assert "75% of them are 'i do not know'" in str(found)


def test_few_words_in_many_orders_are_a_collapse_too() -> None:
    right = [f"word{k} and thing{k} or place{k}" for k in range(40)]
    poor = [f"{'the ' * (k % 7 + 1)}thing" for k in range(40)]
    found = collapse(poor, right, cut(*poor), cut(*right))
    assert found is not None
    assert found.variety < 0.5


def test_what_is_as_varied_as_it_should_be_is_none() -> None:
    right = ["yes", "no"] * 20
    assert collapse(right, right, cut(*right), cut(*right)) is None
    varied = [f"a{k} b{k} c{k}" for k in range(20)]
    assert collapse(varied, varied, cut(*varied), cut(*varied)) is None
