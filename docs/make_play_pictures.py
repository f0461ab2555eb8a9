"""Takes the pictures of the page of `recurra serve` (docs/tour.md, docs/play.md, README) and the animation.

python docs/make_play_pictures.py FOLDER [NAME ...]

The models, most of them those of the demos, are trained once and kept in FOLDER: ten minutes on a quiet machine.
"""

from __future__ import annotations

import csv
import io
import json
import math
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any, NamedTuple
from urllib.parse import urlencode

import make_watch_picture
from num2words import num2words
from PIL import Image
from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent / "_static" / "play"
TEXT = "12. März 2004"
COLOURS = 128  # of a picture: enough for flat ones, and files stay small
FILM = {"width": 960, "height": 700}  # pixels of the animation
FEW = 3000  # pairs that the model beside that of the dates is trained on
SMALL = ("--epochs", "6", "--set", "model.size=tiny")  # and not by the clock, so that machines do not matter
DEMOS = ("dates", "tag", "language", "language-model", "caption", "chat")


class Shot(NamedTuple):
    """One picture: what stands in the address, the window, and what is done before it is taken."""

    state: dict[str, str]
    width: int = 1200
    height: int = 1000
    dark: bool = False
    inside: bool = False  # begins where the inside of the network is shown
    act: Callable[[Any], object] | None = None


def dates(**state: str) -> dict[str, str]:
    """The date with what is looked at."""
    return {"model": "dates", "input": TEXT, **state}


CHANGE = [{"change": "input", "given": "12. Mai 2004"}]
SHOTS = {
    "first": Shot({}, height=800),
    "page": Shot(dates(output="6", tab="attention")),
    "dials": Shot(dates(options='{"sample":true,"temperature":1.3}'), height=900, act=lambda page: opened(page)),
    "decisions": Shot(dates(output="6", tab="decisions"), height=1000, inside=True),
    "search": Shot(dates(output="6", tab="search"), height=960, inside=True),
    "cell": Shot(dates(output="6", tab="cell", layer="decoder.first"), height=1500),
    "counted": Shot(dates(output="6", tab="attribution"), height=900, inside=True),
    "what-if": Shot(dates(tab="what-if", changes=json.dumps(CHANGE)), height=1100, inside=True),
    "unit": Shot(
        dates(output="6", tab="units", layer="encoder.0.forward", unit="12", place="4"), height=1000, inside=True
    ),
    "pattern": Shot(dates(tab="pattern", span="4-7,0.3"), height=1100, inside=True, act=lambda page: searched(page)),
    "alike": Shot(dates(tab="alike"), height=1150, inside=True),
    "table": Shot(dates(tab="table"), height=1250, inside=True),
    "beside": Shot(dates(input2="3/12/2004", tab="attention"), height=1300),
    "two-models": Shot(dates(tab="table", model2="dates-of-few", only="worse"), height=1250, inside=True),
    "phone": Shot(dates(output="6", tab="attention"), 400, 1400, dark=True),
    "classify": Shot({"model": "language", "input": "Schottland"}, height=1000),
    "regress": Shot({"model": "numbers", "input": "four hundred and seven"}, height=800),
    "tag": Shot({"model": "tag"}, height=900),
    "language-model": Shot({"model": "language-model", "input": "The value of the "}, height=1000),
    "caption": Shot({"model": "caption"}, height=1000),
    "forecast": Shot({"model": "months"}, height=900),
    "chat": Shot({"model": "chat"}, height=900),
}


def opened(page: Any) -> None:
    """Unfolds how it answers."""
    page.locator("details.dials").first.evaluate("node => node.open = true")


def searched(page: Any) -> None:
    """Waits for what a search through the data has found."""
    page.wait_for_selector("[role=status]:has-text('searched')", timeout=120_000)


def written(path: Path, rows: Sequence[Sequence[object]]) -> str:
    """A table of data."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter="\t").writerows(rows)
    return str(path)


def trained(folder: Path, name: str, *command: str) -> Path:
    """A model in a folder, trained if it is not there."""
    if not (folder / name / "config.json").exists():
        print(f"training {name}", flush=True)
        call = [sys.executable, "-m", "recurra", *command, "--to", str(folder / name)]
        subprocess.run(call, check=True, stdout=subprocess.DEVNULL)
    return folder / name


def models(folder: Path) -> list[Path]:
    """All models; the dates first."""
    found = {name: trained(folder, name, "demo", name) for name in DEMOS}
    data = folder / "dates-data"
    if not data.exists():
        subprocess.run([sys.executable, "-m", "recurra", "demo", "dates", "--data", str(data)], check=True)
    few = folder / "few.tsv"
    few.write_text("".join((data / "train.tsv").read_text("utf-8").splitlines(keepends=True)[:FEW]), "utf-8")
    other = trained(folder, "dates-of-few", "train", str(few), *SMALL)
    words = [(num2words(k), k) for k in Random(1).sample(range(1000), 900)]
    numbers = trained(folder, "numbers", "train", written(folder / "numbers.tsv", words),
                      "--task", "regress", *SMALL)  # fmt: skip
    dice = Random(2)
    turns = [100 + k / 2 + 25 * math.sin(2 * math.pi * k / 12) + dice.gauss(0, 4) for k in range(360)]
    dated = [(f"{1990 + k // 12}-{k % 12 + 1:02}", round(one)) for k, one in enumerate(turns)]
    series = written(folder / "months.tsv", [("month", "visitors"), *dated])
    months = trained(
        folder, "months", "train", series, "--task", "forecast", "--horizon", "12", "--season", "12", *SMALL
    )
    return [found.pop("dates"), other, *found.values(), numbers, months]


@contextmanager
def served(folders: Sequence[Path], data: str) -> Iterator[str]:
    """The address of a server of these models."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "recurra", "serve", *map(str, folders), "--data", data, "--port", str(port)]
    with subprocess.Popen([*command, "--no-log"]) as process:
        address = f"http://127.0.0.1:{port}/"
        try:
            for _ in range(240):
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
    for _ in range(2):  # what was answered may ask for more
        page.wait_for_load_state("networkidle", timeout=120_000)
        page.wait_for_selector("[aria-busy]", state="detached", timeout=120_000)
        page.wait_for_timeout(250)


def flat(picture: Image.Image) -> Image.Image:
    """A picture with few colours."""
    return picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)


def photographed(browser: Any, address: str, name: str, shot: Shot) -> None:
    """One picture."""
    scheme = "dark" if shot.dark else "light"
    page = browser.new_page(viewport={"width": shot.width, "height": shot.height}, color_scheme=scheme)
    page.goto(f"{address}#{urlencode(shot.state)}")
    still(page)
    if shot.act is not None:
        shot.act(page)
        still(page)
    if shot.inside:
        page.locator(".inside").evaluate("node => scrollTo(0, node.offsetTop - 16)")
    with Image.open(io.BytesIO(page.screenshot())) as picture:
        flat(picture).save(HERE / f"{name}.png", optimize=True)
    page.close()


def filmed(browser: Any, address: str) -> None:
    """The animation: a date is typed, answered, and looked into."""
    page = browser.new_page(viewport=FILM, color_scheme="light")
    page.goto(f"{address}#model=dates")
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


def main(folder: Path, wanted: Sequence[str]) -> None:
    """All of them, or those that are named."""
    HERE.mkdir(parents=True, exist_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    every = models(folder)
    with served(every, f"dates={folder / 'dates-data' / 'test.tsv'}") as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name in wanted or SHOTS:
            if name in SHOTS:
                photographed(browser, address, name, SHOTS[name])
        if not wanted or "play" in wanted:
            filmed(browser, address)
        browser.close()
    if not wanted or "watch" in wanted:
        make_watch_picture.main(every[0])


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]), sys.argv[2:])
