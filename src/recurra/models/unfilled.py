"""Networks whose weights are not drawn: to know their names and shapes, on torch's meta device."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager

import torch
from torch.overrides import TorchFunctionMode

DRAWN = {"normal_", "uniform_", "trunc_normal_"}  # functions of torch that fill a tensor with random numbers


class _NothingDrawn(TorchFunctionMode):
    """Leaves tensors as they are instead of filling them at random."""

    def __torch_function__(
        self,
        func: Callable[..., object],
        types: Sequence[type],
        args: tuple[object, ...] = (),
        kwargs: Mapping[str, object] | None = None,
    ) -> object:
        given = kwargs or {}
        if func.__name__ in DRAWN:
            return args[0] if args else given["tensor"]
        return func(*args, **given)


@contextmanager
def unfilled() -> Generator[None]:
    """Within this, networks are made without memory for their weights.

    What draws random numbers is left out: on the meta device it does nothing, and yet imports torch's compiler.
    """
    with torch.device("meta"), _NothingDrawn():
        yield
