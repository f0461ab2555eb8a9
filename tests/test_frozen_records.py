"""What is a record stays what it was when it was made, and what is shown has a short form."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil
from collections.abc import Iterator

import pytest
import torch

import recurra
from recurra.cells import CELLS

ROOMS = ("cells", "attention", "layers", "models", "runs", "training", "decoding", "tasks")
# What is filled or counted up while something goes on, and is handed to nobody.
GROWING = {"Growing", "_Runs", "_Tried", "ManyToOneTask", "Position", "Progress", "Reading"}


def classes_of_the_rooms() -> Iterator[type]:
    for found in pkgutil.walk_packages(recurra.__path__, "recurra."):
        if found.name.split(".")[1] in ROOMS:
            module = importlib.import_module(found.name)
            yield from (one for one in vars(module).values() if isinstance(one, type) and one.__module__ == found.name)


def test_records_cannot_be_changed() -> None:
    every = [one for one in classes_of_the_rooms() if dataclasses.is_dataclass(one)]
    changing = {one.__name__ for one in every if not one.__dataclass_params__.frozen}  # type: ignore[attr-defined]
    assert len(every) > 50
    assert changing == GROWING


def test_nothing_is_recorded_unless_it_is_asked_for() -> None:
    """What is recorded takes memory, and the way of the reference, which is slower."""
    methods = [
        method
        for one in classes_of_the_rooms()
        for _, method in inspect.getmembers(one, inspect.isfunction)
        if method.__module__.startswith("recurra.")
    ]
    found = {
        method.__qualname__: inspect.signature(method).parameters["trace"].default
        for method in methods
        if "trace" in inspect.signature(method).parameters
    }
    unasked = {name for name, default in found.items() if default is not inspect.Parameter.empty}
    assert len(unasked) > 10
    assert {found[name] for name in unasked} == {False}


@pytest.mark.parametrize("name", CELLS)
def test_a_printed_cell_says_its_sizes(name: str) -> None:
    assert "(3, 4" in repr(CELLS[name](3, 4)).replace("\n", "")
    assert CELLS[name](3, 4).extra_repr().startswith("3, 4")
    assert isinstance(torch.nn.Sequential(CELLS[name](3, 4)).__repr__(), str)
