"""Outputs in the order of networks and n-grams: their scores, how many, which are asked for, and what is said of it."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from toy_step_models import Chain, rows
from toy_tasks import network

from recurra.data import pad_sources
from recurra.decoding import DecodingOptions, Hypothesis, decode, decode_recorded
from recurra.decoding.hypothesis import ranked
from recurra.decoding.scoring import penalty_of
from recurra.models.aligned_pairs import FURTHEST, behind
from recurra.models.search import search_model
from recurra.padded import pad
from recurra.tasks.seq2seq.pairs_search import PairsSearch, ids_of, in_reach, orders

OPTIONS = DecodingOptions(beam=4, nbest=2, max_length=6, length_penalty=0.5)


class Part:
    """N-grams that prefer outputs with many different units, each unit so many nats."""

    def __init__(self, scale: float, nats: float, proposes: int = 0, proposed: list[list[int]] | None = None) -> None:
        self.scale, self.nats, self.proposes, self.proposed = torch.tensor(scale), nats, proposes, proposed or []
        self.read: list[list[int]] = []
        self.asked: list[int] = []  # candidates of each source

    def proposals(self, sources: Any, number: int) -> list[list[list[int]]]:
        self.read += [one.tolist() for one in sources]
        return [self.proposed[:number] for _ in sources]

    def preferences(self, sources: Any, candidates: Any) -> list[np.ndarray]:
        self.asked += map(len, candidates)
        return [self.preferred([one.tolist() for one in some]) for some in candidates]

    def preferred(self, outputs: list[list[int]]) -> np.ndarray:
        return behind(np.array([self.nats * len({*one}) for one in outputs]))

    def opened(self) -> Any:
        return SimpleNamespace(name="3-grams")


def model() -> Any:
    return search_model(network("translate").model.eval())


def by_definition(found: list[Hypothesis], parts: list[Part], networks: int, alpha: float) -> list[Hypothesis]:
    """All candidates in their order: those that may come first by both, the others FURTHEST behind."""
    scales = [float(part.scale) / networks for part in parts]
    first, most = ranked(found)[0], FURTHEST * sum(scales)
    least = first.score - most / penalty_of(first.length, alpha)
    near = [one for one in found if one.score >= least]
    preferred = [part.preferred([one.tokens for one in near]) for part in parts]
    scored: list[Hypothesis] = []
    for one in found:
        nats = -most
        if one in near:
            nats = sum(scale * own[near.index(one)] for scale, own in zip(scales, preferred, strict=True))
        scored.append(replace(one, score=one.score + nats / penalty_of(one.length, alpha)))
    return ranked(scored)


@pytest.mark.parametrize(("parts", "networks"), [([Part(0.7, 2.0)], 1), ([Part(0.7, 2.0), Part(2.0, -0.3)], 3)])
def test_scores_are_the_networks_and_those_of_the_ngrams_as_they_count(parts: list[Any], networks: int) -> None:
    source, read = pad_sources([[5, 6], [7]]), model()
    searched = decode(read, source, replace(OPTIONS, nbest=4))
    outputs = PairsSearch(parts, networks).outputs(read, source, OPTIONS)
    assert parts[0].read[:2] == [[5, 6], [7]]
    for found, own in zip(outputs, searched, strict=True):
        both = by_definition(own, parts, networks, 0.5)[:2]
        assert [one.tokens for one in found] == [one.tokens for one in both]
        assert [one.score for one in found] == pytest.approx([one.score for one in both], abs=1e-4)


@pytest.mark.parametrize("scale", [0.05, 0.5, 5.0])
@pytest.mark.parametrize("alpha", [0.0, 1.0])
def test_one_output_is_the_first_of_several_whether_it_is_proven_or_not(scale: float, alpha: float) -> None:
    """N-grams are asked for those sources alone that are not proven, and there for what may come first."""
    options = DecodingOptions(beam=4, max_length=8, length_penalty=alpha)
    source, moved, proven, several = pad(rows(*[1, 4, 2, 6, 3] * 6)), 0, 0, 0
    for seed in range(5):
        read, part = Chain(6, seed, sharpness=9.0, ending=2.0), Part(scale, 1.5)
        parts: list[Any] = [part]
        ones = PairsSearch(parts, 1).outputs(read, source, options)
        asked, part.asked = part.asked, []
        lists = PairsSearch(parts, 1).outputs(read, source, replace(options, nbest=4))
        assert len(part.asked) == len(source.lengths)
        searched = decode(read, source, replace(options, nbest=4))
        for one, some, own in zip(ones, lists, searched, strict=True):
            both = by_definition(own, [part], 1, alpha)
            assert [few.tokens for few in some] == [few.tokens for few in both]
            assert [few.score for few in some] == pytest.approx([few.score for few in both], abs=1e-5)
            assert [few.tokens for few in one] == [some[0].tokens]
            assert one[0].score == pytest.approx(some[0].score, abs=1e-5)
            moved += some[0].tokens != own[0].tokens
        proven += len(source.lengths) - len(asked)
        several += sum(count > 1 for count in asked)
        for k in range(0, len(source.lengths), 7):  # alone as together
            alone = pad([source.values[k, : int(source.lengths[k])]])
            [found] = PairsSearch(parts, 1).outputs(read, alone, options)
            assert [few.tokens for few in found] == [few.tokens for few in ones[k]]
    assert several
    if scale < 5:
        assert proven
    if scale > 0.05:
        assert moved


def test_in_reach_is_what_can_overtake_the_first_where_that_loses_all_it_can() -> None:
    some = [Hypothesis([5] * n, 0.0, score, True) for n, score in ((1, -1.0), (9, -2.6), (2, -2.4), (3, -2.5), (4, -9))]
    assert penalty_of(2, 1.0) == pytest.approx(7 / 6)
    assert in_reach(some, [], 1.75, 1.0) == [0, 2, 3]  # 1.75 / (7 / 6) is 1.5
    assert in_reach(some, [], 1.74, 1.0) == [0, 2]
    assert in_reach(some, [], 1.75, 0.0) == [0, 1, 2, 3]
    assert in_reach(some[3:], some[:1], 1.75, 1.0) == [0, 2]  # the first may be one that was proposed
    cut = [Hypothesis([5], -3.0, -3.0, True), Hypothesis([5] * 3, -5.0, -0.5, False)]
    assert in_reach(cut, [], 0.0, 1.0) == [0, 1]  # what was cut comes behind, however probable it is
    assert in_reach(some[:1], [], 0.0, 1.0) == [0]


def test_where_nothing_is_possible_the_output_is_empty_and_cut() -> None:
    class Nothing(Chain):
        def step(self, previous: Any, state: Any, memory: Any) -> Any:
            scored = super().step(previous, state, memory)
            return scored._replace(log_probs=torch.full_like(scored.log_probs, -torch.inf))

    source, read = pad(rows(2, 3)), Nothing(4, 0)
    parts: list[Any] = [Part(1.0, 1.0)]
    for options in (OPTIONS, replace(OPTIONS, nbest=1)):
        for found in PairsSearch(parts, 1).outputs(read, source, options):
            assert [(one.tokens, one.score, one.finished) for one in found] == [([], 0.0, False)]


def test_what_ngrams_propose_is_a_candidate() -> None:
    """Those of the part that proposes most."""
    source, read = pad_sources([[5, 6]]), model()
    proposed = [[8, 9, 7, 5, 6], [5, 8, 9]]
    parts: list[Any] = [Part(1.0, 0.5), Part(30.0, 2.0, 2, proposed), Part(1.0, 0.1, 1, [[9, 9]])]
    [found] = PairsSearch(parts, 3).outputs(read, source, OPTIONS)
    assert [one.tokens for one in found] == proposed
    recorded = PairsSearch(parts, 3).recorded(read, source, OPTIONS)
    assert [one.tokens for one in recorded.outputs] == proposed
    assert [one.score for one in recorded.outputs] == pytest.approx([one.score for one in found], abs=1e-4)
    assert recorded.notes == (
        "The outputs were put in order by log p(output | source) + 11 log q(source, output), with the length penalty; "
        "log q is that of the 3-grams, relative to their best output and at least -6; outputs that are too far behind "
        "to come first count as -6. The n-grams proposed 2 of the 6 outputs.",
    )
    none: list[Any] = [Part(0.25, 2.0)]
    recorded = PairsSearch(none, 1).recorded(read, source, OPTIONS)
    assert [one.tokens for one in recorded.outputs] == [
        one.tokens for one in PairsSearch(none, 1).outputs(read, source, OPTIONS)[0]
    ]
    assert recorded.notes == (
        "The outputs were put in order by log p(output | source) + 0.25 log q(source, output), with the length "
        "penalty; log q is that of the 3-grams, relative to their best output and at least -6; outputs that are too "
        "far behind to come first count as -6.",
    )


@pytest.mark.parametrize("options", [DecodingOptions(beam=1, max_length=5), DecodingOptions(sample=True, max_length=5)])
def test_where_there_is_nothing_to_order_the_networks_are_alone(options: DecodingOptions) -> None:
    assert not orders(options)
    source, read = pad_sources([[5, 6]]), model()
    parts: list[Any] = [Part(9.0, 9.0, 2, [[8, 9]])]
    search = PairsSearch(parts, 1)
    for ours, theirs in (
        (search.outputs(read, source, options)[0], decode(read, source, options)[0]),
        (search.recorded(read, source, options).outputs, decode_recorded(read, source, options).outputs),
    ):
        assert [(one.tokens, one.score) for one in ours] == [(one.tokens, one.score) for one in theirs]
    assert search.recorded(read, source, options).notes == decode_recorded(read, source, options).notes


def test_what_orders_and_what_is_read() -> None:
    assert orders(DecodingOptions(beam=2))
    assert not orders(DecodingOptions(beam=1))
    assert not orders(DecodingOptions(beam=2, sample=True))
    assert [one.tolist() for one in ids_of(pad_sources([[5, 6, 7], [8], []]))] == [[5, 6, 7], [8], []]
