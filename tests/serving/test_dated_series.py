"""Series are sent with their times where a model reads the calendar."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

import recurra
from recurra.serving.models import Models

START, HOURS = datetime(2024, 1, 1), 24 * 7 * 6


def hours(first: int, count: int) -> dict[str, list[Any]]:
    """Of a shop that is closed at the weekend."""
    steps = [START + timedelta(hours=k) for k in range(first, first + count)]
    busy = [10.0 + hour.hour % 12 if hour.weekday() < 5 else 0.5 * (hour.hour % 3) for hour in steps]
    return {"time": [f"{hour:%Y-%m-%d %H:%M}" for hour in steps], "customers": busy}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Models:
    folder = tmp_path_factory.mktemp("dated") / "shop"
    settings = {"model.width": 8, "model.horizon": 6, "data.season": 24, "data.window": 24,
                "training.learning_rate": 1e-12, "data.calendar": "day week"}  # fmt: skip
    recurra.train(hours(0, HOURS), task="forecast", to=folder, epochs=0.1, settings=settings, progress=False)
    models = Models([folder])
    models.reload()
    return models


async def test_times_are_read_and_what_they_do_not_say_is_told(asking, shop: Models) -> None:
    client = asking(models=shop)
    (model,) = (await client.get("/v1/models")).json()["models"]
    assert model["reads"]["calendar"] == ["day", "week"]
    saturday, sunday = (hours(HOURS - 24 * days, 24) for days in (2, 1))
    undated = {"customers": sunday["customers"]}
    inputs = [saturday, sunday, undated]
    answers = (await client.post("/v1/predict", {"model": "shop", "inputs": inputs})).json()["answers"]
    found = [one["details"]["columns"]["customers"]["median"] for one in answers]
    assert max(found[0]) < 5 < min(found[1])  # a Sunday, and a Monday
    assert [one["details"].get("undated") for one in answers] == [None, None, ["day", "week"]]
    alone = (await client.post("/v1/predict", {"model": "shop", "inputs": [sunday]})).json()["answers"][0]
    assert alone["details"]["columns"]["customers"]["median"] == pytest.approx(found[1], abs=1e-3)
    assert alone["details"]["times"][0] == "2024-02-12 00:00"
    trace = await client.post("/v1/trace", {"model": "shop", "input": sunday})
    assert trace.status_code == 200
