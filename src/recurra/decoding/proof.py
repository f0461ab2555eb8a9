"""Sentences that need no beam: greedy search has found their best output, and can prove it.

At every step greedy search leaves all tokens but one behind. The most probable beginning that it ever left, the rival,
bounds all outputs that a wider search could find: none of them is more probable, and none can score better than the
rival would if it reached its limit for nothing (`Scorer.hope`). Where greedy search ends above that, its output is the
best there is, a beam would have returned it too, and one row a step has been computed instead of `beam`. Where
something else puts the outputs in order afterwards, and may take some nats from the best, its output must be above that
by so many nats: then it stays the best. A network that is sure of itself proves most of its outputs, one that has just
begun none: so a sentence gives up as soon as its rival would win even if the path reached half of its limit for
nothing.

B open sentences, V vocabulary.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import NamedTuple

import torch
from torch import Tensor

from recurra.decoding.history import Choice, Outcome, read_back
from recurra.decoding.hypothesis import Hypothesis
from recurra.decoding.options import DecodingOptions
from recurra.decoding.ranking import best
from recurra.decoding.rules import Rules
from recurra.decoding.scoring import NONE, Coverage, Scorer
from recurra.decoding.step_model import Start, StepModel
from recurra.padded import Padded, select_rows
from recurra.text.special import EOS, GO
from recurra.turns import step_done


class Path(NamedTuple):
    """The one path of each sentence, and what it left behind."""

    sentences: Tensor  # [B] rows of the source
    limits: Tensor  # [B]
    tokens: Tensor  # [B] the last ones
    log_probs: Tensor  # [B]
    rivals: Tensor  # [B] log probability of the best beginning left behind
    coverage: Coverage | None


class ProofStep(NamedTuple):
    """One step of greedy search; its outcome are the proven outputs."""

    choice: Choice
    outcome: Outcome | None


class Proven(NamedTuple):
    """The outputs that are proven, and the sentences for which there is no proof."""

    outputs: list[list[Hypothesis]]  # of every sentence; empty without a proof
    rest: Tensor  # ascending rows of the source


def prove(
    model: StepModel, start: Start, source: Padded, limits: Tensor, options: DecodingOptions, margin: float = 0.0
) -> Proven:
    """The sentences whose single best output greedy search proves, from where the model has started.

    Args:
        margin: so many nats may be taken from the best output, before the length penalty, and it is still the best.
    """
    outputs = read_back(_steps(model, start, source, limits, options, margin), source.lengths)
    rest = [sentence for sentence, found in enumerate(outputs) if not found]
    return Proven(outputs, torch.tensor(rest, dtype=torch.int64, device=limits.device))


def _steps(
    model: StepModel, start: Start, source: Padded, limits: Tensor, options: DecodingOptions, margin: float
) -> Iterator[ProofStep]:
    state, memory = start
    path = _begin(source, limits, options)
    rules, scorer = Rules(options, limits.device), Scorer(limits, options)
    for step in count():
        scored = model.step(path.tokens, state, memory)
        path = _advance(path, scored.log_probs, scored.attention, step, rules)
        ended = path.tokens == EOS
        to_beat = scorer.hope(path.rivals, path.limits)
        outcome = None
        if bool(ended.any()):
            score = scorer.score(path.log_probs[:, None], step + 1, path.coverage)[:, 0]
            sure = ended & (score - margin / scorer.length_penalties[step + 1] > to_beat)
            outcome = _outcome(select_rows((path, score), sure.nonzero()[:, 0]), step)
        yield ProofStep(_choice(path, scored.attention, options), outcome)
        step_done()
        likely = scorer.hope(path.log_probs - margin, path.limits // 2) > to_beat
        open_ = ~ended & likely & (path.limits > step) & (path.log_probs > NONE)
        kept = open_.nonzero()[:, 0]
        if not len(kept):
            break
        state = scored.state
        if len(kept) < len(open_):
            path, state, memory = select_rows((path, state, memory), kept)


def _begin(source: Padded, limits: Tensor, options: DecodingOptions) -> Path:
    sentences = torch.arange(len(limits), device=limits.device)
    zero = torch.zeros(len(limits), device=limits.device)
    coverage = Coverage.begin(source, 1) if options.coverage_penalty else None
    return Path(sentences, limits, torch.full_like(sentences, GO), zero, zero + NONE, coverage)


def _advance(path: Path, log_probs: Tensor, attention: Tensor | None, step: int, rules: Rules) -> Path:
    """The path after its most probable token; the second most probable is its newest rival."""
    totals = rules.apply(log_probs.float() + path.log_probs[:, None], step)
    log_probs, tokens = best(totals, 2)
    return path._replace(
        tokens=tokens[:, 0],
        log_probs=log_probs[:, 0],
        rivals=torch.maximum(path.rivals, log_probs[:, 1]),
        coverage=None if path.coverage is None else path.coverage.with_attention(attention),
    )


def _choice(path: Path, attention: Tensor | None, options: DecodingOptions) -> Choice:
    attended = attention[:, None] if options.attention and attention is not None else None
    return Choice(path.sentences, path.tokens[:, None], torch.zeros_like(path.tokens)[:, None], attended)


def _outcome(proven: tuple[Path, Tensor], length: int) -> Outcome:
    path, score = proven
    slots = torch.zeros_like(path.tokens)[:, None]
    finished = torch.ones_like(slots, dtype=torch.bool)
    return Outcome(
        path.sentences, score[:, None], path.log_probs[:, None], torch.full_like(slots, length), slots, finished
    )
