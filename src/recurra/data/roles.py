"""The role of each token in its span, behind the tags of any scheme: what BIOES writes, whatever the data write.

A scheme such as BIO says less of a token than is known of it: B-X may stand alone or be followed by I-X. A network that
has to tell the two apart looks at where spans end (Ratinov & Roth 2009). So it may learn pairs of a tag and a role:

    BIO         O    B-X       I-X       B-X
    learned     O    B-X B     I-X E     B-X S

The tags say what the roles are and a pair says what its tag is, so nothing is lost in either direction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import NamedTuple

from recurra.data.schemes import BEGIN, END, INSIDE, ROLES, SINGLE, Scheme, begins


class Fine(NamedTuple):
    """A tag, and the role of its token."""

    tag: str
    role: str  # one of ROLES; "" outside all spans


def fine_tags(tags: Sequence[str], scheme: Scheme) -> list[Fine]:
    """The pairs of a sentence."""
    marks = [scheme.mark(tag) for tag in tags]
    firsts = [mark is not None and begins(before, mark) for before, mark in zip([None, *marks], marks, strict=False)]
    lasts = [mark is None or first for mark, first in zip([*marks[1:], None], [*firsts[1:], True], strict=True)]
    return [
        Fine(tag, "" if mark is None else role_of(first=first, last=last))
        for tag, mark, first, last in zip(tags, marks, firsts, lasts, strict=True)
    ]


def role_of(*, first: bool, last: bool) -> str:
    """The role of a token of a span."""
    return SINGLE if first and last else BEGIN if first else END if last else INSIDE


def fine_set(tags: Iterable[str], scheme: Scheme) -> list[Fine]:
    """All pairs that sentences of these tags can have, sorted."""
    kinds: dict[str | None, list[str]] = {}
    for tag in tags:
        mark = scheme.mark(tag)
        kinds.setdefault(None if mark is None else mark.kind, []).append(tag)
    found = [Fine(tag, "") for tag in kinds.pop(None, [])]
    return sorted([*found, *chain.from_iterable(of_one_kind(own, scheme) for own in kinds.values())])


def of_one_kind(tags: Sequence[str], scheme: Scheme) -> set[Fine]:
    """The same of the tags of one kind of span: those that have something before them and something after them."""
    found = {Fine(tag, role) for tag in tags for role in ROLES}
    while ends := {one for one in found if not (has_next(one, found, scheme) and has_last(one, found, scheme))}:
        found -= ends
    return found


def has_next(one: Fine, others: Iterable[Fine], scheme: Scheme) -> bool:
    """Whether any of the others, or the end, may follow."""
    return any(may_follow(scheme, one, other) for other in (None, *others))


def has_last(one: Fine, others: Iterable[Fine], scheme: Scheme) -> bool:
    """Whether it may follow any of the others, or the beginning."""
    return any(may_follow(scheme, other, one) for other in (None, *others))


def may_follow(scheme: Scheme, one: Fine | None, other: Fine | None) -> bool:
    """Whether a pair may follow another; None is the beginning and the end of the sentence."""
    before, after = (None if fine is None else scheme.mark(fine.tag) for fine in (one, other))
    goes_on = after is not None and not begins(before, after)
    return (
        scheme.may_mark(before, after)
        and (one is not None and one.role in (BEGIN, INSIDE)) == goes_on
        and (other is not None and other.role in (INSIDE, END)) == goes_on
    )
