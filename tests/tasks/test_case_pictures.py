"""Small pictures of examples: images as they are, smaller; forecasts as two lines."""

from __future__ import annotations

import io
from base64 import b64decode
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image
from toy_tasks import examples, network, predictor

from recurra.data.images import ImageFile
from recurra.tasks.case_pictures import HEIGHT, ROOM, WIDTH, forecast_chart, thumbnail


def test_an_image_is_made_small(tmp_path: Path) -> None:
    pixels = np.zeros((300, 150, 3), np.uint8)
    pixels[:150] = (255, 0, 0)
    path = tmp_path / "red.png"
    Image.fromarray(pixels).save(path)
    for content in (str(path), ImageFile("red.png", str(path)), pixels):
        image = Image.open(io.BytesIO(b64decode(thumbnail(content).removeprefix("data:image/png;base64,"))))
        assert image.size == (32, 64)
        assert image.convert("RGB").getpixel((5, 5)) == (255, 0, 0)


@pytest.mark.parametrize("content", ["not/there.png", np.zeros(5, np.float32), None, 3, ["a"]])
def test_what_is_no_image_has_none(content: object) -> None:
    assert thumbnail(content) == ""


def test_a_forecast_is_two_lines_in_each_column() -> None:
    truth = np.array([[1.0, 5.0], [2.0, np.nan], [3.0, 7.0]])
    address = forecast_chart(truth, truth[::-1])
    drawn = ElementTree.fromstring(unquote(address.removeprefix("data:image/svg+xml,")))
    lines = [one.attrib["points"].split() for one in drawn]
    assert [len(points) for points in lines] == [3, 3, 2, 2]
    assert lines[0] == ["3.0,29.0", "60.0,16.0", "117.0,3.0"]
    assert forecast_chart(truth[:1], truth[:1]) == ""
    assert "nan" not in forecast_chart(np.full((4, 1), np.nan), np.ones((4, 1)))


def test_lines_go_from_side_to_side_and_from_the_lowest_to_the_highest() -> None:
    truth = np.array([[0.0, 4.0], [10.0, 4.0]])
    address = forecast_chart(truth, truth)
    drawn = ElementTree.fromstring(unquote(address.removeprefix("data:image/svg+xml,")))
    assert drawn.attrib["height"] == str(2 * HEIGHT)
    points = [[tuple(map(float, point.split(","))) for point in one.attrib["points"].split()] for one in drawn]
    assert points[0] == points[1] == [(ROOM, HEIGHT - ROOM), (WIDTH - ROOM, ROOM)]
    assert points[2] == [(ROOM, 2 * HEIGHT - ROOM), (WIDTH - ROOM, 2 * HEIGHT - ROOM)]  # numbers that are all alike


def test_cases_have_pictures_where_their_inputs_are_images() -> None:
    image = np.zeros((4, 4), np.uint8)
    rows: list[Any] = [(image + 9 * k, "ab"[k % 2]) for k in range(24)]
    made = network("classify", rows=rows)
    seen = predictor("classify", made).evaluate(examples("classify", rows), made.recipe.decoding)
    assert all(case.picture is not None and case.picture().startswith("data:image/png") for case in seen.cases)
    for task in ("classify", "regress"):
        made = network(task)
        found = predictor(task, made).evaluate(examples(task), made.recipe.decoding)
        assert all(case.picture is None for case in found.cases)
