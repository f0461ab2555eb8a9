"""What is given in Python, as a model reads it: texts, numbers, images, or several columns as a tuple."""

from __future__ import annotations

from collections.abc import Sequence

from recurra.columns import Column, Inputs
from recurra.data import Numbers
from recurra.data.cells import cell_given
from recurra.data.content import Cell, Content, Fields
from recurra.data.images import ImageFile, image_file
from recurra.data.jsonl import checked_text
from recurra.data.numbers import as_numbers
from recurra.data.rows import cell_text, not_a_text
from recurra.errors import DataError
from recurra.narrowing import is_iterable
from recurra.tasks.one_input import is_one_image, is_one_series, is_one_text, is_one_vector
from recurra.text.counted import counted
from recurra.text.visible import as_given


def is_one(given: object, inputs: Inputs) -> bool:
    """Whether this is one input for such a model, not several."""
    match inputs.kind:
        case "image":
            return is_one_image(given)
        case "vector":
            return is_one_vector(given)
        case "series":
            return is_one_series(given, inputs.variables)
        case _:
            return is_one_text(given) or isinstance(given, Fields)


def content_of(given: object, inputs: Inputs, place: str) -> Content:
    """What is given, as the columns of the model read it.

    Raises:
        DataError: it is no such thing.
    """
    if len(inputs.columns) == 1:
        return cell_of(given, inputs.columns[0], place)
    if isinstance(given, Fields):
        return given
    if not is_iterable(given) or not isinstance(given, Sequence) or isinstance(given, str):
        what = (
            f"expected {counted(len(inputs.columns), 'column')} ({', '.join(inputs.names)}), got {as_given(given, 40)}"
        )
        raise DataError(what, where=place, fix="Give a tuple of them, or a dict with their names.")
    cells = list(given)
    if len(cells) != len(inputs.columns):
        what = f"expected {counted(len(inputs.columns), 'column')} ({', '.join(inputs.names)}), got {len(cells)}"
        raise DataError(what, where=place, fix="Give the columns that the model was trained with.")
    pairs = zip(cells, inputs.columns, strict=True)
    return Fields(tuple(cell_of(cell, column, place) for cell, column in pairs), inputs.names)


def cell_of(given: object, column: Column, place: str) -> Cell:
    """The same for one column.

    Raises:
        DataError: nothing that such a column can hold.
    """
    match column.kind:
        case "number" | "category":
            return cell_text(given)
        case "vector" | "series":
            return given if isinstance(given, Numbers | str) else as_numbers(given, place)
        case "text":
            if given is not None and not isinstance(given, str):
                raise not_a_text(given, place)
            return checked_text(given or "", place)
        case "image":
            if isinstance(given, ImageFile):  # of a table: it knows its folder
                return given
            return image_file(given, "") if isinstance(given, str) else cell_given(given, place)
