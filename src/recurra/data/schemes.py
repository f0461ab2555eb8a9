"""Spans written as tags, a tag for every token; what is in no span is O.

    BIO      B-X begins a span of kind X, I-X goes on with it (Ramshaw & Marcus 1995; also called IOB2)
    IOB1     I-X begins a span too; B-X stands only where a span of X follows another without a token between (also IO)
    BIOES    B-X I-X ... E-X, and S-X for a span of one token
    BILOU    the same as B-X I-X ... L-X, and U-X
    BMES     the same as B-X M-X ... E-X, and S-X
    BMEWO    the same as B-X M-X ... E-X, and W-X
    IOE1     E-X ends a span only where another one of X follows without a token between; else I-X does
    IOE2     every span ends with E-X, and begins with I-X if it is longer than one token

The kind may stand before the letter (X-B), behind another sign (B_X), or be left out where there is only one (B).

Spans are read as conlleval and seqeval read them, also where the tags break the rules: a token of a span begins another
one after a token that is in none, that ends one or is of another kind.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from recurra.errors import UsageError
from recurra.options import unknown_name

ROLES = BEGIN, INSIDE, END, SINGLE = "BIES"
NO_ROLE = " "  # where a scheme has no letter
LETTERS = {
    "BIO": "BI",
    "IOB1": "BI",
    "BIOES": "BIES",
    "BILOU": "BILU",
    "BMES": "BMES",
    "BMEWO": "BMEW",
    "IOE1": " IE",
    "IOE2": " IE",
}  # of ROLES
LENIENT = ("IOB1", "IOE1")  # in which I-X alone is a span
RULES = {
    "BIO": "I-X goes on with B-X or I-X",
    "IOB1": "B-X stands only right after a span of X",
    "IOE1": "E-X stands only right before a span of X",
    "IOE2": "I-X is followed by I-X or E-X",
    **{name: "{}-X is followed by {}-X or {}-X, {}-X stands alone".format(*LETTERS[name])
       for name in ("BIOES", "BILOU", "BMES", "BMEWO")},
}  # fmt: skip
KNOWN_LETTERS = frozenset("".join(LETTERS.values())) - {NO_ROLE}
SMALL_LETTERS = frozenset(map(str.lower, KNOWN_LETTERS))
PREFIXED = re.compile(r"(?P<letter>\w)(?P<separator>[^\w\s]|_)(?P<kind>.+)")
SUFFIXED = re.compile(r"(?P<kind>.+)(?P<separator>[^\w\s]|_)(?P<letter>\w)")
KIND = "X"  # in templates
OUTSIDE = "O"  # what tokens are called that are in no span
FEW_BROKEN = 0.1  # of tags that end in a letter may break the rules: parts of speech such as N-M and V-I do so, too


class Span(NamedTuple):
    """Tokens begin .. end - 1 are of this kind."""

    begin: int
    end: int
    kind: str


class Mark(NamedTuple):
    """What a tag says of a token that is in a span."""

    role: str  # one of ROLES
    kind: str


class Writing(NamedTuple):
    """How letter and kind make a tag."""

    separator: str = "-"  # empty: there are no kinds
    suffix: bool = False  # whether the kind comes first
    lower: bool = False  # whether letters are small

    def take_apart(self, tag: str) -> tuple[str, str] | None:
        """The letter, as a capital, and the kind; None of a tag that is not written so."""
        if not self.separator:
            letter, separator, kind = tag, "", ""
        elif self.suffix:
            letter, separator, kind = tag[-1:], tag[-2:-1], tag[:-2]
        else:
            letter, separator, kind = tag[:1], tag[1:2], tag[2:]
        fits = letter in (SMALL_LETTERS if self.lower else KNOWN_LETTERS) and separator == self.separator
        return (letter.upper(), kind) if fits and bool(kind) == bool(separator) else None

    def put_together(self, letter: str, kind: str) -> str:
        """The tag."""
        letter = letter.lower() if self.lower else letter
        parts = (kind, letter) if self.suffix else (letter, kind)
        return self.separator.join(parts) if self.separator else letter


USUAL = Writing()


@dataclass(frozen=True)
class Scheme:
    """How tags write spans."""

    name: str  # of LETTERS
    writing: Writing = USUAL
    outside: str = OUTSIDE

    def __str__(self) -> str:
        """As the setting data.scheme says it: "BIO", "BIO X_B", "BIO b-X o"."""
        begin = self.writing.put_together(BEGIN, KIND)
        words = [self.name, begin, self.outside]
        if self.outside == OUTSIDE:
            words = words[: 1 if begin == "B-X" else 2]
        return " ".join(words)

    @classmethod
    def parse(cls, text: str) -> Scheme:
        """What `str` wrote, or a user.

        Raises:
            UsageError: it is no scheme.
        """
        words = text.split()
        if not words or words[0] not in LETTERS:
            raise unknown_name("scheme", words[0] if words else text, ("auto", "none", *LETTERS), where="data.scheme")
        begin, outside = [*words[1:], *("B-X", OUTSIDE)[len(words) - 1 :]][:2]
        writing = next(iter(writings_of(begin)), None)
        if writing is None or writing.take_apart(begin) != (BEGIN, KIND if writing.separator else "") or words[3:]:
            what = f"expected a scheme and how B is written for the kind X, got {text!r}"
            raise UsageError(
                what, where="data.scheme", fix='For example "BIO", "BIOES B_X", "BIO X-B", or "BIO b-X o".'
            )
        return cls(words[0], writing, outside)

    def mark(self, tag: str) -> Mark | None:
        """What a tag says; None outside all spans, and of a tag that is not of this scheme."""
        parts = self.writing.take_apart(tag)
        place = -1 if parts is None or tag == self.outside else LETTERS[self.name].find(parts[0])
        return None if parts is None or place < 0 else Mark(ROLES[place], parts[1])

    def tag(self, mark: Mark) -> str:
        """How it is written."""
        return self.writing.put_together(LETTERS[self.name][ROLES.index(mark.role)], mark.kind)

    def fits(self, tag: str) -> bool:
        """Whether it is one of this scheme."""
        return tag == self.outside or self.mark(tag) is not None

    def may_follow(self, before: str | None, after: str | None) -> bool:
        """Whether a tag may follow another; None is the beginning and the end of the sentence."""
        return self.may_mark(*(None if tag is None else self.mark(tag) for tag in (before, after)))

    def may_mark(self, one: Mark | None, other: Mark | None) -> bool:
        """The same of what the tags say; None is outside all spans."""
        if self.name == "BIO":
            return other is None or other.role == BEGIN or (one is not None and one.kind == other.kind)
        if self.name == "IOB1":
            return other is None or other.role == INSIDE or (one is not None and one.kind == other.kind)
        if self.name == "IOE1":
            return one is None or one.role == INSIDE or (other is not None and one.kind == other.kind)
        if self.name == "IOE2":
            return one is None or one.role == END or (other is not None and one.kind == other.kind)
        if one is not None and one.role in (BEGIN, INSIDE):
            return other is not None and other.role in (INSIDE, END) and one.kind == other.kind
        return other is None or other.role in (BEGIN, SINGLE)

    def broken_at(self, tags: Sequence[str]) -> list[int]:
        """Where a tag may not follow the one before; the number of tags where the sentence may not end."""
        return [k for k, (one, other) in enumerate(pairwise([None, *tags, None])) if not self.may_follow(one, other)]

    def spans(self, tags: Sequence[str]) -> list[Span]:
        """The spans, in order."""
        found: list[Span] = []
        before: Mark | None = None
        for k, mark in enumerate(map(self.mark, tags)):
            if mark is not None and begins(before, mark):
                found.append(Span(k, k + 1, mark.kind))
            elif mark is not None:
                found[-1] = found[-1]._replace(end=k + 1)
            before = mark
        return found

    def rewritten(self, tags: Sequence[str], other: Scheme) -> tuple[str, ...]:
        """The same spans as another scheme writes them; in the same one, what is broken is whole."""
        found = [other.outside if tag == self.outside else tag for tag in tags]
        spans = self.spans(tags)
        ends = {(span.end, span.kind) for span in spans}
        begins = {(span.begin, span.kind) for span in spans}
        for span in spans:
            after, before = (span.begin, span.kind) in ends, (span.end, span.kind) in begins
            for k in range(span.begin, span.end):
                role = other.role(first=k == span.begin, last=k == span.end - 1, after=after, before=before)
                found[k] = other.tag(Mark(role, span.kind))
        return tuple(found)

    def role(self, *, first: bool, last: bool, after: bool, before: bool) -> str:
        """The role of a token of a span.

        Args:
            after: whether a span of the same kind ends right before this span.
            before: whether one begins right after it.
        """
        if self.name == "IOB1":
            return BEGIN if first and after else INSIDE
        if self.name == "IOE1":
            return END if last and before else INSIDE
        if self.name == "IOE2":
            return END if last else INSIDE
        if len(LETTERS[self.name]) == len(ROLES):
            return SINGLE if first and last else BEGIN if first else END if last else INSIDE
        return BEGIN if first else INSIDE


def begins(before: Mark | None, mark: Mark) -> bool:
    """Whether a token begins a span, after another token."""
    return mark.role in (BEGIN, SINGLE) or before is None or before.role in (END, SINGLE) or before.kind != mark.kind


def writings_of(tag: str) -> list[Writing]:
    """How a tag may be written: "B-X" with a prefix, "X-B" with a suffix, "B" with a letter alone."""
    found: list[Writing] = []
    for pattern in (PREFIXED, SUFFIXED):
        if (match := pattern.fullmatch(tag)) and match["letter"] in KNOWN_LETTERS | SMALL_LETTERS:
            found.append(Writing(match["separator"], pattern is SUFFIXED, match["letter"].islower()))
    if tag in KNOWN_LETTERS | SMALL_LETTERS:
        found.append(Writing("", lower=tag.islower()))
    return found


Neighbours = Counter[tuple[str | None, str | None]]  # how often a tag follows another; None as in `may_follow`


def neighbours_of(sentences: Iterable[Sequence[str]]) -> Neighbours:
    """How often each tag follows each other one."""
    found: Neighbours = Counter()
    for tags in sentences:
        found.update(pairwise([None, *tags, None]))
    return found


def tag_counts(neighbours: Neighbours) -> Counter[str]:
    """How often each tag is there, in the order in which they are first seen."""
    counts: Counter[str] = Counter()
    for (_, tag), count in neighbours.items():
        if tag is not None:
            counts[tag] += count
    return counts


def find_scheme(neighbours: Neighbours, names: Sequence[str] = tuple(LETTERS)) -> Scheme | None:
    """The scheme of which fewest tags break the rules; None where tags write no spans.

    Tags write spans if most of those that are not O do, or most of the different ones: a few that do not fit are
    mistakes in the data. Where there is no O, the commonest of the others stands for it. Of tags that end in a letter
    (X-B) nearly all have to keep the rules.

    Args:
        names: the schemes that may be found.
    """
    counts = tag_counts(neighbours)
    writings: Counter[Writing] = Counter()
    for tag, count in counts.items():
        writings.update(dict.fromkeys(writings_of(tag), count))
    if not writings:
        return None
    writing = writings.most_common(1)[0][0]
    fitting = Counter({tag: count for tag, count in counts.items() if writing.take_apart(tag)})
    outside = outside_of(counts - fitting, writing)
    strays = counts - fitting
    del strays[outside]
    schemes = [Scheme(name, writing, outside) for name in names]
    broken = [sum(count for pair, count in neighbours.items() if breaks(scheme, *pair)) for scheme in schemes]
    fewest = min(broken)
    scheme = schemes[broken.index(fewest)]
    roles = Counter({role: sum(n for tag, n in fitting.items() if (mark := scheme.mark(tag)) and mark.role == role)
                     for role in ROLES})  # fmt: skip
    common = strays.total() < fitting.total() or len(strays) < len(fitting)
    most = (roles.total() - roles[SINGLE]) * FEW_BROKEN if writing.suffix else fitting.total() - 1
    return scheme if roles[BEGIN] + roles[INSIDE] and common and fewest <= most else None


def outside_of(others: Counter[str], writing: Writing) -> str:
    """The tag of tokens that are in no span, among those that write none."""
    usual = usual_outside(writing)
    found = [one for one in usual if one in others]
    return found[0] if found else others.most_common(1)[0][0] if others and writing.separator else usual[0]


def usual_outside(writing: Writing) -> tuple[str, ...]:
    """What tokens are called that are in no span: O, as small as the letters are or not."""
    return (OUTSIDE.lower(), OUTSIDE) if writing.lower else (OUTSIDE,)


def breaks(scheme: Scheme, before: str | None, after: str | None) -> bool:
    """Whether a tag is not what it should be after another, or not of the scheme's letters."""
    strange = after is not None and scheme.writing.take_apart(after) is not None and not scheme.fits(after)
    return strange or not scheme.may_follow(before, after)
