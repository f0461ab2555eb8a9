"""Outputs that were cut off at the maximum length: counted, and said."""

from __future__ import annotations

from collections.abc import Iterable
from unicodedata import normalize

from recurra.tasks.answer import AnyAnswer
from recurra.text.counted import SHOWN, counted, is_or_are


class Cut:
    """Counts the answers whose output is not finished."""

    def __init__(self) -> None:
        self.answers = 0
        self.count = 0
        self.first: list[int] = []  # the numbers of the first few, from 1
        self.longest = 1  # code points of the decomposed text: no unit is smaller

    def add(self, answer: AnyAnswer) -> None:
        """Takes one answer into the count."""
        self.answers += 1
        if answer.best.finished:
            return
        self.count += 1
        self.longest = max(self.longest, len(normalize("NFD", answer.text)))
        if self.count <= SHOWN:
            self.first.append(self.answers)

    def report(self, noun: str = "input") -> str | None:
        """What to tell the user; None where nothing was cut.

        Args:
            noun: what answers are counted by, in the singular.
        """
        if not self.count:
            return None
        outputs = f"{self.count:,} of {counted(self.answers, 'output')} {is_or_are(self.count)}"
        rest = f" and {self.count - len(self.first):,} more" if self.count > len(self.first) else ""
        where = f"{noun}{'' if self.count == 1 else 's'} {', '.join(map(str, self.first))}{rest}"
        return (
            f"warning: {outputs} cut off at the maximum length ({where}); "
            f"--set max_length={2 * self.longest} would let them become longer"
        )


def cut_notes(answers: Iterable[AnyAnswer]) -> list[str]:
    """What a reader of measures should know of the outputs that were cut; nothing where none was."""
    cut = Cut()
    for answer in answers:
        cut.add(answer)
    report = cut.report("example")
    return [] if report is None else [report]
