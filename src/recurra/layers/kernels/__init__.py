"""What runs which cell: the table of fused implementations. A cell without a row runs its own body, the reference."""

from __future__ import annotations

from recurra.cells import GRU, LSTM, Cell, Elman, MinGRU, MinLSTM
from recurra.layers.kernels.base import Kernel
from recurra.layers.kernels.elman import ElmanKernel
from recurra.layers.kernels.gru import GRUKernel
from recurra.layers.kernels.lstm import LSTMKernel
from recurra.layers.kernels.prepared import CellSteps, run_steps, tanh_of_sigmoid_
from recurra.layers.kernels.scan import ScanKernel

REFERENCE: Kernel = Kernel()

KERNELS: dict[type[Cell], Kernel] = {
    Elman: ElmanKernel(),
    GRU: GRUKernel(),
    LSTM: LSTMKernel(),
    MinGRU: ScanKernel(),
    MinLSTM: ScanKernel(),
}


def kernel_of(cell: Cell) -> Kernel:
    """The quickest kernel for a cell. A variant of a cell, a subclass, is not run by the kernel of its parent."""
    kernel = KERNELS.get(type(cell), REFERENCE)
    return kernel if kernel.runs(cell) else REFERENCE


__all__ = ["KERNELS", "REFERENCE", "CellSteps", "Kernel", "kernel_of", "run_steps", "tanh_of_sigmoid_"]
