"""Each column of a source is looked at for emptiness, however the pairs are given; recurra's own separators are not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from recurra.data import PAIRS, DataSource, check_pairs, open_examples, report_warnings
from recurra.errors import DataError
from recurra.text import Tokenizer, build_source

ROWS = [(f"walk{k}", f"V;PST{k % 3}", f"walked{k}") for k in range(300)]
COLUMNS = {"source_column": "1,2", "target_column": "3"}


def tsv(rows: list[tuple[str, str, str]], folder: Path) -> DataSource:
    (folder / "a.tsv").write_text("".join("\t".join(row) + "\n" for row in rows))
    return DataSource(str(folder / "a.tsv"), **COLUMNS)


def csv(rows: list[tuple[str, str, str]], folder: Path) -> DataSource:
    (folder / "a.csv").write_text("".join(",".join(row) + "\n" for row in [("a", "b", "c"), *rows]))
    return DataSource(str(folder / "a.csv"), source_column="a,b", target_column="c")


def given(rows: list[tuple[str, str, str]], folder: Path) -> DataSource:
    return DataSource(rows=[((first, second), third) for first, second, third in rows])


WAYS: dict[str, Callable[[Any, Path], DataSource]] = {"tsv": tsv, "csv": csv, "rows": given}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("empty", ["", " ", "\u200b"])
@pytest.mark.parametrize("column", [0, 1, 2])
def test_an_empty_cell_is_skipped_and_counted(way: str, empty: str, column: int, tmp_path: Path) -> None:
    row = tuple(empty if k == column else cell for k, cell in enumerate(ROWS[3]))
    examples = open_examples(WAYS[way]([*ROWS, row], tmp_path), PAIRS)
    assert len(list(examples)) == 300
    assert "1 pair with an empty side skipped of 301" in str(examples.skipped)


def test_a_column_that_is_often_empty_is_refused_with_a_way_out(tmp_path: Path) -> None:
    rows = [("" if k < 9 else first, second, third) for k, (first, second, third) in enumerate(ROWS)]
    with pytest.raises(DataError, match="9 pairs with an empty side") as caught:
        list(open_examples(tsv(rows, tmp_path), PAIRS))
    assert "write a sign for that, such as -" in str(caught.value)


def test_the_separators_between_columns_are_no_invisible_characters(tmp_path: Path) -> None:
    pairs = open_examples(tsv([*ROWS, ("a\u200bb", "V", "ab")], tmp_path), PAIRS)
    source = build_source((pair.source for pair in pairs), ["chars", "features"], 1000, 1, "NFC")
    report = check_pairs(pairs, (source, Tokenizer.build((pair.target for pair in pairs), "chars")))
    (warning,) = [one for one in report_warnings(report) if "invisible" in one]
    assert "U+200B" in warning
    assert "TAB" not in warning


def test_marks_of_subwords_are_a_warning() -> None:
    rows = [("the ca@@ t", "die Ka@@ tze"), ("a dog", "ein Hund")] * 5
    pairs = open_examples(DataSource(rows=rows), PAIRS)
    words = Tokenizer.build((text for pair in pairs for text in pair[:2]), "words")
    warnings = report_warnings(check_pairs(pairs, (words, words)))
    assert len(warnings) == 2
    assert all("5 of 10 texts have marks of subwords (@@)" in warning for warning in warnings)
