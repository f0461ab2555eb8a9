"""Each attention against its equation, written once more in numpy, one query and one value at a time."""

from __future__ import annotations

from typing import Any

import laws
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from recurra.attention import ATTENTIONS, Dot
from recurra.errors import UsageError
from recurra.padded import Padded

Array = NDArray[np.float64]


def number(parameter: torch.Tensor) -> Array:
    return parameter.detach().numpy()


# score(q, v) of the papers; p holds the learned matrices.
SCORES: dict[str, Any] = {
    "dot": lambda p, q, v: q @ v,
    "scaled-dot": lambda p, q, v: q @ v / np.sqrt(len(q)),
    "bilinear": lambda p, q, v: q @ number(p.key.weight) @ v,
    "additive": lambda p, q, v: (
        number(p.energy.weight)[0] @ np.tanh(number(p.query.weight) @ q + number(p.key.weight) @ v + number(p.key.bias))
    ),
}


def textbook(score: Any, attention: Any, queries: Array, values: Array) -> tuple[Array, Array]:
    """Context [T, V] and weights [T, S] of one row without padding."""
    contexts: list[Array] = []
    weights: list[Array] = []
    for q in queries:
        powers = np.exp([score(attention, q, v) for v in values])
        weight = powers / powers.sum()
        weights.append(weight)
        contexts.append(sum((a * v for a, v in zip(weight, values, strict=True)), np.zeros(values.shape[1])))
    return np.stack(contexts), np.stack(weights)


@pytest.mark.parametrize("name", SCORES)
def test_the_equation(name: str) -> None:
    attention = laws.built(laws.ATTENTIONS[name], dtype=torch.float64)
    queries, values, lengths = laws.sample_look(attention)
    queries, values = queries.double(), values.double()
    context, weights = laws.look(attention, queries, values, lengths)
    for b, length in enumerate(lengths.tolist()):
        if length:
            expected = textbook(SCORES[name], attention, number(queries[b]), number(values[b, :length]))
            np.testing.assert_allclose(number(context[b]), expected[0])
            np.testing.assert_allclose(number(weights[b, :, :length]), expected[1])


def test_every_score_has_an_equation() -> None:
    assert set(SCORES) | {"none"} == set(ATTENTIONS)


def test_none_gives_the_last_value() -> None:
    attention = laws.built(laws.ATTENTIONS["none"])
    queries, values, lengths = laws.sample_look(attention)
    context, _ = laws.look(attention, queries, values, lengths)
    for b, length in enumerate(lengths.tolist()):
        expected = values[b, length - 1] if length else torch.zeros(values.shape[-1])
        assert all(torch.equal(seen, expected) for seen in context[b])


def test_scaling_matters() -> None:
    """Dot and scaled dot differ by the scale alone: queries made larger by sqrt(Q) meet the same scores."""
    dot, scaled = (laws.built(laws.ATTENTIONS[name]) for name in ("dot", "scaled-dot"))
    queries, values, lengths = laws.sample_look(dot)
    seen = laws.look(scaled, queries * 5**0.5, values, lengths)
    torch.testing.assert_close(seen, laws.look(dot, queries, values, lengths))


def test_sizes_that_differ_are_refused_by_dot() -> None:
    with pytest.raises(UsageError, match="got 3 and 5") as caught:
        Dot(3, 5)
    assert "bilinear or additive" in str(caught.value)


@pytest.mark.parametrize("name", laws.ATTENTIONS)
def test_keys_are_made_once(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A memory is looked at again and again without the source."""
    attention = laws.built(laws.ATTENTIONS[name])
    queries, values, lengths = laws.sample_look(attention)
    memory = attention.prepare(Padded(values, lengths))
    monkeypatch.setattr(type(attention), "keys", None)
    assert attention(queries, memory).weights.shape == (4, 3, 6)


@pytest.mark.parametrize("name", laws.ATTENTIONS)
def test_bfloat16_autocast(name: str) -> None:
    attention = laws.built(laws.ATTENTIONS[name])
    given = laws.sample_look(attention)
    expected = laws.look(attention, *given)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        seen = laws.observe(laws.look, attention, *given)
    assert all(tensor.isfinite().all() for tensor in seen.values())
    for ours, full in zip((seen["result 0"], seen["result 1"]), expected, strict=True):
        torch.testing.assert_close(ours.float(), full, rtol=0.05, atol=0.05)
    assert not seen["result 1"].masked_select(laws.padding(given[1], given[2]).transpose(1, 2)).any()


def test_additive_scores_stay_true_where_powers_are_huge() -> None:
    """Sums of up to 20 on either side, whose powers reach 1e17, against the tanh itself."""
    attention = laws.built(laws.ATTENTIONS["additive"])
    queries, values = torch.randn(2, 3, 3), torch.randn(2, 6, 5)
    queries *= 20 / attention.query(queries).abs().max()
    values *= 18 / attention.key(values).abs().max()
    query, key = attention.query(queries), attention.key(values)
    plain = attention.energy(torch.tanh(query[:, :, None] + key[:, None])).squeeze(-1)
    weights = attention(queries, attention.prepare(Padded(values, torch.tensor([6, 6])))).weights
    torch.testing.assert_close(weights, plain.softmax(-1))


@pytest.mark.parametrize("meetings", [1, 100, 1 << 20])
def test_additive_scores_are_the_same_in_blocks(meetings: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no gradient is wanted, few rows are compared at once; with gradients all of them."""
    attention = laws.built(laws.ATTENTIONS["additive"], dtype=torch.float64)
    queries, values, _ = laws.sample_look(attention)
    asked, keys = attention.query(queries.double()), attention.keys(values.double())
    expected = attention.compare(asked, keys)
    monkeypatch.setattr("recurra.attention.additive.BLOCK", meetings)
    with torch.no_grad():
        torch.testing.assert_close(attention.compare(asked, keys), expected)
        assert attention.compare(asked[:0], keys[:0]).shape == (0, *expected.shape[1:])
