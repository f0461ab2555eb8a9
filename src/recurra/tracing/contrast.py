"""Why this output and not that one: both along the model, token beside token, as plain data.

The two are aligned where they agree. What stands in one place of both is a step; its difference is how
much more probable the first one's token was there, in nats. The differences add up to the log-odds of the whole
outputs, so it can be said which step decides.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

from recurra.errors import UsageError
from recurra.tracing.records import Recorded

ROUNDING = 1e-3  # scores that are closer are equal: a search computes them in another order
DERIVED = ("log_odds", "parting", "deciding")  # stand in the mapping, and follow from the rest


@dataclass(frozen=True)
class ContrastStep:
    """One place of two outputs.

    Args:
        first, second: what stands there in each of them; None where one has nothing.
        first_log_prob, second_log_prob: of that, after what each output has before it (natural logarithms).
        place: of tags, the token at which they stand.
    """

    first: str | None
    second: str | None
    first_log_prob: float | None
    second_log_prob: float | None
    place: str = ""

    @property
    def difference(self) -> float:
        """What speaks for the first output here, in nats; below 0: for the second."""
        return (self.first_log_prob or 0.0) - (self.second_log_prob or 0.0)

    @property
    def differ(self) -> bool:
        """Whether not the same stands in both."""
        return self.first != self.second


@dataclass(frozen=True)
class Contrast(Recorded):
    """Two outputs for one input.

    Args:
        source: the input as it is shown.
        first, second: the outputs.
        own: whether the first is what the model answers itself.
        steps: in order, to the end of both.
        first_score, second_score: by which a search would rank them: the log-probability with the length penalty; None
            of outputs that are not searched for, or ranked by more than that.
        notes: what a reader has to know.

    Raises:
        UsageError: the two are the same.
    """

    source: str
    first: str
    second: str
    own: bool
    steps: list[ContrastStep]
    first_score: float | None = None
    second_score: float | None = None
    notes: list[str] = field(default_factory=list[str])

    def __post_init__(self) -> None:
        if not any(step.differ for step in self.steps):
            raise UsageError("the two outputs are the same to the model", where="versus", fix="Give another one.")

    @property
    def first_log_prob(self) -> float:
        """Of the whole first output."""
        return sum(step.first_log_prob or 0.0 for step in self.steps)

    @property
    def second_log_prob(self) -> float:
        """Of the whole second output."""
        return sum(step.second_log_prob or 0.0 for step in self.steps)

    @property
    def log_odds(self) -> float:
        """The logarithm of how many times as probable the first output is."""
        return self.first_log_prob - self.second_log_prob

    @property
    def parting(self) -> int:
        """The first step at which the two differ, from 0."""
        return next(number for number, step in enumerate(self.steps) if step.differ)

    @property
    def deciding(self) -> int:
        """The step that speaks most for the more probable output, from 0."""
        sign = 1 if self.log_odds >= 0 else -1
        return max(range(len(self.steps)), key=lambda number: sign * self.steps[number].difference)

    @property
    def missed(self) -> bool:
        """Whether the model itself ranks the second higher than its own answer, and its search did not find it."""
        if not self.own or self.first_score is None or self.second_score is None:
            return False
        return self.second_score > self.first_score + ROUNDING

    def to_mapping(self) -> dict[str, object]:
        """Plain dicts and lists, for JSON, with what follows from them."""
        steps = [{**asdict(step), "difference": step.difference} for step in self.steps]
        return {**asdict(self), "steps": steps, **{name: getattr(self, name) for name in DERIVED}}
