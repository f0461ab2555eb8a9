"""Reranking, forcing and diverse siblings against plain readings of what they say they do."""

from __future__ import annotations

import pytest
import torch
from toy_step_models import Chain

from recurra.decoding import (
    DecodingOptions,
    Diverse,
    Hypothesis,
    Scored,
    Start,
    StepModel,
    beam_search,
    decode,
    log_likelihoods,
    rerank,
)
from recurra.decoding.hypothesis import ranked
from recurra.padded import Padded, pad
from recurra.text.special import EOS, GO

MODEL = Chain(words=6, seed=3)


def sources(count: int = 5) -> Padded:
    return pad([torch.tensor([4 + k, 5, 6 + k % 3, EOS]) for k in range(count)])


def plainly(model: Chain, source: Padded, row: int, tokens: list[int]) -> float:
    """The log-likelihood of one output, one number after the other."""
    own = Padded(source.values[row : row + 1, : int(source.lengths[row])], source.lengths[row : row + 1])
    state, memory = model.start(own)
    total, previous = 0.0, GO
    for token in tokens:
        scored = model.step(torch.tensor([previous]), state, memory)
        total, state, previous = total + float(scored.log_probs[0, token]), scored.state, token
    return total


def test_forcing_is_the_sum_of_the_steps() -> None:
    targets = [[5, 6, EOS], [EOS], [4, 4, 9, 8, EOS], [7, EOS], [5, EOS]]
    found = log_likelihoods(MODEL, sources(), pad([torch.tensor([GO, *tokens]) for tokens in targets]))
    assert found == pytest.approx(
        [plainly(MODEL, sources(), row, tokens) for row, tokens in enumerate(targets)], abs=1e-4
    )


def test_the_score_is_the_one_of_the_paper() -> None:
    options = DecodingOptions(beam=6, nbest=6, max_length=7)
    candidates = decode(MODEL, sources(), options)
    ordered = rerank(MODEL, sources(), candidates, weight=0.5, length_penalty=1.0)
    nothing = pad([torch.tensor([EOS])])
    for row, some in enumerate(ordered):
        assert {tuple(one.tokens) for one in some} == {tuple(one.tokens) for one in candidates[row]}
        for one in some:
            tokens = [*one.tokens, *([EOS] if one.finished else [])]
            given, alone = plainly(MODEL, sources(), row, tokens), plainly(MODEL, nothing, 0, tokens)
            assert one.log_prob == pytest.approx(given, abs=1e-4)
            assert one.score == pytest.approx((given - 0.5 * alone) / ((5 + len(tokens)) / 6), abs=1e-4)
        assert some == ranked(some)


def test_without_weight_the_order_is_the_beams() -> None:
    options = DecodingOptions(beam=5, nbest=5, max_length=6)
    candidates = decode(MODEL, sources(), options)
    ordered = rerank(MODEL, sources(), candidates, weight=0.0, length_penalty=options.length_penalty)
    assert [[one.tokens for one in some] for some in ordered] == [[one.tokens for one in some] for some in candidates]


def test_what_fits_everything_loses() -> None:
    """Two outputs are equally probable for the source; one is also probable for nothing."""

    class Table:
        def start(self, source: Padded) -> Start:
            return Start((source.lengths == 1).float(), source.lengths)

        def step(self, previous: torch.Tensor, state: torch.Tensor, memory: torch.Tensor) -> Scored:
            empty = torch.tensor([0.0, 0.0, 0.0, 0.02, 0.9, 0.08]).log()
            some = torch.tensor([0.0, 0.0, 0.0, 0.2, 0.4, 0.4]).log()
            last = torch.tensor([0.0, 0.0, 0.0, 1.0, 0.0, 0.0]).log()
            rows = torch.where(state[:, None] > 0, empty, some)
            return Scored(torch.where(previous[:, None] == GO, rows, last), state, None)

    candidates = [[Hypothesis([4], -1.0, -1.0, True), Hypothesis([5], -1.0, -1.0, True)]]
    source = pad([torch.tensor([4, 5, EOS])])
    assert [one.tokens for one in rerank(Table(), source, candidates, 0.3, 1.0)[0]] == [[5], [4]]


def test_a_sentence_is_reranked_alone_as_in_a_batch() -> None:
    options = DecodingOptions(beam=4, nbest=4, max_length=6)
    together = rerank(MODEL, sources(), decode(MODEL, sources(), options), 0.4, 1.0)
    for row in range(5):
        one = Padded(sources().values[row : row + 1], sources().lengths[row : row + 1])
        alone = rerank(MODEL, one, decode(MODEL, one, options), 0.4, 1.0)
        assert [one.tokens for one in alone[0]] == [one.tokens for one in together[row]]


def test_siblings_pay_for_their_rank() -> None:
    source = sources(2)
    state, memory = MODEL.start(source)
    plain = MODEL.step(torch.tensor([GO, GO]), state, memory).log_probs
    lowered = Diverse(MODEL, gamma=0.5, width=4).step(torch.tensor([GO, GO]), state, memory).log_probs
    for row in range(2):
        order = plain[row].argsort(descending=True, stable=True).tolist()
        for rank, token in enumerate(order):
            assert float(lowered[row, token]) == pytest.approx(float(plain[row, token]) - 0.5 * min(rank, 4), abs=1e-5)


def test_a_beam_of_diverse_siblings_holds_more_beginnings() -> None:
    """All of the beam are children of 4, the better beginning; where siblings pay, one is a child of 5."""
    table = torch.zeros(9, 9)
    table[GO, [4, 5]] = torch.tensor([0.8, 0.2])
    table[4, [6, 7, 8]] = torch.tensor([0.4, 0.35, 0.25])
    table[5, [6, 7]] = torch.tensor([0.9, 0.1])
    table[6:, EOS] = 1.0

    class Table:
        def start(self, source: Padded) -> Start:
            return Start(source.lengths, source.lengths)

        def step(self, previous: torch.Tensor, state: torch.Tensor, memory: torch.Tensor) -> Scored:
            return Scored(table[previous].log(), state, None)

    source, options = pad([torch.tensor([4, EOS])]), DecodingOptions(beam=3, nbest=3, max_length=4)

    def found(model: StepModel) -> list[list[int]]:
        return [one.tokens for one in beam_search(model, source, options)[0]]

    assert found(Table()) == [[4, 6], [4, 7], [4, 8]]
    assert found(Diverse(Table(), gamma=0.7, width=3)) == [[4, 6], [4, 7], [5, 6]]
