"""What network and n-grams say of validation text, and the weights that are fitted on it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from toy_tasks import network

from recurra.baselines import UnitsBaseline
from recurra.baselines.units import following, histories, known
from recurra.data import EncodedTable, Row
from recurra.models.mixture import NO_SHARE
from recurra.padded import Padded
from recurra.tasks.language_model import mixing
from recurra.tasks.language_model.mixing import Fitted, Told, batches, fitted, is_same, mix, mixture_of, seen
from recurra.text.special import GO

LINES = ["red", "blue", "a rose", "red rose", "blue roses", "a rose is red"]
TEXT = ["a rose is red and a rose is blue"] * 8


def table(folder: Path, rows: Sequence[Sequence[int]]) -> EncodedTable:
    kinds = {"units": "<i4", "characters": "<i4"}
    return EncodedTable.write(folder, kinds, (Row({"units": r, "characters": [len(r)]}, k) for k, r in enumerate(rows)))


def made(form: str) -> tuple[Any, list[list[int]]]:
    """A network, and the units of a few lines with their ends."""
    found: Any = network("language-model", settings={"data.form": form, "text.units": "chars"}, rows=LINES + TEXT)
    lines = LINES if form == "lines" else TEXT
    return found, [[*found.tokenizer.encode(line), found.line_end] for line in lines]


def ngrams_of(found: Any, rows: Sequence[Sequence[int]]) -> UnitsBaseline:
    counted = [np.array(row, np.int64) + 1 for row in rows]
    return UnitsBaseline.fit(counted * 10, ~found.model.never.numpy())


def alone(found: Any, row: Sequence[int]) -> torch.Tensor:
    """The log-probabilities [T, V] of the network, read in one go."""
    ids = torch.tensor([[GO, *row[:-1]]])
    with torch.no_grad():
        return found.model.following(Padded(ids, torch.tensor([len(row)]))).log_probs[0].double()


def counted_chances(ngrams: UnitsBaseline, row: Sequence[int], first: Sequence[int] = ()) -> torch.Tensor:
    """The probabilities [T, V] of the n-grams."""
    every = np.array([*first, *row], np.int64) + 1
    _, before = histories([every], ngrams.longest - 1)
    return torch.from_numpy(following(ngrams.table, known(ngrams.table, before))).double()[len(first) :]


@pytest.mark.parametrize("form", ["lines", "running"])
@pytest.mark.parametrize("at_once", [1, 100, 250_000])
def test_each_unit_is_told_once_as_network_and_ngrams_know_it(
    form: str, at_once: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lines each from the beginning, the shortest first, and running text in one, whatever is read together."""
    found, rows = made(form)
    ngrams = ngrams_of(found, rows)
    texts = rows if form == "lines" else [[id for row in rows for id in row]]
    own = torch.cat([alone(found, text) for text in texts])
    first = [] if form == "lines" else [GO]
    theirs = torch.cat([counted_chances(ngrams, text, first) for text in texts])
    units = torch.tensor([id for text in texts for id in text])[:, None]

    monkeypatch.setattr(mixing, "AT_ONCE", at_once)
    found.model.mixture = mixture_of(found, ngrams, [0.0, 0.0, 0.0])
    pieces = list(seen(found.model, found, table(tmp_path / "t", rows)))
    assert max(len(one.network) for one in pieces) <= max(1, at_once // found.tokenizer.size)
    told = Told(*(torch.cat(parts) for parts in zip(*pieces, strict=True)))
    assert {part.dtype for part in told} == {torch.float64}
    torch.testing.assert_close(told.network, own.gather(1, units)[:, 0], atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(told.ngrams, theirs.gather(1, units)[:, 0].log(), atol=1e-5, rtol=1e-4)
    entropies = [torch.special.entr(chances).sum(1) for chances in (own.exp(), theirs)]
    features = torch.stack([torch.ones(len(own)).double(), *entropies], 1)
    torch.testing.assert_close(told.features, features, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize(("most", "lines"), [(3, 1), (4, 1), (8, 1), (9, 2), (15, 2), (16, 3), (1000, 6)])
def test_so_many_lines_are_read_as_have_so_many_units(
    most: int, lines: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, rows = made("lines")
    monkeypatch.setattr(mixing, "MOST_FITTED", most)
    assert [len(row) for row in rows][:3] == [4, 5, 7]
    every = [targets[inputs.mask].tolist() for inputs, targets in batches(found, table(tmp_path / "t", rows))]
    assert sorted(id for part in every for id in part) == sorted(id for row in rows[:lines] for id in row)


@pytest.mark.parametrize(("most", "rows"), [(999, 1), (1000, 2), (1499, 2), (1500, 3), (100_000, 3)])
def test_a_running_text_is_read_at_as_many_places_as_have_five_hundred_units(
    most: int, rows: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, _ = made("running")
    monkeypatch.setattr(mixing, "MOST_FITTED", most)
    text = np.random.default_rng(1).integers(4, 9, 1700).tolist()
    every = list(batches(found, table(tmp_path / "t", [text])))
    assert {len(inputs.values) for inputs, _ in every} == {rows}
    assert max(inputs.values.shape[1] for inputs, _ in every) == 100
    places = [torch.cat([targets[k][: inputs.lengths[k]] for inputs, targets in every]) for k in range(rows)]
    assert torch.cat(places).tolist() == text[:most]


def scale(told: Told) -> torch.Tensor:
    """What weights are small or large beside: of a feature that is next to nothing, not without end."""
    return told.features.abs().amax(0).clamp(min=0.01)


def objective(told: Told, weights: torch.Tensor) -> float:
    """What is least under the weights that are fitted."""
    share = (told.features @ weights).sigmoid()
    nats = -((1 - share) * told.network.exp() + share * told.ngrams.exp()).log()
    return float(nats.mean() + 1e-4 * ((weights * scale(told)) ** 2).sum())


def some(count: int, seed: int = 1) -> Told:
    dice = np.random.default_rng(seed)
    network, ngrams = (torch.from_numpy(-dice.exponential(1.0, count) - 0.1) for _ in range(2))
    features = torch.stack([torch.ones(count).double(), -network / 2 + 0.3, -ngrams / 2 + 0.2], 1)
    return Told(network, ngrams, features)


@pytest.mark.parametrize("count", [2, 50, 400])
@pytest.mark.parametrize("tiny", [1.0, 1e-4, 0.0])
def test_no_other_weights_make_the_text_less_surprising(count: int, tiny: float) -> None:
    told = some(count)
    told = told._replace(features=told.features * torch.tensor([1.0, 1.0, tiny]))
    found = fitted(told)
    weights = torch.tensor(found.weights, dtype=torch.float64)
    least = objective(told, weights)
    for k in range(3):
        for step in (-0.05, 0.05):
            other = weights.clone()
            other[k] += step / scale(told)[k]
            assert objective(told, other) > least
    share = (told.features @ weights).sigmoid()
    nats = -((1 - share) * told.network.exp() + share * told.ngrams.exp()).log()
    gain = -told.network - nats
    assert found.share == pytest.approx(float(share.mean()))
    assert (found.nats, found.alone) == pytest.approx((float(nats.mean()), float(-told.network.mean())))
    assert found.error == pytest.approx(float(gain.std()) / math.sqrt(count))
    assert found.units == count


def test_the_mixture_is_better_where_its_gain_is_more_than_two_standard_errors() -> None:
    def better(gain: float, error: float) -> bool:
        return Fitted([], 0.5, 1.0 - gain, 1.0, error, 9).better

    assert better(0.5, 0.125)
    assert not better(0.5, 0.25)
    assert better(0.5, 0.2499)
    assert not better(-0.5, 0.0)
    one = fitted(some(1))
    assert (one.error, one.units, one.better) == (math.inf, 1, False)


def test_ngrams_are_mixed_in_where_they_surely_help_and_stand_beside_in_any_case(tmp_path: Path) -> None:
    found, rows = made("lines")
    ngrams = ngrams_of(found, rows)
    valid = table(tmp_path / "t", rows)
    nats = torch.cat([-alone(found, row).gather(1, torch.tensor(row)[:, None])[:, 0] for row in rows])
    said = mix(found, valid, ngrams)
    assert said.units == sum(map(len, rows))
    assert said.alone == pytest.approx(float(nats.mean()), rel=1e-4)
    assert said.better
    assert said.nats < said.alone
    assert found.model.mixture.weights.tolist() == pytest.approx(said.weights)
    assert found.model.mixture.go_begins
    assert found.model.mixture.counts_at_all

    [row] = [[*found.tokenizer.encode("sue"), found.line_end]]
    unsure = mix(found, table(tmp_path / "one", [row[-1:]]), ngrams)
    assert not unsure.better
    assert tuple(found.model.mixture.weights.tolist()) == NO_SHARE
    assert not found.model.mixture.counts_at_all


def test_whether_validation_text_is_what_was_learned(tmp_path: Path) -> None:
    one, other = table(tmp_path / "a", [[5, 6], [7]]), table(tmp_path / "b", [[5, 6], [8]])
    assert is_same(one, table(tmp_path / "c", [[5, 6], [7]]))
    assert not is_same(one, other)
    assert not is_same(one, table(tmp_path / "d", [[5, 6]]))
