"""Lists of names: what is found in a sentence, however it is cut and written, and which lists are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from recurra.data.gazetteers import Found, Gazetteer, digest_of, read_gazetteers
from recurra.errors import DataError, UsageError


def found(entries: list[str], sentence: str) -> list[Found]:
    return Gazetteer.of("names", entries, "here").found_in(sentence.split())


def test_the_longest_entry_is_taken_and_it_goes_on_behind_it() -> None:
    entries = ["York", "New York", "New York City", "City"]
    assert found(entries, "in New York City Hall") == [Found(1, 4, True)]
    assert found(entries, "New York York") == [Found(0, 2, True), Found(2, 3, True)]
    assert found(entries, "New Yor") == []


def test_what_is_written_alike_comes_before_what_is_so_in_lower_case() -> None:
    assert found(["Reading", "US"], "us Reading reading US") == [
        Found(0, 1, False),
        Found(1, 2, True),
        Found(2, 3, False),
        Found(3, 4, True),
    ]
    assert found(["Oslo", "oslo by"], "Oslo By") == [Found(0, 2, False)]  # the longer one, whatever its case


@pytest.mark.parametrize(
    ("entry", "tokens"),
    [
        ("St. Louis", "St . Louis"),
        ("北京", "北 京"),
        ("a b c", "ab c"),
        ("e\u0301clair", "\u00e9clair"),
        ("x  y", "x y"),
    ],
)
def test_tokens_may_be_cut_otherwise(entry: str, tokens: str) -> None:
    assert found([entry], tokens) == [Found(0, len(tokens.split()), True)]


def test_files_and_lists(tmp_path: Path) -> None:
    file = tmp_path / "cities.de.txt"
    file.write_text("Bonn\n\nBonn\r\n New  York \n", encoding="utf-8")
    (one,) = read_gazetteers(str(file))
    assert one == Gazetteer("cities", ("Bonn", "New York"))
    assert read_gazetteers([f"city={file}", file]) == (Gazetteer("city", one.entries), one)
    assert read_gazetteers({"city": file, "month": {"May", "June"}}) == (
        Gazetteer("city", one.entries),
        Gazetteer("month", ("June", "May")),
    )
    assert digest_of(read_gazetteers({"a": ["x"]})) != digest_of(read_gazetteers({"b": ["x"]}))


@pytest.mark.parametrize(
    "given", [3, {"a": 3}, {"a": [3]}, {"": ["x"]}, {1: ["x"]}, ["a", 3], [["x"]], {"a": None}, [None]]
)
def test_what_names_no_lists_is_refused(given: object) -> None:
    with pytest.raises(UsageError):
        read_gazetteers(given)


def test_lists_that_cannot_be_meant_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x\n")
    with pytest.raises(UsageError, match="two gazetteers are called 'a'"):
        read_gazetteers([str(tmp_path / "a.txt"), f"a={tmp_path / 'a.txt'}"])
    with pytest.raises(DataError, match="no such file"):
        read_gazetteers("nowhere.txt")
    with pytest.raises(DataError, match="there are no entries"):
        read_gazetteers({"a": ["", " "]})
    with pytest.raises(DataError, match="an entry has at most 200 characters"):
        read_gazetteers({"a": ["x" * 201]})
    with pytest.raises(DataError, match="half"):
        read_gazetteers({"a": ["\ud800"]})
