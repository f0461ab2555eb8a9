"""Images, and looks at them, in the terminal.

PictureView      two pixels to a character: in colours where the terminal has them, else in shades
looks_lines      the cells of the image for each token that was written, a shade for each weight

      t          w          o
  ░█░       ▒█         ░█
  ░         ░░          ▓
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from recurra.tracing import AttentionMap, Picture
from recurra.views.tokens import label

SHADES = " ░▒▓█"
UPPER_HALF = "▀"
MOST_COLUMNS = 100  # pixels across; a wider image is shown smaller
Colour = tuple[int, int, int]


class PictureView:
    """An image for rich: `console.print(PictureView(picture))`."""

    def __init__(self, picture: Picture) -> None:
        self.picture = picture

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        rows = small_enough(colours(self.picture), min(MOST_COLUMNS, options.max_width))
        draw = half_blocks if console.color_system else shaded
        yield from draw(rows)


def colours(picture: Picture) -> list[list[Colour]]:
    """Red, green and blue of each pixel, see-through ones on white."""
    data, size = picture.pixels, picture.channels

    def colour(at: int) -> Colour:
        if size == 1:
            return data[at], data[at], data[at]
        opacity = data[at + 3] if size == 4 else 255
        red, green, blue = (255 - (255 - value) * opacity // 255 for value in data[at : at + 3])
        return red, green, blue

    return [
        [colour((row * picture.width + column) * size) for column in range(picture.width)]
        for row in range(picture.height)
    ]


def small_enough(rows: list[list[Colour]], width: int) -> list[list[Colour]]:
    """Every n-th pixel of an image that is too wide."""
    step = -(-len(rows[0]) // max(1, width))
    return [row[::step] for row in rows[::step]]


def half_blocks(rows: list[list[Colour]]) -> Iterator[Text]:
    """Two rows of pixels to a line: the upper one in front, the lower one behind."""
    for k in range(0, len(rows), 2):
        text = Text(no_wrap=True, overflow="crop")
        below = rows[k + 1] if k + 1 < len(rows) else [None] * len(rows[k])
        for (front, back), run in groupby(zip(rows[k], below, strict=True)):
            text.append(UPPER_HALF * len(list(run)), f"{_rgb(front)}{f' on {_rgb(back)}' if back else ''}")
        yield text


def shaded(rows: list[list[Colour]]) -> Iterator[Text]:
    """Two pixels one above the other as one shade; the commoner of light and dark is left blank."""
    values = [[sum(pixel) / 3 for pixel in row] for row in rows]
    inverted = sum(map(sum, values)) > 127.5 * len(values) * len(values[0])
    for k in range(0, len(values), 2):
        pairs = zip(values[k], values[min(k + 1, len(values) - 1)], strict=True)
        ink = [((a + b) / 510, 1 - (a + b) / 510)[inverted] for a, b in pairs]
        yield Text("".join(SHADES[min(4, int(5 * value))] for value in ink), no_wrap=True, overflow="crop")


def looks_lines(attention: AttentionMap, picture: Picture, width: int) -> Iterator[str]:
    """The map as plain lines of at most `width` cells: tokens side by side, the cells of the image under each."""
    grids = [_grid(weights, picture) for weights in attention.weights]
    column = picture.columns
    fit = max(1, (width + 1) // (column + 1))
    for start in range(0, len(grids), fit):
        part = slice(start, start + fit)
        names = (label(token) for token in attention.target_tokens[part])
        yield " ".join(_held(name, column) for name in names).rstrip()
        for row in range(picture.rows):
            yield "│".join(grid[row] for grid in grids[part])
        yield ""
    yield "darker: more attention, relative to the largest weight of the token"


def _grid(weights: list[float], picture: Picture) -> list[str]:
    largest = max(weights) or 1.0
    shades = "".join(SHADES[min(4, int(5 * weight / largest))] for weight in weights)
    return [shades[k : k + picture.columns] for k in range(0, len(shades), picture.columns)]


def _held(name: str, width: int) -> str:
    return set_cell_size(name if cell_len(name) <= width else name[: max(0, width - 1)] + "…", width)


def _rgb(colour: Colour | None) -> str:
    return "rgb({},{},{})".format(*(colour or (0, 0, 0)))
