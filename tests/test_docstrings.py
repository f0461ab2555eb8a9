"""The examples in the docstrings of the rooms that people use by themselves."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import recurra.attention
import recurra.cells
import recurra.layers

ROOMS = (recurra.attention, recurra.cells, recurra.layers)
MODULES = ["recurra.padded"] + [
    found.name for room in ROOMS for found in pkgutil.walk_packages(room.__path__, f"{room.__name__}.")
]
SHOWN = {"recurra.padded", "recurra.attention.base", "recurra.layers.recurrent", "recurra.layers.bidirectional",
         "recurra.layers.stack"}  # fmt: skip


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    failed, tried = doctest.testmod(importlib.import_module(name))
    assert failed == 0
    assert tried or name not in SHOWN
