"""How many cores there are, and how many nobody else uses."""

from __future__ import annotations

import os

import pytest

from recurra import cores


def loaded(load: float) -> tuple[float, float, float]:
    return load, 9.0, 9.0


@pytest.mark.parametrize(("load", "idle"), [(0.0, 4), (0.4, 4), (0.6, 3), (2.2, 2), (3.8, 1), (40.0, 1)])
def test_idle_is_what_the_load_of_the_last_minute_leaves(
    load: float, idle: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cores, "usable_cores", lambda: 4)
    monkeypatch.setattr(os, "getloadavg", lambda: loaded(load), raising=False)
    assert cores.idle_cores() == idle


def test_a_system_that_does_not_say_its_load_has_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cores, "usable_cores", lambda: 4)

    def hidden() -> None:
        raise OSError("Load averages are unobtainable")

    monkeypatch.setattr(os, "getloadavg", hidden, raising=False)
    assert cores.idle_cores() == 4
    monkeypatch.delattr(os, "getloadavg")
    assert cores.idle_cores() == 4
