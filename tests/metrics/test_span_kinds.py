"""Precision, recall and F1 of each kind of span."""

from __future__ import annotations

from recurra.metrics.spans import kind_reports


def test_each_kind_by_itself() -> None:
    given = [{(0, 1, "city"), (2, 3, "day")}, {(0, 2, "city")}]
    right = [{(0, 1, "city"), (2, 4, "day")}, {(0, 1, "city"), (0, 2, "name")}]
    city, day, name = kind_reports(given, right)
    assert (city.label, city.count, city.predicted, city.precision, city.recall, city.f1) == ("city", 2, 2, 50, 50, 50)
    assert (day.label, day.precision, day.recall, day.f1) == ("day", 0, 0, 0)
    assert (name.label, name.precision, name.recall, name.f1) == ("name", None, 0, 0)
