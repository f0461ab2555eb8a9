"""A training run that is killed and resumed while somebody follows it: each step that counts is told once."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from pathlib import Path
from typing import Any

from test_killed_runs import run, start

from recurra.runs import Follower, Watch

Event = dict[str, Any]
LONG = {"save_every": 0.3, "epochs": 30}


class Heard:
    """What a follower has heard that counts: a cut takes back what came after it."""

    def __init__(self) -> None:
        self.steps: dict[int, float] = {}
        self.looks: dict[int, float] = {}
        self.answers: dict[int, list[str]] = {}
        self.cuts = 0

    def __call__(self, event: Event) -> None:
        kinds = {
            "StepDone": (self.steps, "loss"),
            "Validated": (self.looks, "loss"),
            "Sampled": (self.answers, "answers"),
        }
        if event["event"] in ("Cut", "Again"):
            self.cuts += 1
            for kept, _ in kinds.values():
                for step in [step for step in kept if step > event.get("step", -1)]:
                    del kept[step]
        if event["event"] in kinds:
            kept, name = kinds[event["event"]]
            assert event["step"] not in kept, f"{event['event']} of step {event['step']} is told twice"
            kept[event["step"]] = event[name]


def recorded(folder: Path) -> Heard:
    heard = Heard()
    for line in (folder / "run" / "metrics.jsonl").read_text(encoding="utf-8").splitlines():
        heard(json.loads(line))
    return heard


def test_a_run_that_is_killed_and_resumed_tells_each_step_once(tmp_path: Path) -> None:
    """What is told equals what is recorded, and the losses are those of a run that was never stopped."""
    whole, folder = tmp_path / "whole", tmp_path / "model"
    run(whole, **LONG)
    heard, follower, dice = Heard(), Follower(folder / "run"), random.Random(3)

    def look() -> None:
        for told in follower.read():
            if told.new:
                heard(told.event)

    for _ in range(3):
        child, enough = start(folder, **LONG), len(heard.steps) + dice.randint(5, 40)
        while len(heard.steps) < enough:
            assert os.waitpid(child, os.WNOHANG) == (0, 0)
            time.sleep(0.01)
            look()
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        look()
        follower = Follower(folder / "run", follower.place)  # as a server that was started again
    assert run(folder, **LONG) == 0
    look()
    assert heard.cuts
    undisturbed, kept = recorded(whole), recorded(folder)
    assert heard.steps == kept.steps == undisturbed.steps
    assert heard.looks == kept.looks == undisturbed.looks
    assert list(heard.steps) == [*range(1, len(heard.steps) + 1)]
    assert heard.answers == kept.answers
    both = heard.answers.keys() & undisturbed.answers.keys()
    assert both
    assert [heard.answers[step] for step in both] == [undisturbed.answers[step] for step in both]
    watch = Watch([folder])
    assert [event["event"] for event in watch.update()][-2:] == ["Finished", "Doing"]
    assert watch.ended
