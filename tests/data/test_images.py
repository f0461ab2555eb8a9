"""Whatever an image file holds becomes bytes of one shape, undistorted and upright."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from images import file_of, gradient
from PIL import Image

from recurra.data.images import ImageShape, fitted, read_image, seen

OWN = ImageShape(4, 6, 3)


def stored(path: Path, image: Image.Image, format: str = "PNG", **options: object) -> str:
    path.write_bytes(file_of(image, format, **options))
    return str(path)


def test_colours_come_back_as_they_are(tmp_path: Path) -> None:
    image = read_image(stored(tmp_path / "x.png", Image.fromarray(gradient())), "x:1")
    assert (fitted(image, OWN) == gradient()).all()
    assert seen(image) == (4, 6, True, True)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGBA", "LA", "CMYK", "I;16"])
def test_every_mode_becomes_eight_bits(mode: str, tmp_path: Path) -> None:
    flat = np.full((4, 6), 255, dtype=np.uint8)
    image = Image.fromarray(flat).convert(mode) if mode != "I;16" else Image.fromarray(flat.astype(np.uint16) * 257)
    path = stored(tmp_path / "x", image, "TIFF" if mode == "CMYK" else "PNG")
    found = read_image(path, "x:1")
    assert found.mode in ("L", "RGB", "RGBA")
    assert (fitted(found, ImageShape(4, 6, 1)) == 255).all()
    assert not seen(found).coloured


def test_sixteen_bits_are_scaled_and_not_cut(tmp_path: Path) -> None:
    path = stored(tmp_path / "x.png", Image.fromarray(np.array([[0, 257 * 100, 65535]], dtype=np.uint16)))
    assert fitted(read_image(path, "x:1"), ImageShape(1, 3, 1)).ravel().tolist() == [0, 100, 255]


def test_a_grey_image_is_known_whatever_its_mode(tmp_path: Path) -> None:
    grey = Image.new("RGB", (3, 3), (7, 7, 7))
    assert not seen(read_image(stored(tmp_path / "x.png", grey), "x:1")).coloured


def test_what_is_see_through_is_white_or_keeps_its_opacity(tmp_path: Path) -> None:
    image = read_image(stored(tmp_path / "x.png", Image.new("RGBA", (1, 1), (10, 20, 30, 0))), "x:1")
    assert not seen(image).opaque
    assert fitted(image, ImageShape(1, 1, 3)).ravel().tolist() == [255, 255, 255]
    assert fitted(image, ImageShape(1, 1, 4)).ravel().tolist() == [10, 20, 30, 0]


def test_a_palette_with_a_clear_colour_is_see_through(tmp_path: Path) -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([200, 0, 0, 0, 0, 200])
    image.putdata([0, 1])
    found = read_image(stored(tmp_path / "x.png", image, transparency=0), "x:1")
    assert fitted(found, ImageShape(1, 2, 3)).tolist() == [[[255, 255, 255], [0, 0, 200]]]


def test_of_an_animation_the_first_picture_is_taken(tmp_path: Path) -> None:
    first, second = (Image.new("RGB", (2, 2), colour) for colour in ("red", "blue"))
    path = stored(tmp_path / "x.gif", first, "GIF", save_all=True, append_images=[second])
    assert fitted(read_image(path, "x:1"), ImageShape(1, 1, 3)).ravel().tolist() == [255, 0, 0]


def test_a_photo_on_its_side_is_turned_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned by a quarter
    path = stored(tmp_path / "x.png", Image.fromarray(gradient()), exif=exif)
    image = read_image(path, "x:1")
    assert (image.height, image.width) == (6, 4)
    assert (np.asarray(image) == np.rot90(gradient(), -1)).all()


@pytest.mark.parametrize(("height", "width"), [(2, 10), (10, 2), (1, 400), (3, 3)])
def test_an_image_is_scaled_in_proportion_and_stands_in_the_middle(height: int, width: int) -> None:
    black = Image.new("L", (width, height))
    found = fitted(black, ImageShape(20, 20, 1))[..., 0] < 128
    rows, columns = np.flatnonzero(found.any(1)), np.flatnonzero(found.any(0))
    high, wide = (place[-1] - place[0] + 1 for place in (rows, columns))
    assert max(high, wide) == 20
    assert high == max(1, round(20 * height / max(height, width)))
    assert abs((rows[0] + rows[-1]) - 19) <= 1
    assert abs((columns[0] + columns[-1]) - 19) <= 1
