"""Lines or running text, and how each of them is parts."""

from __future__ import annotations

from pathlib import Path

import pytest

from recurra.data import PAIRS, PLAIN, DataSource, as_examples, open_examples
from recurra.data.plain import Passage
from recurra.errors import DataError
from recurra.tasks.choosing import choose_task
from recurra.tasks.language_model.form import continues, decide_form, of_form, parts_of, split_running
from recurra.tasks.language_model.recipe import LanguageDataOptions
from recurra.training import Event, Note

PROSE = [
    "It was a bright cold day in",
    "april, and the clocks were",
    "striking thirteen. Winston",
    "slipped quickly in.",
]


def passages(*texts: str) -> list[Passage]:
    return [Passage(text, number) for number, text in enumerate(texts, 1)]


@pytest.mark.parametrize(
    ("texts", "form", "reason"),
    [
        (["emma", "olivia", "ava"], "lines", "no paragraphs"),
        (["How far is it?", "Who is there", "The man went home"] * 5, "lines", "no paragraphs"),
        (["how far is it", "who is there", "the man went home"] * 5, "lines", "no paragraphs"),
        (["A line.", "", "Another one.", "", "And one."], "running", "2 of 5 lines are empty"),
        (["word " * 500], "running", "a line has 2,500 characters"),
        (PROSE * 3, "running", "of the lines the sentence continues on the next line"),
        (["word " * 399 + "words"], "lines", "no paragraphs"),
        (["word " * 399 + "wordss"], "running", "a line has 2,001 characters"),
        (["emma", "olivia", *["ava"] * 200, "", "x"], "lines", "no paragraphs"),
    ],
)
def test_the_form_is_told_by_the_text(texts: list[str], form: str, reason: str) -> None:
    decision = decide_form(passages(*texts))
    assert (decision.form, reason in decision.reason) == (form, True), decision


def test_long_lines_are_cut_at_spaces_and_nothing_is_lost() -> None:
    text = "some words " * 700
    parts = list(parts_of(Passage(text, 3)))
    assert len(parts) > 4
    assert "".join(part.text for part in parts) == text
    assert [part.ends for part in parts] == [False] * (len(parts) - 1) + [True]
    assert all(part.text.startswith(" ") for part in parts[1:])
    assert {part.line for part in parts} == {3}
    assert list(parts_of(Passage("x" * 5000, 1))) == [Passage("x" * 5000, 1)]


@pytest.mark.parametrize("length", [1999, 2000, 2001, 2999, 3000, 3001, 4000])
def test_a_part_has_a_thousand_characters_at_least_and_the_last_two_thousand_at_most(length: int) -> None:
    """Of words of one letter, so that every other character is a space."""
    sizes = [len(part.text) for part in parts_of(Passage(("a " * length)[:length], 1))]
    assert sum(sizes) == length
    assert sizes[-1] in range(1000, 2001)
    assert all(size in (1000, 1001) for size in sizes[:-1])
    assert len(sizes) == (1 if length <= 2000 else 2 if length <= 3001 else 3)


def test_validation_data_that_are_given_are_all_of_it() -> None:
    train, valid = as_examples(passages("a", "b")), as_examples(passages("c"))
    parts = split_running(train, valid, LanguageDataOptions(), print)
    assert (list(parts.train), list(parts.valid), parts.contiguous) == (list(train), list(valid), True)


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (1, "1 of 2,001 lines is empty (line 2001) and left out"),
        (2, "2 of 2,002 lines are empty (lines 2001, 2002) and left out"),
        (5, "5 of 2,005 lines are empty (lines 2001, 2002, 2003, 2004, 2005) and left out"),
        (6, "6 of 2,006 lines are empty (lines 2001, 2002, 2003, 2004, 2005, ...) and left out"),
    ],
)
def test_the_first_five_empty_lines_are_named(count: int, said: str) -> None:
    notes: list[Event] = []
    lines = open_examples(DataSource(rows=["a"] * 2000 + [""] * count), PLAIN)
    assert len(list(of_form(lines, "lines", notes.append))) == 2000
    assert [note.text for note in notes if isinstance(note, Note)] == [said]


def test_running_text_is_divided_once_and_the_end_validates() -> None:
    text = as_examples(passages(*(f"line {k}" for k in range(100))))
    said: list[Event] = []
    parts = split_running(text, None, LanguageDataOptions(), said.append)
    train, valid = list(parts.train), list(parts.valid)
    assert [*train, *valid] == list(text)
    assert 9 <= len(valid) <= 11
    assert parts.contiguous
    assert isinstance(said[0], Note)
    assert f"the text from line {valid[0].line} on" in said[0].text
    few = split_running(text, None, LanguageDataOptions(valid_max=3), said.append)
    assert len(list(few.valid)) == 3
    four = as_examples(passages("a" * 9, "b" * 9, "c" * 9, "d" * 9))
    split_running(four, None, LanguageDataOptions(valid_max=1), said.append)
    assert "from line 4 on (25.0% of it)" in str(said[-1])


def test_too_little_text_validates_itself_and_that_is_said() -> None:
    said: list[Event] = []
    parts = split_running(as_examples(passages("one line")), None, LanguageDataOptions(), said.append)
    assert list(parts.train) == list(parts.valid)
    assert parts.contiguous
    assert [note.text for note in said if isinstance(note, Note)] == [
        "too little text to set any aside: the training text is used for validation as well"
    ]
    said.clear()
    two = split_running(as_examples(passages("one line", "another")), None, LanguageDataOptions(), said.append)
    assert [part.text for part in two.valid] == ["another"]


@pytest.mark.parametrize(
    ("lines", "form"),
    [
        (["a"] * 99 + [""], "lines"),  # one empty line is none too many
        (["a"] * 198 + ["", ""], "lines"),  # one in a hundred
        (["a"] * 197 + ["", ""], "running"),
        (["A word goes", "on here."] * 1 + ["A b."] * 8, "lines"),  # one of ten lines
        (["A word goes", "on here."] * 2 + ["A b."] * 6, "lines"),  # one of five
        (["A word goes", "on here."] * 3 + ["A b."] * 8, "running"),
        (["a word goes", "on here"] * 10, "lines"),  # no capitals
        (["A b.", *["some words", "go on"] * 10], "lines"),  # a capital in 21 lines
        (["A b.", *["some words", "go on"] * 9], "running"),
    ],
)
def test_how_much_makes_a_running_text(lines: list[str], form: str) -> None:
    assert decide_form(passages(*lines)).form == form


@pytest.mark.parametrize(
    ("line", "following", "goes_on"),
    [
        ("A word", "goes on", True),
        ("A word ", "goes on", True),
        ("A word", " goes on", False),
        ("A word", "Goes on", False),
        ("word", "goes on", False),
        ("A word", "goes", False),
        *((f"A word{end} ", "goes on", False) for end in (".", "!", "?", '"', "'", ":", ";", "”", "’", "。", "…", ")")),
        ("A word,", "goes on", True),
        ("A word", "", False),
    ],
)
def test_a_sentence_continues_on_the_next_line(line: str, following: str, goes_on: bool) -> None:
    assert continues(line, following) is goes_on


def test_what_is_said_of_the_form() -> None:
    def reason(*lines: str) -> str:
        return decide_form(passages(*lines)).reason

    assert reason(*["a", ""] * 1500) == "1,500 of 3,000 lines are empty, as between paragraphs"
    assert reason("word " * 401) == "a line has 2,005 characters"
    assert reason(*["A word goes", "on here."] * 4) == "after 50% of the lines the sentence continues on the next line"
    assert reason("a") == "there are no paragraphs, and no sentence continues on the next line"
    assert reason() == reason("a")


def test_empty_lines_between_lines_are_left_out_and_counted() -> None:
    said: list[Event] = []
    found = of_form(open_examples(DataSource(rows=["a", "b"] * 100 + [""] + ["c"]), PLAIN), "lines", said.append)
    assert len(list(found)) == 201
    assert "1 of 202 lines is empty (line 201) and left out" in str(said)
    some = DataSource(rows=["a"] * 990 + [""] * 10)  # one in a hundred
    assert len(list(of_form(open_examples(some, PLAIN), "lines", said.append))) == 990
    with pytest.raises(DataError, match="11 of 1,000 lines are empty"):
        of_form(open_examples(DataSource(rows=["a"] * 989 + [""] * 11), PLAIN), "lines")
    with pytest.raises(DataError, match=r"texts: 3 of 5 lines are empty \(lines 2, 3, 4\)\n.*data.form=running"):
        of_form(open_examples(DataSource(rows=["a", "", "", "", "b"]), PLAIN), "lines")
    with pytest.raises(DataError, match="all lines are empty"):
        of_form(open_examples(DataSource(rows=["", " "]), PLAIN), "running")


TABLES = {
    "power.txt": ("Date;P;V;W\n" + "".join(f"{k % 28 + 1}/12/2006;{k}.5;{k}.2;1\n" for k in range(28)), "forecast"),
    "load.dat": ("time,load,heat\n" + "".join(f"{k},{k % 5}.5,{k % 3}\n" for k in range(40)), "forecast"),
    "rates.txt": ("".join(f"0.{k},0.{k + 1},0.{k + 2}\n" for k in range(40)), "translate"),
    "verse.txt": ("O, to be, or not to be\nThat, is the question, friend\n" * 10, "language-model"),
}


@pytest.mark.parametrize("name", TABLES)
def test_tables_of_numbers_are_no_texts(name: str, tmp_path: Path) -> None:
    text, task = TABLES[name]
    (tmp_path / name).write_text(text)
    assert choose_task(DataSource(str(tmp_path / name))).task.name == task
    if task == "translate":
        with pytest.raises(DataError, match="looks like CSV"):
            list(open_examples(DataSource(str(tmp_path / name)), PAIRS))
