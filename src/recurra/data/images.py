"""Images of files as bytes [rows, columns, channels], strictly: what cannot be read is an error that says why.

Whatever a file holds becomes grey, red green blue, or these with opacity, eight bits each: palettes are looked up, 16
bits are rounded to 8, CMYK is converted, a photo that lies on its side is turned upright, and of an animation the first
picture is taken. An image is made to fit a shape without being distorted: it is scaled until it fits and stands in the
middle, on white.
"""

from __future__ import annotations

import io
import os
import re
import stat
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from recurra.data.lines import require_file
from recurra.errors import DataError

Pixels = NDArray[np.uint8]  # [rows, columns, channels]

# What is read. Formats that run programs (PostScript) or reach for other files are not among them.
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF", "PPM")
NUMBERED = re.compile(r"(.+\.\w+)#\d+")  # an image with the number of one of its captions
ENDINGS = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".tif", ".tiff", ".ppm", ".pgm", ".pbm")
SIGNATURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"II*\0", b"MM\0*")
MOST_PIXELS = 100_000_000  # a larger image, once unpacked, could fill the memory
STRIPE = 256  # rows
MODES = {1: "L", 3: "RGB", 4: "RGBA"}  # channels -> Pillow's name
WHITE = {1: 255, 3: (255, 255, 255), 4: (255, 255, 255, 0)}  # around an image that does not fill its shape


@dataclass(frozen=True)
class ImageShape:
    """Of images that are all alike."""

    height: int
    width: int
    channels: int  # 1 grey, 3 red green blue, 4 with opacity

    @property
    def size(self) -> int:
        """How many bytes an image has."""
        return self.height * self.width * self.channels


class ImageFile(str):
    """The cell of a table that names an image: the text of the cell, and beside it where the file is."""

    path: str

    def __new__(cls, cell: str, path: str) -> ImageFile:
        found = super().__new__(cls, cell)
        found.path = path
        return found


def image_file(cell: str, folder: str) -> ImageFile:
    """The cell of a table in a folder, as the image that it names."""
    return ImageFile(cell, image_path(cell, folder))


def image_path(cell: str, folder: str) -> str:
    """The path of an image; the number of its caption, as in img.png#0, is no part of it unless a file is called so."""
    path = os.path.join(folder, cell.strip())
    numbered = NUMBERED.fullmatch(path)
    return path if numbered is None or "\0" in path or os.path.exists(path) else numbered[1]


def is_named_as_image(cell: object) -> bool:
    """Whether it is the name of an image, perhaps with the number of a caption: img/1.png, 1.jpg#0."""
    return isinstance(cell, str) and cell.strip().partition("#")[0].lower().endswith(ENDINGS)


def how_to_name(name: str) -> str:
    """How to write the names of images in a table, for a message about one that is not there."""
    if "://" in name:
        return "Addresses are not fetched: download the images, and write their paths."
    return "Paths are relative to the folder of the table, with / between folders and names."


def image_or_text(cell: str, folder: str) -> str:
    """The image that a cell names, if there is such a file and it is called like one; else the cell."""
    path = image_path(cell, folder)
    named = path.lower().endswith(ENDINGS) and "\0" not in path
    return image_file(cell, folder) if named and os.path.isfile(path) else cell


class Seen(NamedTuple):
    """What an image is before it is made to fit."""

    height: int
    width: int
    coloured: bool  # some pixel is not grey
    opaque: bool  # none lets the background through


def read_image(path: str, place: str) -> Image.Image:
    """The image of a file, unpacked to the end, as L, RGB or RGBA.

    Args:
        place: where the path stands, for messages: "captions.tsv:3".

    Raises:
        DataError: there is no such file, it is no image, is cut off, or is far too large.
    """
    _check_path(path, place)
    return _unpacked(path, path, place)


def image_of_bytes(content: bytes, place: str) -> Image.Image:
    """The image that stands in bytes as they would in a file, likewise.

    Raises:
        DataError: it is no image, is cut off, or is far too large.
    """
    return _unpacked(io.BytesIO(content), "what was sent", place)


def _unpacked(source: str | io.BytesIO, path: str, place: str) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a size that Pillow finds suspicious; ours is checked below
            with Image.open(source, formats=FORMATS) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise _too_large(f"{image.width:,} x {image.height:,} pixels", path, place)
                if image.width * image.height == 0:
                    raise _unreadable("the image has no pixels", path, place)
                image.load()
                ImageOps.exif_transpose(image, in_place=True)  # a copy of a large image would not fit beside it
                return _eight_bits(image, path, place)
    except DataError:
        raise
    except Image.DecompressionBombError:
        raise _too_large("hundreds of millions of pixels", path, place) from None
    except UnidentifiedImageError:
        raise _no_image(source, path, place) from None
    except Exception as error:  # whatever a damaged file does to a decoder: each has errors of its own
        raise _damaged(error, path, place) from None


def coloured(image: Image.Image) -> Image.Image:
    """An image as RGB, or as RGBA where it has opacity."""
    mode = "RGBA" if image.has_transparency_data else "RGB"
    return image if image.mode == mode else image.convert(mode)


def image_of(pixels: NDArray[np.generic], place: str) -> Image.Image:
    """An image given as bytes [rows, columns] or [rows, columns, channels].

    Raises:
        DataError: another shape or type.
    """
    shape = pixels.shape
    if (
        pixels.dtype != np.uint8
        or len(shape) not in (2, 3)
        or 0 in shape
        or (len(shape) == 3 and shape[2] not in MODES)
    ):
        raise DataError(
            f"expected bytes [rows, columns] or [rows, columns, 1, 3 or 4], got {pixels.dtype} {list(shape)}",
            where=place,
            fix="Scale it to 0 to 255 and give array.astype('uint8').",
        )
    return Image.fromarray(np.ascontiguousarray(pixels[..., 0] if len(shape) == 3 and shape[2] == 1 else pixels))


def seen(image: Image.Image) -> Seen:
    """What an image is."""
    opaque = image.mode != "RGBA" or image.getchannel("A").getextrema() == (255, 255)
    coloured = image.mode != "L" and any(bool((part[..., :3] != part[..., :1]).any()) for part in _stripes(image))
    return Seen(image.height, image.width, coloured, opaque)


def fitted(image: Image.Image, shape: ImageShape) -> Pixels:
    """The image as bytes of this shape: in proportion, in the middle; on white where the shape has no opacity."""
    image = _with_channels(image, shape.channels)
    if (image.width, image.height) != (shape.width, shape.height):
        scale = min(shape.width / image.width, shape.height / image.height)
        size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
        scaled = image.resize(size, Image.Resampling.BILINEAR)
        image = Image.new(MODES[shape.channels], (shape.width, shape.height), WHITE[shape.channels])
        image.paste(scaled, ((shape.width - size[0]) // 2, (shape.height - size[1]) // 2))
    return np.asarray(image, dtype=np.uint8).reshape(shape.height, shape.width, shape.channels)


def _with_channels(image: Image.Image, channels: int) -> Image.Image:
    if image.mode == "RGBA" and channels < 4:
        background = Image.new("RGBA", image.size, (255, 255, 255, 255))
        image = Image.alpha_composite(background, image)
    return image.convert(MODES[channels])


def _eight_bits(image: Image.Image, path: str, place: str) -> Image.Image:
    """The image, unpacked, in one of three modes."""
    mode = image.mode
    if mode == "F":
        raise _unreadable("its pixels are floating-point numbers", path, place)
    if mode.startswith("I"):  # 16 bits, or 32 of which 16 are used
        parts = [np.floor_divide(np.clip(part, 0, 65535), 257).astype(np.uint8) for part in _stripes(image)]
        return Image.fromarray(np.concatenate(parts))
    return image.convert("L") if mode in ("1", "L") else coloured(image)


def _stripes(image: Image.Image) -> Iterator[NDArray[np.integer]]:
    """The pixels from top to bottom: all at once they would take several times the memory of the image."""
    for top in range(0, image.height, STRIPE):
        yield np.asarray(image.crop((0, top, image.width, min(top + STRIPE, image.height))))


def _check_path(path: str, place: str) -> None:
    if "://" in path:
        raise DataError(f"expected a file, saw an address: {path!r}", where=place, fix="Download the image first.")
    try:
        require_file(path)
    except DataError as error:
        fix = "Write / between folders and names." if "\\" in path else error.fix
        raise DataError(f"{error.what}: {path!r}", where=place, fix=fix) from None
    if not stat.S_ISREG(os.stat(path).st_mode):
        raise DataError(f"expected an image in a file, this is a pipe or a device: {path!r}", where=place)


def _too_large(size: str, path: str, place: str) -> DataError:
    return DataError(
        f"the image has {size}, more than the {MOST_PIXELS:,} that are read: {path!r}",
        where=place,
        fix="Make it smaller first.",
    )


def _no_image(source: str | io.BytesIO, path: str, place: str) -> DataError:
    if isinstance(source, str):
        empty = "the file is empty"
        with open(source, "rb") as file:
            start = file.read(8)
    else:
        empty = "it is empty"
        start = source.getvalue()[:8]
    if start.startswith(SIGNATURES):
        return _unreadable("it ends or breaks off within its header", path, place)
    what = f"its first bytes are {start.hex(' ').upper()}" if start else empty
    fix = f"Images are read as {', '.join(FORMATS)}."
    return DataError(f"expected an image, {what}: {path!r}", where=place, fix=fix)


def _damaged(error: Exception, path: str, place: str) -> DataError:
    return _unreadable(str(error).splitlines()[0] if str(error) else type(error).__name__, path, place)


def _unreadable(why: str, path: str, place: str) -> DataError:
    return DataError(
        f"the image cannot be read ({why}): {path!r}", where=place, fix="Copy it again, or save it again as PNG."
    )
