"""What a column is to a drawing of the network that reads it."""

from __future__ import annotations

from recurra.columns.category import CategoryColumn
from recurra.columns.column import Column
from recurra.columns.images import ImageColumn
from recurra.columns.numbers import NumbersColumn
from recurra.columns.text import TextColumn
from recurra.models.structures import Reads
from recurra.text.names import plain_name


def reads_of(column: Column, name: str) -> Reads:
    """What the steps of a column are, and whether there are several.

    Args:
        name: of the column; "" where there is only one.
    """
    match column:
        case TextColumn():
            return Reads(name, plain_name(column.tokenizer.units), many=True)
        case CategoryColumn():
            return Reads(name, "categories", many=False)
        case ImageColumn():
            steps = "rows of pixels" if column.network == "rnn" else "an image"
            return Reads(name, steps, many=column.network != "feedforward")
        case NumbersColumn():
            return Reads(name, "numbers", column.series or column.transposed)
        case _:
            return Reads(name, column.kind, many=False)
