"""The smallest changes of an input that another answer follows from, as plain data."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

from recurra.tracing.records import Recorded


@dataclass(frozen=True)
class Edit:
    """A token of the input that is another one, or none.

    Args:
        place: its number among the tokens, from 0.
        was: the token.
        now: what stands there instead; "" where it is left out.
    """

    place: int
    was: str
    now: str

    def words(self) -> str:
        """In words."""
        return f"{self.was!r} left out" if not self.now else f"{self.now!r} instead of {self.was!r}"


@dataclass(frozen=True)
class Flip:
    """A change of the input, and the answer that follows.

    Args:
        edits: one or two.
        given: the changed input as it is shown.
        answer: to it.
    """

    edits: list[Edit]
    given: str
    answer: str


@dataclass(frozen=True)
class Flips(Recorded):
    """What was found.

    Args:
        source: the input as it is shown.
        tokens: what can be changed of it, one by one.
        answer: as it is.
        wanted: what was looked for, in words.
        found: none where none was found; all of the least number of edits, those that the gradient thinks most of
            first.
        singles, doubles: so many inputs with one and with two edits were tried.
        possible: so many there are with one edit.
        left_out: so many more were found.
    """

    source: str
    tokens: list[str]
    answer: str
    wanted: str
    found: list[Flip] = field(default_factory=list[Flip])
    singles: int = 0
    doubles: int = 0
    possible: int = 0
    left_out: int = 0

    def to_mapping(self) -> dict[str, object]:
        """Lists, dicts, texts and numbers."""
        return asdict(self)
