"""Inputs and targets that seem to be swapped: how to exchange them."""

from __future__ import annotations

from collections.abc import Iterable
from shlex import quote

from recurra.data import Examples


def swapped(examples: Iterable[object], what: str) -> str:
    """The question whether they are, and the options that swap them.

    Args:
        what: is learned: "label", "number".
    """
    columns = examples.columns if isinstance(examples, Examples) else {}
    first, second = (
        quote(columns.get(name, usual)) for name, usual in (("target_column", "2"), ("source_column", "1"))
    )
    files = "" if columns else f"Of two files, the texts are given as --source, the {what}s as --target. "
    return f"Are text and {what} swapped? {files}For a table: --source-column {first} --target-column {second}"
