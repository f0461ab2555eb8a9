"""Two models, or a model and its older self, on the same examples: what became better, what became worse."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from recurra.errors import UsageError
from recurra.files import atomic_write
from recurra.metrics import Case, ExampleScores, Share
from recurra.metrics.paired import holm
from recurra.metrics.versus import share_difference
from recurra.text.counted import counted
from recurra.views.measures import label_of, noun_of
from recurra.views.report import Changes, Measured, MeasureDifference, Two, versus_data, versus_html, versus_page


@dataclass(frozen=True)
class Versus:
    """Two evaluations of the same examples; shows itself as text, and as a page."""

    two: Two

    def to_mapping(self) -> dict[str, object]:
        """Plain data: the object under "versus" of `recurra evaluate --versus OTHER --json`."""
        return {
            "models": list(self.two.names),
            "count": len(self.two.one.cases),
            "measures": {one.name: _mapping(one) for one in self.two.differences},
            "changes": self.two.changes._asdict() if self.two.changes else None,
        }

    def __str__(self) -> str:
        first, second = self.two.names
        lines = [
            f"{label_of(one.name)[0]}: {one.text()}: {one.verdict or 'no significant difference'}"
            for one in self.two.differences
        ]
        changes = [self.two.changes.text(noun_of(self.two.one.record))] if self.two.changes else []
        return "\n  ".join([f"{first} less {second}", *lines, *changes])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return versus_html(self.two)

    def page(self, title: str = "Two models") -> str:
        """A page of HTML with both measures, where they differ, and every example with both outputs."""
        return "".join(versus_page(self.two, title))

    def table(self) -> dict[str, object]:
        """The same as plain data, for a page that draws it (views/report/versus.py says what is in it)."""
        return versus_data(self.two)

    def write_page(self, path: str | os.PathLike[str], title: str = "Two models") -> None:
        """Writes that page into a file, whole or not at all.

        Raises:
            RunError: the file cannot be written.
        """
        atomic_write(path, self.page(title).encode("utf-8", "backslashreplace"))


def versus(one: Measured, other: Measured, names: tuple[str, str]) -> Versus:
    """The two on the examples that both have.

    Raises:
        UsageError: they have none in common, or no measure of single examples.
    """
    pairs = common(one.cases, other.cases)
    if not pairs:
        raise UsageError("the two evaluations have no examples in common", fix="Evaluate both on the same data.")
    shared = [name for name in one.scores.measures if name in other.scores.measures]
    if not shared:
        raise UsageError("the two models have no measure in common", fix="Compare models for the same task.")
    first, second = part(one, [k for k, _ in pairs]), part(other, [k for _, k in pairs])
    higher = [first.scores.measures[name].higher_is_better for name in shared]
    found = [share_difference(first.scores.measures[name], second.scores.measures[name]) for name in shared]
    corrected = holm([difference.p for difference in found])
    differences = [
        MeasureDifference(name, difference, p, difference.verdict(better, p))
        for name, difference, p, better in zip(shared, found, corrected, higher, strict=True)
    ]
    notes = list(dict.fromkeys([*one.notes, *other.notes]))
    if left := len(one.cases) + len(other.cases) - 2 * len(pairs):
        notes.append(f"{counted(left, 'example')} of one evaluation that the other lacks left out")
    return Versus(Two(names, first, second, differences, changes(first.scores, second.scores), notes))


def common(one: Sequence[Case], other: Sequence[Case]) -> list[tuple[int, int]]:
    """The numbers of the examples that stand in both: on the same line, with the same input."""
    places: dict[tuple[int, str], list[int]] = defaultdict(list)
    for k, case in reversed(list(enumerate(other))):
        places[case.line, case.source].append(k)
    return [
        (k, places[case.line, case.source].pop()) for k, case in enumerate(one) if places.get((case.line, case.source))
    ]


def part(measured: Measured, examples: Sequence[int]) -> Measured:
    """The same of some of the examples; the measures stay those of all of them."""
    shares = {name: some(share, examples) for name, share in measured.scores.measures.items()}
    scores = replace(measured.scores, lengths=[measured.scores.lengths[k] for k in examples], measures=shares)
    return measured._replace(scores=scores, cases=[measured.cases[k] for k in examples], parts={})


def some(share: Share, examples: Sequence[int]) -> Share:
    """What some of the examples add to a measure."""
    return replace(share, counted=[share.counted[k] for k in examples], total=[share.total[k] for k in examples])


def changes(one: ExampleScores, other: ExampleScores) -> Changes | None:
    """How many of the examples are right where; None where they are neither right nor wrong."""
    shares = [scores.measures.get(scores.whole) for scores in (one, other)]
    rights = [[c >= t for c, t in zip(share.counted, share.total, strict=True)] for share in shares if share]
    if len(rights) < 2:
        return None
    both = list(zip(*rights, strict=True))
    return Changes(
        both.count((True, False)), both.count((False, True)), both.count((False, False)), both.count((True, True))
    )


def _mapping(one: MeasureDifference) -> Mapping[str, object]:
    low, high = one.difference.interval or (None, None)
    return {
        "values": [one.difference.one, one.difference.other],
        "difference": one.difference.value,
        "low": low,
        "high": high,
        "p": one.p,
        "verdict": one.verdict,
    }
