"""What a model that labels says beside the best labels."""

from __future__ import annotations

from dataclasses import dataclass

from recurra.tasks.answer import Details


@dataclass(frozen=True)
class LabelProbabilities(Details):
    """The probability of each label, of an empty input of none."""

    probabilities: dict[str, float]

    @property
    def label(self) -> str | int | bool:
        """The most probable label: a whole number or a truth value where all labels are such, else a text."""
        best = max(self.probabilities, key=lambda name: self.probabilities[name], default="")
        if self.probabilities.keys() == {"True", "False"}:
            return best == "True"
        return int(best) if self.probabilities and all(map(is_whole, self.probabilities)) else best

    def to_mapping(self) -> dict[str, object]:
        """By label."""
        return {"probabilities": self.probabilities}


def is_whole(label: str) -> bool:
    """Whether a label is a whole number, written as Python writes it."""
    return label.removeprefix("-").isdecimal() and str(int(label)) == label
