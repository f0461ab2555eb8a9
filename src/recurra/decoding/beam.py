"""Beam search: keep the `beam` best beginnings of an output, extend all of them by every token, keep the best again.

A beginning that takes EOS while it is among the best is finished and moves to the pool, where it gets its final score
(scoring.py). Done sentences leave the batch at once, so the others do not pay for them. A sentence is done

- when nothing alive can still beat the worst output that is wanted, or
- when `beam` outputs have finished, the last of them as the best of all ways to go on. Long outputs could still win
  then where the length penalty is large, but on translations waiting for them gained nothing and took half as long
  again. (To stop at `beam` outputs whatever is best would be wrong: where a network is sure of itself the second-best
  way to go on is to stop too early, and five such stumps finish before the output itself does.)
- at its limit (limits.py). There a beginning is finished only if EOS is its best way to go on: it is cut otherwise, as
  greedy search cuts it, and not one that happened to end there.

Where one output is asked for, the sentences whose greedy output is proven to be the best leave before (proof.py). The
others are searched in equal parts of so many rows as a processor does best.

All sentences and beams are rows of a few tensors; no Python object exists per hypothesis. Nothing in a row depends on
another row, and ties fall to the lower beam and then the lower token, so a sentence's output does not depend on what is
decoded with it.

B open sentences, K live slots (1 at first, then up to the beam), V vocabulary, S source positions.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count
from typing import NamedTuple

import torch
from torch import Tensor

from recurra.decoding.history import Choice, Outcome, read_back
from recurra.decoding.hypothesis import Hypothesis
from recurra.decoding.limits import length_limits
from recurra.decoding.options import DecodingOptions
from recurra.decoding.pool import Pool
from recurra.decoding.proof import prove
from recurra.decoding.ranking import best
from recurra.decoding.rules import Rules
from recurra.decoding.scoring import NONE, Coverage, Scorer
from recurra.decoding.step_model import Start, StepModel
from recurra.padded import Padded, select_rows
from recurra.text.special import EOS, GO
from recurra.turns import step_done

ROWS = 512  # of a step, at most: more gain nothing, and what they need leaves the caches


class Live(NamedTuple):
    """The beginnings that may still grow, best first."""

    sentences: Tensor  # [B] rows of the source
    limits: Tensor  # [B]
    log_probs: Tensor  # [B, K]; -inf: an empty slot
    tokens: Tensor  # [B, K] the last ones
    coverage: Coverage | None  # None: there is no coverage penalty


class Extensions(NamedTuple):
    """The best ways to go on, best first: [B, E] with E up to 2 * beam, of which at most K are ends."""

    log_probs: Tensor
    parents: Tensor  # slots
    tokens: Tensor


class Ending(NamedTuple):
    """Which sentences are done after a step, for each of the three reasons above: [B] bool."""

    beaten: Tensor  # nothing alive can still beat the worst output that is wanted
    enough: Tensor  # `beam` outputs have finished
    at_limit: Tensor

    @property
    def any(self) -> Tensor:
        """For one of them or several: [B]."""
        return self.beaten | self.enough | self.at_limit


class BeamStep(NamedTuple):
    """All that one step has computed of its open sentences."""

    live: Live  # before the step
    log_probs: Tensor  # [B*K, V] of the model
    extensions: Extensions
    ends: Pool  # of the `beam` best of them, those that take EOS
    survivors: Extensions
    ending: Ending
    choice: Choice
    outcome: Outcome | None


class Candidates(NamedTuple):
    """What a beam holds of each sentence, best first."""

    outputs: list[list[Hypothesis]]  # `beam` of each; where one is asked for and is proven to stay the first, that one
    rest: Tensor  # ascending rows of the source that are not proven


@torch.inference_mode()
def beam_search(model: StepModel, source: Padded, options: DecodingOptions) -> list[list[Hypothesis]]:
    """The `nbest` best outputs of each sentence, best first."""
    return _searched(model, source, options, options.nbest, 0.0).outputs


@torch.inference_mode()
def candidates(model: StepModel, source: Padded, options: DecodingOptions, margin: float) -> Candidates:
    """The outputs of each sentence, best first, which something else puts in order afterwards.

    Args:
        margin: so many nats may be taken from an output at most, before the length penalty.
    """
    return _searched(model, source, options, options.beam, margin)


def _searched(model: StepModel, source: Padded, options: DecodingOptions, most: int, margin: float) -> Candidates:
    """The best outputs, at most so many of each sentence that is not proven."""
    start = model.start(source)
    limits = length_limits(source, options)
    outputs: list[list[Hypothesis]] = [[] for _ in range(len(limits))]
    rest = torch.arange(len(limits), device=limits.device)
    if options.nbest == 1 and options.beam > 1:
        outputs, rest = prove(model, start, source, limits, options, margin)
    options = replace(options, nbest=most)
    for part in _parts(rest, max(1, ROWS // options.beam)):
        steps = beam_steps(model, select_rows(start, part), source, part, limits, options)
        found = read_back(steps, source.lengths)
        outputs = [one or other for one, other in zip(outputs, found, strict=True)]
    return Candidates(outputs, rest)


def _parts(rows: Tensor, most: int) -> Sequence[Tensor]:
    """As few parts as can be with so many rows in each at most, all of one size or nearly."""
    return rows.tensor_split(math.ceil(len(rows) / most)) if len(rows) else ()


def beam_steps(
    model: StepModel, start: Start, source: Padded, sentences: Tensor, limits: Tensor, options: DecodingOptions
) -> Iterator[BeamStep]:
    """The steps of the search for some sentences, from where the model has started on them, until all are done."""
    state, memory = start
    live = _begin(source, sentences, limits, options)
    rules, scorer = Rules(options, limits.device), Scorer(live.limits, options)
    pool = Pool.empty(len(sentences), options.beam, limits.device)
    for step in count():
        scored = model.step(live.tokens.flatten(), state, memory)
        before, live = live, _look(live, scored.attention)
        extensions = _extend(live, scored.log_probs, step, rules, options)
        ends = _ended(live, extensions, step, scorer)
        pool = pool.joined_with(ends)
        survivors = _survivors(extensions, options.beam)
        ending = _ending(live, pool, extensions, survivors, step, scorer)
        done = ending.any
        kept = torch.arange(len(done), device=done.device)
        outcome = None
        choice = _choice(live, survivors, scored.attention, options)
        if bool(done.any()):
            outcome = _outcome(before, pool, extensions, kept[done], step, scorer)
            kept = kept[~done]
        yield BeamStep(before, scored.log_probs, extensions, ends, survivors, ending, choice, outcome)
        step_done()
        if not len(kept):
            break
        if outcome is not None:
            live, pool, survivors, memory = select_rows((live, pool, survivors, memory), kept)
        state = select_rows(scored.state, (kept[:, None] * live.tokens.shape[1] + survivors.parents).flatten())
        live = _follow(live, survivors)


def _begin(source: Padded, sentences: Tensor, limits: Tensor, options: DecodingOptions) -> Live:
    one = torch.zeros(len(sentences), 1, device=limits.device)
    coverage = Coverage.begin(select_rows(source, sentences), 1) if options.coverage_penalty else None
    return Live(sentences, limits[sentences], one, torch.full_like(one, GO, dtype=torch.int64), coverage)


def _look(live: Live, attention: Tensor | None) -> Live:
    return live if live.coverage is None else live._replace(coverage=live.coverage.with_attention(attention))


def _extend(live: Live, log_probs: Tensor, step: int, rules: Rules, options: DecodingOptions) -> Extensions:
    """The best extensions of each sentence: twice as many as the beam, so that enough of them are not ends."""
    slots, vocabulary = live.log_probs.shape[1], log_probs.shape[1]
    totals = log_probs.float().view(-1, slots, vocabulary) + live.log_probs[:, :, None]
    found = best(rules.apply(totals, step).flatten(1), min(2 * options.beam, slots * vocabulary))
    return Extensions(found.values, found.places // vocabulary, found.places % vocabulary)


def _ended(live: Live, extensions: Extensions, step: int, scorer: Scorer) -> Pool:
    """The outputs that take EOS while they are among the `beam` best."""
    log_probs, parents, _ = (part[:, : scorer.options.beam] for part in extensions)
    coverage = None if live.coverage is None else live.coverage.of(parents)
    log_probs = torch.where(_is_end(live, extensions, step, scorer.options.beam), log_probs, NONE)
    scores = scorer.score(log_probs, step + 1, coverage)
    return Pool(scores, log_probs, torch.full_like(parents, step), parents)


def _is_end(live: Live, extensions: Extensions, step: int, beam: int) -> Tensor:
    """Which of the `beam` best extensions finish an output: [B, beam]."""
    log_probs, parents, tokens = (part[:, :beam] for part in extensions)
    has_better = (parents[:, :, None] == parents[:, None, :]).tril(-1).any(2)  # of the same beginning
    return (tokens == EOS) & (log_probs > NONE) & ~(has_better & (live.limits == step)[:, None])


def _survivors(extensions: Extensions, beam: int) -> Extensions:
    """The `beam` best extensions that are not ends."""
    ends = extensions.tokens == EOS
    order = ends.byte().sort(dim=1, stable=True).indices[:, :beam]
    log_probs = extensions.log_probs.masked_fill(ends, NONE)
    return Extensions(*(part.gather(1, order) for part in extensions._replace(log_probs=log_probs)))


def _choice(live: Live, survivors: Extensions, attention: Tensor | None, options: DecodingOptions) -> Choice:
    attended = attention.view(*live.tokens.shape, -1) if options.attention and attention is not None else None
    return Choice(live.sentences, survivors.tokens, survivors.parents, attended)


def _ending(live: Live, pool: Pool, extensions: Extensions, survivors: Extensions, step: int, scorer: Scorer) -> Ending:
    hope = scorer.hope(survivors.log_probs[:, 0], live.limits)
    full = pool.scores[:, -1] > NONE
    return Ending(
        beaten=hope <= pool.scores[:, scorer.options.nbest - 1],
        enough=full & (extensions.tokens[:, 0] == EOS),
        at_limit=live.limits == step,
    )


def _outcome(live: Live, pool: Pool, extensions: Extensions, rows: Tensor, step: int, scorer: Scorer) -> Outcome:
    """The outputs of done sentences: finished ones, and where they are too few or stumps, what was alive before."""
    live, pool, extensions = select_rows((live, pool, extensions), rows)
    beam = scorer.options.beam
    slots = torch.arange(live.tokens.shape[1], device=rows.device).expand_as(live.tokens)
    is_end = _is_end(live, extensions, step, beam)
    finished = ((extensions.parents[:, :beam, None] == slots[:, None]) & is_end[:, :, None]).any(1)
    log_probs = live.log_probs.masked_fill(finished, NONE)
    scores = scorer.score(log_probs, step, live.coverage)
    cut = Pool(scores, log_probs, torch.full_like(slots, step), slots)
    return pool.outcome(live.sentences, cut, live.limits == step, scorer.options.nbest)


def _follow(live: Live, survivors: Extensions) -> Live:
    """The live slots after a step, where each continues its parent."""
    coverage = None if live.coverage is None else live.coverage.of(survivors.parents)
    return Live(live.sentences, live.limits, survivors.log_probs, survivors.tokens, coverage)
