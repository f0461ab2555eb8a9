"""Sentences in columns: a token a line, an empty line after each sentence (CoNLL, CoNLL-U and their relatives)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import NamedTuple

from recurra.data.conll_layout import CONLLU, DOCUMENT, ID, UNSAID, Fields, Layout, Wanted, fields_of, find_layout
from recurra.data.examples import Reading
from recurra.data.lines import Line
from recurra.data.sentence import Tagged
from recurra.errors import DataError
from recurra.text.counted import counted, named
from recurra.text.visible import excerpt

ENDINGS = (".conllu", ".conllup")  # of files with the columns of CoNLL-U
LOOK = 2000  # lines from which the layout is found
LONG = 200  # tokens in a sentence

RAGGED = "lines with another number of columns"
EMPTY = "empty tokens or tags"
NUMBERING = "tokens that are not numbered as they should be"


def read_conll(reading: Reading, lines: Iterable[Line] | None = None) -> Iterator[Tagged]:
    """The sentences of a file, in the columns that it has; without tags where the reading does not want them.

    Args:
        lines: all lines of the file, where some had to be read to see what it is.
    """
    rest = iter(reading.file.lines(reading.findings) if lines is None else lines)
    first = list(islice(rest, LOOK))
    layout = layout_of(first, reading)
    found = sentences(chain(first, rest), layout, reading)
    return map(in_bio, found) if layout.brackets and reading.with_targets else found


def layout_of(first: list[Line], reading: Reading) -> Layout:
    """The layout, with the columns that the user names; says which are read where more than two are there."""
    source, name = reading.source, reading.name
    conllu = source.format == "conllu" or (source.format == "auto" and source.ending in ENDINGS)
    wanted = Wanted(source.source_column, source.target_column if reading.with_targets else None)
    layout = find_layout(first, conllu=conllu, wanted=wanted)
    if layout.columns == 1 and reading.with_targets:
        fix = "Put its tag after each word, with a tab between them. (Words alone are what recurra predict reads.)"
        if sum("," in text for _, text in first) > len(first) / 2:
            fix = "The columns seem to be separated by commas: write tabs, and an empty line after each sentence."
        raise DataError("expected a column of words and one of tags, saw one column", where=name, fix=fix)
    if layout.columns == 1:
        return layout  # words alone, whatever columns the training data had
    tags = f", tags from {layout.called(layout.tag)}" if reading.with_targets else ""
    read = f"words are read from {layout.called(layout.token)}{tags}"
    if layout.sentence is not None:
        read += f", and a sentence begins where {layout.called(layout.sentence)} says so"
    if layout.header and reading.source.rows is not None:
        reading.note(f"{name}: {read}")
    elif layout.header:
        reading.note(f"{name}: line {layout.header} is taken for a header; {read}")
    elif conllu and layout.names != CONLLU:
        reading.note(f"{name}: {counted(layout.columns, 'column')}, not the ten of CoNLL-U; {read}")
    elif not conllu and layout.columns > 2:
        numbered = "; the first numbers the tokens" if layout.numbered else ""
        reading.note(f"{name}: {counted(layout.columns, 'column')}{numbered}; {read}")
    return layout


@dataclass
class Unfinished:
    """A sentence while it is read."""

    tokens: list[str] = field(default_factory=list[str])
    tags: list[str] = field(default_factory=list[str])
    lines: list[int] = field(default_factory=list[int])
    number: int = 0  # of the last token, where they are numbered
    name: str = ""  # what a column calls the sentence

    def whole(self) -> Iterator[Tagged]:
        """The sentence, if there is any token."""
        if self.tokens:
            yield Tagged(tuple(self.tokens), tuple(self.tags), self.lines[0], tuple(self.lines))


class Row(NamedTuple):
    """A line with columns."""

    number: int
    text: str
    fields: Fields
    place: str


@dataclass
class Seen:
    """What is told of a file when it has been read."""

    comments: list[int] = field(default_factory=list[int])  # lines
    ends: int = 0  # of sentences
    tokens: int = 0
    words: int = 0  # tokens that are not _


def sentences(lines: Iterable[Line], layout: Layout, reading: Reading) -> Iterator[Tagged]:
    """The sentences of these lines."""
    sentence, seen = Unfinished(), Seen()
    for number, text in lines:
        fields = fields_of(text)
        name = "" if number == layout.header else layout.sentence_of(fields)
        if name and sentence.tokens and name != sentence.name:
            yield from sentence.whole()
            sentence = Unfinished()
            seen.ends += 1
        sentence.name = name or sentence.name
        if not fields or text.startswith(DOCUMENT):
            yield from sentence.whole()
            sentence = Unfinished()
            seen.ends += 1
        elif text.startswith("#") and (layout.numbered or (not sentence.tokens and layout.is_comment(fields))):
            seen.comments.append(number)
        elif number != layout.header:
            row = Row(number, text, fields, reading.place(number))
            try:
                if is_token(row, layout, sentence):
                    add(row, layout, sentence, with_tag=reading.with_targets)
                    seen.tokens += 1
                    seen.words += sentence.tokens[-1] != UNSAID
            except Wrong as wrong:
                reading.findings.add(wrong.kind, wrong.error)
    yield from sentence.whole()
    tell(seen, layout, reading)


BRACKETED = re.compile(r"(?=[(*])(?:\((?P<begin>[^()*\s]+))?\*?(?P<end>\))?")


def in_bio(sentence: Tagged) -> Tagged:
    """Spans as CoNLL-2012 writes them, (PER* * *), in BIO; what is no such tag stays."""
    found, kind = list[str](), ""
    for tag in sentence.tags:
        mark = BRACKETED.fullmatch(tag)
        if mark is None:
            found.append(tag)
            continue
        kind = mark["begin"] or kind
        found.append(f"{'B' if mark['begin'] else 'I'}-{kind}" if kind else "O")
        kind = "" if mark["end"] else kind
    return sentence._replace(tags=tuple(found))


def tell(seen: Seen, layout: Layout, reading: Reading) -> None:
    """Says what a user should know of the file, or refuses it as a whole."""
    if seen.tokens and not seen.words and layout.names:
        fix = "Some treebanks are distributed without their words; their documentation says how to restore them."
        reading.findings.add(EMPTY, DataError("every FORM is _, so there are no words", where=reading.name, fix=fix))
    if seen.tokens > LONG and not seen.ends:
        what = f"there is no empty line, so all {seen.tokens:,} tokens are one sentence"
        reading.note(f"warning: {reading.name}: {what}; put an empty line after each sentence")
    if seen.comments and not layout.numbered:
        what = f"{counted(len(seen.comments), 'line')} with # at the beginning of a sentence taken for comments"
        reading.note(f"{reading.name}: {what} ({named(seen.comments)})")


class Wrong(Exception):
    """A line that is no token."""

    def __init__(self, kind: str, what: str, row: Row, fix: str | None = None) -> None:
        super().__init__(what)
        self.kind = kind
        self.error = DataError(what, where=row.place, fix=fix)


def is_token(row: Row, layout: Layout, sentence: Unfinished) -> bool:
    """Whether the line is a token by itself, and not several in one word (1-2) or an empty node (1.1).

    Raises:
        Wrong: another number of columns, or a number that does not go on from the token before.
    """
    seen, wanted = len(row.fields), max(layout.columns, layout.token + 1, layout.tag + 1)
    if not layout.fits(row.fields) or wanted > seen:
        fix = "A token and its tag stand on one line, with a tab between them; an empty line ends a sentence."
        raise Wrong(RAGGED, f"expected {counted(wanted, 'column')}, saw {seen}: {excerpt(row.text)}", row, fix)
    if not layout.numbered:
        return True
    found = ID.fullmatch(row.fields[0])
    if found is None:
        raise Wrong(NUMBERING, f"expected the number of a token in its sentence, saw {excerpt(row.text)}", row)
    number, last, kind = int(found[1]), sentence.number, found[2]
    sentence.number = number - (kind == "-") if kind != "." else last
    if number > last or (kind == "." and number == last):
        return not kind
    if number == 0:
        raise Wrong(NUMBERING, "the numbers of tokens begin at 1, saw 0", row, "Count from 1, or leave the column out.")
    if number == 1:
        fix = "Put an empty line between sentences."
        raise Wrong(NUMBERING, "the numbers of tokens begin again at 1: is the empty line before it missing?", row, fix)
    raise Wrong(NUMBERING, f"the token with the number {number} comes after that with {last}", row)


def add(row: Row, layout: Layout, sentence: Unfinished, *, with_tag: bool) -> None:
    """Takes the token, and its tag, into the sentence.

    Raises:
        Wrong: one of them is empty.
    """
    found = [row.fields[column] for column in ((layout.token, layout.tag) if with_tag else (layout.token,))]
    if not all(found):
        what = f"{layout.called(layout.token)} or {layout.called(layout.tag)}" if layout.names else "token or tag"
        raise Wrong(EMPTY, f"an empty {what}: {excerpt(row.text)}", row)
    if with_tag and found[1] == UNSAID and layout.called(layout.tag) == "UPOS":
        fix = "Leave sentences without tags out, or name another column: --target-column xpos"
        raise Wrong(EMPTY, f"UPOS is _, so the token has no tag: {excerpt(row.text)}", row, fix)
    sentence.tokens.append(found[0])
    sentence.tags += found[1:]
    sentence.lines.append(row.number)
