"""Learning from text: the state is kept by the loop and nowhere else."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch

from recurra.data import EncodedTable, Row
from recurra.models.language_model import LanguageModel, LanguageModelOptions
from recurra.padded import Padded
from recurra.tasks.language_model.learner import LineLearner, StreamLearner
from recurra.tasks.language_model.recipe import LanguageBatchingOptions
from recurra.text.special import EOS, GO, PAD
from recurra.training import Plan, State, Stateful, TrainingOptions
from recurra.training.loop import gradient
from recurra.training.plan import Piece

VOCABULARY = 20


def model(never: int = EOS) -> LanguageModel:
    torch.manual_seed(1)
    options = LanguageModelOptions(width=8, layers=2, dropout=0.0, input_dropout=0.0)
    return LanguageModel(options, VOCABULARY, [PAD, never]).double()


def table(folder: Path, rows: Sequence[Sequence[int]]) -> EncodedTable:
    kinds = {"units": "<i4", "characters": "<i4"}
    return EncodedTable.write(folder, kinds, (Row({"units": r, "characters": [len(r)]}, k) for k, r in enumerate(rows)))


def running(folder: Path, units: int = 200, **options: int) -> StreamLearner:
    dice = np.random.default_rng(1)
    rows = [[*dice.integers(4, VOCABULARY, 9).tolist(), GO] for _ in range(units // 10)]
    text = table(folder / "t", rows)
    return StreamLearner(model(), text, text, LanguageBatchingOptions(**options), seed=1)


def test_every_batch_goes_on_where_the_one_before_ended(tmp_path: Path) -> None:
    learner = running(tmp_path, 2000, batch_tokens=120, batch_examples=6, steps=20)
    begins = set()
    for epoch in range(5):
        batches = np.stack(learner.batches(epoch))  # [pieces, streams]
        assert batches.shape == (len(learner.batches(0)), 6)
        assert (np.diff(batches, axis=0) == 20).all()
        assert (np.diff(np.sort(batches.ravel())) >= 20).all()  # no unit twice
        assert batches.min() >= 1
        assert batches.max() + 20 <= 2000
        begins.add(int(batches[0, 0]))
    assert len(begins) > 1
    assert np.array_equal(np.stack(learner.batches(3)), np.stack(learner.batches(3)))


@pytest.mark.parametrize("units", [2, 3, 10, 50, 119, 121, 1000])
def test_texts_of_any_length_make_batches(tmp_path: Path, units: int) -> None:
    text = table(tmp_path / "t", [[5] * units])
    options = LanguageBatchingOptions(batch_tokens=120, batch_examples=6, steps=20)
    learner = StreamLearner(model(), text, text, options, 1)
    for epoch in range(3):
        for batch in learner.batches(epoch):
            assert batch.min() >= 1
            assert batch.max() + learner.steps <= units
            assert learner.loss(batch, smoothing=0.0, sampling=0.0).tokens == learner.tokens(batch)
    assert math.isfinite(learner.validate(learner.validation_examples()).loss)


def test_batches_with_the_state_carried_are_one_pass_over_the_text(tmp_path: Path) -> None:
    learner = running(tmp_path, batch_tokens=10, batch_examples=1, steps=10)
    learner.model.eval()
    assert isinstance(learner, Stateful)
    state: State = ()
    total = 0.0
    batches = learner.batches(0)
    for batch in batches:
        loss, state = learner.loss_from(batch, state, smoothing=0.0, sampling=0.0)
        total += float(loss.total.detach())
    first, end = int(batches[0][0]), int(batches[-1][0]) + 10
    ids = torch.tensor(learner.text[first - 1 : end].astype(np.int64))[None]
    run = learner.model(Padded(ids[:, :-1], torch.tensor([end - first])))
    whole = torch.nn.functional.cross_entropy(learner.model.scores(run.outputs.values[0]), ids[0, 1:], reduction="sum")
    assert total == pytest.approx(float(whole.detach()), rel=1e-5)
    alone = sum(float(learner.loss(batch, smoothing=0.0, sampling=0.0).total) for batch in batches)
    assert abs(alone - total) > 1e-3  # so that the test can fail


def test_gradients_stop_at_the_batch(tmp_path: Path) -> None:
    learner = running(tmp_path, batch_tokens=20, batch_examples=2, steps=10)
    first, second = learner.batches(0)[:2]
    _, state = learner.loss_from(first, (), smoothing=0.0, sampling=0.0)
    assert not any(part.requires_grad for part in state)
    assert {part.shape for part in state} == {(2, 8)}
    loss, _ = learner.loss_from(second, state, smoothing=0.0, sampling=0.0)
    loss.total.backward()


def test_a_batch_in_parts_carries_what_the_whole_carries(tmp_path: Path) -> None:
    learner = running(tmp_path, 2000, batch_tokens=60, batch_examples=6, steps=10)
    learner.model.eval()
    options = TrainingOptions(label_smoothing=0.0)
    first, second = learner.batches(0)[:2]
    found = []
    for parts in (1, 4):
        plan = Plan((Piece(0, 0.0, 1),), 1, 1, parts=parts)
        _, state = gradient(learner, first, plan, options, 0.0)
        loss, state = gradient(learner, second, plan, options, 0.0, state)
        found.append((loss, state, [p.grad.clone() for p in learner.model.parameters() if p.grad is not None]))
    assert found[0][0] == pytest.approx(found[1][0])
    torch.testing.assert_close(found[0][1], found[1][1])
    torch.testing.assert_close(found[0][2], found[1][2])


def test_validation_reads_the_whole_beginning_once(tmp_path: Path) -> None:
    learner = running(tmp_path, 2000, batch_tokens=200, batch_examples=2, steps=100)
    text = learner.valid["units"].values[:700]
    learner.model.eval()
    nats = 0.0
    for row in np.array_split(np.concatenate([[GO], text]), 1):  # 700 units are one row
        ids = torch.from_numpy(row.astype(np.int64))[None]
        run = learner.model(Padded(ids[:, :-1], torch.tensor([ids.shape[1] - 1])))
        nats += float(torch.nn.functional.cross_entropy(learner.model.scores(run.outputs.values[0]), ids[0, 1:]))
    assert learner.validate(7).loss == pytest.approx(nats)
    assert learner.validation_examples() == 20
    # In several rows only the beginnings know less.
    assert learner.validate(20).loss == pytest.approx(learner.validate(7).loss, rel=0.05)


def test_lines_count_their_ends(tmp_path: Path) -> None:
    rows = [[5, 6, EOS], [7, EOS], [8, 9, 10, 11, EOS]]
    text = table(tmp_path / "t", rows)
    learner = LineLearner(model(GO), text, text, np.arange(3), LanguageBatchingOptions(), seed=1)
    learner.model.eval()
    (batch,) = learner.batches(0)
    assert learner.tokens(batch) == 10
    total = 0.0
    for row in rows:
        ids = torch.tensor([[GO, *row]])
        run = learner.model(Padded(ids[:, :-1], torch.tensor([len(row)])))
        total += float(
            torch.nn.functional.cross_entropy(learner.model.scores(run.outputs.values[0]), ids[0, 1:], reduction="sum")
        )
    assert float(learner.loss(batch, smoothing=0.0, sampling=0.0).total) == pytest.approx(total)
    score = learner.validate(3)
    assert score.loss == pytest.approx(total / 10)
    assert score.value == pytest.approx(total / 10 / math.log(2))


def test_a_batch_is_described_by_the_lines_that_it_reads(tmp_path: Path) -> None:
    """Ten units a line, lines from 0 here."""
    learner = running(tmp_path, 200, batch_tokens=30, batch_examples=3, steps=5)
    for starts, lines in (([0, 9, 10], "0, 0, 1"), ([19, 20, 199], "1, 2, 19")):
        assert learner.describe(np.array(starts)) == f"the text at lines {lines} and elsewhere"
