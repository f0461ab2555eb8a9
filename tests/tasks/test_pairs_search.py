"""Outputs in the order of networks and n-grams: their scores, how many, and what is said of it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from toy_tasks import network

from recurra.data import pad_sources
from recurra.decoding import DecodingOptions, decode, decode_recorded
from recurra.decoding.scoring import penalty_of
from recurra.models.search import search_model
from recurra.tasks.seq2seq.pairs_search import PairsSearch, ids_of, orders

OPTIONS = DecodingOptions(beam=4, nbest=2, max_length=6, length_penalty=0.5)


class Part:
    """N-grams that prefer outputs with many different units, each unit so many nats."""

    def __init__(self, scale: float, nats: float, proposes: int = 0, proposed: list[list[int]] | None = None) -> None:
        self.scale, self.nats, self.proposes, self.proposed = torch.tensor(scale), nats, proposes, proposed or []
        self.read: list[list[int]] = []

    def proposals(self, sources: Any, number: int) -> list[list[list[int]]]:
        self.read += [one.tolist() for one in sources]
        return [self.proposed[:number] for _ in sources]

    def preferences(self, sources: Any, candidates: Any) -> list[np.ndarray]:
        return [np.array([self.nats * len({*one.tolist()}) for one in some]) for some in candidates]

    def opened(self) -> Any:
        return SimpleNamespace(name="3-grams")


def model() -> Any:
    return search_model(network("translate").model.eval())


def expected(found: list[Any], parts: list[Part], networks: int) -> list[tuple[list[int], float]]:
    """Each output with the score that both together give it."""
    return [
        (
            one.tokens,
            one.score
            + sum(float(part.scale) / networks * part.nats * len({*one.tokens}) for part in parts)
            / penalty_of(one.length, OPTIONS.length_penalty),
        )
        for one in found
    ]


@pytest.mark.parametrize(("parts", "networks"), [([Part(0.7, 2.0)], 1), ([Part(0.7, 2.0), Part(2.0, -0.3)], 3)])
def test_scores_are_the_networks_and_those_of_the_ngrams_as_they_count(parts: list[Any], networks: int) -> None:
    source, read = pad_sources([[5, 6], [7]]), model()
    searched = decode(read, source, DecodingOptions(beam=4, nbest=4, max_length=6, length_penalty=0.5))
    outputs = PairsSearch(parts, networks).outputs(read, source, OPTIONS)
    assert parts[0].read[:2] == [[5, 6], [7]]
    for found, own in zip(outputs, searched, strict=True):
        assert len(found) == 2
        both = {tuple(tokens): score for tokens, score in expected(own, parts, networks)}
        for one in found:
            assert one.score == pytest.approx(both[tuple(one.tokens)], abs=1e-4)
        finished = [both[tuple(one.tokens)] for one in own if one.finished]
        if finished and found[0].finished:
            assert found[0].score <= max(finished) + 1e-4


def test_what_ngrams_propose_is_a_candidate() -> None:
    """Those of the part that proposes most."""
    source, read = pad_sources([[5, 6]]), model()
    proposed = [[8, 9, 7, 5, 6], [5, 8, 9]]
    parts: list[Any] = [Part(1.0, 0.5), Part(3.0, 40.0, 2, proposed), Part(1.0, 0.1, 1, [[9, 9]])]
    [found] = PairsSearch(parts, 3).outputs(read, source, OPTIONS)
    assert [one.tokens for one in found] == proposed
    recorded = PairsSearch(parts, 3).recorded(read, source, OPTIONS)
    assert [one.tokens for one in recorded.outputs] == proposed
    assert [one.score for one in recorded.outputs] == pytest.approx([one.score for one in found], abs=1e-4)
    assert recorded.notes == (
        "The outputs were put in order by log p(output | source) + 1.7 log q(source, output), with the length penalty; "
        "q is of the 3-grams, less what the best of them has. The n-grams proposed 2 of the 6 outputs.",
    )
    none: list[Any] = [Part(0.25, 2.0)]
    recorded = PairsSearch(none, 1).recorded(read, source, OPTIONS)
    assert [one.tokens for one in recorded.outputs] == [
        one.tokens for one in PairsSearch(none, 1).outputs(read, source, OPTIONS)[0]
    ]
    assert recorded.notes == (
        "The outputs were put in order by log p(output | source) + 0.25 log q(source, output), with the length "
        "penalty; q is of the 3-grams, less what the best of them has.",
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
