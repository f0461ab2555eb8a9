"""Two evaluations side by side: which examples both have, and what of them changed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from recurra.errors import UsageError
from recurra.metrics import Case, ExampleScores, Measure, Share
from recurra.metrics.versus import share_difference
from recurra.tasks.evaluation import Evaluation
from recurra.tasks.versus import changes, common, versus
from recurra.views.report.page import Measured

Places = Sequence[tuple[int, str]]


def cases(places: Places) -> list[Case]:
    return [Case(line, source) for line, source in places]


def measured(places: Places, right: Sequence[bool], *notes: str, measure: str = "accuracy") -> Measured:
    record: Any = {}
    scores = ExampleScores([1] * len(right), measures={measure: Share.right(right, "")}, whole=measure)
    return Measured(record, notes, scores, cases(places), {})


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        ([(1, "a"), (2, "b")], [(1, "a"), (2, "b")], [(0, 0), (1, 1)]),
        ([(1, "a"), (2, "b")], [(2, "b"), (1, "a")], [(0, 1), (1, 0)]),
        ([(1, "a"), (2, "b")], [(1, "b"), (2, "c")], []),  # the same line with another input
        ([(1, "a"), (1, "a")], [(1, "a"), (1, "a"), (1, "a")], [(0, 0), (1, 1)]),  # in their order
        ([(1, "a"), (1, "a")], [(1, "a")], [(0, 0)]),
    ],
)
def test_examples_that_both_have_stand_on_one_line_with_one_input(one: Places, other: Places, found: Places) -> None:
    assert common(cases(one), cases(other)) == found


def test_what_changed_is_counted_and_what_one_lacks_is_said() -> None:
    every = [(k, "x") for k in range(6)]
    one = measured(every, [True, True, True, False, False, True], "of both", "of one")
    other = measured([*every[1:], (9, "y"), (10, "y")], [False, True, True, True, False, True, True], "of both")
    found = versus(one, other, ("old", "new")).two
    assert found.changes is not None
    assert tuple(found.changes) == (2, 2, 0, 1)  # now wrong, now right, wrong, right
    assert list(found.notes) == ["of both", "of one", "3 examples of one evaluation that the other lacks left out"]
    assert [one.line for one in found.one.cases] == [one.line for one in found.other.cases] == [1, 2, 3, 4, 5]
    (difference,) = found.differences
    assert difference.difference.value == pytest.approx(0.0)
    assert not versus(one, one, ("old", "new")).two.notes[2:]


@pytest.mark.parametrize(
    ("other", "what"),
    [
        (measured([(1, "b")], [True]), "no examples in common"),
        (measured([(1, "a")], [True], measure="recall"), "no measure in common"),
    ],
)
def test_what_cannot_be_compared_is_refused(other: Measured, what: str) -> None:
    with pytest.raises(UsageError, match=what):
        versus(measured([(1, "a")], [True]), other, ("old", "new"))


def evaluated(right: Sequence[bool], wrong_units: Sequence[float], source: str = "in <{}>") -> Evaluation:
    """Of outputs of four units each."""
    count = len(right)
    errors = Share(wrong_units, [4.0] * count, "", higher_is_better=False)
    measures = {"accuracy": Share.right(right, ""), "token_error_rate": errors}
    every = [Case(k, source.format(k), ("x",), "x" if one else "y") for k, one in enumerate(right)]
    measured = {"accuracy": Measure(100 * sum(right) / count, 0.0, 100.0, "")}
    return Evaluation(count, measured, examples=ExampleScores([3] * count, measures=measures, whole="accuracy"),
                      cases=every)  # fmt: skip


OLD = evaluated([True] * 28 + [False] * 4, [0.0] * 28 + [4.0] * 4)
NEW = evaluated([True] * 10 + [False] * 21 + [True], [0.0] * 10 + [1.0] * 21 + [0.0])
CHANGED = "of 32 pairs, 18 are now right, 1 now wrong, 10 right in both and 3 wrong in both"


def test_they_are_said_in_a_few_lines() -> None:
    assert str(OLD.versus(NEW, ("old", "new"))).splitlines() == [
        "old less new",
        "  accuracy: +53.12 (+34.38 to +71.88), p < 0.001: better",
        "  token error rate: −3.91 (−14.84 to +7.81), p 0.514: no significant difference",
        f"  {CHANGED}",
    ]
    same = NEW.versus(NEW)
    assert repr(same).splitlines()[:2] == [
        "this less other",
        "  accuracy: 0.00 (0.00 to 0.00), p 1.000: no significant difference",
    ]


def test_they_are_plain_data_with_p_values_of_both_measures_together() -> None:
    found: Any = json.loads(json.dumps(OLD.versus(NEW, ("old", "new")).to_mapping()))
    assert (found["models"], found["count"]) == (["old", "new"], 32)
    assert found["changes"] == {"better": 18, "worse": 1, "wrong": 3, "right": 10}
    assert [*found["measures"]] == ["accuracy", "token_error_rate"]
    accuracy, errors = found["measures"].values()
    assert accuracy["values"] == [100 * 28 / 32, 100 * 11 / 32]
    assert accuracy["difference"] == 100 * 17 / 32
    assert errors["values"] == [100 * 16 / 128, 100 * 21 / 128]
    assert (accuracy["verdict"], errors["verdict"]) == ("better", "")
    alone = {
        name: share_difference(share, NEW.examples.measures[name]) for name, share in OLD.examples.measures.items()
    }
    assert accuracy["p"] == 2 * alone["accuracy"].p  # Holm: the smaller of two
    assert errors["p"] == alone["token_error_rate"].p
    assert [accuracy["low"], accuracy["high"]] == [*(alone["accuracy"].interval or ())]
    few: Any = evaluated([True] * 3, [0.0] * 3).versus(OLD).to_mapping()
    assert few["count"] == 3
    assert few["measures"]["accuracy"] == {
        "values": [100.0, 100.0], "difference": 0.0, "low": None, "high": None, "p": 1.0, "verdict": "",
    }  # fmt: skip


def test_they_are_a_page_a_table_and_what_a_notebook_shows(tmp_path: Path) -> None:
    found = OLD.versus(NEW, ("old", "<new>"))
    page, shown = found.page("Two <models>"), found._repr_html_()
    assert "<title>Two &lt;models&gt;</title>" in page
    assert "<title>Two models</title>" in found.page()
    for text in (page, shown):
        assert "<bdi>old</bdi> less <bdi>&lt;new&gt;</bdi>" in text
        assert f"<p>{CHANGED.capitalize()}.</p>" in text
    assert "in <" not in page
    assert r'[31,"in \u003c31>",["x"]' in page
    table: Any = json.loads(json.dumps(found.table()))
    assert (table["changes"], table["total"]) == (CHANGED, 32)
    assert table["sources"]["31"] == "in <31>"
    assert table["differences"][0]["text"] == "+53.12 (+34.38 to +71.88), p < 0.001"
    found.write_page(tmp_path / "two.html", "A title")
    assert (tmp_path / "two.html").read_text("utf-8") == found.page("A title")
    half = evaluated([True], [0.0], "half \ud83d of {}")
    for one, name in ((half, "one.html"), (half.versus(half), "two.html")):
        one.write_page(tmp_path / name)  # half of a character does not stop it
        assert (tmp_path / name).read_bytes().startswith(b"<!DOCTYPE html>")


def test_an_evaluation_is_a_page_a_table_and_what_a_notebook_shows(tmp_path: Path) -> None:
    assert "<title>Of &lt;it&gt;</title>" in OLD.page("Of <it>")
    assert "<title>Evaluation</title>" in OLD.page()
    table: Any = json.loads(json.dumps(OLD.table()))
    assert table["record"] == OLD.to_mapping()
    assert (table["total"], table["sources"]["31"]) == (32, "in <31>")
    assert "87.50" in OLD._repr_html_()
    OLD.write_page(tmp_path / "one.html", "A title")
    assert (tmp_path / "one.html").read_text("utf-8") == OLD.page("A title")


def test_parts_of_what_was_measured_keep_their_numbers_together() -> None:
    """Those that both have, wherever they stand: what each adds to a measure goes with it."""
    more = evaluated([False, True, True, False], [4.0, 0.0, 1.0, 2.0])
    moved = [3, 0, 2]
    other = Evaluation(
        3, more.measures, cases=[more.cases[k] for k in moved],
        examples=ExampleScores([7, 8, 9], measures={"token_error_rate": Share([1.0, 2.0, 3.0], [5.0, 6.0, 7.0], "")}),
    )  # fmt: skip
    two = more.versus(other).two
    assert [case.line for case in two.one.cases] == [case.line for case in two.other.cases] == [0, 2, 3]
    assert list(two.one.scores.lengths) == [3, 3, 3]
    assert list(two.other.scores.lengths) == [8, 9, 7]
    first, second = (side.scores.measures["token_error_rate"] for side in (two.one, two.other))
    assert (list(first.counted), list(first.total)) == ([4.0, 1.0, 2.0], [4.0, 4.0, 4.0])
    assert (list(second.counted), list(second.total)) == ([2.0, 3.0, 1.0], [6.0, 7.0, 5.0])
    assert [one.name for one in two.differences] == ["token_error_rate"]  # the other one lacks accuracy
    assert two.changes is None  # and so does not say what is right
    assert list(two.notes) == ["1 example of one evaluation that the other lacks left out"]


def test_an_example_is_right_where_all_of_it_is() -> None:
    def scores(counts: Sequence[float]) -> ExampleScores:
        return ExampleScores(measures={"exact": Share(counts, [2.0] * len(counts), "")}, whole="exact")

    one, other = scores([2.0, 2.0, 2.0, 1.0, 1.0, 1.0, 0.0]), scores([2.0, 1.0, 0.0, 2.0, 2.0, 2.0, 1.0])
    assert changes(one, other) == (2, 3, 1, 1)  # now right, now wrong, wrong, right in both
    assert changes(other, one) == (3, 2, 1, 1)
    assert changes(one, ExampleScores()) is None
