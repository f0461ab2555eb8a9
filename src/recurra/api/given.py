"""What users give from Python: files, rows of any kind, inputs and targets apart."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias, cast

import numpy as np
from PIL.Image import Image
from torch import Tensor

from recurra.api.arguments import checked
from recurra.data import DataSource, Examples, Numbers, rows_of
from recurra.data.frames import column_of, frame_of, with_times
from recurra.data.gluonts import entries_of
from recurra.data.number_text import NotANumber, NumberFormat, parse_number
from recurra.data.rows import cell_text, is_table, plain
from recurra.data.series import table_of
from recurra.errors import DataError, UsageError
from recurra.narrowing import is_iterable, is_list, is_mapping
from recurra.options import unknown_name
from recurra.text.counted import counted
from recurra.text.visible import as_given

Lists: TypeAlias = str | Path | Sequence[str | Path] | Mapping[str, str | Path | Collection[str]]  # lists of names
Given: TypeAlias = str | Path | DataSource | Iterable[object]  # a file, or examples: rows of any kind, a data frame
One: TypeAlias = str | Path | Image | tuple[str, ...] | Mapping[str, object]  # what is one input to every model
Several: TypeAlias = (  # what is several to every model
    Iterator[object] | Examples[object] | list[str] | list[Path] | list[Image] | list[tuple[str, ...]] | list[list[str]]
)

TARGET = "target"  # the column of y beside the columns of a data frame, where y has no name of its own


def default_folder(data: Given, what: str) -> Path:
    """<name of the data>-model in the current folder."""
    if isinstance(data, DataSource) and data.rows is None:
        data = data.path
    if not isinstance(data, str | Path):
        raise UsageError(f"a list of examples has no name to call the {what} after", fix='Give to="folder".')
    name = "stdin" if str(data) == "-" else Path(data).name.removesuffix(".gz")
    return Path(f"{Path(name).stem}-{what}")


def data_source(
    data: Given,
    target: str | Path | None = None,
    format: str = "auto",
    source_column: str | None = None,
    target_column: str | None = None,
    time_column: str | None = None,
    *,
    argument: str = "data",
) -> DataSource:
    """What the data room reads: a file, two parallel ones, or rows given in Python.

    Args:
        argument: what the data were given as; rows of others than "data" are called so in messages.

    Raises:
        UsageError: neither a file nor anything with rows, or a second file beside rows.
    """
    columns = {"source_column": source_column, "target_column": target_column, "time_column": time_column}
    said = checked({"target": target, "format": format, **columns})
    named = said.get("source_column"), said.get("target_column"), said.get("time_column")
    if isinstance(data, DataSource):
        return data
    if isinstance(data, str | Path):
        source = DataSource(str(data), said.get("target"), format)
    elif target is not None:
        fix = "Give (source, target) rows, or two files."
        raise UsageError("a file of targets was given beside rows of examples", where="target", fix=fix)
    else:
        name = None if argument == "data" else argument
        source = DataSource(rows=entries_of(data) or rows_of(data, argument), name=name)
        refuse_without_effect(source.rows or (), format, *named)
    return replace(source, source_column=named[0], target_column=named[1], time_column=named[2])


def refuse_without_effect(rows: Sequence[object], format: str, *columns: str | None) -> None:
    """Refuses a format of rows given in Python, and columns of rows that have no names.

    Raises:
        UsageError: with what to give instead.
    """
    if format != "auto":
        raise UsageError("rows given in Python have no format", where="format", fix="Leave it out.")
    if rows and any(column is not None for column in columns) and not isinstance(rows[0], Mapping):
        fix = 'Give a data frame, or mappings: [{"text": ..., "label": ...}, ...]'
        raise UsageError("columns are named, and the rows have no names", where="source_column, target_column", fix=fix)


def paired(X: object, y: object) -> DataSource:
    """Examples from inputs and their targets, as scikit-learn's users have them.

    Of a data frame the columns keep their names, which the model then knows.

    Args:
        X: inputs of any kind: a list, an array, a column of a data frame, a data frame, a generator.
        y: one for each: labels, texts, tags or numbers.

    Raises:
        UsageError: inputs of a file, columns without rows, or other numbers of inputs and targets.
    """
    inputs, targets = one_by_one(X, "X"), one_by_one(only_column(y), "y")
    if len(inputs) != len(targets):
        what = f"X has {counted(len(inputs), 'input')} and y has {len(targets):,}"
        raise UsageError(what, where="y", fix="Give one y for each input.")
    frame = frame_of(X)
    if frame is None:
        return DataSource(rows=list(zip(inputs, targets, strict=True)))
    names = [str(name) for name in frame.columns]
    if comma := [name for name in names if "," in name]:
        raise UsageError(
            f"a column is called {comma[0]!r}", where="X", fix="Rename it: commas separate the names of columns."
        )
    target = target_name(y, names)
    cells = frame.iter_rows()
    rows = [dict(zip([*names, target], [*row, one], strict=True)) for row, one in zip(cells, targets, strict=True)]
    # A table of numbers is read whole; of other columns it must be said which they are.
    numbers = all(kind.is_numeric() for kind in frame.schema.values())
    return DataSource(rows=rows, source_column=None if numbers else ",".join(names), target_column=target)


def one_by_one(values: object, name: str) -> list[object]:
    """Inputs or targets, each as Python, numpy or the data frame has it.

    Raises:
        UsageError: a file, a single one, or columns of which it cannot be told what a row is.
    """
    if isinstance(values, str | bytes | Path | DataSource) or not is_iterable(values):
        what = f"expected inputs and a y for each, got {as_given(values)}"
        raise UsageError(what, where=name, fix="A file has both sides: give it alone, with target_column= if need be.")
    if isinstance(values, Mapping):
        what = "expected a sequence, got a mapping"
        raise UsageError(what, where=name, fix="Turn its columns into rows: a data frame, or a list of mappings.")
    return rows_of(values.numpy(force=True) if isinstance(values, Tensor) else values)


def only_column(y: object) -> object:
    """Targets in the only column of an array [N, 1] or of a data frame as that column.

    Raises:
        UsageError: several columns.
    """
    frame = frame_of(y)
    shape: tuple[int, ...] = frame.shape if frame is not None else getattr(y, "shape", ())
    if len(shape) != 2:
        return y
    if shape[1] != 1:
        what = f"expected one target for each input, got {counted(shape[1], 'column')}"
        raise UsageError(what, where="y", fix="Give one of them: y[:, 0] of an array, y[name] of a data frame.")
    return frame[frame.columns[0]].to_native() if frame is not None else cast("Any", y).reshape(-1)


def target_name(y: object, taken: Iterable[str]) -> str:
    """What the column of y is called: as it is itself, unless a column of the inputs is called so.

    Raises:
        UsageError: there is no name that is free.
    """
    column = column_of(y)
    name = str(column.name or TARGET) if column is not None else TARGET
    if name in taken:
        what = f"a column of X is called {name!r}, as y is"
        raise UsageError(what, where="y", fix="Rename one of them, or take the column out of X.")
    return name


def asked_about(given: object) -> object:
    """Inputs for a model, one or several: those of a data frame as its rows."""
    return given if frame_of(given) is None else rows_of(given)


def named_row(given: object) -> Mapping[str, object] | None:
    """A row of a data frame as pandas gives it, a series indexed by the names of the columns; None of anything else."""
    if column_of(given) is None:
        return None
    labels: object = getattr(given, "index", None)
    if not is_iterable(labels):
        return None
    names = list(labels)
    if not names or not all(isinstance(name, str) for name in names):
        return None
    return dict(zip(map(str, names), rows_of(given), strict=True))


def series_rows(given: object) -> Sequence[object] | None:
    """The rows of a table of steps, given as a data frame, a pandas series with times, mappings, or lists by column.

    Or series with their starts, as GluonTS has them.

    None of anything else.
    """
    given = with_times(given)
    if frame_of(given) is not None:
        return rows_of(given)
    if (entries := entries_of(given)) is not None:
        return entries
    return table_of(rows_of(given)) if is_list(given) or is_mapping(given) or column_of(given) is not None else None


def number_in(value: object, name: str, form: NumberFormat) -> float:
    """The number in a cell of a row with names.

    Raises:
        DataError: there is none.
    """
    try:
        return parse_number(cell_text(value), form)
    except NotANumber as error:
        raise DataError(f"column {name!r}: {error.what}", fix=error.fix) from None


def cells_of(given: object, columns: Mapping[str, str], *, vectors: bool = False) -> object:
    """An input as a model reads it: of a row with names the cells of the columns that the model was trained on.

    Args:
        columns: what the model remembers of its training data.
        vectors: whether it reads numbers alone, which may be given as texts too.

    Raises:
        DataError: a row that lacks one of these columns.
    """
    if not is_mapping(given) or not is_table([given]):
        return given
    row = {str(name): value for name, value in given.items()}
    target = columns.get("target_column")
    names = columns["source_column"].split(",") if "source_column" in columns else [n for n in row if n != target]
    for name in names:
        if name not in row:
            raise DataError(f"the row has no column {name!r}", fix=unknown_name("column", name, row).fix)
    cells = [plain(row[name]) for name in names]
    if cells and (vectors or all(isinstance(cell, int | float) for cell in cells)):
        form = NumberFormat.named(columns.get("decimal"), columns.get("thousands"))
        return Numbers(np.array([number_in(row[name], name, form) for name in names], np.float32), tuple(names))
    return cells[0] if len(cells) == 1 else tuple(map(cell_text, cells))
