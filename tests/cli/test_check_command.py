"""`recurra check`: the checks of training, without training."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import CommandLine

PAIRS = "".join(f"{word}\t{word.upper()}\n" for word in ("ab", "abc", "abcd", "ab"))


@pytest.fixture
def pairs(tmp_path: Path) -> str:
    path = tmp_path / "pairs.tsv"
    path.write_text(PAIRS)
    return str(path)


def test_the_report(recurra: CommandLine, pairs: str, tmp_path: Path) -> None:
    result = recurra("check", pairs)
    assert (result.code, result.err) == (0, "")
    assert f"{pairs}: 4 pairs\n" in result.out
    assert "1 pair (25.0%) repeats an earlier one" in result.out
    assert "source: graphemes, a vocabulary of 8" in result.out
    assert "because the entries are single words" in result.out
    assert [path.name for path in tmp_path.iterdir()] == ["pairs.tsv"]


def test_units_that_are_asked_for_need_no_reason(recurra: CommandLine, pairs: str) -> None:
    out = recurra(
        "check", pairs, "--task", "translate", "--source-units", "words", "--set", "text.target_units=chars"
    ).out
    assert "source: words, a vocabulary of 7" in out
    assert "target: graphemes, a vocabulary of 8" in out
    assert "because" not in out


def test_show_lays_pairs_out(recurra: CommandLine, pairs: str) -> None:
    out = recurra("check", pairs, "--show", "2").out
    assert 'line 1: "ab" -> "AB"' in out
    assert 'line 2: "abc" -> "ABC"' in out
    assert "line 3" not in out.replace("(line 3)", "")
    assert "a b <EOS> <PAD>" in out
    assert "<GO> A B" in out


def test_validation_pairs_are_compared(recurra: CommandLine, pairs: str, tmp_path: Path) -> None:
    valid = tmp_path / "valid.tsv"
    valid.write_text("ab\tAB\nxyz\tXYZ\n")
    out = recurra("check", pairs, "--valid", str(valid)).out
    assert "1 pair (50.0%) of these is in the training data too" in out
    assert "x (1)" in out


def test_parallel_files_and_a_limit(recurra: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("ab\nabcdef\n")
    (tmp_path / "b").write_text("x\ny\n")
    out = recurra("check", "--source", "a", "--target", "b", "--set", "data.max_length=5").out
    assert "1 longer than 5 will be left out of training" in out


def test_labels(recurra: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "names.csv").write_text("text,label\n" + "Anna,de\nBob,en\nCarl,de\nDora,it\nAnna,de\n" * 4)
    result = recurra("check", "names.csv", "--show", "2", "--units", "chars")
    assert (result.code, result.err) == (0, "")
    assert "task: classify, because" in result.out
    assert "20 examples in names.csv\n16 of the examples repeat an earlier one" in result.out
    assert "3 labels, from " in result.out
    assert "labels: 3\n" in result.out
    assert "line 2: Anna  de\nline 3: Bob  en\n" in result.out
    assert "line 4" not in result.out


def test_sentences_to_tag_and_validation_data_of_theirs(recurra: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "a.conll").write_text("new B-city\nyork I-city\n\nin O\nulm B-city\n\n")
    (tmp_path / "b.conll").write_text("in O\nulm B-city\n\n")
    out = recurra("check", "a.conll", "--valid", "b.conll").out
    assert "2 sentences in a.conll" in out
    assert "1 sentence for validation in b.conll" in out
    assert "warning: 1 of the validation examples has an input that is also in the training data" in out
    assert "tags: 3" in out


def test_every_task_says_what_is_wrong_with_its_data(recurra: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "a.conll").write_text("new B-x\nyork I-city\n\n")
    result = recurra("check", "a.conll")
    assert result.code == 1
    assert "a.conll:2: token 2" in result.err


def test_standard_input(recurra: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(PAIRS.encode()))))
    assert "standard input: 4 pairs" in recurra("check", "-", "--show", "1").out


def test_bad_data_is_a_failure(recurra: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "bad.tsv").write_text("one column\nanother\n")
    result = recurra("check", "bad.tsv")
    assert result.code == 1
    assert result.out.startswith("task: translate, because")
    assert result.out.count("\n") == 1
    assert "bad.tsv" in result.err


LONG = {
    "translate": ("a\tx\nb\ty\nd\tx\n", "a b c\tx\n"),
    "chat": ("a\nx\n\nb\ny\n\nd\nx\n\n", "a b c\nx\n\nb c a\ny\n\n"),
    "classify": ("a\tx\nb\ty\nd\tx\n", "a b c\tx\nb c a\ty\n"),
    "regress": ("a\t1.5\nb\t2\nd\t3\n", "a b c\t1.5\nb c a\t2\n"),
    "language-model": ("a\nb\nd\n", "a b c\n"),
    "tag": ("a\tx\nb\ty\n\nd\tx\n\n", "a\tx\nb\ty\nc\tx\n\n"),
}
WORDS = {
    "translate": ["text.source_units=words"],
    "chat": ["text.source_units=words", "data.turns=1"],
    "classify": ["text.units=words"],
    "regress": ["text.units=words"],
    "language-model": ["text.units=words"],
    "tag": [],
}


@pytest.mark.parametrize("task", LONG)
def test_what_is_too_long_to_be_learned_is_counted(recurra: CommandLine, task: str, tmp_path: Path) -> None:
    """As training counts it, which refuses data of which nothing is left."""
    path, (short, long) = tmp_path / "data.txt", LONG[task]
    settings = [*WORDS[task], "data.max_length=2"]
    check = ["check", str(path), "--task", task, *(part for one in settings for part in ("--set", one))]
    path.write_text(short * 10 + long)
    assert " longer than 2 " in recurra(*check).out
    path.write_text(long * 10)
    result = recurra(*check)
    assert result.code == 1
    assert " longer than 2 " in result.err
