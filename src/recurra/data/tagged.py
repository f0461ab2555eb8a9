"""Sentences of which each token has a tag: columns (CoNLL, CoNLL-U), parallel files, JSON Lines, or Python lists.

    for sentence in open_tagged(PairSource("train.conll")):
        sentence.tokens, sentence.tags, sentence.line

conll     a token a line, columns between tabs or spaces, an empty line after each sentence; first and last column
conllu    the same with ten columns, FORM and UPOS; comments, words of several tokens and empty nodes are left out
parallel  line n of one file has the tokens, line n of the other their tags, between spaces
jsonl     an object a line: {"tokens": [...], "tags": [...]}

Problems are collected over the whole file and raised together, as for pairs.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterable, Iterator
from itertools import zip_longest
from typing import Any, NamedTuple, cast

from recurra.data.conll import read_conll, read_conllu
from recurra.data.findings import Findings
from recurra.data.lines import TextFile, is_stream, require_file
from recurra.data.pair_source import PairSource, spool
from recurra.errors import DataError, UsageError
from recurra.options import unknown_name

ENDINGS = {".conll": "conll", ".bio": "conll", ".iob": "conll", ".conllu": "conllu", ".jsonl": "jsonl"}


class Tagged(NamedTuple):
    """A sentence, and the line (from 1) on which it begins."""

    tokens: tuple[str, ...]
    tags: tuple[str, ...]
    line: int


class TaggedFile:
    """The sentences of one source; each iteration reads it from the beginning."""

    skipped = ""

    def __init__(self, source: PairSource, format: str) -> None:
        self.source = source
        self.format = format
        self.name = source.names[0]
        self.notes: list[str] = []

    def __iter__(self) -> Iterator[Tagged]:
        findings = Findings(self.name)
        for tokens, tags, line in READERS[self.format](self.source, self.notes, findings):
            if not findings:
                yield Tagged(tuple(tokens), tuple(tags), line)
        findings.raise_if_any()


class TaggedList:
    """Sentences given in Python: (tokens, tags) each; `line` is the number in the list, from 1."""

    skipped = ""

    def __init__(self, sentences: Iterable[Any], name: str = "sentences") -> None:
        self.name = name
        self.notes: list[str] = []
        self.sentences = [_checked(sentence, number, name) for number, sentence in enumerate(sentences, 1)]

    def __iter__(self) -> Iterator[Tagged]:
        return iter(self.sentences)


def open_tagged(source: PairSource) -> TaggedFile:
    """The sentences of a source; its format is found out here, its lines are read when iterated.

    Raises:
        DataError: a file is missing or cannot be read.
        UsageError: a format or a combination of options that cannot be.
    """
    if source.format not in ("auto", *READERS):
        raise unknown_name("format", source.format, ["auto", *READERS], where="--input-format")
    paths = [path for path in (source.path, source.target_path) if path is not None]
    for path in paths:
        require_file(path)
    if any(is_stream(path) for path in paths):
        return _spooled(source)
    format = source.format if source.format != "auto" else _format_of(source)
    if (format == "parallel") != (source.target_path is not None):
        what = (
            f"a second file was given, but the format is {format}" if source.target_path else "parallel files are two"
        )
        raise UsageError(what, where="--input-format", fix="Give --source TOKENS --target TAGS for parallel files.")
    return TaggedFile(source, format)


def _spooled(source: PairSource) -> TaggedFile:
    """The sentences of a stream, from a copy that is taken away with them."""
    folder = tempfile.mkdtemp(prefix="recurra-")
    try:
        found = open_tagged(spool(source, folder))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    weakref.finalize(found, shutil.rmtree, folder, ignore_errors=True)
    return found


def has_tags(path: str) -> bool:
    """Whether the name is that of a file in which sentences have tags."""
    return _format_named(path) is not None


def _format_of(source: PairSource) -> str:
    return "parallel" if source.target_path is not None else _format_named(source.names[0]) or "conll"


def _format_named(path: str) -> str | None:
    name = path.lower().removesuffix(".gz")
    return next((format for ending, format in ENDINGS.items() if name.endswith(ending)), None)


Sentences = Iterator[tuple[list[str], list[str], int]]


def _read_parallel(source: PairSource, notes: list[str], findings: Findings) -> Sentences:
    assert source.target_path is not None
    files = [
        TextFile(path, name, notes) for path, name in zip((source.path, source.target_path), source.names, strict=True)
    ]
    counts = [0, 0]
    for number, rows in enumerate(zip_longest(*(file.lines(findings) for file in files)), 1):
        for side, row in enumerate(rows):
            counts[side] += row is not None
        if None in rows:
            continue
        tokens, tags = (row.text.split() for row in rows)
        if len(tokens) != len(tags):
            findings.add("lines with another number of tags than tokens", _uneven(files[0].place(number), tokens, tags))
        elif tokens:
            yield tokens, tags, number
    if counts[0] != counts[1] and not findings:
        seen = " and ".join(f"{count:,} in {file.name}" for count, file in zip(counts, files, strict=True))
        what = f"expected the same number of lines, saw {seen}"
        findings.add("files of different length", DataError(what, where=files[counts[1] > counts[0]].name))


def _read_json(source: PairSource, notes: list[str], findings: Findings) -> Sentences:
    token_key, tag_key = source.source_column or "tokens", source.target_column or "tags"
    file = TextFile(source.path, source.names[0], notes)
    for number, text in file.lines(findings):
        if not text.strip():
            continue
        try:
            row: object = json.loads(text)
            sentence = cast("dict[str, Any]", row) if isinstance(row, dict) else {}
            yield (
                *_lists(sentence.get(token_key), sentence.get(tag_key), file.place(number), (token_key, tag_key)),
                number,
            )
        except json.JSONDecodeError as error:
            findings.add("lines that are not JSON", DataError(f"not JSON: {error.msg}", where=file.place(number)))
        except DataError as error:
            findings.add("lines that are no tagged sentence", error)


def _lists(tokens: object, tags: object, where: str, names: tuple[str, str]) -> tuple[list[str], list[str]]:
    """Two lists of texts, equally long."""
    for name, values in zip(names, (tokens, tags), strict=True):
        texts = cast("list[object] | tuple[object, ...]", values) if isinstance(values, list | tuple) else None
        if texts is None or not all(isinstance(text, str) and text for text in texts):
            raise DataError(f"expected a list of texts under {name!r}, got {values!r:.60}", where=where)
    found = list(cast("list[str]", tokens)), list(cast("list[str]", tags))
    if len(found[0]) != len(found[1]) or not found[0]:
        raise _uneven(where, *found)
    return found


def _uneven(where: str, tokens: list[str], tags: list[str]) -> DataError:
    return DataError(
        f"every token needs a tag: {len(tokens)} tokens, {len(tags)} tags",
        where=where,
        fix=f"Tokens: {' '.join(tokens)[:80]!r}; tags: {' '.join(tags)[:80]!r}. Outside of all names the tag is O.",
    )


def _checked(sentence: Any, number: int, name: str) -> Tagged:
    where = f"{name}:{number}"
    try:
        tokens, tags = sentence[0], sentence[1]
    except (TypeError, IndexError, KeyError):
        raise DataError(f"expected (tokens, tags), got {sentence!r:.60}", where=where) from None
    found = _lists(tokens, tags, where, ("tokens", "tags"))
    return Tagged(tuple(found[0]), tuple(found[1]), number)


READERS: dict[str, Callable[[PairSource, list[str], Findings], Sentences]] = {
    "conll": read_conll,
    "conllu": read_conllu,
    "parallel": _read_parallel,
    "jsonl": _read_json,
}
