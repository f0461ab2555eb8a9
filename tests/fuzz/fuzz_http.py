"""Requests to a server of every stored model: ten to one address (tests/serving/described_requests.py)."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

from workers import Step, Target

sys.path.insert(0, str(Path(__file__).parents[1] / "serving"))
REQUESTS = 10


def steps(rnd: Random, folder: Path) -> Iterator[Step]:
    """Requests to one address."""
    from described_requests import described, tried

    path = rnd.choice([result.ok().path for result in described().get_all_operations()])
    number = rnd.randrange(2**32)
    yield f"requests to {path}", lambda: tried(number, REQUESTS, path)


def prepare() -> None:
    """Loads the models before processes are forked."""
    from described_requests import models

    models()


HTTP = Target("http", steps, prepare)
