"""Images and looks at them: as a page, in a terminal with colours and in one without."""

from __future__ import annotations

import io
import json
import re
from base64 import b64decode

import numpy as np
import pytest
from PIL import Image
from rich.console import Console

from recurra.errors import UsageError
from recurra.tracing import AttentionMap, Picture, Trace
from recurra.views import AttentionView, PictureView, attention_html, attention_lines, trace_html
from recurra.views.picture import DARKEST

EVIL = '<script>"\u202e'


def picture(channels: int = 3) -> Picture:
    """Four by six pixels, no two alike, in two by three cells."""
    return Picture(4, 6, channels, bytes(range(4 * 6 * channels)), 2, 3)


def looks() -> AttentionMap:
    """All on the first cell, then half and half on the last two."""
    weights = [[1.0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0.5, 0.5]]
    return AttentionMap(picture().cells(), ["a", EVIL], weights, picture())


def images_in(html: str) -> list[Image.Image]:
    found = re.findall(r"data:image/png;base64,([^\"')]+)", html)
    return [Image.open(io.BytesIO(b64decode(one))) for one in found]


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_the_page_shows_the_image_itself(channels: int) -> None:
    one = picture(channels)
    html = attention_html(AttentionMap(one.cells(), ["a"], [[1.0, 0, 0, 0, 0, 0]], one))
    image = images_in(html)[0]
    assert (image.width, image.height) == (6, 4)
    assert np.asarray(image).tobytes() == one.pixels


def test_the_page_dims_what_was_not_looked_at() -> None:
    html = attention_html(looks())
    _, first, second = images_in(html)
    assert np.asarray(first)[..., 3].tolist() == [[0, DARKEST, DARKEST], [DARKEST] * 3]
    assert np.asarray(second)[..., 3].tolist() == [[DARKEST] * 3, [DARKEST, 0, 0]]
    assert "a: 100% on row 1, column 1" in html
    assert ": 50% on row 2, column 2" in html
    assert "<script>" not in html
    assert "\u202e" not in html


def test_a_trace_shows_it_too_and_is_json() -> None:
    trace = Trace("x.png", "a b", picture().cells(), ["a", EVIL], looks())
    assert trace_html(trace).count("<figure") == 3
    stored = json.loads(trace.to_json())["attention"]["picture"]
    assert b64decode(stored.pop("pixels")) == picture().pixels
    assert stored == {"height": 4, "width": 6, "channels": 3, "rows": 2, "columns": 3}


def test_plain_lines_stand_side_by_side() -> None:
    assert attention_lines(looks(), 40)[:3] == ["a   <s…", "█  │   ", "   │ ██"]
    assert attention_lines(looks(), 5)[:4] == ["a", "█  ", "   ", ""]


def test_the_terminal_shows_the_image_in_shades() -> None:
    console = Console(width=80, file=io.StringIO())
    black_on_white = Picture(2, 3, 1, bytes([255, 0, 255, 255, 0, 255]), 1, 1)
    console.print(PictureView(black_on_white))
    assert console.file.getvalue() == " █ \n"  # type: ignore[attr-defined]


def test_the_terminal_shows_the_image_in_colours() -> None:
    console = Console(width=80, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    see_through = Picture(2, 1, 4, bytes([200, 0, 0, 255, 200, 0, 0, 0]), 1, 1)
    console.print(PictureView(see_through))
    assert "38;2;200;0;0;48;2;255;255;255m▀" in console.file.getvalue()  # type: ignore[attr-defined]


def test_an_attention_view_knows_images() -> None:
    console = Console(width=80, file=io.StringIO())
    console.print(AttentionView(looks()))
    assert console.file.getvalue().splitlines()[1].startswith("█  │")  # type: ignore[attr-defined]


def test_a_picture_has_as_many_bytes_as_it_says() -> None:
    with pytest.raises(UsageError, match="the picture has 5 bytes, expected 6"):
        Picture(2, 3, 1, bytes(5), 1, 1)
