"""`recurra demo`: trains on the demo's data, then shows accuracy, answers and a map."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from recurra.demos import DEMOS, Demo, Experiment, Learned, Split, demo_named
from recurra.demos.dates import DEMO
from recurra.metrics import Measure
from recurra.tasks.evaluation import Evaluation

if TYPE_CHECKING:
    from conftest import CommandLine, FakeModel

PAIRS = [(f"{k}1.50.89{k}1", f"1{k}98.05.1{k}") for k in range(10)]
PAIRS[3] = ("abc", "not cba")  # what the model of these tests gets wrong


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch, model: FakeModel) -> dict[str, Any]:
    called: dict[str, Any] = {}

    def train(data: Any, *, to: Path, **settings: Any) -> FakeModel:
        to.mkdir(exist_ok=True, parents=True)
        called.update(settings, data=data, to=to)
        called.setdefault("all", []).append((to, settings["time"], settings["settings"]))
        model.path = to
        return model

    model.evaluation = Evaluation(1000, {"exact_match": Measure(97.3, 96.0, 98.5, "")})
    monkeypatch.setattr("recurra.api.train", train)
    monkeypatch.setattr("recurra.demos.dates.DEMO", replace(DEMO, split=lambda: Split(PAIRS[:4], PAIRS)))
    return called


def test_the_demo(recurra: CommandLine, model: FakeModel, trained: dict[str, Any], tmp_path: Path) -> None:
    result = recurra("demo", "dates", "--to", "dates-model")
    assert result.code == 0
    assert (trained["data"], trained["to"]) == (PAIRS[:4], Path("dates-model"))
    assert (trained["task"], trained["time"]) == ("translate", "50s")
    assert "97.3 % of 1,000 held-out dates are exactly right (95 % interval: 96.0 to 98.5)" in result.out
    source, target = PAIRS[3]
    assert f"{source[::-1]}  (wrong, it is {target})" in result.out
    assert result.out.count("wrong") == 1
    assert "█ from 75%" in result.out  # the map
    assert "recurra predict dates-model" in result.out
    page = tmp_path / "dates-model" / "attention.html"
    assert str(Path("dates-model") / "attention.html") in result.out
    assert page.read_text().count("<section>") == 10
    assert f"{PAIRS[0][0]}  ->  {PAIRS[0][1]}" in result.err


def test_the_pairs_alone(recurra: CommandLine, trained: dict[str, Any], tmp_path: Path) -> None:
    result = recurra("demo", "dates", "--data", "dates")
    assert result.code == 0
    assert not trained
    rows = (tmp_path / "dates" / "test.tsv").read_text(encoding="utf-8").splitlines()
    assert [tuple(row.split("\t")) for row in rows] == [tuple(pair) for pair in PAIRS]
    assert len((tmp_path / "dates" / "train.tsv").read_text(encoding="utf-8").splitlines()) == 4


def test_without_a_folder_a_temporary_one_is_made_and_told(
    recurra: CommandLine, trained: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    result = recurra("demo", "--time", "1m")
    assert result.code == 0
    assert trained["time"] == "55s"
    assert trained["to"].parent == tmp_path
    assert str(trained["to"]) in result.out


def test_a_demo_with_several_networks_shares_its_time_among_them(
    recurra: CommandLine, trained: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Learned] = []
    networks: dict[str, Any] = {"bag": {"model.layers": 1}, "rnn": {"model.layers": 2}}
    monkeypatch.setattr("time.monotonic", lambda: 100.0)
    demo = Demo("classify", lambda: Split(PAIRS[:4], PAIRS), networks, seen.append, time="30s", noun="reviews")
    monkeypatch.setattr("recurra.demos.dates.DEMO", demo)
    result = recurra("demo", "dates", "--to", "m")
    assert result.code == 0
    assert trained["all"] == [
        (Path("m/bag"), "12.5s", {"model.layers": 1}),
        (Path("m/rnn"), "25s", {"model.layers": 2}),  # no time has passed on this clock
    ]
    assert list(seen[0].models) == ["bag", "rnn"]
    assert seen[0].held_out == PAIRS
    assert "made reviews to learn from" in result.err


def test_a_network_that_took_all_the_time_leaves_some_for_the_next(
    recurra: CommandLine, trained: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([100.0, 190.0])  # 90 seconds have gone before the second network
    monkeypatch.setattr("time.monotonic", lambda: next(clock, 190.0))
    networks: dict[str, Any] = {"bag": {}, "rnn": {}}
    demo = Demo("classify", lambda: Split(PAIRS[:4], PAIRS), networks, lambda learned: None, time="30s", least=16.0)
    monkeypatch.setattr("recurra.demos.dates.DEMO", demo)
    assert recurra("demo", "dates", "--to", "m").code == 0
    assert [time for _, time, _ in trained["all"]] == ["12.5s", "8s"]


@pytest.mark.parametrize("name", DEMOS)
def test_every_demo_of_the_table_is_one(name: str) -> None:
    from recurra.tasks import TASKS

    demo = demo_named(name)
    if isinstance(demo, Experiment):
        return
    assert demo.task in TASKS
    recipe = TASKS[demo.task].recipe()
    for settings in demo.networks.values():
        assert recipe.with_settings(settings) is not None
