"""What is wrong with a file, collected over a whole pass, so that a user mends it once and not line by line.

A reader adds each bad line under its kind; at the end of the pass everything is raised as one DataError: the
first twenty in full, all of them by count.
"""

from __future__ import annotations

from collections import Counter

from recurra.errors import DataError

SHOWN = 20


class Findings:
    """The problems of one pass over a file: false as long as there are none."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.counts: Counter[str] = Counter()
        self.first: list[DataError] = []

    def __bool__(self) -> bool:
        return bool(self.counts)

    def add(self, kind: str, error: DataError) -> None:
        """Notes one problem; `kind` names all of its sort in the plural ("lines that are not UTF-8")."""
        self.counts[kind] += 1
        if len(self.first) < SHOWN:
            self.first.append(error)

    def raise_if_any(self) -> None:
        """Ends the pass.

        Raises:
            DataError: the only problem as it is, or all of them in one message.
        """
        if not self.counts:
            return
        total = sum(self.counts.values())
        if total == 1:
            raise self.first[0]
        counts = ", ".join(f"{kind}: {count:,}" for kind, count in self.counts.most_common())
        raise DataError(
            "\n".join([f"{total:,} problems ({counts})", *self._listed(total)]),
            where=self.name,
            fix="\n  ".join(self._remedies()) or None,
        )

    def _listed(self, total: int) -> list[str]:
        listed = [f"  {error.where}: {error.what}" if error.where else f"  {error.what}" for error in self.first]
        rest = total - len(self.first)
        return [*listed, f"  ... and {rest:,} more"] if rest else listed

    def _remedies(self) -> list[str]:
        return list(dict.fromkeys(error.fix for error in self.first if error.fix))
