"""The image that a map of attention lies over, as plain data."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass

from recurra.errors import UsageError
from recurra.text.counted import counted
from recurra.tracing.records import Recorded


@dataclass(frozen=True)
class Picture(Recorded):
    """An image as the model read it, divided into cells that it could look at.

    Args:
        height, width: in pixels.
        channels: bytes for each pixel: 1 grey, 3 red green blue, 4 with opacity.
        pixels: row by row.
        rows, columns: cells; they are numbered row by row.

    Raises:
        UsageError: another number of bytes than the size says.
    """

    height: int
    width: int
    channels: int
    pixels: bytes
    rows: int
    columns: int

    def __post_init__(self) -> None:
        expected = self.height * self.width * self.channels
        if len(self.pixels) != expected or not self.rows or not self.columns:
            raise UsageError(f"the picture has {counted(len(self.pixels), 'byte')}, expected {expected}")

    def cells(self) -> list[str]:
        """A name for each cell: "row.column", both from 1."""
        return [f"{row}.{column}" for row in range(1, self.rows + 1) for column in range(1, self.columns + 1)]

    def to_mapping(self) -> dict[str, object]:
        """Numbers and a string, for JSON."""
        sizes = {name: getattr(self, name) for name in SIZES}
        return {**sizes, "pixels": b64encode(self.pixels).decode("ascii")}


SIZES = ("height", "width", "channels", "rows", "columns")
