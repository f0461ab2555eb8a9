"""Outputs that belong to their source, not to every source: reranking by mutual information (Li et al. 2016).

The most probable reply is often one that fits anything ("I don't know"). "A Diversity-Promoting Objective Function for
Neural Conversation Models" therefore takes from the log probability of a reply what the reply has in itself:

    s(T, S) = (log p(T | S) - lambda log p(T)) / lp(T)

p(T) comes from the same network: its decoder on an empty source, which it has met in training. lp is the length penalty
of scoring.py. The paper takes it into account at every step of the search, and has to stop after a few words because
otherwise ungrammatical outputs win (their p(T) is small as well). Here the candidates of an ordinary beam search are
reranked: they are all good outputs, and no further dial is needed.

B sources, K candidates of each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch

from recurra.decoding.forcing import log_likelihoods
from recurra.decoding.hypothesis import Hypothesis, ranked
from recurra.decoding.scoring import penalty_of
from recurra.decoding.step_model import StepModel
from recurra.padded import Padded, pad, select_rows
from recurra.text.special import EOS, GO

AT_ONCE = 256  # candidates that are scored together


def rerank(
    model: StepModel, source: Padded, candidates: Sequence[list[Hypothesis]], weight: float, length_penalty: float
) -> list[list[Hypothesis]]:
    """The candidates of each source, best first by s(T, S) among those of one kind (hypothesis.py).

    `score` is s, `log_prob` is log p(T | S).

    Args:
        candidates: B lists of up to K.
        weight: lambda; 0 leaves log p(T | S).
        length_penalty: alpha of lp.
    """
    flat = [one for some in candidates for one in some]
    rows = torch.tensor([b for b, some in enumerate(candidates) for _ in some], device=source.values.device)
    scored: list[Hypothesis] = []
    for start in range(0, len(flat), AT_ONCE):
        some, own = flat[start : start + AT_ONCE], rows[start : start + AT_ONCE]
        targets = _targets(some, source)
        given = log_likelihoods(model, select_rows(source, own), targets)
        alone = log_likelihoods(model, _nothing(len(some), source), targets) if weight else [0.0] * len(some)
        for one, with_source, without in zip(some, given, alone, strict=True):
            penalty = penalty_of(one.length, length_penalty)
            scored.append(replace(one, log_prob=with_source, score=(with_source - weight * without) / penalty))
    remaining = iter(scored)
    own = [[next(remaining) for _ in some] for some in candidates]
    return [ranked(some) for some in own]


def _targets(some: Sequence[Hypothesis], source: Padded) -> Padded:
    """<GO>, tokens, and <EOS> where it was reached."""
    rows = [torch.tensor([GO, *one.tokens, *([EOS] if one.finished else [])]) for one in some]
    return pad(rows).to(source.values.device)


def _nothing(rows: int, like: Padded) -> Padded:
    """Empty sources: <EOS> alone."""
    values = torch.full((rows, 1), EOS, dtype=like.values.dtype, device=like.values.device)
    return Padded(values, torch.ones_like(values[:, 0]))
