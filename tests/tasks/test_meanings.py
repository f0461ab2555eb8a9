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


class More(Options):
    """No dataclass, and nothing of its own."""


def test_comments() -> None:
    assert meaning(Options, "beside") == "said beside it"
    assert meaning(Options, "above") == "said above it in two lines"
    assert meaning(Options, "other").endswith("said of another one")
    assert meaning(Options, "nothing") == ""
    assert meaning(More, "beside") == "said beside it"
