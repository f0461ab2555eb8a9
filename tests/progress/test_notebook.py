"""A run in a notebook: one piece of HTML that is replaced, not too often, and harmless."""

from __future__ import annotations

import re

from recurra.progress.notebook import Notebook, NotebookRuns
from recurra.training import Finished, Note, PlanMade, StepDone, Validated

PLAN = PlanMade(0, 100, 10.0, 60.0, 0.1, "50 s for training")


def step(number: int, seconds: float = 0.1) -> StepDone:
    return StepDone(number, 100, 0, 2.0, 0.001, 1.0, 10, 100, seconds)


def test_lines_stay_and_one_bar_moves() -> None:
    shown: list[str] = []
    notebook = Notebook(shown.append)
    notebook(Note("100 examples in <b>\x1b.tsv"))
    assert "<progress" not in shown[-1]
    notebook(PLAN)
    for number in range(1, 51):
        notebook(step(number))
    assert len(shown) == 2 + 16  # each update is a quarter of a second of training
    notebook(Validated(50, 0, 1.5, "error_rate", 40.0, True, 2.0))
    last = shown[-1]
    assert last.count("<progress") == 1
    assert 'value="50" max="100"' in last
    assert "error rate 40.00 %" in last
    notebook(Finished(100, 50, 12.0, "plan complete"))
    notebook(Note("exactly right 60 %"))
    last = shown[-1]
    assert "<progress" not in last
    lines = re.findall("<div>(.*?)</div>", last)
    assert lines[0] == "100 examples in &lt;b&gt;&lt;U+001B&gt;.tsv"
    assert [line.split(":")[0].split(" at")[0] for line in lines[1:]] == ["plan", "plan complete", "exactly right 60 %"]


def test_a_comparison_has_a_line_for_each_run() -> None:
    shown: list[str] = []
    notebook = NotebookRuns(shown.append)
    for number in (1, 2):
        for done in range(1, 4):
            notebook(step(done, 0.3))
        assert 'value="3" max="100"' in shown[-1]
        notebook(Note(f"run {number} & its result"))
    assert re.findall("<div>(.*?)</div>", shown[-1]) == ["run 1 &amp; its result", "run 2 &amp; its result"]
    assert len(shown) == 8
