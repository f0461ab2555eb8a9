"""Answers as a list: what it prints, what a notebook shows, what its slices are."""

from __future__ import annotations

from recurra.tasks.answer import Alternative, Answer
from recurra.tasks.answers import Answers


def answers(count: int) -> Answers[Answer[None]]:
    return Answers(Answer(f"in {k}", [Alternative(f"out <{k}>")], None) for k in range(count))


def test_a_list_of_answers_is_a_list() -> None:
    found = answers(3)
    assert found.texts == ["out <0>", "out <1>", "out <2>"]
    assert found == list(found)
    assert isinstance(found[1:], Answers)
    assert found[1:].texts == ["out <1>", "out <2>"]
    assert found[-1].source == "in 2"


def test_it_prints_in_a_few_lines() -> None:
    assert str(answers(0)) == "0 answers"
    assert str(answers(1)).splitlines() == ["1 answer", '  "in 0" → "out <0>"']
    assert len(str(answers(10)).splitlines()) == 11
    assert str(answers(11)).splitlines()[-1] == "  ... and 1 more"
    lines = repr(answers(1200)).splitlines()
    assert len(lines) == 12
    assert lines[-1] == "  ... and 1,190 more"


def test_a_notebook_shows_the_first_of_them() -> None:
    shown = answers(52)._repr_html_()
    assert shown.count("<tr>") == 1 + 50
    assert "out &lt;0&gt;" in shown
    assert "and 2 more" in shown
    assert "more</p>" not in answers(50)._repr_html_()
