"""Learning from text: the state is kept by the loop and nowhere else."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch

from recurra.data import EncodedTable, Ragged, Row
from recurra.models.language_model import LanguageModel, LanguageModelOptions
from recurra.padded import Padded
from recurra.tasks.language_model.learner import LineLearner, StreamLearner, line_batch, pieces_of, score
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
    for starts, lines in (
        ([0, 9, 10], "0, 0, 1"),
        ([19, 20, 199], "1, 2, 19"),
        ([0, 11, 22, 33, 44, 55], "0, 1, 2, 3, 4"),
    ):
        assert learner.describe(np.array(starts)) == f"the text at lines {lines} and elsewhere"


@pytest.mark.parametrize("rows", [1, 2, 3, 4])
@pytest.mark.parametrize("steps", [1, 2, 5])
@pytest.mark.parametrize("units", [1, 2, 3, 7, 8, 9, 20])
def test_a_text_is_read_once_in_rows_of_one_length(units: int, steps: int, rows: int) -> None:
    """Each unit after the one before it, the rows as long as each other but for the last ones."""
    text = np.arange(10, 10 + units, dtype=np.int32)
    every = list(pieces_of(text, rows, steps))
    length = math.ceil(units / rows)
    assert len(every) == math.ceil(length / steps)
    read: list[list[int]] = [[] for _ in range(rows)]
    before: list[list[int]] = [[] for _ in range(rows)]
    for number, (inputs, targets) in enumerate(every):
        assert inputs.values.shape == targets.shape == (rows, min(steps, length - number * steps))
        for k, one in enumerate(inputs.lengths.tolist()):
            read[k] += targets[k, :one].tolist()
            before[k] += inputs.values[k, :one].tolist()
    assert read == [text[k * length : (k + 1) * length].tolist() for k in range(rows)]
    whole = [GO, *text.tolist()]
    assert before == [whole[k * length : min((k + 1) * length, units)] for k in range(rows)]


def test_lines_are_read_after_their_beginning() -> None:
    inputs, targets = line_batch(Ragged(np.array([5, 6, 7, 8, 9, 10], np.int32), np.array([2, 3, 1])))
    assert inputs.values.tolist() == [[GO, 5, 6], [GO, 7, 8], [GO, 10, PAD]]
    assert targets.tolist() == [[5, 6, PAD], [7, 8, 9], [10, PAD, PAD]]
    assert inputs.lengths.tolist() == [2, 3, 1]


def test_the_score_is_in_bits_of_a_character_as_units_are_in_the_whole_text(tmp_path: Path) -> None:
    kinds = {"units": "<i4", "characters": "<i4"}
    rows = [Row({"units": [5, 6, 7], "characters": [5]}, 1), Row({"units": [8], "characters": [3]}, 2)]
    found = score(1.5, EncodedTable.write(tmp_path / "t", kinds, iter(rows)))
    assert found.loss == 1.5
    assert found.value == pytest.approx(1.5 / math.log(2) * 4 / 8)
    nothing = EncodedTable.write(tmp_path / "n", kinds, iter([Row({"units": [5], "characters": [0]}, 1)]))
    assert score(1.5, nothing).value == pytest.approx(1.5 / math.log(2))


@pytest.mark.parametrize(
    ("units", "steps", "most", "found"),
    [
        (1001, 20, 6, (20, 6, 8)),  # as many streams as are asked for, and one batch less than there could be
        (241, 20, 6, (20, 6, 1)),
        (240, 20, 6, (20, 5, 2)),  # each stream has two pieces at least
        (81, 20, 6, (20, 2, 1)),
        (79, 20, 6, (20, 1, 2)),
        (21, 20, 6, (20, 1, 1)),
        (11, 20, 6, (10, 1, 1)),  # the first unit is never a target
        (2, 20, 6, (1, 1, 1)),
    ],
)
def test_how_a_text_is_cut_into_streams(
    tmp_path: Path, units: int, steps: int, most: int, found: tuple[int, int, int]
) -> None:
    text = table(tmp_path / "t", [[5] * units])
    options = LanguageBatchingOptions(batch_tokens=10_000, batch_examples=most, steps=steps)
    learner = StreamLearner(model(), text, text, options, 1)
    assert (learner.steps, learner.streams, learner.pieces) == found
    assert np.array_equal(learner.largest_batch(), learner.batches(0)[0])
    assert learner.validation_examples() == math.ceil(units / learner.steps)


def test_where_an_epoch_begins_is_anywhere_that_it_fits(tmp_path: Path) -> None:
    text = table(tmp_path / "t", [[5] * 45])
    learner = StreamLearner(model(), text, text, LanguageBatchingOptions(10_000, 2, 10), 1)
    assert (learner.streams, learner.pieces) == (2, 1)
    begins = [int(learner.batches(epoch)[0][0]) for epoch in range(300)]
    assert (min(begins), max(begins)) == (1, 25)
    other = StreamLearner(model(), text, text, LanguageBatchingOptions(10_000, 2, 10), 2)
    assert begins != [int(other.batches(epoch)[0][0]) for epoch in range(300)]


def test_rows_of_a_validation_text_have_five_hundred_units(tmp_path: Path) -> None:
    """What is read at several places at once begins there from nothing."""
    dice = np.random.default_rng(2)
    text = table(tmp_path / "t", [dice.integers(4, VOCABULARY, 1700).tolist()])
    learner = StreamLearner(model(), text, text, LanguageBatchingOptions(10_000, 2, 50), 1)
    units = text["units"].values
    for examples, rows in ((19, 1), (20, 2), (29, 2), (30, 3), (34, 3), (40, 3)):
        read = units[: 50 * examples]
        length = math.ceil(len(read) / rows)
        nats = 0.0
        for first in range(0, len(read), length):
            before = np.concatenate([[GO], read])[first : min(first + length, len(read))]
            run = learner.model(Padded(torch.from_numpy(before.astype(np.int64))[None], torch.tensor([len(before)])))
            right = torch.from_numpy(read[first : first + length].astype(np.int64))
            scores = learner.model.eval().scores(run.outputs.values[0])
            nats += float(torch.nn.functional.cross_entropy(scores, right, reduction="sum").detach())
        assert learner.validate(examples).loss == pytest.approx(nats / len(read))


def test_validation_lines_are_spread_over_the_file(tmp_path: Path) -> None:
    rows = [[4 + k, EOS] for k in range(10)]
    text = table(tmp_path / "t", rows)
    learner = LineLearner(model(GO), text, text, np.arange(10), LanguageBatchingOptions(), seed=1)
    assert (learner.measure, learner.noun, learner.validation_examples()) == ("bits_per_character", "the lines", 10)
    each = [LineLearner(learner.model, text, table(tmp_path / f"{k}", [row]), np.arange(1), LanguageBatchingOptions(),
                        seed=1).validate(1).loss for k, row in enumerate(rows)]  # fmt: skip
    assert learner.validate(10).loss == pytest.approx(float(np.mean(each)))
    assert learner.validate(3).loss == pytest.approx(float(np.mean([each[k] for k in (0, 4, 9)])))
