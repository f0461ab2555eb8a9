"""Decoding along one path: each hypothesis takes one token per step and never looks back.

Greedy search and sampling are both this loop; they differ in how the next token is chosen.

B open sentences, K paths per sentence, V vocabulary, S source positions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import NamedTuple

import torch
from torch import Tensor

from recurra.decoding.history import Choice, Outcome, read_back
from recurra.decoding.hypothesis import Hypothesis
from recurra.decoding.limits import length_limits
from recurra.decoding.options import DecodingOptions
from recurra.decoding.rules import Rules
from recurra.decoding.scoring import Coverage, Scorer
from recurra.decoding.step_model import StepModel
from recurra.padded import Padded, select_rows
from recurra.text.special import EOS, GO
from recurra.turns import step_done

DROP_SHARE = 8  # done sentences leave the batch when they are one in so many: dropping copies all that stay

# The next token of each path [B, K] from allowed log probabilities [B, K, V], rows of the source [B] and the step.
Choose = Callable[[Tensor, Tensor, int], Tensor]


class Paths(NamedTuple):
    """All paths of the sentences that are still in the batch."""

    sentences: Tensor  # [B] rows of the source
    limits: Tensor  # [B]
    tokens: Tensor  # [B, K] the last ones
    log_probs: Tensor  # [B, K]
    lengths: Tensor  # [B, K] tokens without EOS, once closed
    open: Tensor  # [B, K] neither finished nor cut
    finished: Tensor  # [B, K] EOS was taken
    coverage: Coverage | None  # None: there is no coverage penalty


class RollStep(NamedTuple):
    """All that one step has computed of the paths of its open sentences."""

    before: Paths
    log_probs: Tensor  # [B, K, V] of the model
    allowed: Tensor  # [B, K, V] the same, -inf for what may not come next
    after: Paths
    choice: Choice
    outcome: Outcome | None


def roll_out(
    model: StepModel, source: Padded, options: DecodingOptions, width: int, choose: Choose
) -> list[list[Hypothesis]]:
    """`width` outputs of each sentence, best first."""
    return read_back(roll_steps(model, source, options, width, choose), source.lengths)


def roll_steps(
    model: StepModel, source: Padded, options: DecodingOptions, width: int, choose: Choose
) -> Iterator[RollStep]:
    """The steps of `width` paths of each sentence, until all have ended."""
    state, memory = model.start(source)
    paths = _begin(source, options, width)
    rules, scorer = Rules(options, source.values.device), Scorer(paths.limits, options)
    state = select_rows(state, paths.sentences.repeat_interleave(width)) if width > 1 else state
    for step in count():
        log_probs, state, attention = model.step(paths.tokens.flatten(), state, memory)
        log_probs = log_probs.float().view(*paths.tokens.shape, -1)
        allowed = rules.apply(log_probs.clone(), step)
        tokens = choose(allowed, paths.sentences, step)
        before, paths = paths, _advance(paths, tokens, allowed, attention, step)
        done = paths.open.any(1).logical_not()
        dropped = int(done.sum())
        leaving = dropped * DROP_SHARE >= len(done)
        outcome = _outcome(select_rows(paths, done.nonzero()[:, 0]), scorer) if leaving else None
        yield RollStep(before, log_probs, allowed, paths, _choice(paths, attention, options), outcome)
        step_done()
        if dropped == len(done):
            break
        if leaving:
            kept = done.logical_not().nonzero()[:, 0]
            rows = kept[:, None] * width + torch.arange(width, device=kept.device)
            state = select_rows(state, rows.flatten())
            paths, memory = select_rows((paths, memory), kept)


def _begin(source: Padded, options: DecodingOptions, width: int) -> Paths:
    limits = length_limits(source, options)
    sentences = torch.arange(len(limits), device=limits.device)
    zero = torch.zeros(len(limits), width, dtype=torch.int64, device=limits.device)
    no = zero.bool()
    coverage = Coverage.begin(source, width) if options.coverage_penalty else None
    return Paths(sentences, limits, zero + GO, zero.float(), zero, ~no, no, coverage)


def _advance(paths: Paths, tokens: Tensor, log_probs: Tensor, attention: Tensor | None, step: int) -> Paths:
    """The paths after the tokens [B, K] with log probabilities [B, K, V].

    A path at its limit takes no token but EOS; if another was chosen, it is cut without it. So is a path that is
    allowed no token at all.
    """
    gain = log_probs.gather(2, tokens[:, :, None])[:, :, 0]
    possible = paths.open & (gain != -torch.inf)
    ending = possible & (tokens == EOS)
    going_on = possible & ~(ending | (paths.limits == step)[:, None])
    taken = going_on | ending
    return paths._replace(
        tokens=tokens,
        log_probs=torch.where(taken, paths.log_probs + gain, paths.log_probs),
        lengths=paths.lengths + going_on,
        open=going_on,
        finished=paths.finished | ending,
        coverage=None if paths.coverage is None else paths.coverage.with_attention(attention, taken),
    )


def _choice(paths: Paths, attention: Tensor | None, options: DecodingOptions) -> Choice:
    attended = attention.view(*paths.tokens.shape, -1) if options.attention and attention is not None else None
    return Choice(paths.sentences, paths.tokens, _own_slots(paths), attended)


def _own_slots(paths: Paths) -> Tensor:
    return torch.arange(paths.tokens.shape[1], device=paths.tokens.device).expand_as(paths.tokens)


def _outcome(paths: Paths, scorer: Scorer) -> Outcome:
    scores = scorer.score(paths.log_probs, paths.lengths + paths.finished, paths.coverage)
    order = scores.sort(dim=1, descending=True, stable=True).indices
    parts = (scores, paths.log_probs, paths.lengths, _own_slots(paths), paths.finished)
    return Outcome(paths.sentences, *(part.gather(1, order) for part in parts))
