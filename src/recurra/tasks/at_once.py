"""Batches that are answered at the same time: as many as torch is told to use threads, each by one of them.

Torch itself divides every sum among its threads. That changes the last digits of results, and each of the many small
steps of a recurrent network waits for the slowest thread, which takes twenty times as long where a core is busy with
something else. Whole batches do not wait for each other, and whatever the number of threads, each is computed in the
same way: so the answers are the same bits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import torch

from recurra.lists import integers
from recurra.training import Index, threads
from recurra.turns import step_done

B = TypeVar("B")
R = TypeVar("R")


def at_once(compute: Callable[[B], R], batches: Sequence[B], device: torch.device) -> list[R]:
    """What is computed of each batch, in their order, without gradients. On a GPU one after the other.

    Raises:
        Whatever the computation of the first batch that failed has raised.
    """

    def one(batch: B) -> R:
        with torch.inference_mode():  # which holds for a single thread
            found = compute(batch)
        step_done()
        return found

    number = min(torch.get_num_threads() if device.type == "cpu" else 1, len(batches))
    with threads(1):
        if number <= 1:
            return [one(batch) for batch in batches]
        with ThreadPoolExecutor(number) as pool:
            return list(pool.map(one, batches))


def numbered(batches: Iterable[Index]) -> list[list[int]]:
    """The numbers of the examples of each batch."""
    return [integers(batch) for batch in batches]
