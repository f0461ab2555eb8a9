"""The memory problems are what the papers say, and the demo shows what every network came to."""

from __future__ import annotations

import time
from io import StringIO
from pathlib import Path

import pytest
import torch
from rich.console import Console

from recurra.demos import Bench, demo_named
from recurra.demos.memory import DEMO
from recurra.demos.memory_problems import PROBLEMS, Adding, Copy
from recurra.demos.memory_run import KINDS, Data, Kind, tried


def test_the_sum_is_of_the_two_marked_numbers_one_in_each_half() -> None:
    values, wanted = Adding().make(50, seed=3)
    numbers, marks = values.unbind(-1)
    half = Adding.steps // 2
    assert marks[:, :half].sum(1).tolist() == marks[:, half:].sum(1).tolist() == [1.0] * 50
    torch.testing.assert_close((numbers * marks).sum(1, keepdim=True), wanted, atol=1e-3, rtol=0)
    said = torch.ones(20_000, 1, 1)
    many = torch.rand(20_000, 2).sum(1, keepdim=True)
    assert Adding().words(Adding().result(said, many))[:4] == Adding.without[:4]  # who always says 1


def test_the_letters_at_the_beginning_are_asked_for_at_the_end() -> None:
    values, wanted = Copy().make(50, seed=3)
    ids = values.argmax(-1)
    assert torch.equal(ids[:, : Copy.asked], wanted)
    assert (ids[:, Copy.asked : -Copy.asked] == Copy.letters).all()
    assert (ids[:, -Copy.asked :] == Copy.letters + 1).all()
    assert Copy().result(torch.nn.functional.one_hot(wanted, Copy.letters).float(), wanted) == 1.0


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda one: one.name)
@pytest.mark.parametrize("kind", KINDS, ids=lambda one: one.name)
def test_every_network_is_trained_measured_and_looked_into(problem: Adding | Copy, kind: Kind) -> None:
    data = Data(problem.make(64, 1), problem.make(40, 2))
    outcome = tried(problem, kind, data, 0.05)
    assert outcome.updates > 0
    assert outcome.after.clipped is not None
    assert 0 <= outcome.after.clipped <= 1
    for flow in (outcome.before, outcome.after):
        assert [layer.name for layer in flow.layers] == [str(k) for k in range(kind.layers)]
        assert flow.layers[0].curve.distance[-1] == problem.steps - 1
    assert outcome.before.layers[0].curve.left != outcome.after.layers[0].curve.left


def test_the_demo_keeps_its_time_and_writes_a_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recurra.demos.memory_run.TRAINING", 64)
    monkeypatch.setattr("recurra.demos.memory_run.HELD_OUT", 40)
    monkeypatch.setattr("recurra.demos.memory.LEAST", 0.02)
    console = Console(file=StringIO(), width=100)
    DEMO.run(Bench(console, tmp_path, time.monotonic()))
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    for words in ("adding:", "copy:", "without any memory: 0.333 off", "without any memory: 25% right", "memory.html"):
        assert words in " ".join(shown.split())
    assert all(shown.count(kind.name) >= 4 for kind in KINDS)
    page = (tmp_path / "memory.html").read_text()
    assert page.count("<figure>") == 4
    assert page.count('class="verdict"') == 8


def test_its_data_are_files_to_train_on(tmp_path: Path) -> None:
    from recurra.data import DataSource, open_examples
    from recurra.tasks import TASKS

    assert demo_named("memory") is DEMO
    sizes = DEMO.write(tmp_path)
    for task, file in (("forecast", "adding-test.csv"), ("translate", "copy-test.tsv")):
        examples = list(open_examples(DataSource(str(tmp_path / file)), TASKS[task].kind))
        assert len(examples) == sizes[tmp_path / file] == 500
