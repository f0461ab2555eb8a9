"""Inputs of a request, as a model takes them from Python. What is sent never names a file of this machine."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import cast

from PIL import Image

from recurra.data.images import image_of_bytes
from recurra.errors import DataError
from recurra.serving.models import Served

FIX = 'Send its bytes: {"image": "data:image/png;base64,..."}.'
IMAGE = "image"  # the key of an image: {"image": "data:image/png;base64,..."}


def inputs_of(served: Served, given: Sequence[object]) -> list[object]:
    """Each input as the model takes it.

    Raises:
        DataError: an image that is none, or a text where an image must be.
    """
    images = served.image_columns
    if images is None:
        return list(given)
    return [with_images(one, images, f"inputs[{k}]") for k, one in enumerate(given)]


def with_images(given: object, columns: Sequence[str | int], place: str) -> object:
    """An input with the images in it opened.

    Args:
        columns: numbers and names of the columns that hold images; empty: the input is one.
    """
    if not columns:
        return image_of(given, place)
    if isinstance(given, Mapping):
        cells = cast("Mapping[str, object]", given)
        return {name: image_of(cell, f"{place}.{name}") if name in columns else cell for name, cell in cells.items()}
    if isinstance(given, list):
        row = cast("list[object]", given)
        return tuple(image_of(cell, f"{place}[{k}]") if k in columns else cell for k, cell in enumerate(row))
    return given


def image_of(given: object, place: str) -> object:
    """An image that was sent: {"image": "data:image/png;base64,..."}, or only the address; numbers as they are.

    Raises:
        DataError: something else, or bytes that are no image.
    """
    sent = cast("Mapping[str, object]", given).get(IMAGE) if isinstance(given, Mapping) else given
    if isinstance(sent, str):
        return opened(sent, place)
    if not has_only_numbers(sent):
        raise DataError("an image is expected, and something else was sent", where=place, fix=FIX)
    return sent


def has_only_numbers(given: object) -> bool:
    """Whether it is a number, or a list, of lists too, of nothing but numbers: pixels, or a vector; or nothing."""
    if isinstance(given, list):
        return all(map(has_only_numbers, cast("list[object]", given)))
    return given is None or isinstance(given, int | float)


def opened(data: str, place: str) -> Image.Image:
    """The image of a data: address.

    Raises:
        DataError: it is no such address, or no image.
    """
    head, _, body = data.partition(",")
    if not (head.startswith("data:image/") and head.endswith(";base64")):
        raise DataError("an image is expected, and a text was sent", where=place, fix=FIX)
    try:
        content = base64.b64decode(body, validate=True)
    except binascii.Error as error:
        raise DataError(f"the image is no base64: {error}", where=place) from None
    return image_of_bytes(content, place)
