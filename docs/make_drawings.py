"""Draws what docs/drawings.md shows: runs every `recurra draw ... --to` of its examples in docs/_static/drawings."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

from recurra.cli import run

HERE = Path(__file__).parent
DRAWINGS = HERE / "_static" / "drawings"
PAGE = HERE / "drawings.md"
COMMAND = re.compile(r"^\$ recurra (draw .*--to (?!net\.svg|cell\.svg)(\S+))$", re.MULTILINE)


def commands() -> dict[str, list[str]]:
    """Name of the file -> the arguments that draw it."""
    return {name: shlex.split(line) for line, name in COMMAND.findall(PAGE.read_text("utf-8"))}


if __name__ == "__main__":
    os.chdir(DRAWINGS)
    for arguments in commands().values():
        if run(arguments):
            raise SystemExit(1)
