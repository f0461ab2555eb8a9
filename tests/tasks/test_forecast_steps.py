"""Fewer steps than a direct forecast has are its first ones, whatever it is a difference from."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import torch
from toy_tasks import TOYS, network, options_of, predictor

from recurra.tasks.forecast.learner import counted
from recurra.tasks.forecast.windows import Span


@pytest.mark.parametrize("baseline", ["last", "season", "none"])
def test_fewer_steps_are_the_first_ones(baseline: str) -> None:
    made = network("forecast", settings={"model.baseline": baseline, "data.season": 5, "model.horizon": 4})
    whole, part = (
        next(iter(predictor("forecast", made).predict(TOYS["forecast"].inputs, options_of("forecast", made, **asked))))
        for asked in ({}, {"steps": 2})
    )
    assert whole.details is not None
    assert part.details is not None
    for all_steps, few in zip(whole.details.columns, part.details.columns, strict=True):  # type: ignore[attr-defined]
        assert len(all_steps.median) == 4
        assert few.median == all_steps.median[:2]
        assert few.quantiles == {level: values[:2] for level, values in all_steps.quantiles.items()}


@pytest.mark.parametrize(("every", "first"), [(False, 2), (True, 0)])
def test_a_recursive_network_learns_what_follows_the_window_or_every_step(every: bool, first: int) -> None:
    truths = torch.arange(7.0).view(1, 7, 1)
    span = Span(truths, truths, torch.ones(1, 1), torch.tensor([3]), torch.tensor([6]))
    model: Any = SimpleNamespace(recursive=True)
    assert counted(model, span, every=every)[0, :, 0].nonzero().flatten().tolist() == list(range(first, 5))
