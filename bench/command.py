"""recurra's command line, as the figures call it."""

from __future__ import annotations

import subprocess
import sys


def recurra(*arguments: str) -> str:
    """A command's standard output; what it says goes to the terminal."""
    command = [sys.executable, "-m", "recurra.cli", *arguments]
    return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE).stdout
