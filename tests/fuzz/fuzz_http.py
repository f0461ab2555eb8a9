"""Requests to a server of every stored model: some to one address (tests/serving/described_requests.py)."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

from workers import Step, Target

sys.path.insert(0, str(Path(__file__).parents[1] / "serving"))
BODIES = 20  # in one mutant, each of which makes up to nine requests
SECONDS = 120  # for all of them
MEMORY = 4 << 30  # bytes: threads and kernels reserve many times the addresses that they use


def steps(rnd: Random, folder: Path) -> Iterator[Step]:
    """Requests to one address."""
    from described_requests import described, tried

    path = rnd.choice([result.ok().path for result in described().get_all_operations()])
    number = rnd.randrange(2**32)

    def send() -> Counter[str]:
        """Counts the answers by their status."""
        return Counter({str(status): count for status, count in tried(number, BODIES, path).items()})

    yield f"requests to {path}", send


def prepare() -> None:
    """Loads the models before processes are forked."""
    from described_requests import models

    models()


HTTP = Target("http", steps, prepare, SECONDS, MEMORY)
