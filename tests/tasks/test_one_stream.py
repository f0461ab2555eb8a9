"""A law over all tasks: the same examples are the same task, notes, refusals and bytes, whatever they are given as.

A list, a generator, mappings, data frames and a file are read by the same code from the first row on; what is said of
them differs by what they are called alone.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas
import polars
import pytest
from toy_tasks import SMALL

from recurra.api import data_source
from recurra.data import open_examples
from recurra.data.lines import TextFile
from recurra.errors import RecurraError
from recurra.tasks import TASKS
from recurra.tasks.choosing import choose_task
from recurra.tasks.fit import Request, prepare
from recurra.training import Budget, Note

WORDS = ["red", "green", "blue", "dark", "light", "bright", "deep"]
PAIRS = [(f"{one} {other}", f"{other}-{one}s") for one in WORDS for other in WORDS]
LABELLED = [(text, "long" if len(text) > 9 else "short") for text, _ in PAIRS]
NUMBERS = [(k % 7 / 2, k % 3 + 0.25, "even" if k % 2 == 0 else "odd") for k in range(60)]
WORTH = [(text, len(text) + 0.5) for text, _ in PAIRS]
SENTENCES = [(text.split(), ["B-X", "I-X" if text[0] < "e" else "O"]) for text, _ in PAIRS]
TALKS = [[one, other, one] for one in WORDS for other in WORDS]
STEPS = [(str(date(2024, 1, 1) + timedelta(days=k)), float(k * k % 17), float(k % 5)) for k in range(84)]


def mappings(rows: Iterable[Sequence[Any]], *names: str) -> list[dict[str, Any]]:
    return [dict(zip(names, row, strict=True)) for row in rows]


def tsv(rows: Iterable[Sequence[Any]]) -> Callable[[Path], str]:
    def write(folder: Path) -> str:
        path = folder / "examples.tsv"
        path.write_text("".join("\t".join(map(str, row)) + "\n" for row in rows), encoding="utf-8")
        return str(path)

    return write


def table(rows: list[dict[str, Any]]) -> Callable[[Path], str]:
    def write(folder: Path) -> str:
        path = folder / "examples.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        return str(path)

    return write


def jsonl(rows: Iterable[Mapping[str, Any]]) -> Callable[[Path], str]:
    def write(folder: Path) -> str:
        path = folder / "examples.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return str(path)

    return write


def lines(texts: Iterable[str]) -> Callable[[Path], str]:
    def write(folder: Path) -> str:
        path = folder / "examples.txt"
        path.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
        return str(path)

    return write


def columns_of(rows: Sequence[Sequence[str]]) -> list[str]:
    """A token a line, an empty line after each sentence."""
    return [line for tokens, tags in rows for line in [*(f"{a}\t{b}" for a, b in zip(tokens, tags, strict=True)), ""]]


def frames(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Everything that a table can be."""
    return {
        "mappings": rows,
        "generator": (row for row in rows),
        "pandas": pandas.DataFrame(rows),
        "polars": polars.DataFrame(rows),
        "csv": table(rows),
    }


# Each way to give the examples of a task; the first is what the others are held against.
GIVEN: dict[str, dict[str, Any]] = {
    "translate": {
        "list": PAIRS,
        "tuple of lists": tuple(map(list, PAIRS)),
        "tsv": tsv(PAIRS),
        "jsonl": jsonl(mappings(PAIRS, "source", "target")),
        **frames(mappings(PAIRS, "source", "target")),
        **{f"{name} of other names": given for name, given in frames(mappings(PAIRS, "here", "there")).items()},
    },
    "classify": {
        "list": LABELLED,
        "tsv": tsv(LABELLED),
        "jsonl": jsonl(mappings(LABELLED, "text", "label")),
        **frames(mappings(LABELLED, "text", "label")),
    },
    "regress": {
        "list": WORTH,
        "tsv": tsv(WORTH),
        "jsonl": jsonl(mappings(WORTH, "text", "number")),
        **frames(mappings(WORTH, "text", "number")),
    },
    "classify numbers": frames(mappings(NUMBERS, "width", "height", "kind")),
    "tag": {
        "list": SENTENCES,
        "mappings": mappings(SENTENCES, "tokens", "tags"),
        "pandas": pandas.DataFrame(mappings(SENTENCES, "tokens", "tags")),
        "polars": polars.DataFrame(mappings(SENTENCES, "tokens", "tags")),
        "jsonl": jsonl(mappings(SENTENCES, "tokens", "tags")),
        "columns": lines(columns_of(SENTENCES)),
    },
    "chat": {
        "list": TALKS,
        "mappings": [{"turns": talk} for talk in TALKS],
        "polars": polars.DataFrame({"turns": TALKS}),
        "jsonl": jsonl({"turns": talk} for talk in TALKS),
    },
    "language-model": {
        "list": [text for text, _ in PAIRS],
        "generator": (text for text, _ in PAIRS),
        "series of pandas": pandas.Series([text for text, _ in PAIRS]),
        "series of polars": polars.Series([text for text, _ in PAIRS]),
        "mappings": [{"text": text} for text, _ in PAIRS],
        "lines": lines(text for text, _ in PAIRS),
    },
    "forecast": frames(mappings(STEPS, "date", "price", "volume")),
}
NAMED = {"regress": "regress"}  # in a file nobody can tell numbers to be learned from texts
SETTINGS: dict[str, dict[str, object]] = {"forecast": {"data.window": 8, "model.horizon": 2}}


def made(given: Any, folder: Path, task: str | None = None) -> tuple[str, list[str], list[str]]:
    """The task that is chosen, what is said before the first step, and digests of the encoded examples."""
    folder.mkdir()
    source = data_source(given(folder) if callable(given) else given)
    chosen = choose_task(source, task)
    recipe = chosen.task.recipe().with_settings({**SMALL, **SETTINGS.get(chosen.task.name, {})})
    said: list[str] = [chosen.note]
    prepared = prepare(
        Request(chosen.task, source, None, folder / "m", recipe),
        Budget(epochs=1),
        lambda event: said.append(event.text) if isinstance(event, Note) else None,
    )
    encoded = [getattr(prepared.encoded, side).digest for side in ("train", "valid")]
    return chosen.task.name, [neutral(text) for text in said if not about_the_file(text)], encoded


def neutral(text: str) -> str:
    """A note without what the examples are called, their lines, and where the reason for a task was seen."""
    text = re.sub(r"^\S*(examples\.\w+|examples|series)(?=:)", "DATA", text)
    text = re.sub(r"^([\d,]+ [\w ]+) in \S+$", r"\1", text)  # how many there are, of a file
    text = re.sub(r"lines [\d, ]+( and \d+ more)?", "LINES", text)
    text = re.sub(r"in \S*(examples\.\w+|examples|pairs|sentences|dialogues|texts|series)(?=$|:)", "in DATA", text)
    return re.sub(r"because .* \(choose another", "because ... (choose another", text)


def about_the_file(text: str) -> bool:
    """Notes that only a file or a table can give rise to: its header, its separator, which columns are what."""
    return any(said in text for said in ("is the header", "names the columns", ": column ", "are in column"))


CASES = [(task, way) for task, ways in GIVEN.items() for way in list(ways)[1:]]
FIRST: dict[str, tuple[str, list[str], list[str]]] = {}


@pytest.mark.parametrize(("task", "way"), CASES)
def test_the_same_examples_are_the_same(task: str, way: str, tmp_path: Path) -> None:
    if task not in FIRST:
        FIRST[task] = made(next(iter(GIVEN[task].values())), tmp_path / "first", NAMED.get(task))
    assert FIRST[task][0] == task.split()[0]
    assert made(GIVEN[task][way], tmp_path / "other", NAMED.get(task)) == FIRST[task]


def test_every_task_has_its_ways() -> None:
    assert {task.split()[0] for task in GIVEN} >= set(TASKS) - {"caption"}  # which has tests of its own


REFUSED: dict[str, tuple[list[Any], Callable[[Path], str], str]] = {
    "translate": ([("a", "b"), ("", "c"), ("d", "")], tsv([("a", "b"), ("", "c"), ("d", "")]), "2 pairs with an empty"),
    "classify": ([("a b", "x"), ("c d", "x")], tsv([("a b", "x"), ("c d", "x")]), "expected at least two labels"),
    "regress": ([("a b", 1.5), ("c d", "x")], tsv([("a b", 1.5), ("c d", "x")]), "the target is not a number"),
    "tag": (
        [(["a", "b"], ["O", "I-X"]), (["b", "a"], ["O", "B-X"])],
        lines(["a\tO", "b\tI-X", "", "b\tO", "a\tB-X", ""]),
        "1 tag breaks BIO",
    ),
    "chat": ([["hello"], ["good", ""]], lines(["hello", "", "good", ""]), "expected dialogues of at least two turns"),
    "language-model": (["", " "], lines(["", " "]), "all lines are empty"),
    "forecast": (
        mappings([(f"2024-01-{day:02}", None if day % 2 else 1.0) for day in range(1, 19)], "date", "price"),
        table(mappings([(f"2024-01-{day:02}", "" if day % 2 else 1.0) for day in range(1, 19)], "date", "price")),
        "is missing, and 8 more",
    ),
}


@pytest.mark.parametrize("task", REFUSED)
def test_the_same_mistakes_are_refused_alike(task: str, tmp_path: Path) -> None:
    rows, file, what = REFUSED[task]
    messages: list[str] = []
    for name, given in (("rows", rows), ("file", file)):
        with pytest.raises(RecurraError) as caught:
            made(given, tmp_path / name, task)
        messages.append(caught.value.what)
    assert what in messages[0]
    assert neutral_places(messages[0]) == neutral_places(messages[1])


def neutral_places(text: str) -> str:
    """A refusal without the places of what is wrong: examples[3] and examples.tsv:4."""
    return re.sub(r"\S+(\[\d+\]|:\d+)", "PLACE", text)


@pytest.mark.parametrize("task", ["translate", "classify", "language-model"])
def test_a_table_is_parsed_at_most_twice_before_the_first_step(
    task: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    raw_lines = TextFile.raw_lines

    def counted(file: TextFile) -> Any:
        for line in raw_lines(file):
            read.append(file.path)
            yield line

    monkeypatch.setattr(TextFile, "raw_lines", counted)
    rows = {"translate": PAIRS, "classify": LABELLED}.get(task)
    repeated = tsv(rows * 40) if rows else lines([text for text, _ in PAIRS] * 40)
    assert made(repeated, tmp_path / "m")[0] == task
    assert len(read) <= 2 * 40 * len(PAIRS)


def test_what_was_read_is_kept_in_a_file_where_it_is_much(tmp_path: Path) -> None:
    from recurra.data import keep

    path = tmp_path / "kept" / "examples.jsonl"
    for name, ways in GIVEN.items():
        if not name.endswith("numbers"):
            given = next(iter(ways.values()))
            examples = open_examples(data_source(given), TASKS[name].kind)
            few = [str(one) for one in keep(examples, TASKS[name].kind, path)]
            assert not path.exists()
            many = keep(examples, TASKS[name].kind, path, in_memory=100)
            assert [str(one) for one in many] == [str(one) for one in many] == few
            assert path.exists()
            assert (many.name, many.noun) == (examples.name, examples.noun)
