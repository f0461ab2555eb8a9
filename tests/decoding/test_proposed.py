"""Outputs that something else proposes: scored as a search scores them, within what the options allow."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from toy_step_models import Chain, replay, rows

from recurra.decoding import DecodingOptions, decode, decode_recorded, propose, record_proposals
from recurra.decoding.hypothesis import Hypothesis, ranked
from recurra.padded import pad
from recurra.text.special import PAD, UNK

WORDS = 5  # of the model: 4 to 8
OUTPUTS = st.lists(st.lists(st.integers(4, 8), max_size=6), max_size=4, unique_by=tuple)


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 999),
    st.lists(st.tuples(st.integers(1, 6), OUTPUTS), min_size=1, max_size=6),
    st.sampled_from([0.0, 0.3]),
    st.booleans(),
)
def test_scores_are_those_of_the_output_alone_in_any_batch(seed, given_outputs, coverage, attention):
    model, sources = Chain(WORDS, seed), rows(*(length for length, _ in given_outputs))
    options = DecodingOptions(beam=2, max_length=6, coverage_penalty=coverage, attention=attention)
    found = propose(model, pad(sources), [some for _, some in given_outputs], options)
    for row, (_, outputs), proposed in zip(sources, given_outputs, found, strict=True):
        assert sorted(one.tokens for one in proposed) == sorted(outputs)
        assert [one.score for one in proposed] == sorted((one.score for one in proposed), reverse=True)
        for one in proposed:
            log_prob, score, looked = replay(model, row, one.tokens, True, options)
            assert one.log_prob == pytest.approx(log_prob, abs=1e-4)
            assert one.score == pytest.approx(score, abs=1e-4)
            assert (one.attention is None) == (not attention)
            if attention:
                torch.testing.assert_close(one.attention, looked)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 999), st.integers(1, 6))
def test_what_a_search_has_found_has_the_same_scores_when_it_is_proposed(seed, length):
    model, source = Chain(WORDS, seed, ending=1.0), pad(rows(length))
    options = DecodingOptions(beam=4, nbest=4)
    [searched] = decode(model, source, options)
    finished = [one for one in searched if one.finished]
    [proposed] = propose(model, source, [[one.tokens for one in finished]], options)
    assert {tuple(one.tokens): pytest.approx(one.score, abs=1e-4) for one in finished} == {
        tuple(one.tokens): one.score for one in proposed
    }


def test_what_the_options_do_not_allow_is_left_out() -> None:
    model, source = Chain(WORDS, 1), pad(rows(3, 2))
    outputs = [[[4, 5], [4], [4, 5, 6, 7], [4, UNK], [4, PAD], []], []]

    def left(**options: object) -> list[list[int]]:
        found = propose(model, source, outputs, DecodingOptions(beam=2, **options))
        assert found[1] == []
        return sorted(one.tokens for one in found[0])

    assert left(max_length=3) == [[], [4], [4, 5]]
    assert left(max_length=4, min_length=2) == [[4, 5], [4, 5, 6, 7]]
    assert left(max_length=2, forbid_unknown=False, min_length=1) == [[4], [4, UNK], [4, 5]]
    assert propose(model, source, [[], []], DecodingOptions(beam=2)) == [[], []]


def test_a_record_of_a_search_has_them_too() -> None:
    model, source, options = Chain(WORDS, 3, ending=-1.0), pad(rows(4)), DecodingOptions(beam=2, nbest=2, max_length=5)
    recorded = decode_recorded(model, source, options)
    new = [[4, 4, 4], [8]]
    assert not {(4, 4, 4), (8,)} & {tuple(one.tokens) for one in recorded.outputs}
    both = record_proposals(recorded, model, source, [*new, recorded.outputs[0].tokens, [4] * 9], options)
    assert both.outputs[:2] == recorded.outputs
    assert sorted(one.tokens for one in both.outputs[2:]) == sorted(new)
    leaves = [both.tree.nodes[leaf] for leaf in both.tree.leaves(both.outputs)]
    for one, leaf in zip(both.outputs, leaves, strict=True):
        assert leaf.total == pytest.approx(one.log_prob, abs=1e-4)
        assert leaf.score == pytest.approx(one.score, abs=1e-4)
        assert leaf.fate == ("finished" if one.finished else "cut")
    for number, node in enumerate(both.tree.nodes[1:], 1):
        assert node.parent < number
    assert record_proposals(recorded, model, source, [recorded.outputs[0].tokens], options) is recorded


def test_a_proposal_is_no_stump() -> None:
    cut, stump, good = (
        Hypothesis([4] * 5, -1.0, -0.5, False),
        Hypothesis([5], -9.0, -0.1, True),
        Hypothesis([6], -9.0, -8.0, True),
    )
    assert ranked([stump, cut]) == [cut, stump]
    assert ranked([stump, cut], [good]) == [good, cut, stump]
