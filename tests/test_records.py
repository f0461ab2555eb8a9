"""What is a record stays what it was when it was made, and what is shown has a short form."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
from collections.abc import Iterator

import pytest
import torch

import recurra
from recurra.cells import CELLS

# What is filled or counted up while something goes on, and is handed to nobody.
GROWING = {
    "CellCounts", "Unfinished", "Seen", "Facts", "Evidence", "Header", "TsFile", "Growing", "World", "_Layer",
    "RunProgress", "Reading", "Request", "Job", "_Runs", "ManyToOneTask", "Position", "Progress", "Canvas", "Columns",
}  # fmt: skip


def dataclasses_of_the_package() -> Iterator[type]:
    for found in pkgutil.walk_packages(recurra.__path__, "recurra."):
        if not found.name.endswith("__main__"):
            try:
                module = importlib.import_module(found.name)
            except ModuleNotFoundError:  # of an extra
                continue
            yield from (one for one in vars(module).values() if isinstance(one, type) and one.__module__ == found.name)


def test_records_cannot_be_changed() -> None:
    every = [one for one in dataclasses_of_the_package() if dataclasses.is_dataclass(one)]
    changing = {one.__name__ for one in every if not one.__dataclass_params__.frozen}  # type: ignore[attr-defined]
    assert len(every) > 100
    assert changing <= GROWING


@pytest.mark.parametrize("name", CELLS)
def test_a_printed_cell_says_its_sizes(name: str) -> None:
    assert "(3, 4" in repr(CELLS[name](3, 4)).replace("\n", "")
    assert CELLS[name](3, 4).extra_repr().startswith("3, 4")
    assert isinstance(torch.nn.Sequential(CELLS[name](3, 4)).__repr__(), str)
