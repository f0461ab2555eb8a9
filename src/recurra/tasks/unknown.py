"""How much of what was given a model could not read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from recurra.tasks.answer import AnyAnswer

HIGH = 0.01  # share of the inputs; with more of them that are not wholly known, the user is told
SHOWN = 10


class Unknown:
    """Counts the sources that have units which the model does not know."""

    def __init__(self) -> None:
        self.sources = 0
        self.affected = 0
        self.units: Counter[str] = Counter()

    def add(self, answer: AnyAnswer) -> None:
        """Takes one answer into the count."""
        self.sources += 1
        self.affected += bool(answer.unknown)
        self.units.update(answer.unknown)

    def report(self) -> str | None:
        """What to tell the user; None where it is little."""
        if self.affected <= HIGH * self.sources:
            return None
        most = ", ".join(repr(unit) for unit, _ in self.units.most_common(SHOWN))
        more = f" and {len(self.units) - SHOWN:,} others" if len(self.units) > SHOWN else ""
        return (
            f"{self.affected:,} of {self.sources:,} inputs ({self.affected / self.sources:.1%}) contain characters or "
            f"words that the model does not know and reads as <UNK>: {most}{more}"
        )


def unknown_notes(answers: Iterable[AnyAnswer]) -> list[str]:
    """What a reader of measures should know of the inputs that were not wholly known; nothing where they are few."""
    unknown = Unknown()
    for answer in answers:
        unknown.add(answer)
    report = unknown.report()
    return [] if report is None else [report]
