"""Greedy search: the most probable token, one after the other."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from toy_step_models import Chain, allowed_words, replay, rows, same

from recurra.decoding import DecodingOptions, decode, greedy
from recurra.decoding.limits import length_limits
from recurra.padded import Padded, pad
from recurra.text.special import EOS, GO

OPTIONS = st.builds(
    DecodingOptions,
    beam=st.just(1),
    min_length=st.integers(0, 3),
    max_length=st.sampled_from([3, 6, None]),
    coverage_penalty=st.sampled_from([0.0, 0.3]),
    forbid_unknown=st.booleans(),
    attention=st.booleans(),
)


def plain_greedy(model, row, options) -> tuple[list[int], bool]:
    tokens: list[int] = []
    state, memory = model.start(pad([row]))
    limit = int(length_limits(pad([row]), options))
    while True:
        scored = model.step(torch.tensor([(tokens or [GO])[-1]]), state, memory)
        state, log_probs = scored.state, scored.log_probs[0].tolist()
        choice = sorted(allowed_words(model, options) + ([EOS] if len(tokens) >= options.min_length else []))
        token = max(choice, key=lambda token: log_probs[token])
        if token == EOS or len(tokens) == limit:
            return tokens, token == EOS
        tokens.append(token)


@settings(max_examples=30, deadline=None)
@given(
    st.builds(
        Chain,
        st.integers(1, 9),
        st.integers(0, 999),
        levels=st.sampled_from([0, 3]),
        ending=st.sampled_from([0.0, 2.0, -3.0]),
    ),
    OPTIONS,
    st.lists(st.integers(1, 6), min_size=1, max_size=10),
)
def test_it_takes_the_best_token_at_every_step_in_any_batch(model, options, lengths):
    sources = rows(*lengths)
    together = greedy(model, pad(sources), options)
    for row, [one] in zip(sources, together, strict=True):
        assert (one.tokens, one.finished) == plain_greedy(model, row, options)
        log_prob, score, attention = replay(model, row, one.tokens, one.finished, options)
        assert abs(one.log_prob - log_prob) < 1e-4
        assert abs(one.score - score) < 1e-4
        assert (one.attention is not None) == options.attention
        if options.attention:
            assert torch.allclose(one.attention, attention, atol=1e-6)
        assert same([one], greedy(model, pad([row]), options)[0])


def test_done_sentences_leave_in_groups():
    model, sources = Chain(6, 1, ending=1.0), rows(*range(1, 33))
    greedy(model, pad(sources), DecodingOptions())
    states, memories = zip(*model.rows_seen, strict=True)
    assert states == memories
    assert len(set(memories)) > 3


def test_decode_takes_it_for_a_beam_of_one():
    model, source = Chain(6, 1), pad(rows(3, 4))
    options = DecodingOptions(beam=1, length_penalty=1.0)
    for one, other in zip(decode(model, source, options), greedy(model, source, options), strict=True):
        assert same(one, other)


def test_no_sentence_no_output():
    assert decode(Chain(6, 1), Padded(torch.zeros(0, 0, dtype=torch.int64), torch.zeros(0)), DecodingOptions()) == []


@pytest.mark.parametrize("dials", [{"beam": 1}, {"beam": 4, "nbest": 2}, {"sample": True, "nbest": 2}])
def test_models_of_another_precision(dials):
    model, source = Chain(6, 1), pad(rows(3, 4))
    expected = decode(model, source, DecodingOptions(**dials))
    model.table = model.table.double()
    for one, other in zip(expected, decode(model, source, DecodingOptions(**dials)), strict=True):
        assert same(one, other)
    model.table = model.table.bfloat16()
    assert [len(found) for found in decode(model, source, DecodingOptions(**dials))] == [len(e) for e in expected]
