"""Sampling: the right distribution, and noise that only depends on the sentence."""

from __future__ import annotations

from collections import Counter

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from toy_step_models import SPECIAL, Chain, replay, rows, same

from recurra.decoding import DecodingOptions, Hypothesis, decode, greedy, sample
from recurra.decoding.sampling import content_keys, pick, uniform
from recurra.padded import Padded, pad
from recurra.text.special import EOS, GO, PAD, UNK


def first_tokens(model, row, **dials) -> Counter[int]:
    options = DecodingOptions(sample=True, max_length=1, **dials)
    return Counter((one.tokens or [EOS])[0] for one in sample(model, pad([row]), options)[0])


def chi_square(counts: Counter[int], probabilities: torch.Tensor) -> float:
    total = sum(counts.values())
    kept = probabilities.nonzero()[:, 0].tolist()
    assert set(counts) <= set(kept)
    return sum((counts[token] - total * p) ** 2 / (total * p) for token in kept if (p := float(probabilities[token])))


def distribution(model, row, temperature: float = 1.0) -> torch.Tensor:
    """That of the first token, special ones left out."""
    state, memory = model.start(pad([row]))
    log_probs = model.step(torch.tensor([GO]), state, memory).log_probs[0].double() / temperature
    log_probs[[PAD, UNK, GO]] = -torch.inf
    return log_probs.softmax(0)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_first_tokens_have_the_distribution_of_the_model(temperature):
    model = Chain(7, 5)
    for seed, row in enumerate(rows(3, 5, 2)):
        counts = first_tokens(model, row, nbest=4000, seed=seed, temperature=temperature)
        assert chi_square(counts, distribution(model, row, temperature)) < 24.3  # 7 degrees of freedom, p = 0.001


def test_whole_outputs_have_the_distribution_of_the_model():
    model, [row] = Chain(2, 3, ending=1.0), rows(4)
    options = DecodingOptions(sample=True, max_length=2, nbest=5000, length_penalty=0, seed=1)
    counts: Counter[tuple[int, ...]] = Counter()
    for one in sample(model, pad([row]), options)[0]:
        counts[(*one.tokens, *([EOS] if one.finished else [-1]))] += 1
    allowed = [4, 5, EOS]
    expected: dict[tuple[int, ...], float] = {}

    def walk(tokens: list[int], probability: float) -> None:
        worth = [replay(model, row, [*tokens, token], False, options).log_prob for token in allowed]
        for token, p in zip(allowed, torch.tensor(worth).softmax(0).tolist(), strict=True):
            if token == EOS or len(tokens) == options.max_length:
                key = (*tokens, EOS if token == EOS else -1)
                expected[key] = expected.get(key, 0.0) + probability * p
            else:
                walk([*tokens, token], probability * p)

    walk([], 1.0)
    keys = sorted(expected)
    found = Counter({keys.index(key): number for key, number in counts.items()})
    assert len(keys) == 11
    assert chi_square(found, torch.tensor([expected[key] for key in keys])) < 29.6  # 10 degrees, p = 0.001


@pytest.mark.parametrize(("top_k", "top_p"), [(3, 1.0), (0, 0.7), (4, 0.8), (1, 1.0), (100, 1.0), (0, 1e-6)])
def test_top_k_and_then_top_p_leave_the_most_probable_tokens(top_k, top_p):
    model = Chain(12, 2)
    for row in rows(3, 5):
        ranked = distribution(model, row).sort(descending=True)
        probabilities = ranked.values.clone()
        if top_k:
            probabilities[top_k:] = 0
            probabilities /= probabilities.sum()
        before = probabilities.cumsum(0) - probabilities
        probabilities[before >= top_p] = 0
        expected = torch.zeros_like(probabilities).scatter(0, ranked.indices, probabilities / probabilities.sum())
        counts = first_tokens(model, row, nbest=3000, top_k=top_k, top_p=top_p)
        assert chi_square(counts, expected) < 34.6  # 13 tokens at most, p < 0.001


def test_equals_of_the_last_of_the_top_stay():
    counts = first_tokens(Chain(9, 0, levels=1), rows(3)[0], nbest=500, top_k=2)
    assert set(counts) == {EOS, *range(SPECIAL, SPECIAL + 9)}


@settings(max_examples=25, deadline=None)
@given(
    st.builds(Chain, st.integers(1, 9), st.integers(0, 999)),
    st.lists(st.integers(1, 6), min_size=1, max_size=6),
    st.integers(0, 2**63 - 1),
    st.sampled_from([(0, 1.0), (3, 1.0), (0, 0.8)]),
)
def test_samples_do_not_depend_on_the_batch(model, lengths, seed, narrow):
    options = DecodingOptions(sample=True, nbest=3, seed=seed, top_k=narrow[0], top_p=narrow[1], attention=True)
    sources = rows(*lengths)
    together = sample(model, pad(sources), options)
    padded = pad([*sources[::-1], torch.arange(11)])
    padded.values[~padded.mask] = 777
    elsewhere = sample(model, padded, options)[:-1][::-1]
    for row, one, other in zip(sources, together, elsewhere, strict=True):
        alone = sample(model, pad([row]), options)[0]
        assert same(alone, one)
        assert same(alone, other)
        for hypothesis in alone:
            log_prob, score, _ = replay(model, row, hypothesis.tokens, hypothesis.finished, options)
            assert (hypothesis.log_prob, hypothesis.score) == pytest.approx((log_prob, score), abs=1e-4)
        assert alone == sorted(alone, key=lambda hypothesis: -hypothesis.score)


@pytest.mark.parametrize("dials", [{"temperature": 1e-6}, {"top_k": 1}, {"top_p": 1e-6}])
def test_its_limit_is_greedy_search(dials):
    model, source = Chain(9, 4), pad(rows(*range(1, 20)))
    found = decode(model, source, DecodingOptions(sample=True, **dials))
    for one, other in zip(found, greedy(model, source, DecodingOptions()), strict=True):
        assert same(one, other)


def test_seeds_samples_and_sources_differ():
    model = Chain(20, 1)

    def tokens(hypotheses: list[Hypothesis]) -> set[tuple[int, ...]]:
        return {tuple(one.tokens) for one in hypotheses}

    row, other = rows(4, 5)
    some = DecodingOptions(sample=True, nbest=50, temperature=3.0, min_length=5)
    one, again = (tokens(sample(model, pad([row]), some)[0]) for _ in range(2))
    seeded = tokens(sample(model, pad([row]), DecodingOptions(**{**vars(some), "seed": 1}))[0])
    assert one == again
    assert len(one) > 45
    assert len(one & seeded) < 5
    assert len(one & tokens(sample(model, pad([other]), some)[0])) < 5


def test_keys_are_made_of_the_content_alone():
    values = torch.tensor([[5, 6, 7], [5, 7, 6], [5, 6, 0], [5, 6, 9]])
    keys = content_keys(Padded(values, torch.tensor([3, 3, 2, 2])))
    assert len(set(keys.tolist())) == 3
    assert keys[2] == keys[3]
    wider = content_keys(Padded(torch.cat([values, values], 1), torch.tensor([3, 3, 2, 2])))
    assert torch.equal(keys, wider)


def test_keys_of_series_and_vectors():
    values = torch.randn(4, 5, 3)
    values[1] = values[0]
    values[2] = values[0].flip(0)
    values[1, 4] = torch.nan  # padding
    keys = content_keys(Padded(values, torch.tensor([4, 4, 4, 4])))
    assert keys[0] == keys[1]
    assert len(set(keys.tolist())) == 3


def test_the_noise_is_uniform_over_keys_and_over_steps():
    keys = content_keys(Padded(torch.arange(20000)[:, None], torch.ones(20000, dtype=torch.int64)))
    for noise in (uniform(keys, 0), uniform(keys, 7), torch.cat([uniform(keys[:10], step) for step in range(2000)])):
        assert float(noise.min()) >= 0
        assert float(noise.max()) < 1
        counts = (noise * 50).long().bincount(minlength=50)
        assert float(((counts - 400) ** 2 / 400).sum()) < 85.4  # 49 degrees of freedom, p = 0.001
    both = torch.stack([uniform(keys, 0), uniform(keys, 1)])
    assert abs(float(torch.corrcoef(both)[0, 1])) < 0.03


def test_no_noise_picks_a_token_without_weight():
    weights = torch.tensor([[[0.0, 0.0, 0.25, 0.0, 0.5, 0.0]]]).repeat(4, 1, 1)  # rounding: they may not sum to 1
    noise = torch.tensor([0.0, 0.333, 0.334, 1 - 2.0**-53], dtype=torch.float64)[:, None]
    assert pick(weights, noise).flatten().tolist() == [2, 2, 4, 4]


def test_equal_samples_come_in_the_order_of_their_numbers():
    """All outputs have one length and one score; the first is what a single sample gives."""
    model, source = Chain(40, 0, levels=1), pad(rows(3, 4))
    dials = {"sample": True, "min_length": 3, "max_length": 3, "length_penalty": 0.0}
    several = sample(model, source, DecodingOptions(nbest=30, **dials))
    alone = sample(model, source, DecodingOptions(nbest=1, **dials))
    fewer = sample(model, source, DecodingOptions(nbest=20, **dials))
    for many, some, [one] in zip(several, fewer, alone, strict=True):
        assert len({hypothesis.score for hypothesis in many}) == 1
        assert many[0].tokens == one.tokens
        assert [hypothesis.tokens for hypothesis in some] == [hypothesis.tokens for hypothesis in many[:20]]
