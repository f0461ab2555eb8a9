"""Readers of tagged sentences: what they read, and what they say to what they cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from recurra.data import TAGGED, DataSource, open_examples
from recurra.data.bio import Span, broken_at, is_bio, repaired, spans
from recurra.data.tagged import Tagged
from recurra.errors import DataError, RecurraError, UsageError

WANTED = [Tagged(("in", "New", "York"), ("O", "B-P", "I-P"), 1), Tagged(("ok",), ("O",), 5)]


def read(folder: Path, name: str, text: str, **options: str) -> list[Tagged]:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return list(open_examples(DataSource(str(path), **options), TAGGED))


def test_columns(tmp_path: Path) -> None:
    assert read(tmp_path, "a.conll", "in\tO\nNew\tB-P\nYork\tI-P\n\nok\tO\n") == WANTED
    assert read(tmp_path, "a.txt", "in X O\nNew X B-P\nYork X I-P\n \nok X O") == WANTED
    found = read(
        tmp_path, "b.conll", "-DOCSTART- O\n\n\nO in\nB-P New\nI-P York\n", source_column="2", target_column="1"
    )
    assert found == [WANTED[0]._replace(line=4)]


def test_universal_dependencies(tmp_path: Path) -> None:
    rest = "\t_" * 4
    text = (
        f"# text = don't go\n1-2\tdon't\t_\t_\t_\t_{rest}\n"
        f"1\tdo\tdo\tAUX\tVB\t_{rest}\n2\tn't\tnot\tPART\tRB\t_{rest}\n"
        f"2.1\tx\tx\tVERB\tV\t_{rest}\n3\tgo\tgo\tVERB\tVB\t_{rest}\n\n"
    )
    assert read(tmp_path, "a.conllu", text) == [Tagged(("do", "n't", "go"), ("AUX", "PART", "VERB"), 3)]
    assert read(tmp_path, "a.conllu", text, target_column="xpos")[0].tags == ("VB", "RB", "VB")


def test_parallel_files_and_json(tmp_path: Path) -> None:
    (tmp_path / "tags").write_text("O B-P I-P \nO\n")
    found = read(tmp_path, "tokens", "in New York \nok\n", target_path=str(tmp_path / "tags"))
    assert [sentence[:2] for sentence in found] == [sentence[:2] for sentence in WANTED]
    for name in ("a.jsonl", "a.json"):
        assert read(tmp_path, name, '{"tokens": ["ok"], "tags": ["O"]}\n') == [Tagged(("ok",), ("O",), 1)]
    assert list(open_examples(DataSource(rows=[(["ok"], ["O"])]), TAGGED)) == [Tagged(("ok",), ("O",), 1)]


BAD = {
    "too few columns": ("a.conll", "in\tO\nNew\n", {}, ("a.conll:2: expected 2 columns, saw 1", "with a tab between")),
    "one column": ("a.conll", "in\nNew\n", {}, ("2 problems", "a.conll:1: expected 2 columns, saw 1")),
    "an empty tag": ("a.conll", "in\t\n", {}, ("a.conll:1: an empty token or tag: 'in⇥'",)),
    "no such column": ("a.conll", "in\tO\n", {"target_column": "4"}, ("a.conll:1: expected 4 columns, saw 2",)),
    "a column by name": ("a.conll", "in\tO\n", {"target_column": "pos"}, ("numbers from 1, got 'pos'",)),
    "columns of CoNLL-U": ("a.conllu", "1\tin\tO\n", {}, ("a.conllu:1: expected 10 columns, saw 3",)),
    "a misspelt column": ("a.conllu", "", {"target_column": "upso"}, ("unknown column of CoNLL-U 'upso'", "'upos'")),
    "no JSON": (
        "a.jsonl",
        "in O\n",
        {},
        (
            "a.jsonl:1:1: expected a JSON object, saw",
            'for example: {"tokens"',
        ),
    ),
    "no tags": ("a.jsonl", '{"tokens": ["in"]}\n', {}, ("a.jsonl:1: expected a list of texts under 'tags', got None",)),
    "an unknown format": ("a.txt", "in O\n", {"format": "conl"}, ("unknown format 'conl'", "Did you mean 'conll'?")),
    "parallel, one file": (
        "a.txt",
        "in O\n",
        {"format": "parallel"},
        ("the format parallel has two files", "--target FILE"),
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    file, text, options, said = BAD[name]
    Path(file).write_text(text, encoding="utf-8")
    with pytest.raises((DataError, UsageError)) as caught:
        list(open_examples(DataSource(file, **options), TAGGED))
    for part in said:
        assert part in str(caught.value)


def test_tags_that_are_too_few(tmp_path: Path) -> None:
    (tmp_path / "tags").write_text("O O\nO\n")
    with pytest.raises(DataError, match=r"tokens:1: every token needs a tag: 3 tokens, 2 tags"):
        read(tmp_path, "tokens", "in New York\nok\n", target_path=str(tmp_path / "tags"))
    (tmp_path / "tags").write_text("O\n")
    with pytest.raises(DataError, match=r"expected the same number of lines, saw 2 in .*tokens and 1 in .*tags"):
        read(tmp_path, "tokens", "in\nok\n", target_path=str(tmp_path / "tags"))
    (tmp_path / "tags").write_bytes(b"O\n\xff\nO O\n")
    with pytest.raises(DataError, match=r"^.*tags:2:\d+: expected UTF-8"):  # and nothing else
        read(tmp_path, "tokens", "in\nok\nNew York\n", target_path=str(tmp_path / "tags"))


@pytest.mark.parametrize("sentence", ["ok", 3, (["a"],), (["a"], ["O", "O"]), ([], []), (["a"], [3]), ("ab", "OO")])
def test_bad_lists(sentence: object) -> None:
    with pytest.raises(RecurraError, match="sentences\\[0\\]"):
        list(open_examples(DataSource(rows=[sentence]), TAGGED))


def test_spans() -> None:
    tags = ["B-X", "I-X", "B-X", "O", "I-Y", "I-X"]
    assert is_bio(tags)
    assert not is_bio(["NOUN", "O"])
    assert not is_bio(["O"])
    assert broken_at(tags) == [4, 5]
    assert repaired(tags) == ("B-X", "I-X", "B-X", "O", "B-Y", "B-X")
    assert spans(tags) == [Span(0, 2, "X"), Span(2, 3, "X"), Span(4, 5, "Y"), Span(5, 6, "X")]
