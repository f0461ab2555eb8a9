"""What a vocabulary lacks of texts: counted as they stream by, and put into words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from recurra.text.counted import and_others, counted, counted_as, is_or_are
from recurra.text.visible import standing_alone

HIGH_UNKNOWN = 0.01  # share of units not in the vocabulary that is worth a warning
SHOWN = 10
KEPT = 100_000  # different unknown units that are told apart
READ, WRITTEN = "{are} read as <UNK>", "can never be written"  # what becomes of units that a vocabulary lacks


@dataclass(frozen=True)
class UnknownReport:
    """What texts have that the vocabulary has not."""

    texts: int
    affected: int  # texts that are not wholly known
    tokens: int
    unknown: int
    different: int  # unknown tokens
    most_frequent: tuple[tuple[str, int], ...]
    unseen: tuple[tuple[str, int], ...] = ()  # known tokens in which there is nothing to be seen, most frequent first

    @property
    def share(self) -> float:
        """Of the tokens, between 0 and 1."""
        return self.unknown / max(1, self.tokens)


class UnknownCounter:
    """Counts tokens that are not in a vocabulary."""

    def __init__(self) -> None:
        self._texts = 0
        self._affected = 0
        self._tokens = 0
        self._unknown = 0
        self._which: Counter[str] = Counter()
        self._unseen: Counter[str] = Counter()

    def add(self, tokens: int, unknown: Sequence[str], unseen: Sequence[str] = ()) -> None:
        """Takes one text into the count.

        Args:
            tokens: how many it has.
            unknown: those of them that are not known.
            unseen: those of the others in which there is nothing to be seen.
        """
        self._texts += 1
        self._affected += bool(unknown)
        self._tokens += tokens
        self._unknown += len(unknown)
        self._unseen.update(unseen)
        self._which.update(token for token in unknown if token in self._which or len(self._which) < KEPT)

    def report(self) -> UnknownReport:
        """What was counted."""
        most = tuple(self._which.most_common(SHOWN))
        unseen = tuple(self._unseen.most_common())
        return UnknownReport(self._texts, self._affected, self._tokens, self._unknown, len(self._which), most, unseen)


def lacking(report: UnknownReport, size: int, noun: str, becomes: str) -> str:
    """The sentence that says what a vocabulary lacks.

    Args:
        size: entries of the vocabulary, the four special symbols included.
        noun: what the texts are: "pairs".
        becomes: READ or WRITTEN.
    """
    named = ", ".join(f"{standing_alone(token)} ({count:,})" for token, count in report.most_frequent)
    more = and_others(report.different - SHOWN)
    share, are = report.affected / max(1, report.texts), is_or_are(report.unknown)
    return (
        f"{report.unknown:,} of {counted(report.tokens, 'unit')} ({report.share:.2%}), in {report.affected:,} of "
        f"{counted_as(report.texts, noun)} ({share:.1%}), {are} not in the vocabulary of {size:,} "
        f"and {becomes.format(are=are)}: {named}{more}"
    )


def remedy(report: UnknownReport, size: int, setting: str, min_count: int) -> str:
    """How what training texts have gets into the vocabulary.

    Args:
        setting: that of the limit of its size.
        min_count: how often a unit must be seen to be taken in.
    """
    most = report.most_frequent[0][1]
    if most < min_count:
        return f"--set text.min_count={most} takes in the most frequent of them (it is {min_count:,} now)"
    seen = f" that are seen {counted(min_count, 'time')} (text.min_count)" if min_count > 1 else ""
    return f"--set {setting}={size + report.different} takes in all{seen}"
