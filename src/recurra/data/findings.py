"""What is wrong with a file, collected over a whole pass, so that a user mends it once and not line by line.

A reader adds each bad line under its kind; at the end of the pass everything is raised as one DataError: the first
five of each kind that differ, each with the places where it was seen, all of them by count.
"""

from __future__ import annotations

from collections import Counter

from recurra.errors import DataError
from recurra.text.counted import counted

SHOWN = 20  # problems
OF_A_KIND = 5  # of these
PLACES = 10  # of one problem that is there many times


class Findings:
    """The problems of one pass over a file: false as long as there are none."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.counts: Counter[str] = Counter()
        self.first: dict[str, list[DataError]] = {}  # by what is wrong, in the order of the data
        self.times: Counter[str] = Counter()
        self.different: Counter[str] = Counter()  # of a kind, those of which no more than these are shown

    def __bool__(self) -> bool:
        return bool(self.counts)

    def add(self, kind: str, error: DataError) -> None:
        """Notes one problem; `kind` names all of its sort in the plural ("lines that are not UTF-8")."""
        self.counts[kind] += 1
        if error.what not in self.first:
            self.different[kind] += 1
        if error.what in self.first or (len(self.first) < SHOWN and self.different[kind] <= OF_A_KIND):
            self.times[error.what] += 1
            same = self.first.setdefault(error.what, [])
            if len(same) < PLACES:
                same.append(error)

    def raise_if_any(self) -> None:
        """Ends the pass.

        Raises:
            DataError: the only problem as it is, or all of them in one message.
        """
        if not self.counts:
            return
        total = sum(self.counts.values())
        if total == 1:
            raise next(iter(self.first.values()))[0]
        counts = ", ".join(f"{kind}: {count:,}" for kind, count in self.counts.most_common())
        raise DataError(
            "\n".join([f"{counted(total, 'problem')} ({counts})", *self._listed(total)]),
            where=self.name,
            fix="\n  ".join(self._remedies()) or None,
        )

    def _listed(self, total: int) -> list[str]:
        listed = [self._line(what, errors) for what, errors in self.first.items()]
        rest = total - self.times.total()
        return [*listed, f"  ... and {rest:,} more"] if rest else listed

    def _line(self, what: str, errors: list[DataError]) -> str:
        first, *others = (error.where for error in errors)
        line = f"  {first}: {what}" if first else f"  {what}"
        if not others:
            return line
        more = ", ..." if self.times[what] > len(errors) else ""
        return f"{line}\n    {counted(self.times[what], 'time')}, also at {', '.join(map(str, others))}{more}"

    def _remedies(self) -> list[str]:
        every = (error for errors in self.first.values() for error in errors)
        return list(dict.fromkeys(error.fix for error in every if error.fix))
