"""Columns as the shared tasks of CoNLL have them: a token a line, an empty line after each sentence.

CoNLL: columns between tabs, or between spaces where a line has no tab. Lines that begin with -DOCSTART- are left out.
CoNLL-U (universaldependencies.org/format.html): ten columns between tabs; lines that begin with # are comments, a
number like 1-2 is a word that stands for the tokens 1 and 2, and one like 1.1 is a token that is not in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from recurra.data.examples import Reading
from recurra.errors import DataError, UsageError
from recurra.options import unknown_name

CONLLU = ("id", "form", "lemma", "upos", "xpos", "feats", "head", "deprel", "deps", "misc")
NOT_A_TOKEN = re.compile(r"\d+[-.]\d+")
RAGGED = "lines with another number of columns"

Sentence = tuple[list[str], list[str], int]


def read_conll(reading: Reading) -> Iterator[Sentence]:
    """The first and the last column, or those that the source names by number."""
    source, findings = reading.source, reading.findings
    wanted = _number(source.source_column, 1, "--source-column"), _number(source.target_column, -1, "--target-column")
    columns = 0
    tokens, tags, begin = list[str](), list[str](), 0
    for number, text in reading.file.lines(findings):
        fields = text.split("\t") if "\t" in text else text.split()
        if not text.strip() or text.startswith("-DOCSTART-"):
            if tokens:
                yield tokens, tags, begin
            tokens, tags = [], []
            continue
        columns = columns or len(fields)
        if len(fields) != columns or max(columns, *wanted) > columns or columns < 2:
            findings.add(RAGGED, _ragged(reading.place(number), text, max(2, columns, *wanted), len(fields)))
            continue
        found = [fields[column - 1 if column > 0 else column].strip() for column in wanted]
        if not all(found):
            findings.add(
                "empty tokens or tags", DataError(f"an empty token or tag: {shown(text)}", where=reading.place(number))
            )
            continue
        begin = begin if tokens else number
        tokens.append(found[0])
        tags.append(found[1])
    if tokens:
        yield tokens, tags, begin


def read_conllu(reading: Reading) -> Iterator[Sentence]:
    """FORM and UPOS, or the columns that the source names."""
    source, findings = reading.source, reading.findings
    wanted = _conllu_column(source.source_column, "form"), _conllu_column(source.target_column, "upos")
    tokens, tags, begin = list[str](), list[str](), 0
    for number, text in reading.file.lines(findings):
        if text.startswith("#"):
            continue
        if not text.strip():
            if tokens:
                yield tokens, tags, begin
            tokens, tags = [], []
            continue
        fields = text.split("\t")
        if len(fields) != len(CONLLU):
            findings.add(RAGGED, _ragged(reading.place(number), text, len(CONLLU), len(fields)))
            continue
        if NOT_A_TOKEN.fullmatch(fields[0]):
            continue
        begin = begin if tokens else number
        tokens.append(fields[wanted[0]])
        tags.append(fields[wanted[1]])
    if tokens:
        yield tokens, tags, begin


def shown(text: str) -> str:
    """A line with its tabs to be seen."""
    return repr(text.replace("\t", "⇥")[:80])


def _ragged(where: str, text: str, expected: int, seen: int) -> DataError:
    fix = "A token and its tag stand on one line, with a tab between them; an empty line ends a sentence."
    return DataError(f"expected {expected} columns, saw {seen}: {shown(text)}", where=where, fix=fix)


def _number(given: str | None, default: int, where: str) -> int:
    if given is None:
        return default
    if not given.isdecimal() or int(given) < 1:
        raise UsageError(f"columns of CoNLL files are numbers from 1, got {given!r}", where=where)
    return int(given)


def _conllu_column(given: str | None, default: str) -> int:
    name = (given or default).lower()
    if name.isdecimal() and 1 <= int(name) <= len(CONLLU):
        return int(name) - 1
    if name not in CONLLU:
        raise unknown_name("column of CoNLL-U", name, CONLLU)
    return CONLLU.index(name)
