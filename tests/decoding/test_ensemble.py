"""An ensemble is a step model like its members."""

from __future__ import annotations

import pytest
import torch
from toy_step_models import Chain, rows, same

from recurra.decoding import DecodingOptions, Ensemble, beam_search, sample
from recurra.errors import ModelError, UsageError
from recurra.padded import pad
from recurra.text.special import GO


def first_step(model, source):
    state, memory = model.start(source)
    return model.step(torch.full((len(source.lengths),), GO), state, memory)


def test_probabilities_and_attention_are_averaged():
    members, source = [Chain(5, seed) for seed in range(3)], pad(rows(3, 5))
    each = [first_step(model, source) for model in members]
    both = first_step(Ensemble(members), source)
    mean = torch.stack([one.log_probs.exp() for one in each]).mean(0)
    assert torch.allclose(both.log_probs.exp(), mean, atol=1e-6)
    assert torch.allclose(both.attention, torch.stack([one.attention for one in each]).mean(0))


def test_members_without_attention_do_not_count_for_it():
    blind, seeing, source = Chain(5, 0, attentive=False), Chain(5, 1), pad(rows(3, 5))
    assert torch.equal(first_step(Ensemble([blind, seeing]), source).attention, first_step(seeing, source).attention)
    assert first_step(Ensemble([blind, blind]), source).attention is None


def test_one_member_is_itself():
    model, source = Chain(8, 3), pad(rows(3, 5, 4))
    for search, options in ((beam_search, DecodingOptions(nbest=3)), (sample, DecodingOptions(sample=True, nbest=3))):
        for one, other in zip(search(model, source, options), search(Ensemble([model]), source, options), strict=True):
            assert same(one, other)


def test_members_of_different_vocabularies_are_refused():
    with pytest.raises(ModelError, match=r"different size: \[9, 10\]"):
        first_step(Ensemble([Chain(5, 0), Chain(6, 0)]), pad(rows(3)))
    with pytest.raises(UsageError, match="at least one model"):
        Ensemble([])
