"""`recurra serve --demo`: a small model to play with where there is none yet, trained once and kept."""

from __future__ import annotations

import time
import webbrowser
from pathlib import Path

from recurra.cli.demo import trained
from recurra.cli.known_names import cache_folder
from recurra.demos import Demo, demo_named
from recurra.errors import RecurraError
from recurra.say import say

NAME = "dates"


def demo_folder() -> Path:
    """The model of the demo: the one that is kept, or else trained within a minute."""
    folder = cache_folder() / "demo" / NAME
    if is_model(folder):
        say(f"recurra: the model of an earlier --demo, in {folder}")
        return folder
    demo = demo_named(NAME)
    assert isinstance(demo, Demo)
    from recurra.training import parse_time

    say(f"recurra: training a small model that reads dates in a hundred languages, which takes about {demo.time}")
    began = time.monotonic()
    trained(demo, demo.split().training, folder, parse_time(demo.time) - demo.afterwards, began)
    return folder


def is_model(folder: Path) -> bool:
    """Whether a model stands there that can be loaded, its training finished."""
    from recurra import api

    try:
        return not api.load(folder).caveats
    except RecurraError:
        return False


def shown_in_browser(address: str) -> None:
    """Opens the page, where there is a browser to open it in."""
    if not webbrowser.open(address):
        say(f"recurra: open {address} in a browser")
