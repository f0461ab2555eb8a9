"""Takes the pictures of the page of `recurra serve` (docs/play.md, README): screenshots, and a short animation.

recurra demo dates --to dates
python docs/make_play_pictures.py dates
"""

from __future__ import annotations

import io
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

from PIL import Image
from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent / "_static" / "play"
TEXT = "12. März 2004"
COLOURS = 128  # of a picture: enough for flat ones, and files stay small
FILM = {"width": 960, "height": 700}  # pixels of the animation


class Shot(NamedTuple):
    """One screenshot: what stands in the address, and the window."""

    state: dict[str, str]
    width: int = 1200
    height: int = 1000
    dark: bool = False


SHOTS = {
    "page": Shot({"input": TEXT, "output": "6", "tab": "attention"}),
    "cell": Shot({"input": TEXT, "output": "6", "tab": "cell", "layer": "decoder.first"}, height=1500),
    "beside": Shot({"input": TEXT, "input2": "3/12/2004", "tab": "attention"}, height=1300),
    "phone": Shot({"input": TEXT, "output": "6", "tab": "attention"}, 400, 1400, dark=True),
}


@contextmanager
def served(folder: str) -> Iterator[str]:
    """The address of a server of this model."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "recurra", "serve", folder, "--port", str(port), "--no-log"]
    with subprocess.Popen(command) as process:
        address = f"http://127.0.0.1:{port}/"
        try:
            for _ in range(120):
                try:
                    urllib.request.urlopen(address + "readyz", timeout=1).close()
                    break
                except OSError:
                    time.sleep(0.5)
            yield address
        finally:
            process.terminate()


def still(page: Any) -> None:
    """Waits until everything is answered and drawn."""
    page.wait_for_selector(".bench")
    page.wait_for_timeout(300)
    page.wait_for_selector("[aria-busy]", state="detached")
    page.wait_for_timeout(250)


def flat(picture: Image.Image) -> Image.Image:
    """A picture with few colours."""
    return picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)


def photographed(browser: Any, address: str, name: str, shot: Shot) -> None:
    """One screenshot."""
    scheme = "dark" if shot.dark else "light"
    page = browser.new_page(viewport={"width": shot.width, "height": shot.height}, color_scheme=scheme)
    page.goto(f"{address}#{urlencode(shot.state)}")
    still(page)
    with Image.open(io.BytesIO(page.screenshot())) as picture:
        flat(picture).save(HERE / f"{name}.png", optimize=True)
    page.close()


def filmed(browser: Any, address: str) -> None:
    """The animation: a date is typed, answered, and looked into."""
    page = browser.new_page(viewport=FILM, color_scheme="light")
    page.goto(address)
    still(page)
    frames: list[tuple[Image.Image, int]] = []

    def frame(milliseconds: int) -> None:
        with Image.open(io.BytesIO(page.screenshot())) as picture:
            frames.append((flat(picture), milliseconds))

    field = page.get_by_label("Text", exact=True)
    field.fill("")
    field.focus()
    for letter in TEXT:
        page.keyboard.type(letter)
        page.wait_for_timeout(450)
        frame(160)
    still(page)
    frame(1200)
    page.locator(".inside").evaluate("node => scrollTo(0, node.offsetTop - 24)")
    for place in range(0, 10, 2):
        page.locator(".overview [data-axis=output] .token").nth(place).click()
        page.wait_for_timeout(250)
        frame(600)
    page.locator("#tab-cell").click()
    still(page)
    page.locator("#tab-cell").evaluate("node => scrollBy(0, node.getBoundingClientRect().top - 16)")
    frame(900)
    for _ in range(4):
        page.get_by_role("button", name="next step").click()
        page.wait_for_timeout(200)
        frame(600)
    (first, _), *others = frames
    first.save(
        HERE / "play.gif", save_all=True, append_images=[picture for picture, _ in others],
        duration=[length for _, length in frames], loop=0, optimize=True,
    )  # fmt: skip
    page.close()


def main(folder: str) -> None:
    """All of them, of the model in a folder."""
    HERE.mkdir(parents=True, exist_ok=True)
    with served(folder) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, shot in SHOTS.items():
            photographed(browser, address, name, shot)
        filmed(browser, address)
        browser.close()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(sys.argv[1])
