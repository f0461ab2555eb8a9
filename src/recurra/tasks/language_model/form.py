"""What kind of text it is: independent lines (names, sentences), or one running text.

    lines      <GO> e m m a <EOS>                 each begins from nothing and ends; empty ones mean nothing
    running    <GO> T o   b e <GO> o r   n o t    one after another, the state is kept; <GO> begins a new line

So the end of a line is one unit in both, and is counted and learned like any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice, pairwise

import numpy as np
from numpy.typing import NDArray

from recurra.data import PLAIN, Examples, Passage
from recurra.errors import DataError
from recurra.tasks.language_model.recipe import LanguageDataOptions
from recurra.tasks.split import Split, split_by_hash
from recurra.tasks.task import Emit
from recurra.text.counted import counted, is_or_are
from recurra.text.special import EOS, GO
from recurra.training import Note

SAMPLE = 5000  # lines from which `auto` decides
EMPTY_SHARE = 0.01  # more empty lines than this separate paragraphs
LONG_LINE = 2000  # characters; longer than any independent line
WRAPPED_SHARE = 0.2  # of lines whose sentence continues in lower case on the next: text wrapped at a width
CAPITALS = 0.05  # ... which can be seen only where lines begin with capitals now and then
SENTENCE_ENDS = (".", "!", "?", '"', "'", ":", ";", "”", "’", "。", "…", ")")
PASSAGE = 1000  # characters; longer lines of running text are cut where there is a space
EMPTY_SHOWN = 5

LINE_END = {"lines": EOS, "running": GO}


@dataclass(frozen=True)
class FormDecision:
    """The form chosen, and why: a clause that can follow "because"."""

    form: str
    reason: str


def decide_form(passages: Iterable[Passage]) -> FormDecision:
    """Lines or running text, decided by the beginning of the data."""
    lines = [passage.text for passage in islice(passages, SAMPLE)]
    filled = [line for line in lines if line.strip()]
    empty, longest = len(lines) - len(filled), max(map(len, lines), default=0)
    wrapped = sum(continues(one, other) for one, other in pairwise(lines)) / max(1, len(filled))
    if empty > max(1, EMPTY_SHARE * len(lines)):
        return FormDecision(
            "running", f"{empty:,} of {counted(len(lines), 'line')} {is_or_are(empty)} empty, as between paragraphs"
        )
    if longest > LONG_LINE:
        return FormDecision("running", f"a line has {counted(longest, 'character')}")
    capitals = sum(line[:1].isupper() for line in filled) / max(1, len(filled))
    if wrapped > WRAPPED_SHARE and capitals > CAPITALS:
        return FormDecision("running", f"after {wrapped:.0%} of the lines the sentence continues on the next line")
    return FormDecision("lines", "there are no paragraphs, and no sentence continues on the next line")


def continues(line: str, following: str) -> bool:
    """Whether a line of several words stops within a sentence that the next one continues."""
    several = " " in line.strip() and " " in following.strip()
    return several and not line.rstrip().endswith(SENTENCE_ENDS) and following[:1].islower()


def parts_of(passage: Passage) -> Iterator[Passage]:
    """A passage in parts of about PASSAGE characters; joined they are the text again, each part begins with a space."""
    text, begin = passage.text, 0
    while len(text) - begin > 2 * PASSAGE and (cut := text.find(" ", begin + PASSAGE)) >= 0:
        yield Passage(text[begin:cut], passage.line, ends=False)
        begin = cut
    yield passage._replace(text=text[begin:])


def of_form(passages: Examples[Passage], form: str, emit: Emit | None = None) -> Examples[Passage]:
    """The passages as the form has them; says what is left out.

    Independent lines are those that are not empty; of running text very long lines are cut into parts.

    Raises:
        DataError: nothing but empty lines, or too many of them among independent lines.
    """
    if not any(passage.text.strip() for passage in passages):
        raise DataError("expected text, all lines are empty", where=passages.name)
    if form == "running":
        return passages.pieces(lambda every: chain.from_iterable(map(parts_of, every)))
    check_empty_lines(passages, emit)
    return passages.filter(lambda passage: bool(passage.text.strip()))


def check_empty_lines(passages: Examples[Passage], emit: Emit | None) -> None:
    """Says how many lines are empty.

    Raises:
        DataError: too many to be accidents.
    """
    total = passages.count()
    empty = [passage.line for passage in passages if not passage.text.strip()]
    if not empty:
        return
    more = ", ..." if len(empty) > EMPTY_SHOWN else ""
    where = f"line{'s' * (len(empty) > 1)} {', '.join(map(str, empty[:EMPTY_SHOWN]))}{more}"
    what = f"{len(empty):,} of {counted(total, 'line')} {is_or_are(len(empty))} empty ({where})"
    if len(empty) > max(1, EMPTY_SHARE * total):
        fix = "Where they separate paragraphs of one text, say --set data.form=running; else take them out."
        raise DataError(what, where=passages.name, fix=fix)
    if emit:
        emit(Note(f"{what} and left out"))


def split_lines(
    train: Examples[Passage], valid: Examples[Passage] | None, options: LanguageDataOptions, emit: Emit
) -> Split:
    """By a hash of the line."""
    return split_by_hash(train, valid, options, PLAIN, emit)


def split_running(
    train: Examples[Passage], valid: Examples[Passage] | None, options: LanguageDataOptions, emit: Emit
) -> Split:
    """The last part validates, since no single lines can be taken out of a continuous text."""
    if valid is not None:
        return Split(train, valid, contiguous=True)
    sizes = np.array([len(passage.text) + passage.ends for passage in train], dtype=np.int64)
    after: NDArray[np.int64] = np.cumsum(sizes[::-1])  # characters of the last n passages
    count = min(1 + int((after < options.valid_share * int(after[-1])).sum()), options.valid_max)
    if count >= len(sizes):
        emit(Note("too little text to set any aside: the training text is used for validation as well"))
        return Split(train, train, contiguous=True)
    first = len(sizes) - count
    aside = train.pieces(lambda every: islice(every, first, None))
    line, share = next(iter(aside)).line, after[count - 1] / after[-1]
    emit(Note(f"the text from line {line:,} on ({share:.1%} of it) is set aside for validation"))
    return Split(train.pieces(lambda every: islice(every, first)), aside, contiguous=True)
