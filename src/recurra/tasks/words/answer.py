"""What a language model says: what comes next, how a text goes on, how much each of its units surprises."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from recurra.views import chances_html, predictions_html
from recurra.views.surprisal import surprisal_html


@dataclass(frozen=True)
class Next:
    """A unit that may come next."""

    text: str
    score: float  # its probability


@dataclass(frozen=True)
class NextAnswer:
    """What comes after a text."""

    source: str
    alternatives: list[Next]  # the most probable first
    unknown: list[str] = field(default_factory=list[str])  # units of the text that the model does not know
    attention: None = None  # a language model looks at nothing

    @property
    def text(self) -> str:
        """The most probable unit."""
        return self.alternatives[0].text

    def to_mapping(self) -> dict[str, Any]:
        """The object that `recurra predict --format jsonl` prints."""
        following = [{"text": one.text, "probability": one.score} for one in self.alternatives]
        mapping: dict[str, Any] = {"source": self.source, "text": self.text, "next": following}
        return mapping | ({"unknown": self.unknown} if self.unknown else {})

    def __str__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return chances_html(self.source, [(one.text, one.score) for one in self.alternatives])


@dataclass(frozen=True)
class Continuation:
    """One way in which a text goes on."""

    text: str  # the text from its beginning
    score: float  # mean log-probability of the units that were added
    log_prob: float  # natural logarithm of the probability of what was added
    finished: bool  # whether the line ended; False: cut at the length asked for


@dataclass(frozen=True)
class Generated:
    """A text, and how it goes on."""

    source: str
    alternatives: list[Continuation]
    unknown: list[str] = field(default_factory=list[str])
    attention: None = None

    @property
    def text(self) -> str:
        """The first continuation, from the text's beginning."""
        return self.alternatives[0].text

    def to_mapping(self) -> dict[str, Any]:
        """The object that `recurra generate --format jsonl` prints."""
        samples = [{"text": one.text, "log_prob": one.log_prob, "finished": one.finished} for one in self.alternatives]
        mapping: dict[str, Any] = {"source": self.source, "samples": samples}
        return mapping | ({"unknown": self.unknown} if self.unknown else {})

    def __str__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return predictions_html([(self.source, one.text) for one in self.alternatives])


@dataclass(frozen=True)
class ScoredText:
    """How much each unit of a text surprises the model, given those before it."""

    text: str
    tokens: list[str]  # the end of the line is the last one
    bits: list[float]  # -log2 p of each
    unknown: list[str] = field(default_factory=list[str])

    @property
    def total(self) -> float:
        """Bits of the whole text."""
        return sum(self.bits)

    @property
    def bits_per_character(self) -> float:
        """The end of the line is one."""
        return self.total / (len(self.text) + 1)

    def to_mapping(self) -> dict[str, Any]:
        """The object that `recurra score --format jsonl` prints."""
        tokens = [{"token": token, "bits": bits} for token, bits in zip(self.tokens, self.bits, strict=True)]
        mapping: dict[str, Any] = {"text": self.text, "bits": self.total, "bits_per_character": self.bits_per_character}
        return {**mapping, "tokens": tokens} | ({"unknown": self.unknown} if self.unknown else {})

    def _repr_html_(self) -> str:
        return surprisal_html(self.tokens, self.bits)
