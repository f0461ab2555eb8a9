"""How much each unit of a text surprises a language model, as a plain record that shows itself in a notebook."""

from __future__ import annotations

from dataclasses import dataclass, field

from recurra.tasks.answer import refuse_nan
from recurra.views.surprisal import surprisal_html


@dataclass(frozen=True)
class ScoredText:
    """How much each unit of a text surprises the model, given those before it."""

    text: str
    tokens: list[str]  # the end of the line is the last one
    bits: list[float]  # -log2 p of each
    unknown: list[str] = field(default_factory=list[str])  # units that the model does not know

    def __post_init__(self) -> None:
        refuse_nan(self.bits)

    @property
    def total(self) -> float:
        """Bits of the whole text."""
        return sum(self.bits)

    @property
    def bits_per_character(self) -> float:
        """The end of the line is one."""
        return self.total / (len(self.text) + 1)

    def to_mapping(self) -> dict[str, object]:
        """The object that `recurra score --output-format jsonl` prints."""
        tokens = [{"token": token, "bits": bits} for token, bits in zip(self.tokens, self.bits, strict=True)]
        mapping: dict[str, object] = {
            "text": self.text,
            "bits": self.total,
            "bits_per_character": self.bits_per_character,
        }
        return {**mapping, "tokens": tokens, "unknown": self.unknown}

    def _repr_html_(self) -> str:
        words = " " in self.text and not any(mark in token for token in self.tokens for mark in " ▁")
        return surprisal_html(self.tokens, self.bits, between=" " if words else "")
