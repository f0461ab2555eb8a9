"""The page with a model that reads the calendar: times stay beside numbers that are changed, and what lacks is told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest
from served_page import Opened, Served, opening, running
from test_dated_series import HOURS, hours

import recurra


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("dated") / "shop"
    settings = {"model.width": 8, "model.horizon": 6, "data.season": 24, "data.window": 24,
                "training.learning_rate": 1e-12, "data.calendar": "day week"}  # fmt: skip
    recurra.train(hours(0, HOURS), task="forecast", to=folder, epochs=0.1, settings=settings, progress=False)
    with running([folder]) as found:
        yield found


@pytest.fixture
def opened(chromium: Any, served: Served) -> Iterator[Opened]:
    with opening(chromium, served) as found:
        yield found


def at(given: object) -> str:
    return "#" + urlencode({"model": "shop", "input": json.dumps(given)})


def test_times_stay_where_a_number_is_dragged(opened: Opened, served: Served) -> None:
    sunday = hours(HOURS - 24, 24)
    page = opened(at(sunday))
    page.locator(".answer").get_by_text("2024-02-12 00:00").wait_for()
    assert "has no dates" not in page.locator(".answer").inner_text()
    page.get_by_role("slider", name="the last number of customers").press("PageUp")
    page.wait_for_function("before => new URLSearchParams(location.hash.slice(1)).get('input') !== before",
                           arg=json.dumps(sunday))  # fmt: skip
    changed = json.loads(parse_qs(page.url.partition("#")[2])["input"][0])
    assert changed["time"] == sunday["time"]
    assert changed["customers"][-1] > sunday["customers"][-1]
    page.locator(".answer").get_by_text("2024-02-12 00:00").wait_for()


def test_it_is_told_where_there_are_no_dates(opened: Opened) -> None:
    page = opened(at({"customers": hours(HOURS - 24, 24)["customers"]}))
    page.locator(".answer").get_by_text(
        "The model reads the calendar (day, week), and this series has no dates."
    ).wait_for()
