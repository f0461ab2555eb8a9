"""A run that ended between writing down that it is to have more epochs and its next checkpoint still gets them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

import recurra


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


def test_more_epochs_that_were_only_written_down_are_trained(tmp_path: Path) -> None:
    rows = [(f"{word} {k}", word) for k in range(20) for word in ("good", "bad")]
    settings = {"model.width": 8, "model.wide": "off", "training.patience": 0}

    def steps(epochs: int, *, resume: bool) -> int:
        recurra.train(rows, task="classify", to=tmp_path / "m", epochs=epochs, settings=settings, resume=resume)
        return int(json.loads((tmp_path / "m/config.json").read_text())["trained"]["steps"])

    first = steps(1, resume=False)
    asked = tmp_path / "m/run/request.json"
    written = json.loads(asked.read_text())
    assert written["budget"] == {"epochs": 1}
    asked.write_text(json.dumps({**written, "budget": {"epochs": 2}}))
    assert steps(2, resume=True) == 2 * first
    assert steps(2, resume=True) == 2 * first
