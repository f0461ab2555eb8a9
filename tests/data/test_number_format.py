"""Numbers as people write them: the way is told from the whole table, said, settable, and remembered."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from recurra.data import LABELLED, NUMBERED, SERIES, DataSource, Examples, Kind, open_examples
from recurra.data.number_text import NotANumber, NumberFormat, NumberText, is_number, parse_number
from recurra.errors import DataError

POINT, COMMA = NumberFormat(".", ","), NumberFormat(",", ".")


@pytest.mark.parametrize(
    ("text", "form", "value"),
    [
        ("1,234.5", POINT, 1234.5), ("1,234", POINT, 1234), ("12,34,567", POINT, 1234567),
        ("-1,234,567", POINT, -1234567),
        ("1.234,5", COMMA, 1234.5), ("1.234", COMMA, 1234), ("0,5", COMMA, 0.5), (",5", COMMA, 0.5),
        ("1,5e3", COMMA, 1500),
        ("1 234,5", NumberFormat(",", " "), 1234.5), ("1\u202f234", NumberFormat(",", " "), 1234),
        ("1'234.50", NumberFormat(".", "'"), 1234.5), ("1\u2019234", NumberFormat(".", "'"), 1234),
        ("$1,234.50", POINT, 1234.5), ("-$5", POINT, -5), ("$-5", POINT, -5), ("($5)", POINT, -5), ("5 €", POINT, 5),
        ("US$ 5", POINT, 5), ("5 EUR", POINT, 5), ("CHF 5", POINT, 5), ("5 kr", POINT, 5), ("5 kr.", POINT, 5),
        ("12.5 %", POINT, 12.5), ("12%", POINT, 12), ("(1,234)", POINT, -1234), ("\u22125", POINT, -5),
        (NumberText("1.234"), COMMA, 1.234), (" 5 ", POINT, 5), ("?", COMMA, math.nan),
        ("#N/A", POINT, math.nan), ("", POINT, math.nan),
    ],
)  # fmt: skip
def test_a_number_in_a_format(text: str, form: NumberFormat, value: float) -> None:
    assert parse_number(text, form) == pytest.approx(value, nan_ok=True)
    assert is_number(text)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("1.5", COMMA), ("1,5", POINT), ("1,23,4", POINT), ("1,2345", POINT), ("1.234,5", POINT), ("1,234.5", COMMA),
        ("1,234", NumberFormat()), ("5 kWh", POINT), ("XYZ 5", POINT), ("%5%", POINT), ("--5", POINT), ("(-5)", POINT),
        ("(5", POINT), ("12.03.2021", COMMA), ("1_000", POINT), ("five", POINT), ("$", POINT), (",", COMMA),
        ("1e200", POINT),
        ("50.047e300", NumberFormat()), ("inf", POINT),
    ],
)  # fmt: skip
def test_what_is_no_number_in_a_format(text: str, form: NumberFormat) -> None:
    with pytest.raises(NotANumber):
        parse_number(text, form)


def read(path: Path, cells: list[str], separator: str = ";", kind: Kind[Any] = SERIES, **options: Any) -> Examples[Any]:
    quoted = [f'"{cell}"' if separator in cell else cell for cell in cells]
    rows = [f"2024-01-{day:02}{separator}{cell}" for day, cell in enumerate(quoted, 1)]
    path.write_text("\n".join([f"date{separator}sales", *rows, ""]), encoding="utf-8")
    return open_examples(DataSource(str(path), **options), kind)


def values(examples: Examples[Any]) -> list[float]:
    return [value for series in examples for value in series.values[:, 0].tolist()]


@pytest.mark.parametrize(
    ("cells", "separator", "expected", "note"),
    [
        (["1,5", "2,25", "1000"], ";", [1.5, 2.25, 1000], "numbers have a decimal comma, as in 1,5"),
        (["1.234", "2,5", "3.000"], ";", [1234, 2.5, 3000], "decimal comma and a point between thousands, as in 1.234"),
        (["1,234", "56.5", "7"], ";", [1234, 56.5, 7], "a decimal point and a comma between thousands, as in 1,234"),
        (["5,004", "5,854", "948"], ";", [5004, 5854, 948], "a comma between thousands, as in 5,004"),
        (["5,004", "5,854"], ",", [5004, 5854], "a comma between thousands, as in 5,004"),
        (["5,004", "5,854", "1000"], ";", [5.004, 5.854, 1000], "numbers have a decimal comma, as in 5,004"),
        (["0,004", "5,854"], ";", [0.004, 5.854], "numbers have a decimal comma, as in 5,854"),
        (["1,234,567", "5,854"], "\t", [1234567, 5854], "a comma between thousands, as in 1,234,567"),
        (["1.234.567", "5.854"], "\t", [1234567, 5854], "a point between thousands, as in 1.234.567"),
        (["1 234", "5", "?"], ";", [1234, 5, math.nan], "a space between thousands, as in 1 234"),
        (["$5", "$1,000.50"], ";", [5, 1000.5], "the sign $ of column 'sales' is left out"),
        (["50.5%", "51%"], ";", [50.5, 51], "column 'sales' is in percent: 50.5% is read as 50.5"),
        (["1.234", "5.678"], ";", [1.234, 5.678], None),
        (["1e3", "-5"], ";", [1000, -5], None),
    ],
)  # fmt: skip
def test_told_from_the_whole_column(
    tmp_path: Path, cells: list[str], separator: str, expected: list[float], note: str | None
) -> None:
    data = read(tmp_path / "x.csv", cells, separator)
    assert values(data) == pytest.approx(expected, nan_ok=True)
    said = [text for text in data.notes if "number" in text or "sign" in text or "percent" in text]
    assert any(note in text for text in said) if note else not said


@pytest.mark.parametrize(
    ("cells", "separator", "says"),
    [
        (["5,004", "5,854"], ";", "may have a decimal comma or a comma between thousands"),
        (["1,5", "1.5"], ";", "some numbers have a decimal comma (1,5 at"),
        (["5%", "6"], ";", "have different units"),
        (["$5", "€6"], ";", "have different units"),
        (["1,5", "1 234 567", "1'234"], ";", "x.csv:4: column 'sales': expected a number, saw \"1'234\""),
        (["1e300", "5"], ";", "x.csv:2: column 'sales': a number beyond 1e+100 cannot be computed with"),
    ],
)  # fmt: skip
def test_what_is_refused(tmp_path: Path, cells: list[str], separator: str, says: str) -> None:
    with pytest.raises(DataError) as caught:
        list(read(tmp_path / "x.csv", cells, separator))
    assert says in str(caught.value)


def test_what_is_set_or_remembered(tmp_path: Path) -> None:
    cells = ["5,004", "5,854"]
    assert values(read(tmp_path / "x.csv", cells, decimal="comma")) == [5.004, 5.854]
    assert values(read(tmp_path / "x.csv", cells, decimal="point")) == [5004, 5854]
    assert values(read(tmp_path / "x.csv", cells, thousands="comma", decimal="point")) == [5004, 5854]
    data = read(tmp_path / "x.csv", ["1.234", "2,5"])
    assert values(data) == [1234, 2.5]
    assert (data.columns["decimal"], data.columns["thousands"]) == ("comma", "point")
    with pytest.raises(DataError, match="The numbers here have a decimal comma and a point between thousands"):
        values(read(tmp_path / "x.csv", ["1.5", "2"], decimal="comma", thousands="point"))
    plain = read(tmp_path / "x.csv", ["1.5", "2"])
    assert values(plain) == [1.5, 2]
    assert not {"decimal", "thousands"} & {*plain.columns}


def test_numbers_given_as_such_have_a_decimal_point() -> None:
    rows = [{"date": f"2024-01-{day:02}", "x": 1.234} for day in range(1, 9)]
    source = DataSource(rows=rows, decimal="comma", thousands="point")
    assert values(open_examples(source, SERIES)) == [1.234] * 8
    texts = [{"date": f"2024-01-{day:02}", "x": "1,5"} for day in range(1, 9)]
    assert values(open_examples(DataSource(rows=texts), SERIES)) == [1.5] * 8


def test_tables_of_vectors_and_labelled_series(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a;b;kind\n1,5;2;red\n2,5;1.000;blue\n")
    first, second = open_examples(DataSource(str(tmp_path / "x.csv"), format="vectors"), LABELLED)
    assert (first.content.values.tolist(), second.content.values.tolist()) == ([1.5, 2], [2.5, 1000])  # type: ignore[union-attr]
    (tmp_path / "y.csv").write_text("series;x;label\na;1,5;red\na;2,5;red\nb;3,5;blue\nb;$4,5;blue\n")
    series = list(open_examples(DataSource(str(tmp_path / "y.csv"), format="series"), LABELLED))
    assert [one.content.values.tolist() for one in series] == [[[1.5], [2.5]], [[3.5], [4.5]]]  # type: ignore[union-attr]
    (tmp_path / "z.csv").write_text("a;number\n1,5;$1.000\n2,5;$2,5\n")
    numbered = list(open_examples(DataSource(str(tmp_path / "z.csv"), format="vectors"), NUMBERED))
    assert [one.label for one in numbered] == ["$1.000", "$2,5"]  # which the task reads
