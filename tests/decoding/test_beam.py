"""Beam search against enumeration, against a plain one, and its laws on random step models."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from toy_step_models import Chain, every_output, plain_beam, replay, rows, same

from recurra.decoding import DecodingOptions, Ensemble, Scored, beam_search, greedy, sample
from recurra.decoding.hypothesis import ranked
from recurra.decoding.limits import length_limits
from recurra.errors import ModelError, UsageError
from recurra.padded import Padded, pad
from recurra.text.special import EOS, GO, PAD, UNK

DIALS = st.fixed_dictionaries(
    {
        "length_penalty": st.sampled_from([0.0, 0.6, 1.0, 3.0]),
        "coverage_penalty": st.sampled_from([0.0, 0.3]),
        "min_length": st.sampled_from([0, 2]),
        "max_length": st.sampled_from([2, 3, 7, None]),
        "forbid_unknown": st.booleans(),
    }
)
BEAMS = st.integers(1, 6).flatmap(lambda beam: st.tuples(st.just(beam), st.integers(1, beam)))
LENGTHS = st.lists(st.integers(1, 6), min_size=1, max_size=5)
MODELS = st.builds(
    Chain,
    st.integers(1, 12),
    st.integers(0, 1000),
    levels=st.sampled_from([0, 0, 3]),
    ending=st.sampled_from([0.0, 2.0, -3.0]),
    sharpness=st.sampled_from([2.0, 8.0]),
)


@pytest.mark.parametrize("length_penalty", [0.0, 0.6, 3.0])
@pytest.mark.parametrize("coverage_penalty", [0.0, 0.3])
@pytest.mark.parametrize("min_length", [0, 2])
@pytest.mark.parametrize("forbid_unknown", [True, False])
def test_a_wide_beam_finds_what_enumeration_finds(length_penalty, coverage_penalty, min_length, forbid_unknown):
    options = DecodingOptions(
        beam=300,
        nbest=7,
        length_penalty=length_penalty,
        coverage_penalty=coverage_penalty,
        min_length=min_length,
        max_length=4,
        forbid_unknown=forbid_unknown,
    )
    for seed in range(2):
        model, sources = Chain(3 if forbid_unknown else 2, seed), rows(5, 2, 3, seed=seed)
        for row, found in zip(sources, beam_search(model, pad(sources), options), strict=True):
            expected = every_output(model, row, options)[: options.nbest]
            assert [(one.tokens, one.finished) for one in found] == [(one.tokens, one.finished) for one in expected]
            assert [one.score for one in found] == pytest.approx([one.score for one in expected], abs=1e-4)


@settings(max_examples=40, deadline=None)
@given(MODELS, DIALS, BEAMS, LENGTHS, st.integers(0, 99))
def test_it_is_the_plain_beam_search(model, dials, beam, lengths, seed):
    dials["max_length"] = dials["max_length"] or 6
    options = DecodingOptions(beam=beam[0], nbest=beam[1], **dials)
    sources = rows(*lengths, seed=seed)
    for row, found in zip(sources, beam_search(model, pad(sources), options), strict=True):
        assert [(one.tokens, one.finished) for one in found] == plain_beam(model, row, options)


@settings(max_examples=60, deadline=None)
@given(MODELS, DIALS, BEAMS, LENGTHS, st.integers(0, 99), st.booleans())
def test_laws(model, dials, beam, lengths, seed, ensemble):
    if ensemble:
        model = Ensemble([model, Chain(model.size - 4, seed)])
    options = DecodingOptions(beam=beam[0], nbest=beam[1], attention=True, **dials)
    sources = rows(*lengths, seed=seed)
    limits = length_limits(pad(sources), options).tolist()
    banned = {PAD, GO, EOS} | ({UNK} if options.forbid_unknown else set())
    for row, limit, found in zip(sources, limits, beam_search(model, pad(sources), options), strict=True):
        assert 1 <= len(found) <= options.nbest
        assert len({(tuple(one.tokens), one.finished) for one in found}) == len(found)
        assert found == ranked(found)
        for one in found:
            assert options.min_length <= len(one.tokens) <= limit
            assert not banned & set(one.tokens)
            assert one.finished or len(one.tokens) == limit
            log_prob, score, attention = replay(model, row, one.tokens, one.finished, options)
            assert (one.log_prob, one.score) == pytest.approx((log_prob, score), abs=1e-4)
            assert one.attention.shape == (len(one.tokens) + one.finished, len(row))
            assert torch.allclose(one.attention, attention, atol=1e-6)


@settings(max_examples=30, deadline=None)
@given(MODELS, DIALS, BEAMS, LENGTHS, st.integers(0, 99))
def test_an_output_does_not_depend_on_the_batch(model, dials, beam, lengths, seed):
    options = DecodingOptions(beam=beam[0], nbest=beam[1], **dials)
    sources = rows(*lengths, seed=seed)
    together = beam_search(model, pad(sources), options)
    backwards = beam_search(model, pad(sources[::-1]), options)[::-1]
    padded = pad([*sources, torch.arange(9)])
    padded.values[~padded.mask] = 12345
    for i, row in enumerate(sources):
        alone = beam_search(model, pad([row]), options)[0]
        assert same(alone, together[i])
        assert same(alone, backwards[i])
        assert same(alone, beam_search(model, padded, options)[i])


@settings(max_examples=40, deadline=None)
@given(MODELS, DIALS, LENGTHS)
def test_a_beam_of_one_is_greedy_search(model, dials, lengths):
    options = DecodingOptions(beam=1, attention=True, **dials)
    source = pad(rows(*lengths))
    for one, other in zip(beam_search(model, source, options), greedy(model, source, options), strict=True):
        assert same(one, other)


def test_equals_fall_to_the_lower_beam_and_then_the_lower_token():
    model = Chain(4, 0, levels=1)
    options = DecodingOptions(beam=4, nbest=4, min_length=2, max_length=2)
    assert [one.tokens for one in beam_search(model, pad(rows(3)), options)[0]] == [[4, 4], [4, 5], [4, 6], [4, 7]]


def test_memory_is_not_repeated_and_done_sentences_leave():
    model, sources = Chain(6, 1, ending=1.0), rows(*range(1, 13))
    options = DecodingOptions(beam=3, nbest=2)
    beam_search(model, pad(sources), options)
    states, memories = zip(*model.rows_seen, strict=True)
    assert states[0] == memories[0] == 12
    assert all(state == 3 * memory for state, memory in zip(states[1:], memories[1:], strict=True))
    assert list(memories) == sorted(memories, reverse=True)
    steps_alone = []
    for row in sources:
        model.rows_seen.clear()
        beam_search(model, pad([row]), options)
        steps_alone.append(len(model.rows_seen))
    assert len(set(steps_alone)) > 2
    assert sum(memories) == sum(steps_alone)


def test_what_never_ends_is_cut_at_the_limit_of_its_own_source():
    options = DecodingOptions(beam=3, nbest=2, max_ratio=0.5)
    found = beam_search(Chain(5, 0, ending=-torch.inf), pad(rows(8, 2)), options)
    assert [[(len(one.tokens), one.finished) for one in some] for some in found] == [
        [(24, False)] * 2,
        [(21, False)] * 2,
    ]


def test_what_is_cut_only_fills_the_places_that_finished_outputs_leave():
    model = Chain(5, 3, ending=-1.0)
    options = DecodingOptions(beam=4, nbest=4, max_length=2, length_penalty=0)
    found = [one for some in beam_search(model, pad(rows(*range(1, 9))), options) for one in some]
    assert {one.finished for one in found} == {True, False}
    assert len(found) == 32


def test_what_ends_only_because_of_the_limit_is_cut():
    """EOS is among the beam's extensions there, since nothing else may follow, and yet the model would have gone on."""
    sure = Chain(1, 0, sharpness=0.0, ending=-4.0)
    for search in (greedy, beam_search):
        [[one]] = search(sure, pad(rows(2)), DecodingOptions(beam=3 if search is beam_search else 1, max_length=3))
        assert (one.tokens, one.finished) == ([4, 4, 4], False)


def test_a_stump_does_not_win_over_what_was_cut():
    """A model that is sure of a long output finishes a few far too early: they are no better for being finished."""
    model = Chain(5, 3, ending=-30.0)
    for source in range(1, 9):
        (found,) = beam_search(model, pad(rows(source)), DecodingOptions(beam=4, max_length=6))
        assert not found[0].finished
        assert len(found[0].tokens) == 6


def test_without_any_allowed_token_the_output_is_empty_and_unfinished():
    options = DecodingOptions(beam=2, min_length=1)
    for search in (beam_search, greedy, sample):
        [[one]] = search(Chain(0, 0), pad(rows(3)), options)
        assert (one.tokens, one.finished, one.log_prob) == ([], False, 0.0)


def test_scores_that_are_no_numbers_are_an_error():
    model = Chain(3, 0)
    model.table[:] = torch.nan
    for search in (beam_search, greedy):
        with pytest.raises(ModelError, match="NaN"):
            search(model, pad(rows(3)), DecodingOptions())


def test_the_coverage_penalty_needs_attention():
    for search in (beam_search, greedy):
        with pytest.raises(UsageError, match="needs a model with attention"):
            search(Chain(3, 0, attentive=False), pad(rows(3)), DecodingOptions(coverage_penalty=0.2))


def test_a_model_without_attention_gives_none():
    options = DecodingOptions(attention=True)
    assert beam_search(Chain(3, 0, attentive=False), pad(rows(3)), options)[0][0].attention is None


def test_the_tables_of_a_model_are_not_written_into():
    class Shared(Chain):
        def step(self, previous, state, memory):
            scored = super().step(previous, state, memory)
            return Scored(self.table[: len(previous)], scored.state, scored.attention)

    model = Shared(4, 0)
    before = model.table.clone()
    for search in (beam_search, greedy):
        search(model, Padded(torch.full((1, 2), 5), torch.tensor([2])), DecodingOptions(beam=4, min_length=2))
        assert torch.equal(model.table, before)
