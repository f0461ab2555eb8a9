"""Pages in a real browser: what stands in them after their modules have run. Tests skip where there is no Chromium."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from documents import Document

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_browser = pytest.mark.skipif(BROWSER is None, reason="there is no Chromium here to open pages in")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=5000")
POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
# Written at the end of a page: what happens in it after its own module, and where its errors go.
ERRORS = '<script>addEventListener("error", ({ message }) => { document.title = `error: ${message}`; });</script>\n'


def opened(page: str, folder: Path, address: str = "", then: str = "") -> Document:
    """The page after its modules have run.

    Args:
        folder: where the file may stand.
        address: what stands behind the file's name: #only=wrong.
        then: a module that runs after those of the page; what it says is to be found as document.title.
    """
    more = f'<script type="module">\n{then}\n</script>\n' if then else ""
    file = folder / "page.html"
    if then:  # the page's own policy would not let it run
        page = POLICY.sub("", page).replace("<main>", f"{ERRORS}<main>").replace("</body>", f"{more}</body>")
    file.write_text(page, encoding="utf-8")
    assert BROWSER is not None
    profile = f"--user-data-dir={folder / 'profile'}"
    command = [BROWSER, *FLAGS, profile, "--dump-dom", f"{file.as_uri()}{address}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return Document(done.stdout)
