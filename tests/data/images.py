"""Image files for tests, made on the spot."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from PIL import Image


def gradient(height: int = 4, width: int = 6) -> np.ndarray[Any, Any]:
    """An image of which no two pixels are alike, [rows, columns, 3]."""
    rows, columns = np.mgrid[:height, :width]
    return np.stack([rows * 20, columns * 20, rows + columns], axis=-1).astype(np.uint8)


def file_of(image: Image.Image, format: str = "PNG", **options: Any) -> bytes:
    """What a file with the image holds."""
    stream = io.BytesIO()
    image.save(stream, format, **options)
    return stream.getvalue()


def png(height: int = 4, width: int = 6) -> bytes:
    return file_of(Image.fromarray(gradient(height, width)))
