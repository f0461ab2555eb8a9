"""How many threads torch computes with.

Small networks gain little from a second thread and lose much where the cores are busy with something else, or where a
container has fewer than the machine. So one thread is what a run begins with; more have to prove in the run itself that
they are faster (`planning.choose_threads`).

Sums are taken in another order by another number of threads, so the last digits of a result differ.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager

import torch

from recurra.cores import usable_cores


def usable_threads() -> int:
    """How many there may be: OMP_NUM_THREADS where it is set, else the cores that this process may run on."""
    said = os.environ.get("OMP_NUM_THREADS", "").partition(",")[0]
    if said.isdecimal() and int(said):
        return int(said)
    return usable_cores()


@contextmanager
def threads(number: int) -> Generator[None]:
    """Within this, torch computes with so many threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(number)
    try:
        yield
    finally:
        torch.set_num_threads(before)
