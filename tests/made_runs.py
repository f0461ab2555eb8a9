"""Run folders whose numbers follow known curves."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

Curve = Callable[[float], float]  # from the share of the run that is done, 0 to 1, to a number


def events(
    training: Curve = lambda done: 2.0,
    valid: Curve = lambda done: 2.0,
    measure: Curve = lambda done: 50.0,
    norm: Curve = lambda done: 0.5,
    steps: int = 400,
    validations: int = 20,
    noise: float = 0.0,  # standard deviation of the validation loss; ten times as much of a step's, and of the measure
    seed: int = 1,
) -> list[dict[str, object]]:
    """The events of a run."""
    random = np.random.default_rng(seed)
    found: list[dict[str, object]] = [{"event": "PlanMade", "step": 0, "steps": steps, "epochs": 4.0}]
    due = {round(steps * (k + 1) / validations) for k in range(validations)}
    for step in range(1, steps + 1):
        done = step / steps
        found.append({
            "event": "StepDone", "step": step, "steps": steps, "epoch": 0, "examples": 10, "tokens": 100,
            "loss": training(done) + 10 * noise * random.normal(), "learning_rate": 0.01 * (1 - done),
            "gradient_norm": norm(done), "seconds": 0.01,
        })  # fmt: skip
        if step in due:
            found.append({
                "event": "Validated", "step": step, "epoch": 0, "measure": "token_error_rate", "seconds": 0.5,
                "loss": valid(done) + noise * random.normal(),
                "value": measure(done) + 10 * noise * random.normal(), "best": False,
            })  # fmt: skip
    return [*found, {"event": "Finished", "step": steps, "best_step": steps, "reason": "plan complete", "signal": 0}]


def write_run(folder: Path, lines: Sequence[object], clip_norm: float | None = 1.0) -> Path:
    """A model folder with a run; a text is a line as it is."""
    run = folder / "run"
    run.mkdir(parents=True)
    text = "".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines)
    (run / "metrics.jsonl").write_text(text, encoding="utf-8")
    clipping = "" if clip_norm is None else f"clip_norm = {clip_norm}\n"
    (run / "recipe.toml").write_text(f"[training]\nlabel_smoothing = 0.1\n{clipping}", encoding="utf-8")
    return folder
