"""Takes the picture of docs/training.md: the page of a run that is being trained.

recurra demo dates --to dates --time 3m &
python docs/make_watch_picture.py dates
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import threading
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from recurra.watching.server import serve

TARGET = Path(__file__).parent / "_static" / "watch.png"
COLOURS = 256


def main(run: Path) -> None:
    """Serves the run, and photographs its page."""
    done = threading.Event()
    found: list[str] = []
    said = threading.Event()

    def tell(address: str) -> None:
        found.append(address)
        said.set()

    serving = threading.Thread(target=serve, args=([run], 0, tell, done.wait))
    serving.start()
    said.wait()
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        flags = ["--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=flags)
        page = browser.new_page(viewport={"width": 1200, "height": 800})
        page.goto(found[0])
        page.locator("table.samples").wait_for()
        page.wait_for_timeout(1000)
        taken = Path(folder) / "watch.png"
        page.screenshot(path=taken, full_page=True)
        browser.close()
        Image.open(taken).convert("RGB").quantize(COLOURS).save(TARGET, optimize=True)
    done.set()
    serving.join()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
