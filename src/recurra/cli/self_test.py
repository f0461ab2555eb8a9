"""What `recurra doctor` finds out with torch: what it runs on, and whether both implementations of a layer agree."""

from __future__ import annotations

import time
from collections.abc import Iterator

import torch

from recurra.cells import LSTM
from recurra.cli.machine import Finding
from recurra.layers import Recurrent
from recurra.padded import Padded
from recurra.text.counted import counted

TOLERANCE = 1e-4  # between the implementations, in float32


def examine() -> Iterator[Finding]:
    """Everything, in the order in which it is shown."""
    yield Finding(
        "torch runs", f"{counted(torch.get_num_threads(), 'thread')}, {torch.backends.cpu.get_cpu_capability()} kernels"
    )
    yield from accelerators()
    yield implementations()


def accelerators() -> Iterator[Finding]:
    """The GPUs that torch can use."""
    if not torch.cuda.is_available():
        yield Finding("GPU", "none that torch can use; everything runs on the processor")
    for number in range(torch.cuda.device_count()):
        free, total = torch.cuda.mem_get_info(number)
        yield Finding("GPU", f"{torch.cuda.get_device_name(number)}, {free / 1e9:.1f} of {total / 1e9:.1f} GB free")


def implementations() -> Finding:
    """An LSTM over ragged rows, by the reference and the fused implementation."""
    torch.manual_seed(0)
    cell = LSTM(64, 128)
    inputs = Padded(torch.randn(32, 40, 64), torch.randint(1, 41, (32,)))
    fused, reference = Recurrent(cell), Recurrent(cell, fused=False)
    with torch.inference_mode():
        apart = float((fused(inputs).outputs.values - reference(inputs).outputs.values).abs().max())
        quick, slow = steps_per_second(fused, inputs), steps_per_second(reference, inputs)
    value = (
        f"LSTM implementations differ by {apart:.0e}; fused {quick:,.0f} steps/s, reference {slow:,.0f} "
        "(32 rows, 128 wide)"
    )
    if apart <= TOLERANCE:
        return Finding("self-test", value)
    return Finding("self-test", value, "They must agree: this torch computes wrongly here. Try another version of it.")


def steps_per_second(layer: Recurrent, inputs: Padded, seconds: float = 0.4) -> float:
    """Time steps (of all rows at once) per second."""
    began = time.perf_counter()
    runs = 0
    while time.perf_counter() - began < seconds:
        layer(inputs)
        runs += 1
    return runs * inputs.values.shape[1] / (time.perf_counter() - began)
