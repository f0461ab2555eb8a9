"""N-grams of aligned pairs beside a network: what they learn, and how much they count.

They are learned from the training pairs. How much they count is fitted on validation pairs, from which neither
has learned: it makes the right outputs as probable as possible among the candidates of a beam (Och & Ney 2002). They
count for nothing unless the right outputs are surely more probable then. Their own outputs are candidates too where
surely more validation outputs are right then: beside a network that has learned little.

N sources, K candidates of each.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from recurra.baselines import PairsModel
from recurra.baselines.pairs import MOST_CELLS
from recurra.data import EncodedPairs, pad_sources
from recurra.decoding import DecodingOptions, decode, propose
from recurra.decoding.scoring import penalty_of
from recurra.models import AlignedPairs, Seq2Seq, device_of
from recurra.models.aligned_pairs import LARGEST, first_column
from recurra.models.search import search_model
from recurra.tasks.examples import spread
from recurra.tasks.repeated import by_input
from recurra.text.counted import counted, is_or_are

SECONDS_A_CELL, SECONDS_A_SOURCE = 5e-6, 3e-3
MOST_FITTED = 2000  # validation sources
CANDIDATES = 5  # of each, at least
PROPOSED = 5  # of each, by the n-grams alone
AT_ONCE = 100  # sources that are decoded together
UNSEEN = 0.2  # of the pieces of validation pairs, at most, where sources and targets correspond in order
SURELY = 1.0  # standard errors that the gain must be away from nothing
KEPT_SMALL = 1e-3  # of the squares of the weights
NONE = -1  # in place of a candidate
ROUNDS, CLOSE = 30, 1e-6  # of the fit; a step that is no step


class Told(NamedTuple):
    """The candidates for sources."""

    scores: NDArray[np.float64]  # [N, K, 2] of the network, of the n-grams; -inf: there are fewer candidates
    right: NDArray[np.int64]  # [N] the place of the right one; NONE: it is not among them

    def first(self, candidates: int) -> Told:
        """The first so many candidates alone."""
        right = np.where(self.right < candidates, self.right, NONE)
        return Told(self.scores[:, :candidates], right)

    def wrong(self, scale: float) -> NDArray[np.bool_]:
        """Whether [N] another output than the right one is the best, where the n-grams count so much."""
        return best(self.scores, scale) != self.right


class Weighed(NamedTuple):
    """How much n-grams count, and what that changes on validation data."""

    scale: float  # 0 where they are no help
    proposes: int  # outputs of their own for each source
    alone: int  # of the sources, so many have a wrong output by the network alone
    wrong: int  # by both
    sources: int


def learned(train: EncodedPairs, until: int | None) -> AlignedPairs | None:
    """The n-grams of training pairs; None where there is nothing to learn.

    Args:
        until: the id between the columns of a source, of which only the first is read; None of a single column.
    """
    rows = range(len(train))
    sources = [first_column(train.source(k), until) for k in rows]
    model = PairsModel.fit(sources, [train.target(k) for k in rows])
    return None if model is None else AlignedPairs.of(model, 1.0, until=until)


def seconds_for(train: EncodedPairs, valid: EncodedPairs) -> float:
    """How long it takes to learn them and to find how much they count, roughly, on one core."""
    cells = int((train.source_lengths.astype(np.int64) * (train.target_lengths + 1)).sum())
    return SECONDS_A_CELL * min(cells, MOST_CELLS) + SECONDS_A_SOURCE * min(len(valid), MOST_FITTED)


def unseen(pairs: AlignedPairs, valid: EncodedPairs) -> float:
    """The share of the pieces of validation pairs that were not among those of the training pairs."""
    rows = [int(k) for k in spread(len(valid), MOST_FITTED)]
    sources = pairs.read([valid.source(k) for k in rows])
    taken = pairs.opened().take_apart(sources, [valid.target(k) for k in rows])
    pieces = sum(max(len(one) - 1, 0) for one in taken.numbers)
    return float(taken.unknown.sum()) / pieces if pieces else 1.0


def weighed(model: Seq2Seq, pairs: AlignedPairs, valid: EncodedPairs, options: DecodingOptions) -> Weighed:
    """How much the n-grams count beside this network, and whether their own outputs are candidates."""
    beam = max(options.beam, CANDIDATES)
    told = candidates_of(model, pairs, valid, replace(options, beam=beam))
    own = told.first(beam)
    alone, scale = own.wrong(0.0), scale_of(own)
    wrong, proposes = own.wrong(scale), 0
    if larger := scale_of(told):
        fewer = told.wrong(larger)
        if is_sure(wrong.astype(np.float64) - fewer):
            scale, wrong, proposes = larger, fewer, PROPOSED
    return Weighed(scale, proposes, int(alone.sum()), int(wrong.sum()), len(wrong))


def scale_of(told: Told) -> float:
    """How much n-grams count among these candidates; 0 unless the right ones are surely more probable with them."""
    there = told.right != NONE
    scores, right = told.scores[there], told.right[there]
    weights, alone = fitted(scores, right), fitted(scores[..., :1], right)
    gain = log_chances(scores, right, weights) - log_chances(scores[..., :1], right, alone)
    network, ngrams = weights.tolist()
    return min(ngrams / max(network, ngrams / LARGEST), LARGEST) if is_sure(gain) and ngrams > 0 else 0.0


def is_sure(gains: NDArray[np.float64]) -> bool:
    """Whether their mean is further above nothing than their standard error."""
    return len(gains) > 1 and bool(gains.mean() > SURELY * gains.std(ddof=1) / math.sqrt(len(gains)))


@torch.inference_mode()
def candidates_of(model: Seq2Seq, pairs: AlignedPairs, valid: EncodedPairs, options: DecodingOptions) -> Told:
    """What network and n-grams say of the candidates for validation sources: of a beam, then of the n-grams."""
    beam = options.beam
    options = replace(options, nbest=beam, sample=False, attention=False)
    groups = by_input(map(valid.asked, range(len(valid))))
    chosen = [groups[int(k)] for k in spread(len(groups), MOST_FITTED)]
    chosen.sort(key=lambda group: len(valid.source(group[0])))
    scores: list[NDArray[np.float64]] = []
    right: list[int] = []
    step_model = search_model(model.eval())
    for first in range(0, len(chosen), AT_ONCE):
        some = chosen[first : first + AT_ONCE]
        sources = [valid.source(group[0]) for group in some]
        source = pad_sources([one.tolist() for one in sources]).to(device_of(model))
        searched = decode(step_model, source, options)
        proposed = propose(step_model, source, pairs.proposals(sources, PROPOSED), options, searched)
        outputs = [[*own, *more] for own, more in zip(searched, proposed, strict=True)]
        preferences = pairs.preferences(sources, [[np.array(one.tokens, np.int64) for one in out] for out in outputs])
        for group, own, found, preferred in zip(some, searched, outputs, preferences, strict=True):
            targets = [valid.target(row).tolist() for row in group]
            places = [*range(len(own)), *range(beam, beam + len(found) - len(own))]
            row = np.full((beam + PROPOSED, 2), -np.inf)
            row[places, 0] = [one.score for one in found]
            row[places, 1] = preferred / [penalty_of(one.length, options.length_penalty) for one in found]
            scores.append(row)
            fitting = (k for k, one in zip(places, found, strict=True) if one.finished and one.tokens in targets)
            right.append(next(fitting, NONE))
    return Told(np.array(scores).reshape(-1, beam + PROPOSED, 2), np.array(right, np.int64))


def beside_note(pairs: AlignedPairs, found: Weighed) -> str:
    """What is said of n-grams that were put beside a network."""
    if not found.scale:
        return f"reranking by {pairs.opened().name} does not help on validation data, and is not used"
    before, after = (100 * wrong / found.sources for wrong in (found.alone, found.wrong))
    name, more = pairs.opened().name, ", and the n-grams propose some of them" if found.proposes else ""
    return (
        f"outputs are reranked by {name}, with a weight of {found.scale:.2f}{more}: {after:.1f} % of "
        f"{counted(found.sources, 'validation output')} {is_or_are(found.sources)} wrong, {before:.1f} % without them"
    )


def log_chances(
    scores: NDArray[np.float64], right: NDArray[np.int64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The log-probability [N] of the right candidate, where scores are logits."""
    logits = weigh(scores, weights)
    most = logits.max(1, keepdims=True)
    logits = logits - most - np.log(np.exp(logits - most).sum(1, keepdims=True))
    return logits[np.arange(len(right)), right]


def weigh(scores: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """The sums [N, K] of scores [N, K, W] times weights [W]; -inf where there is no candidate."""
    there = np.isfinite(scores)
    return np.where(there.all(2), np.where(there, scores, 0) @ weights, -np.inf)


def best(scores: NDArray[np.float64], scale: float) -> NDArray[np.int64]:
    """The candidate [N] that is first where the n-grams count so much."""
    return weigh(scores, np.array([1.0, scale])).argmax(1)


def fitted(scores: NDArray[np.float64], right: NDArray[np.int64]) -> NDArray[np.float64]:
    """The weights [W] under which the right candidates are most probable; a concave problem, by Newton's method."""
    width = int(scores.shape[2])
    weights: NDArray[np.float64] = np.zeros(width)
    if not len(scores):
        return weights

    def value(at: NDArray[np.float64]) -> float:
        return float(log_chances(scores, right, at).mean() - KEPT_SMALL * (at**2).sum())

    for _ in range(ROUNDS):
        step = newton_step(scores, right, weights)
        while np.abs(step).max() > CLOSE and value(weights + step) < value(weights):
            step = step / 2
        weights = weights + step
        if np.abs(step).max() <= CLOSE:
            break
    return weights


def newton_step(
    scores: NDArray[np.float64], right: NDArray[np.int64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Where the quadratic that is like the objective at some weights [W] is largest, seen from there [W]."""
    values, kept = np.where(np.isfinite(scores), scores, 0), 2 * KEPT_SMALL * np.eye(len(weights))
    logits = weigh(scores, weights)
    chances = np.exp(logits - logits.max(1, keepdims=True))
    chances /= chances.sum(1, keepdims=True)
    means = (chances[..., None] * values).sum(1)
    away = values - means[:, None]
    curve = np.einsum("nk,nkv,nkw->vw", chances, away, away) / len(right) + kept
    slope = away[np.arange(len(right)), right].mean(0) - kept @ weights
    return np.asarray(np.linalg.solve(curve, slope), np.float64)
