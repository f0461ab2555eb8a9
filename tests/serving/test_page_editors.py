"""Editors of the page for what is no text: images that are drawn and chosen, columns of several kinds, series."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import numpy as np
import pytest
from browser import WIDTHS, overflow, violations
from PIL import Image
from served_page import Opened, Served, answered, opening, running

import recurra

pytest.importorskip("fastapi", reason="recurra[serve] is not installed")
pytestmark = pytest.mark.slow

SMALL: dict[str, object] = {"model.size": "tiny"}
COLUMNS = [
    {
        "note": f"a {word} of {k} words <b>",
        "size": k,
        "colour": ("red", "blue")[k % 2],
        "label": ("keep", "<i>return")[k % 2],
    }
    for k, word in enumerate(["long", "short", "fine", "broken"] * 6)
]


def striped(place: int, *, down: bool) -> Image.Image:
    pixels = np.full((8, 12), 255, np.uint8)
    if down:
        pixels[:, place] = 0
    else:
        pixels[place] = 0
    return Image.fromarray(pixels)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("models")
    images = [(striped(k % 8, down=bool(k % 2)), ("across", "down")[k % 2]) for k in range(24)]
    recurra.train(images, task="classify", to=folder / "images", epochs=1, settings=SMALL, progress=False)
    (folder / "columns.jsonl").write_text("\n".join(json.dumps(row) for row in COLUMNS), encoding="utf-8")
    recurra.train(
        folder / "columns.jsonl", task="classify", to=folder / "columns", epochs=1, settings=SMALL, progress=False,
        source_column="note,size,colour", target_column="label",
    )  # fmt: skip
    waves = [(np.sin(np.arange(9) * (1 + k % 2)).round(3).tolist(), float(k % 2)) for k in range(24)]
    recurra.train(waves, task="regress", to=folder / "vectors", epochs=1, settings=SMALL, progress=False)
    shutil.rmtree(folder / "vectors" / "run")  # as it is without what training keeps
    with running([folder / name for name in ("images", "columns", "vectors")]) as found:
        yield found


@pytest.fixture
def opened(chromium: Any, served: Served) -> Iterator[Opened]:
    with opening(chromium, served) as found:
        yield found


def given_in(page: Any) -> str:
    """What stands in the address as the input."""
    return parse_qs(page.url.partition("#")[2])["input"][0]


def predicted(served: Served, model: str, given: object) -> Any:
    [answer] = served.ask("/v1/predict", {"model": model, "inputs": [given]})["answers"]
    return answer


def says(page: Any, answer: Any) -> bool:
    shown = page.locator(".answer").inner_text()
    shares = answer["details"]["probabilities"].values()
    # The page rounds a half up, Python to the even digit.
    either = [{f"{100 * share + less:.1f}" for less in (-1e-6, 1e-6)} for share in shares]
    return answer["text"] in shown and all(any(one in shown for one in some) for some in either)


def test_an_image_is_drawn(opened: Opened, served: Served) -> None:
    page = opened("#model=images")
    assert given_in(page).startswith("data:image/png")
    page.get_by_role("button", name="Clear").click()
    answered(page)
    empty = given_in(page)
    box = page.locator(".pad canvas").bounding_box()
    assert abs(box["width"] / box["height"] - 12 / 8) < 0.02  # nothing is beside the image
    page.mouse.move(box["x"] + 20, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 20, box["y"] + box["height"] / 2, steps=5)
    page.mouse.up()
    answered(page)
    drawn = given_in(page)
    assert drawn != empty
    assert says(page, predicted(served, "images", {"image": drawn}))
    page.reload()
    answered(page)
    assert given_in(page) == drawn
    assert violations(page) == []


def test_an_image_is_chosen_from_the_disk(opened: Opened, served: Served, tmp_path: Any) -> None:
    page = opened("#model=images")
    file = tmp_path / "<b>evil.png"
    striped(3, down=True).save(file)
    page.locator("input[type=file]").set_input_files(file)
    answered(page)
    import base64

    sent = "data:image/png;base64," + base64.b64encode(file.read_bytes()).decode()
    assert given_in(page) == sent
    assert says(page, predicted(served, "images", {"image": sent}))
    assert "<b>evil.png" in page.locator(".pad").inner_text()
    (tmp_path / "none.png").write_bytes(b"no image")
    page.locator("input[type=file]").set_input_files(tmp_path / "none.png")
    page.wait_for_timeout(300)
    assert "no image" in page.locator(".pad").inner_text()


def test_columns_each_have_a_field(opened: Opened, served: Served) -> None:
    page = opened("#model=columns")
    assert "<b>" in page.locator(".front").inner_text()
    page.get_by_label("size").fill("3")
    page.get_by_label("colour").select_option("blue")
    answered(page)
    given = json.loads(given_in(page))
    assert given["size"] == 3
    assert given["colour"] == "blue"
    assert says(page, predicted(served, "columns", given))
    assert page.locator(".choices b, .choices i").count() == 0


def test_numbers_are_pasted(opened: Opened, served: Served) -> None:
    page = opened("#model=vectors")
    field = page.get_by_label("Numbers")
    field.fill("0,5; 1,25; 0; 0; 0; 0; 0; 0; 2")  # decimal commas
    answered(page)
    given = [0.5, 1.25, 0, 0, 0, 0, 0, 0, 2]
    assert json.loads(given_in(page)) == given
    assert predicted(served, "vectors", given)["text"] in page.locator(".answer").inner_text()
    field.fill("1 2 three")
    assert "not only numbers" in page.locator(".editor").inner_text()


@pytest.mark.parametrize("model", ["images", "columns", "vectors"])
def test_each_is_as_wide_as_its_window_and_accessible(opened: Opened, model: str) -> None:
    page = opened(f"#model={model}")
    for width, scheme in ((WIDTHS["narrow"], "light"), (WIDTHS["wide"], "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        assert overflow(page) <= 0
        assert violations(page) == []
