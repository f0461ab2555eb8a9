"""Fewer steps than a direct forecast has are its first ones, whatever it is a difference from."""

from __future__ import annotations

import pytest
from toy_tasks import TOYS, network, options_of, predictor


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
