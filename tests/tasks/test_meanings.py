"""The meaning of a setting is what stands beside it or above it, however many lines that are."""

from __future__ import annotations

from dataclasses import dataclass

from recurra.tasks.settings import meaning


@dataclass(frozen=True)
class Options:
    """Some of which have comments above."""

    beside: int = 1  # said beside it
    # said above it
    # in two lines
    above: int = 2
    # above: said elsewhere in the first line,
    # in a second
    # and in a third
    # other: said of another one
    other: int = 3
    nothing: int = 4


@dataclass(frozen=True)
class Longer(Options):
    """Which says something else of what it inherits."""

    # beside: said anew
    # in three lines
    # one after the other
    # above: it ends where another one begins
    # nothing: what is said
    # at the end

    # no name: of a field
    own: int = 5  # and its own


class More(Options):
    """No dataclass, and nothing of its own."""


def test_comments() -> None:
    assert meaning(Options, "beside") == "said beside it"
    assert meaning(Options, "above") == "said above it in two lines"
    assert meaning(Options, "other").endswith("said of another one")
    assert meaning(Options, "nothing") == ""
    assert meaning(More, "beside") == "said beside it"


def test_what_is_said_of_inherited_fields() -> None:
    assert meaning(Longer, "beside") == "said anew in three lines one after the other"
    assert meaning(Longer, "above") == "it ends where another one begins"
    assert meaning(Longer, "nothing") == "what is said at the end"
    assert meaning(Longer, "other") == meaning(Options, "other")
    assert meaning(Longer, "own") == "and its own"
