"""What a cell costs in training: a recurrent layer of each cell beside torch.nn.LSTM, forward and backward.

    .venv/bin/python bench/cells.py [--rounds 7] [--device cuda]

All take turns in one run, with one thread, in seconds of the processor; on a GPU in seconds by the clock, until it has
done all, beside cuDNN. Reported is the median of the rounds' ratios,
the LSTM's time over the cell's: above 1 is faster. Rows are full, as those of a batch of like lengths nearly are;
"ragged" has rows of every length.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from statistics import median

import torch
from history import record
from torch import Tensor, nn

from recurra.cells import CELLS
from recurra.layers import Recurrent
from recurra.padded import Padded

SHAPES = ((64, 25, 256), (32, 100, 512))  # rows, steps, width


def contestants(rows: int, steps: int, width: int, device: str) -> dict[str, Callable[[], Tensor]]:
    """What is run: each makes its outputs."""
    torch.set_default_device(device)
    values = torch.randn(rows, steps, width, requires_grad=True)
    full, ragged = torch.full((rows,), steps), torch.arange(rows) * steps // rows + 1
    theirs = nn.LSTM(width, width, batch_first=True)
    found: dict[str, Callable[[], Tensor]] = {"torch.nn.LSTM": lambda: theirs(values)[0]}
    for name, kind in CELLS.items():
        layer = Recurrent(kind(width, width))
        found[name] = lambda layer=layer: layer(Padded(values, full)).outputs.values
        found[f"{name}, ragged"] = lambda layer=layer: layer(Padded(values, ragged)).outputs.values
    return found


def seconds(run: Callable[[], Tensor], times: int, device: str) -> float:
    """Forward and backward, of the processor or by the clock."""
    clock = time.process_time if device == "cpu" else time.perf_counter
    started = clock()
    for _ in range(times):
        run().sum().backward()
    if device != "cpu":
        torch.cuda.synchronize()
    return (clock() - started) / times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    options = parser.parse_args()
    rounds, device = options.rounds, options.device
    torch.set_num_threads(1)
    figures: dict[str, object] = {} if device == "cpu" else {"gpu": torch.cuda.get_device_name(0)}
    for shape in SHAPES:
        runs, times = contestants(*shape, device), max(1, 3_000_000 // (shape[0] * shape[1] * shape[2]))
        spent: dict[str, list[float]] = {name: [] for name in runs}
        for run in runs.values():
            seconds(run, 1, device)
        for _ in range(rounds):
            for name, run in runs.items():
                spent[name].append(seconds(run, times, device))
        reference = spent["torch.nn.LSTM"]
        print("B {} T {} H {}".format(*shape))
        for name, each in spent.items():
            ratios = [lstm / own for lstm, own in zip(reference, each, strict=True)]
            print(f"  {name:16} {1000 * median(each):7.1f} ms  {median(ratios):.2f}", flush=True)
            figures[f"{'x'.join(map(str, shape))} {name}"] = round(median(ratios), 2)
    record("cells", figures)


if __name__ == "__main__":
    main()
