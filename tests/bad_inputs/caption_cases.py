"""Images and captions that cannot be learned from."""

# ruff: noqa: E501

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

from bad_input import BadInput
from PIL import Image

import recurra
from recurra.data import CAPTIONS, DataSource, open_examples
from recurra.errors import UsageError


def image(format: str = "PNG", mode: str = "RGB", side: int = 40) -> bytes:
    stream = io.BytesIO()
    Image.effect_noise((side, side), 50).convert(mode).save(stream, format)
    return stream.getvalue()


def enormous() -> bytes:
    """A PNG whose header names more pixels than any memory holds."""
    header = b"IHDR" + struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    data = b"IDAT" + zlib.compress(bytes(1000))
    chunks = (struct.pack(">I", len(one) - 4) + one + struct.pack(">I", zlib.crc32(one)) for one in (header, data))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def read(path: str = "x.tsv", **options: str) -> Callable[[Path], object]:
    """Reads all examples."""
    return lambda _: list(open_examples(DataSource(path, **options), CAPTIONS))  # type: ignore[arg-type]


def one(name: str, data: bytes | None, *says: str) -> BadInput:
    """One image, and a table that names it."""
    return BadInput(name, {"a.png": data, "x.tsv": b"a.png\ta thing\n"}, read(), ("x.tsv:1: ", *says))


def table(name: str, path: str, data: bytes, *says: str, **options: str) -> BadInput:
    """A table beside an image without fault."""
    return BadInput(name, {"a.png": image(), path: data}, read(path, **options), says)


def train(name: str, *says: str, **settings: object) -> BadInput:
    """Data without fault, settings that cannot be."""
    changed = {key.replace("__", "."): value for key, value in settings.items()}

    def act(_: Path) -> object:
        return recurra.train("x.tsv", task="caption", to="m", epochs=1, settings=changed)

    return BadInput(name, {"a.png": image(), "x.tsv": b"a.png\ta\n" * 30}, act, says, UsageError)


FILES = [
    BadInput("an image that is not there", {"x.tsv": b"cat.png\ta cat\n", "cut.png": image()}, read(), ("x.tsv:1: there is no such file: 'cat.png'", "Did you mean 'cut.png'?")),
    one("a folder as an image", None, "expected a file, this is a folder: 'a.png'"),
    one("an empty file as an image", b"", "expected an image, the file is empty: 'a.png'"),
    one("a text as an image", b"a cat\n", "expected an image, its first bytes are 61 20 63 61", "PNG, JPEG"),
    one("a program that is called an image", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "expected an image, its first bytes are 25 21 50 53"),
    one("an image that is cut off", image()[:-700], "the image cannot be read (", "'a.png'", "Copy it again"),
    one("a photo that is cut off", image("JPEG")[:-300], "the image cannot be read (image file is truncated"),
    one("an image of nothing but a header", image()[:33], "the image cannot be read (it ends or breaks off within its header)"),
    one("an image that would fill the memory", enormous(), "the image has ", "more than the 100,000,000 that are read", "Make it smaller"),
    one("an image of floating-point numbers", image("TIFF", "F"), "its pixels are floating-point numbers"),
    BadInput("an address", {"x.tsv": b"https://a.org/a.png\ta cat\n"}, read(), ("x.tsv:1: expected a file, saw an address", "Download the image first")),
    BadInput("a path with a NUL", {"x.tsv": b"a\0.png\ta cat\n"}, read(), ("x.tsv:1: expected the path of a file, got 'a\\x00.png'",)),
    BadInput("a device as an image", {"x.tsv": b"/dev/zero\ta cat\n"}, read(), ("x.tsv:1: expected an image in a file, this is a pipe or a device: '/dev/zero'",)),
    BadInput("several bad images", {"a.png": b"x", "b.png": image(), "x.tsv": b"a.png\ta\nb.png\tb\nc.png\tc\n"}, read(), ("x.tsv: 2 problems (images or vectors that cannot be read: 2)", "x.tsv:1: expected an image", "x.tsv:3: there is no such file")),
]  # fmt: skip

TABLES = [
    table("paths without captions", "x.tsv", b"a.png\na.png\n", "2 problems", "x.tsv:1: expected at least 2 columns, saw 1", "A line is image, one tab (⇥), text."),
    table("only empty captions", "x.tsv", b"a.png\t\na.png\t \n", "x.tsv: expected text on both sides, found no captioned image with it"),
    table("no images at all", "x.tsv", b"", "x.tsv: expected captioned images, found none", "image, one tab (⇥), text"),
    table("CSV without a column of images", "x.csv", b"id,file,name\n1,a.png,x\n", "x.csv:1: expected 2 columns, or columns named image and text; saw 3", "--source-column"),
    table("a column of images that is not there", "x.tsv", b"file\tname\na.png\tx\n", "x.tsv:1: the header has no column 'fiel'", "Did you mean 'file'?", source_column="fiel", target_column="name"),
    table("a key for the image that is not there", "x.jsonl", b'{"id": "1", "img": "a.png", "text": "x"}\n', "x.jsonl:1: the object has no key 'image'"),
    table("an image as a table", "a.png", image(), "a.png: expected text, this is a PNG picture"),
    table("images and vectors", "x.tsv", b"a.png\tx\n1 2\ty\n", "x.tsv:2: expected an image, as in the first example, saw a vector of 2 numbers"),
    table("vectors of two sizes", "x.tsv", b"1 2\tx\n1 2 3\ty\n", "x.tsv:2: expected a vector of 2 numbers", "saw a vector of 3 numbers"),
    table("a vector with NaN", "x.tsv", b"1 2\tx\n1 nan\ty\n", "x.tsv:2: expected numbers, saw one that is not finite"),
    BadInput("images and captions in two files", {"x": b"a.png\n", "y": b"a\n"}, read("x", target_path="y"), ("images and their texts belong in one table",), UsageError),
]  # fmt: skip

SETTINGS = [
    train("images that are far too large", "data.height must be between 0 (decided by the images) and 1024, got 5000", data__height=5000),
    train("images that are moved too far", "model.shift must be between 0 and 0.5, got 0.9", model__shift=0.9),
    train("no cells", "model.cells must be between 1 and 1024, got 0", model__cells=0),
    train("a width that groups of channels do not fit", "model.width must be a multiple of 8", model__width=30),
    train("an encoder that images do not have", "unknown key 'bidirectional'", model__bidirectional=True),
    train("a recipe of colours that there are not", "data.channels: unknown value 'cmyk'", data__channels="cmyk"),
    train("coverage without attention", "decoding.coverage_penalty needs attention", decoding__coverage_penalty=0.2, model__attention="none"),
]  # fmt: skip

BAD_CAPTIONS = [*FILES, *TABLES, *SETTINGS]
