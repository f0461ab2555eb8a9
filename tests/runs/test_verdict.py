"""The verdict on runs whose curves are known."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np
import pytest
from made_runs import Curve, events, write_run

from recurra.runs import read_run
from recurra.runs.verdict import FEW, trend

SEEDS = range(1, 21)


def falls(to: float = 0.5, speed: float = 5.0) -> Curve:
    """From 2.5 towards a number."""
    return lambda done: to + (2.5 - to) * math.exp(-speed * done)


def turns(at: float) -> Curve:
    """Falls to 1 and rises again from there."""
    return lambda done: 1 + (1.5 * (1 - done / at) ** 2 if done < at else 0.8 * (done - at) / (1 - at))


def said(folder: Path, **curves: object) -> list[str]:
    return read_run(write_run(folder, events(**curves))).verdict  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("validations", [8, 20])
def test_overfitting_is_seen_and_from_where_on(tmp_path: Path, seed: int, validations: int) -> None:
    _, where, _ = said(tmp_path / "m", training=falls(0.1), valid=turns(0.4), measure=lambda done: 30 + 20 * done,
                       noise=0.02, seed=seed, validations=validations)  # fmt: skip
    assert where.startswith("overfitting since step ")
    assert "while the training loss falls" in where
    assert "does not rise" not in where
    assert 100 <= int(where.split()[3].rstrip(":")) <= 240  # of 400; it turns at 160


def test_a_measure_that_gets_better_meanwhile_is_said(tmp_path: Path) -> None:
    _, where, _ = said(tmp_path / "m", training=falls(0.1), valid=turns(0.4), measure=lambda done: 50 - 30 * done)
    assert where.endswith("while the training loss falls; the token error rate does not rise with it")


@pytest.mark.parametrize("seed", SEEDS)
def test_what_falls_until_its_end_wants_more_time(tmp_path: Path, seed: int) -> None:
    line = lambda done: 2.5 - done  # noqa: E731
    _, where, _ = said(tmp_path / "m", training=line, valid=line, measure=lambda done: 60 - 30 * done, noise=0.02,
                       seed=seed)  # fmt: skip
    assert where.startswith("still falling at its end: the validation loss went from ")
    assert where.endswith("a longer run is likely to be better")


def test_a_run_that_has_not_ended_is_not_told_to_be_longer(tmp_path: Path) -> None:
    whole = events(valid=lambda done: 2.5 - done, measure=lambda done: 60 - 30 * done)
    where = read_run(write_run(tmp_path / "m", whole[:-1])).verdict[1]
    assert where.startswith("still falling: the validation loss went from")
    assert "longer" not in where


def test_a_loss_that_falls_beside_a_level_measure_is_not_promised_to_help(tmp_path: Path) -> None:
    _, where, _ = said(tmp_path / "m", valid=lambda done: 2.5 - done)
    assert where.startswith("still falling: the validation loss went from")
    assert where.endswith("; but the token error rate is level since step 20")


@pytest.mark.parametrize("validations", [8, 20])
def test_a_plateau_is_one_and_begins_where_it_begins(tmp_path: Path, validations: int) -> None:
    curve = falls(1.0, 20.0)
    found = [
        re.match(r"plateau: the validation loss is level since step (\d+) \(at (?:1|0\.9\d*|1\.0\d*)[;)]", where)
        for seed in SEEDS
        for _, where, _ in [said(tmp_path / f"{seed}", training=curve, valid=curve, noise=0.01, seed=seed,
                                 validations=validations)]
    ]  # fmt: skip
    right = [int(one[1]) for one in found if one]
    assert len(right) >= 0.9 * len(found)
    assert min(right) >= 40
    assert sorted(right)[len(right) // 2] <= 200  # by step 100 it is within a hundredth of where it ends


@pytest.mark.parametrize("validations", [FEW, 6, 10, 20, 40])
def test_of_noise_alone_hardly_anything_is_said(validations: int) -> None:
    random = np.random.default_rng(7)
    trends = [trend((2 + 0.1 * random.normal(size=validations)).tolist()) for _ in range(300)]
    assert sum(one is None or one.kind != "level" for one in trends) <= 0.1 * len(trends)


def test_both_losses_rise_where_learning_is_unstable(tmp_path: Path) -> None:
    _, where, _ = said(tmp_path / "m", training=turns(0.5), valid=turns(0.5))
    assert where.startswith(
        "unstable since step 200: the validation loss rises (1 to 1.8), and so does the training loss"
    )


def test_a_validation_that_gets_worse_beside_level_training(tmp_path: Path) -> None:
    _, where, _ = said(tmp_path / "m", valid=turns(0.5))
    assert where.startswith("worse since step 200")
    assert "while the training loss is level" in where


def test_few_validations_tell_nothing(tmp_path: Path) -> None:
    assert said(tmp_path / "m", validations=3)[1] == "3 validations: too few to say where it is going"
    assert said(tmp_path / "n", validations=1)[1] == "1 validation: too few to say where it is going"


def test_the_best_validation(tmp_path: Path) -> None:
    best = said(tmp_path / "m", measure=lambda done: 10 + abs(done - 0.5))[0]
    assert best == "best validation at step 200 of 400: token error rate 10.00 %"


def test_the_best_validation_is_the_one_whose_weights_were_kept(tmp_path: Path) -> None:
    """Which that is of equal ones, or of one that was lower by chance, the run has decided."""
    found = events(measure=lambda done: 10.0)
    looks = [event for event in found if event["event"] == "Validated"]
    for look in looks[:3]:
        look["best"] = True
    [best, *_] = read_run(write_run(tmp_path / "m", found)).verdict
    assert best.startswith(f"best validation at step {looks[2]['step']} of 400")
    [best, *_] = read_run(write_run(tmp_path / "n", [*found, {"event": "Cut", "step": looks[1]["step"]}])).verdict
    assert best.startswith(f"best validation at step {looks[1]['step']} of {looks[1]['step']}")


def test_a_loss_that_is_no_number_ends_in_a_sentence(tmp_path: Path) -> None:
    where = said(tmp_path / "m", valid=lambda done: math.nan if done > 0.7 else 1.0)[1]
    assert where.startswith("the validation loss is not a number at some validations")


def test_gradients_clipped_large_and_standing_out(tmp_path: Path) -> None:
    norms = {80: 30.0, 200: 12.0}
    lines = said(tmp_path / "m", norm=lambda done: norms.get(round(400 * done), 0.5 if done > 0.1 else 2.0))
    assert lines[2] == (
        "gradients: 10.5 % of the updates were clipped to norm 1; largest norm 30 at step 80, median 0.5; "
        "2 spikes over 10 times the steps around: steps 80, 200"
    )
    assert len(lines) == 3


def test_small_gradients_that_stand_out_are_no_spikes(tmp_path: Path) -> None:
    lines = said(tmp_path / "m", norm=lambda done: 0.5 if round(400 * done) % 50 == 0 else 0.001)
    assert lines[2].startswith("gradients: no update was clipped to norm 1; ")
    assert lines[2].endswith("no spikes")


def test_a_rise_of_the_gradients_is_no_spike(tmp_path: Path) -> None:
    assert said(tmp_path / "m", norm=lambda done: 0.1 if done < 0.5 else 5.0)[2].endswith("no spikes")


def test_clipping_that_cuts_nearly_everything_is_said_with_a_norm_that_would_not(tmp_path: Path) -> None:
    lines = said(tmp_path / "m", norm=lambda done: 2 + 2 * done)
    assert lines[2].startswith("gradients: 100.0 % of the updates were clipped")
    assert lines[3].endswith(
        "a training.clip_norm of 3.9 would have cut 5 %"
    )  # of the norms from 2 to 4, 5 % are above 3.9


def test_without_clipping_and_without_knowing(tmp_path: Path) -> None:
    none = read_run(write_run(tmp_path / "a", events(), clip_norm=0.0)).verdict[2]
    assert none.startswith("gradients: no clipping; largest norm 0.5")
    unknown = read_run(write_run(tmp_path / "b", events(), clip_norm=None))
    assert unknown.verdict[2].startswith("gradients: largest norm")
    assert unknown.notes == [
        "the share of clipped updates is not known: recipe.toml of the run does not say training.clip_norm"
    ]
