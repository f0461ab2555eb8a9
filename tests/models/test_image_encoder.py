"""Images to cells: the grid, the same image in any company, and a search that steps as the network does."""

from __future__ import annotations

import pytest
import torch

from recurra.data import ImageShape
from recurra.models import CaptionerOptions, Seq2Seq, build_captioner
from recurra.models.image_encoder import Grid, ImageEncoder, cut, grid_of, put_together, shifted
from recurra.models.search import search_model
from recurra.padded import Padded, pad, select_rows
from recurra.text.special import GO

SHAPES = {"square": ImageShape(16, 16, 3), "strip": ImageShape(7, 29, 1), "one pixel": ImageShape(1, 1, 4)}
VARIANTS = [
    {"layers": 1},
    {"layers": 2, "attention": "additive", "input_feeding": True},
    {"layers": 3, "attention": "none", "cell": "gru"},
]


def network(shape: ImageShape | None, **options: object) -> Seq2Seq:
    torch.manual_seed(1)
    model = build_captioner(CaptionerOptions(width=16, **options), 9, shape, 5).eval()  # type: ignore[arg-type]
    with torch.no_grad():
        for buffer in (model.encoder.reader.mean, model.encoder.reader.deviation):
            buffer.copy_(torch.rand_like(buffer) + 0.1)  # type: ignore[arg-type, operator]
    return model


def images(shape: ImageShape, count: int) -> Padded:
    generator = torch.Generator().manual_seed(2)
    size = (count, shape.height, shape.width, shape.channels)
    return cut(torch.randint(0, 256, size, generator=generator).byte(), grid_of(shape.height, shape.width, 12))


def vectors(count: int) -> Padded:
    return Padded(torch.randn(count, 1, 5, generator=torch.Generator().manual_seed(3)), torch.ones(count).long())


@pytest.mark.parametrize(
    ("height", "width", "grid"),
    [(32, 32, Grid(8, 8, 2)), (8, 40, Grid(2, 10, 2)), (12, 12, Grid(12, 12, 0)), (13, 3, Grid(7, 2, 1))],
)
def test_the_grid_is_the_finest_that_is_small_enough(height: int, width: int, grid: Grid) -> None:
    assert grid_of(height, width, 12) == grid


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_cells_hold_the_pixels_that_lie_under_them(shape: ImageShape) -> None:
    pixels = torch.arange(2 * shape.size).view(2, shape.height, shape.width, shape.channels)
    grid = grid_of(shape.height, shape.width, 12)
    cells = cut(pixels, grid)
    assert cells.values.shape[1] == grid.rows * grid.columns == cells.lengths[0]
    assert torch.equal(put_together(cells.values, grid, shape), pixels)
    side = 2**grid.halvings
    assert cells.values[1, grid.columns - 1, 0] == pixels[1, 0, (grid.columns - 1) * side, 0]


def test_images_are_moved_whole() -> None:
    torch.manual_seed(1)
    images = torch.zeros(50, 10, 20, 1, dtype=torch.uint8)
    images[:, 5, 10] = 255
    moved = shifted(images, 0.2)
    places = moved[..., 0].nonzero()  # image, row, column
    assert places[:, 0].tolist() == list(range(50))
    assert set(places[:, 1].tolist()) == set(range(3, 8))
    assert set(places[:, 2].tolist()) == set(range(6, 15))


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_cells_are_those_that_the_grid_promises(shape: ImageShape) -> None:
    encoder = network(shape).encoder
    assert isinstance(encoder, ImageEncoder)
    run = encoder(images(shape, 3))
    cells = encoder.reader.grid.rows * encoder.reader.grid.columns
    assert run.outputs.values.shape == (3, cells, 16)
    assert run.outputs.lengths.tolist() == [cells] * 3
    assert run.state[-1].hidden.shape == (3, 16)


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_a_cell_has_the_colour_of_the_pixels_under_it(shape: ImageShape) -> None:
    """Where nothing is added to it: the mean of those pixels, in deviations from the mean of the training images."""
    encoder = network(shape).encoder
    assert isinstance(encoder, ImageEncoder)
    reader, channels = encoder.reader, shape.channels
    with torch.no_grad():
        for weights in (reader.places, reader.to_whole.weight, reader.to_whole.bias, reader.to_cells.bias):
            weights.zero_()  # type: ignore[union-attr]
        reader.to_cells.weight.zero_()
        reader.to_cells.weight[:channels, -channels:, 0, 0] = torch.eye(channels)
    reader.norm_cells = torch.nn.Identity()  # type: ignore[assignment]
    given = images(shape, 2)
    found, whole = reader.read(given)
    pixels = put_together(given.values, reader.grid, shape).double() / 255
    side = 2**reader.grid.halvings
    for row in range(reader.grid.rows):
        for column in range(reader.grid.columns):
            under = pixels[:, row * side : (row + 1) * side, column * side : (column + 1) * side]
            colour = (under.mean((1, 2)) - reader.mean) / reader.deviation
            cell = found.values[:, row * reader.grid.columns + column]
            torch.testing.assert_close(cell[:, :channels].double(), colour, atol=1e-5, rtol=1e-5)
            assert not cell[:, channels:].any()
    assert not whole.any()


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_an_image_is_read_the_same_alone_and_in_a_batch(shape: ImageShape) -> None:
    encoder = network(shape, dropout=0.0, shift=0.0).encoder.train()  # training does not look at the others either
    many = images(shape, 5)
    together = encoder(many).outputs.values
    for k in range(5):
        alone = encoder(select_rows(many, torch.tensor([k]))).outputs.values
        torch.testing.assert_close(alone[0], together[k])


@pytest.mark.parametrize("options", VARIANTS, ids=str)
@pytest.mark.parametrize("source", [images(SHAPES["strip"], 3), vectors(3)], ids=["image", "vector"])
def test_step_by_step_is_all_at_once(options: dict[str, object], source: Padded) -> None:
    model = network(SHAPES["strip"] if source.values.dtype == torch.uint8 else None, **options)
    ids = torch.tensor([[GO, 4, 5, 6], [GO, 7, 8, 4], [GO, 5, 5, 5]])
    whole = torch.log_softmax(model(source, pad(list(ids))), -1).view(3, 4, -1)
    for steps in (model, search_model(model)):
        state, memory = steps.start(source)
        for t in range(4):
            scored = steps.step(ids[:, t], state, memory)
            torch.testing.assert_close(scored.log_probs, whole[:, t])
            state = scored.state


def test_gradients_reach_every_weight() -> None:
    model = network(SHAPES["square"]).train()
    model(images(SHAPES["square"], 2), pad(list(torch.tensor([[GO, 4], [GO, 5]])))).sum().backward()
    assert all(weight.grad is not None for weight in model.parameters())
