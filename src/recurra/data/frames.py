"""Data frames and their columns, of whatever library (pandas, polars, pyarrow), as narwhals shows them.

narwhals is imported only where something may be one: its import takes a tenth of a second.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import narwhals.stable.v2 as nw


T = TypeVar("T")
TIME_INDEXES = ("DatetimeIndex", "PeriodIndex")  # of pandas
NO_FRAMES = {"builtins", "numpy", "pathlib", "recurra", "torch"}  # packages whose types are none


def may_be_one(given: object) -> bool:
    """Whether it is worth asking narwhals."""
    return type(given).__module__.partition(".")[0] not in NO_FRAMES


def frame_of(given: object) -> nw.DataFrame[Any] | None:
    """A data frame, one that is not computed yet included; None if it is none."""
    if not may_be_one(given):
        return None
    import narwhals.stable.v2 as nw

    native: object = nw.from_native(given, pass_through=True)
    if isinstance(native, nw.LazyFrame):
        return native.collect()
    return native if isinstance(native, nw.DataFrame) else None  # pyright: ignore[reportUnknownVariableType]


def with_times(given: T) -> T:
    """A pandas object whose index says when its rows were, as a frame with that index as a column; others as they are.

    A column without a name is called index, as pandas has it.
    """
    if not may_be_one(given):
        return given
    index: object = getattr(given, "index", None)
    levels: Iterable[object] = getattr(index, "levels", None) or [index]
    frame: Any = given
    return frame.reset_index() if any(type(level).__name__ in TIME_INDEXES for level in levels) else given


def column_of(given: object) -> nw.Series[Any] | None:
    """A column of a data frame; None if it is none."""
    if not may_be_one(given):
        return None
    import narwhals.stable.v2 as nw

    native: object = nw.from_native(given, pass_through=True, allow_series=True)
    return native if isinstance(native, nw.Series) else None  # pyright: ignore[reportUnknownVariableType]
