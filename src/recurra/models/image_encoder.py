"""What reads images: convolutions that halve the image until it is a small grid of cells, each a vector.

    stem     3x3 convolution                                          [C, rows, columns]
    halving  h = relu(norm(conv 3x3, stride 2)), then h + norm(conv 3x3 h)   as often as the grid is too large
    local    1x1 convolution of these maps and the mean colour        [S, H], the decoder's width
    whole    W [relu(V local_1); ...; relu(V local_S)]                [H], V to an eighth of the width
    cells    norm(local_s + place_s + whole), with a learned vector for each place

The decoder looks at cells as it looks at the words of a sentence, and starts from norm(whole). Each cell also knows the
whole image: where to look is learned slowly, and until then every look should say something. With it a row of digits
was read after a third of the steps. Normalisation is over channels of one image (Ba et al. 2016; Wu & He 2018), never
over a batch: so an image is read the same in any company. It takes away how bright and how coloured an image is as a
whole, which is all that tells one skin tone from another; so each cell has its mean colour beside the maps.

To whoever searches, an image is a source like any other: a row of S cells, each with the P bytes that lie under it.
Only here the cells are put together again to rows and columns of pixels.

B batch, C channels (1 grey, 3 red green blue, 4 with opacity), H width of the decoder, S cells, P bytes under a cell.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, pad, relu

from recurra.data import ImageShape
from recurra.errors import UsageError
from recurra.layers import Recorded, Unrolled, dropout, recorded_whole
from recurra.models.encoder import SourceEncoder
from recurra.padded import Padded

GROUP = 8  # channels that are normalised together


class Summary(NamedTuple):
    """What a bridge takes."""

    hidden: Tensor  # [B, H]


class Grid(NamedTuple):
    """How many cells an image has, and how often it is halved for that."""

    rows: int
    columns: int
    halvings: int


def grid_of(height: int, width: int, most: int) -> Grid:
    """The first grid that has at most `most` cells on its longer side."""
    halvings = 0
    while max(height, width) > most:
        height, width, halvings = (height + 1) // 2, (width + 1) // 2, halvings + 1
    return Grid(height, width, halvings)


def cut(images: Tensor, grid: Grid) -> Padded:
    """Images [B, rows, columns, C] as sources [B, S, P]; beyond their edges there is black, which nobody reads."""
    batch, height, width, channels = images.shape
    side = 2**grid.halvings
    images = pad(images, (0, 0, 0, grid.columns * side - width, 0, grid.rows * side - height))
    cells = images.view(batch, grid.rows, side, grid.columns, side, channels).transpose(2, 3)
    values = cells.reshape(batch, grid.rows * grid.columns, side * side * channels)
    return Padded(values, torch.full((batch,), values.shape[1], device=values.device))


def put_together(cells: Tensor, grid: Grid, shape: ImageShape) -> Tensor:
    """The images [B, rows, columns, C] that were cut into cells [B, S, P]."""
    side = 2**grid.halvings
    parts = cells.view(len(cells), grid.rows, grid.columns, side, side, shape.channels).transpose(2, 3)
    images = parts.reshape(len(cells), grid.rows * side, grid.columns * side, shape.channels)
    return images[:, : shape.height, : shape.width]


def shifted(images: Tensor, share: float) -> Tensor:
    """Each image [B, rows, columns, C] moved at random by up to a share of its sides; its edges are drawn out."""
    rows, columns = (_taken_from(len(images), size, share, images.device) for size in images.shape[1:3])
    numbers = torch.arange(len(images), device=images.device)[:, None, None]
    return images[numbers, rows[:, :, None], columns[:, None, :]]


def _taken_from(count: int, size: int, share: float, device: torch.device) -> Tensor:
    """The places [B, size] that each image takes its pixels from."""
    most = round(share * size)
    offsets = torch.randint(-most, most + 1, (count, 1), device=device)
    return (torch.arange(size, device=device) + offsets).clamp(0, size - 1)


class ImageReader(nn.Module):
    """Images to cells; see the module's text.

    Args:
        shape: of the images.
        width: H, a multiple of 8.
        cells: the most cells on the longer side.
        shift: in training, images are moved by up to this share of their sides.

    Raises:
        UsageError: a width that is no multiple of 8.
    """

    mean: Tensor  # [C] of the training images
    deviation: Tensor  # [C]

    def __init__(self, shape: ImageShape, width: int, cells: int, *, shift: float = 0.0) -> None:
        if width % GROUP:
            raise UsageError(f"model.width must be a multiple of {GROUP} where images are read, got {width}")
        super().__init__()
        self.shape = shape
        self.grid = grid_of(shape.height, shape.width, cells)
        self.output_size = width
        self.register_buffer("mean", torch.full((shape.channels,), 0.5))
        self.register_buffer("deviation", torch.full((shape.channels,), 0.25))
        maps = [min(width, max(GROUP, width // 8) * 2**k) for k in range(self.grid.halvings + 1)]
        self.stem = convolution(shape.channels, maps[0])
        self.stages = nn.ModuleList(Halving(maps[k], maps[k + 1]) for k in range(self.grid.halvings))
        self.to_cells = nn.Conv2d(maps[-1] + shape.channels, width, 1)
        self.places = nn.Parameter(torch.empty(self.grid.rows * self.grid.columns, width))
        nn.init.normal_(self.places, std=0.1)
        self.norm_cells = nn.LayerNorm(width)
        self.narrow = nn.Linear(width, width // 8)
        self.to_whole = nn.Linear(len(self.places) * (width // 8), width)
        self.shift = shift

    def forward(self, source: Padded) -> Padded:
        """Cells of bytes [B, S, P] to cells [B, S, H]."""
        return self.read(source)[0]

    def read(self, source: Padded) -> tuple[Padded, Tensor]:
        """The same, and beside the cells the whole image [B, H]."""
        images = put_together(source.values, self.grid, self.shape)
        if self.training and self.shift:
            images = shifted(images, self.shift)
        values = ((images.float() / 255 - self.mean) / self.deviation).permute(0, 3, 1, 2)
        maps = relu(self.stem(values))
        for stage in self.stages:
            maps = stage(maps)
        colours = avg_pool2d(values, 2**self.grid.halvings, ceil_mode=True, count_include_pad=False)  # [B, C, ...]
        local = self.to_cells(torch.cat([maps, colours], dim=1)).flatten(2).transpose(1, 2)  # [B, S, H]
        whole = self.to_whole(relu(self.narrow(local)).flatten(1))  # [B, H]
        return source.with_values(self.norm_cells(local + self.places + whole[:, None])), whole


class ImageEncoder(SourceEncoder):
    """The cells of an image to look at, and norm(whole) for the decoder to start from.

    Args:
        shape, width, cells, shift: of the reader.
        dropout: share of the values dropped on the cells, in training.
    """

    def __init__(self, shape: ImageShape, width: int, cells: int, *, shift: float = 0.0, dropout: float = 0.0) -> None:
        super().__init__()
        self.reader = ImageReader(shape, width, cells, shift=shift)
        self.norm_whole = nn.LayerNorm(width)
        self.dropout = dropout

    def read(self, source: Padded) -> Padded:
        """Cells of bytes [B, S, P] as numbers."""
        return source.with_values(source.values.float())

    def encode(self, read: Padded, *, trace: bool = False) -> Unrolled:
        """Cells of pixels [B, S, P] to cells [B, S, H], and the whole as the state."""
        cells, whole = self.reader.read(read)
        outputs = read.with_values(dropout(cells.values, self.dropout, self.training))
        seen: dict[str, Recorded] = {}
        if trace:
            outputs, seen["cells"] = recorded_whole(outputs)
        return Unrolled(outputs, (Summary(self.norm_whole(whole)),), seen)


class Halving(nn.Module):
    """Half as many rows and columns, and `outputs` maps instead of `inputs`."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.halve = convolution(inputs, outputs, stride=2)
        self.refine = convolution(outputs, outputs)

    def forward(self, maps: Tensor) -> Tensor:
        """[B, inputs, rows, columns] to [B, outputs, rows / 2, columns / 2], rounded up."""
        halved = relu(self.halve(maps))
        return relu(halved + self.refine(halved))


def convolution(inputs: int, outputs: int, stride: int = 1) -> nn.Module:
    """A 3x3 convolution and the normalisation of what it gives."""
    bare = nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False)
    nn.init.kaiming_normal_(bare.weight, mode="fan_out", nonlinearity="relu")
    return nn.Sequential(bare, nn.GroupNorm(max(1, outputs // GROUP), outputs))
