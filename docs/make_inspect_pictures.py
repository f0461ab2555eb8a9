"""Takes the pictures of docs/inspect.md: opens the page of one date in Chromium, and photographs its views.

recurra demo dates --to dates
python docs/make_inspect_pictures.py dates
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image
from playwright.sync_api import sync_playwright

import recurra
from recurra.views import inspect_page

HERE = Path(__file__).parent / "_static" / "inspect"
TEXT = "12. März 2004"
COLOURS = 96  # of a picture: enough for flat ones, and files stay small


class Shot(NamedTuple):
    """One picture: the state in the address, the window, and the part of the page; all of it if empty."""

    hash: str
    width: int = 1200
    dark: bool = False
    part: str = ""


SHOTS = {
    "page": Shot("output=6&place=5"),
    "lines": Shot("output=6", part="#view-attention .lines"),
    "decisions": Shot("tab=decisions&output=6", part="#view-decisions > .beside"),
    "counted": Shot("tab=attribution&output=6", part="#view-attribution > .beside"),
    "search": Shot("tab=search", part="#view-search > .beside"),
    "cell": Shot("tab=cell&layer=decoder.first&output=6", part="#view-cell > .beside"),
    "gates": Shot("tab=gates&layer=encoder.0.forward&unit=7&place=5", part="#view-gates .layer-maps >> nth=0"),
    "units": Shot("tab=units&layer=encoder.0.forward&unit=7&also=52&place=5", part="#view-units > .beside"),
    "gradients": Shot("tab=gradients&output=6", part="#view-gradients > .beside"),
    "phone": Shot("output=6", width=400, dark=True),
}


def take(page: Any, name: str, shot: Shot) -> None:
    """One picture, with few colours."""
    if name == "lines":
        page.get_by_role("button", name="Lines").click()
    page.wait_for_timeout(300)  # what moves has come to rest
    file = HERE / f"{name}.png"
    target = page.locator(shot.part) if shot.part else page
    target.screenshot(path=file, **({} if shot.part else {"full_page": True}))
    with Image.open(file) as picture:
        picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)


def main(folder: str) -> None:
    """All of them, of the model in a folder."""
    HERE.mkdir(parents=True, exist_ok=True)
    trace = recurra.load(folder).trace(TEXT, gradients=True, attribution="integrated-gradients")
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        file = Path(place) / "page.html"
        file.write_text("".join(inspect_page(trace)), encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, shot in SHOTS.items():
            scheme = "dark" if shot.dark else "light"
            page = browser.new_page(viewport={"width": shot.width, "height": 800}, color_scheme=scheme)
            page.goto(f"{file.as_uri()}#{shot.hash}")
            take(page, name, shot)
            page.close()
        browser.close()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(sys.argv[1])
