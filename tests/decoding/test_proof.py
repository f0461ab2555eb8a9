"""Greedy outputs that are proven to be what a beam would find."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch
from toy_step_models import Chain, plain_beam, rows, same

from recurra.decoding import DecodingOptions, Scored, Start, beam_search, candidates, greedy
from recurra.decoding.limits import length_limits
from recurra.decoding.proof import prove
from recurra.decoding.scoring import Scorer, penalty_of
from recurra.padded import pad
from recurra.text.special import EOS, GO

BEAM = DecodingOptions(beam=5, max_length=8)
SOURCES = rows(*[1, 4, 2, 6, 3] * 6)


def proven(model: Chain, options: DecodingOptions) -> list[int]:
    """The sentences with a proof."""
    source = pad(SOURCES)
    limits = length_limits(source, options)
    found = prove(model, model.start(source), source, limits, options)
    missing = found.rest.tolist()
    assert [not outputs for outputs in found.outputs] == [i in missing for i in range(len(SOURCES))]
    return [i for i in range(len(SOURCES)) if i not in missing]


@pytest.mark.parametrize("length_penalty", [0.0, 1.0])
@pytest.mark.parametrize("coverage_penalty", [0.0, 0.2])
@pytest.mark.parametrize("min_length", [0, 3])
def test_it_is_what_a_beam_finds(length_penalty, coverage_penalty, min_length):
    """And there are sentences of both kinds."""
    options = replace(BEAM, length_penalty=length_penalty, coverage_penalty=coverage_penalty, min_length=min_length)
    some = 0
    for seed in range(6):
        model = Chain(6, seed, sharpness=9.0, ending=2.0)
        chosen = proven(model, options)
        some += 0 < len(chosen) < len(SOURCES)
        found, path = beam_search(model, pad(SOURCES), options), greedy(model, pad(SOURCES), options)
        for i in chosen:
            assert same(found[i], path[i])
        for row, outputs in zip(SOURCES, found, strict=True):
            assert [(one.tokens, one.finished) for one in outputs] == plain_beam(model, row, options)
    assert some > 3


@pytest.mark.parametrize("length_penalty", [0.0, 1.0])
@pytest.mark.parametrize("margin", [0.5, 3.0])
def test_with_a_margin_no_other_output_comes_near(length_penalty, margin):
    """Whatever is taken from the proven output, up to so many nats, it is still the best."""
    options = replace(BEAM, length_penalty=length_penalty)
    some = fewer = 0
    for seed in range(6):
        model, source = Chain(6, seed, sharpness=14.0, ending=4.0), pad(SOURCES)
        limits = length_limits(source, options)
        found = prove(model, model.start(source), source, limits, options, margin)
        free = prove(model, model.start(source), source, limits, options)
        assert {*free.rest.tolist()} <= {*found.rest.tolist()}
        every = beam_search(model, source, replace(options, beam=20, nbest=20))
        for outputs, (best, *others) in zip(found.outputs, every, strict=True):
            if outputs:
                least = outputs[0].score - margin / penalty_of(outputs[0].length, length_penalty)
                assert same(outputs, [best])
                assert others
                assert all(one.score < least for one in others)
        some += len(SOURCES) - len(found.rest)
        fewer += len(found.rest) - len(free.rest)
    assert some > 10
    assert fewer > 2


def test_the_margin_counts_before_the_length_penalty():
    """An output of two units at -log 2, <EOS> among them, the rival of which has no other way than -20 nats."""

    class Two:
        def start(self, source):
            return Start((source.lengths,), source.lengths)

        def step(self, previous, state, memory):
            scores = torch.full((len(previous), 6), -20.0)
            scores[previous == GO, 5] = scores[previous == 5, EOS] = -math.log(2) / 2
            return Scored(scores, state, None)

    source, options = pad(rows(1)), DecodingOptions(beam=2, max_length=6, length_penalty=1.0)
    own, rival = -math.log(2) / (7 / 6), -20.0 / 2  # of a rival that would be as long as it may be
    most = (own - rival) * 7 / 6
    for margin, sure in ((most - 0.01, True), (most + 0.01, False)):
        found = prove(Two(), Two().start(source), source, length_limits(source, options), options, margin)
        assert bool(found.outputs[0]) == sure


def test_candidates_are_the_beam_of_what_is_not_proven_and_one_of_what_is():
    some = 0
    for seed, margin in ((0, 0.0), (1, 0.5), (2, 3.0)):
        model, source = Chain(6, seed, sharpness=14.0, ending=4.0), pad(SOURCES)
        outputs, rest = candidates(model, source, BEAM, margin)
        proof = prove(model, model.start(source), source, length_limits(source, BEAM), BEAM, margin)
        every = beam_search(model, source, replace(BEAM, nbest=BEAM.beam))
        assert rest.tolist() == proof.rest.tolist()
        for k, (found, proven, searched) in enumerate(zip(outputs, proof.outputs, every, strict=True)):
            assert same(found, searched if k in rest.tolist() else proven)
        several = candidates(model, source, replace(BEAM, nbest=2), margin)
        assert several.rest.tolist() == [*range(len(SOURCES))]
        assert all(same(found, searched) for found, searched in zip(several.outputs, every, strict=True))
        some += 0 < len(rest) < len(SOURCES)
    assert some == 3


def test_where_nothing_ends_nothing_is_proven():
    model, source = Chain(6, 0, ending=-1000.0), pad(SOURCES)
    found = prove(model, model.start(source), source, length_limits(source, BEAM), BEAM)
    assert found.outputs == [[]] * len(SOURCES)
    assert found.rest.tolist() == [*range(len(SOURCES))]


def test_a_proof_that_proves_too_much_is_caught(monkeypatch):
    """A rival is bounded by the score it could have at best, not by the one it has."""

    def too_little(self: Scorer, log_probs: torch.Tensor, limits: torch.Tensor) -> torch.Tensor:
        return log_probs / self.length_penalties[1]

    monkeypatch.setattr("recurra.decoding.proof.Scorer.hope", too_little)
    models = [Chain(4, seed, sharpness=2.0, ending=1.0) for seed in range(20)]
    assert any(
        [(one.tokens, one.finished) for one in outputs] != plain_beam(model, row, BEAM)
        for model in models
        for row, outputs in zip(SOURCES, beam_search(model, pad(SOURCES), BEAM), strict=True)
    )


def test_a_sure_network_takes_one_row_a_step():
    model = Chain(6, 0, sharpness=40.0, ending=30.0)
    chosen = proven(model, BEAM)
    assert len(chosen) > 20
    model.rows_seen.clear()
    beam_search(model, pad([SOURCES[i] for i in chosen]), BEAM)
    assert all(states == memories for states, memories in model.rows_seen)


def test_what_is_not_sure_gives_up_early():
    """A rival that overtakes the path ends the attempt."""
    model = Chain(6, 0, levels=1)  # all tokens are equally probable
    source = pad(SOURCES)
    prove(model, model.start(source), source, length_limits(source, BEAM), BEAM)
    assert len(model.rows_seen) <= 2


@pytest.mark.parametrize("most", [1, 2, 3, 5])
def test_nothing_is_proven_that_is_longer_than_an_output_may_be(most):
    """However sure the network is: what has no end within the limit is left to the beam."""
    options = replace(BEAM, max_length=most)
    sure = longer = 0
    for seed in range(6):
        model, free = (Chain(6, seed, sharpness=30.0, ending=20.0) for _ in range(2))
        source = pad(SOURCES)
        found = prove(model, model.start(source), source, length_limits(source, options), options)
        assert len(model.rows_seen) <= most + 1
        beyond = prove(free, free.start(source), source, length_limits(source, BEAM), BEAM)
        for row, outputs, unlimited in zip(SOURCES, found.outputs, beyond.outputs, strict=True):
            sure += bool(outputs)
            longer += bool(unlimited) and not outputs
            assert all(len(one.tokens) <= most for one in outputs)
            if outputs:
                assert [(one.tokens, one.finished) for one in outputs] == plain_beam(model, row, options)
    assert sure
    assert longer or most == 5


def test_equals_are_no_proof():
    """The beam decides which of two equal outputs it returns."""
    model = Chain(4, 0, levels=1)
    options = DecodingOptions(beam=4, max_length=1, min_length=1)
    assert proven(model, options) == []


def test_n_best_outputs_are_searched_for():
    model = Chain(6, 0, sharpness=40.0, ending=30.0)
    found = beam_search(model, pad(SOURCES), replace(BEAM, nbest=3))
    assert {len(outputs) for outputs in found} == {3}


def test_many_sentences_are_searched_in_parts(monkeypatch):
    """However many there are, no step has more rows than a part, and no part is much smaller than the others."""
    sources = rows(*[3] * 210)
    alone = beam_search(Chain(6, 1, ending=-1.0), pad(sources[200:201]), replace(BEAM, nbest=2))[0]
    for limit in (8, 100, 999, 5000):
        monkeypatch.setattr("recurra.decoding.beam.ROWS", limit)
        model = Chain(6, 1, ending=-1.0)
        found = beam_search(model, pad(sources), replace(BEAM, nbest=2))
        most = [states for states, memories in model.rows_seen if states == 5 * memories]
        assert max(most) <= max(5, limit)
        assert max(most) >= min(5 * 210, limit) / 2
        assert same(found[200], alone)
