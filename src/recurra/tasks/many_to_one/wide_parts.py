"""What each part of an input adds to the scores of the wide part: of a text the words, of a single word its characters.

T parts, L outputs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from recurra.columns import Column, Values
from recurra.data.content import Cell, Content
from recurra.padded import Padded
from recurra.tasks.many_to_one.trained import Trained


class WideParts(NamedTuple):
    """Of one column."""

    name: str  # what is read: "n-grams", with the column where there are several
    tokens: list[str]  # [T]
    shares: Padded  # one row [1, T, L]


def parts_of(network: Trained, content: Content, encoded: Sequence[Sequence[Values]]) -> list[WideParts]:
    """Of each column of one input; nothing where the network has no wide part."""
    wide, inputs = network.model.wide, network.inputs
    if wide is None:
        return []
    found: list[WideParts] = []
    cells, readers = inputs.cells(content, ""), wide.opened().readers
    every = zip(inputs.columns, cells, readers, wide.shares(inputs.plain([content], encoded)), strict=True)
    for k, (column, cell, reader, shares) in enumerate(every):
        named = f"{inputs.names[k]} {reader.short}" if inputs.names else reader.short
        tokens, each = parts(column, cell, shares)
        found.append(WideParts(named, tokens, Padded(each[None], torch.tensor([len(tokens)]))))
    return found


def parts(column: Column, cell: Cell, shares: Tensor) -> tuple[list[str], Tensor]:
    """The parts of a cell as they are shown, and what each adds [T, L]."""
    if column.kind == "text":
        return words_or_characters(str(cell), shares)
    tokens = column.tokens(cell)
    if len(tokens) == len(shares):
        return tokens, shares
    return [column.kind], shares.sum(0, keepdim=True)


def words_or_characters(text: str, shares: Tensor) -> tuple[list[str], Tensor]:
    """The words of a text with what they add; of a single word the characters. Half of a space is of each side.

    Args:
        shares: of the characters of the text as n-grams are read: in lower case, a space before each word and after
            the last one.
    """
    words = text.split()
    lengths = [len(word.lower()) for word in words]
    if len(words) == 1 and len(words[0]) == lengths[0]:
        inner = shares[1:-1].clone()
        inner[0] += shares[0]
        inner[-1] += shares[-1]
        return list(words[0]), inner
    each: list[Tensor] = []
    place = 0
    for number, length in enumerate(lengths):
        before = shares[place] * (1.0 if number == 0 else 0.5)
        after = shares[place + length + 1] * (1.0 if number == len(words) - 1 else 0.5)
        each.append(before + shares[place + 1 : place + length + 1].sum(0) + after)
        place += length + 1
    return words, torch.stack(each)
