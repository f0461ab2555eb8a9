"""What was chosen at every step, and the walk back from an output's end to its tokens.

While it decodes, no decoder keeps a list of tokens per hypothesis: it notes one tensor of tokens and one of parents per
step. An output is then a place: a length and the slot in which its last token stood. Once all outputs are known, they
are all read back together, from the last step to the first.

So a decoder is a generator of steps. What each of them has computed is there for whoever looks on (recorded.py); for
its outputs only the choice and the outcome are kept.

B sentences still open at a step, K slots after the step, J slots before it, R outputs' sentences, S source positions.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple, Protocol

import torch
from torch import Tensor

from recurra.decoding.hypothesis import Hypothesis
from recurra.errors import ModelError
from recurra.lists import Numbers


class Outcome(NamedTuple):
    """The outputs of some sentences, best first: [R] and [R, nbest]."""

    sentences: Tensor  # [R] rows of the source
    scores: Tensor  # -inf: there is no such output
    log_probs: Tensor
    lengths: Tensor  # tokens without EOS
    slots: Tensor  # where the last token stood, after step length - 1
    finished: Tensor  # bool


class Choice(NamedTuple):
    """One step of all open sentences."""

    sentences: Tensor  # [B] rows of the source
    tokens: Tensor  # [B, K]
    parents: Tensor  # [B, K] the slot before this step, 0 .. J-1
    attention: Tensor | None  # [B, J, S] of the slots before this step


class Step(Protocol):
    """What every decoder says of a step."""

    @property
    def choice(self) -> Choice:
        """What was chosen."""
        ...

    @property
    def outcome(self) -> Outcome | None:
        """The outputs of the sentences that are done; None while there are none."""
        ...


def read_back(steps: Iterable[Step], source_lengths: Tensor) -> list[list[Hypothesis]]:
    """The hypotheses of every sentence, best first; attention only on the source's own positions."""
    history: list[Choice] = []
    outcomes: list[Outcome] = []
    for step in steps:
        history.append(step.choice)
        if step.outcome is not None:
            outcomes.append(step.outcome)
    if not outcomes:
        return [[] for _ in range(len(source_lengths))]
    joined = Outcome(*(torch.cat(parts) for parts in zip(*outcomes, strict=True)))
    if bool(joined.scores.isnan().any()):
        raise ModelError(
            "the model's log probabilities are not numbers (NaN)",
            fix="Its training has failed; train it again with a lower learning rate.",
        )
    tokens, attention = _walk(history, joined)
    return _materialise(joined, tokens, attention, source_lengths)


def _walk(history: list[Choice], outcome: Outcome) -> tuple[Tensor, Tensor | None]:
    """Tokens [R, nbest, T] and attention [R, nbest, T, S] of all outputs; what is past an output's end is arbitrary."""
    slot = outcome.slots
    tokens: list[Tensor] = []
    attended: list[Tensor] = []
    row, sentences = slot, outcome.sentences.new_empty(0)
    for step in range(len(history) - 1, -1, -1):
        choice = history[step]
        if choice.sentences is not sentences:
            sentences = choice.sentences
            row = _rows_of(outcome.sentences, sentences)[:, None]
        inside = outcome.lengths > step
        here = torch.where(inside, slot, 0)
        tokens.append(choice.tokens[row, here])
        slot = torch.where(inside, choice.parents[row, here], slot)
        if choice.attention is not None:
            attended.append(choice.attention[row, slot.clamp(max=choice.attention.shape[1] - 1)])
    return torch.stack(tokens[::-1], 2), torch.stack(attended[::-1], 2) if attended else None


def _rows_of(wanted: Tensor, sentences: Tensor) -> Tensor:
    """Where each wanted sentence [R] stands among the ascending `sentences` [B]; anywhere if it has left."""
    return torch.searchsorted(sentences, wanted).clamp(max=len(sentences) - 1)


def _materialise(
    outcome: Outcome, tokens: Tensor, attention: Tensor | None, source_lengths: Tensor
) -> list[list[Hypothesis]]:
    result: list[list[Hypothesis]] = [[] for _ in range(len(source_lengths))]
    sentences: list[int] = _plain(outcome.sentences)
    lengths: list[list[int]] = _plain(outcome.lengths)
    scores: list[list[float]] = _plain(outcome.scores)
    log_probs: list[list[float]] = _plain(outcome.log_probs)
    finished: list[list[bool]] = _plain(outcome.finished)
    ids: list[list[list[int]]] = _plain(tokens)
    positions: list[int] = _plain(source_lengths)
    for row, sentence in enumerate(sentences):
        for rank, score in enumerate(scores[row]):
            if score == -torch.inf:
                continue
            end, done = lengths[row][rank], finished[row][rank]
            attended = None
            if attention is not None:
                attended = attention[row, rank, : end + done, : positions[sentence]].clone()
            result[sentence].append(Hypothesis(ids[row][rank][:end], log_probs[row][rank], score, done, attended))
    return result


def _plain(tensor: Numbers) -> Any:
    """Nested lists of Python numbers; torch does not declare how deep."""
    return tensor.tolist()
