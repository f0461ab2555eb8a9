"""Mutants that were looked at and change nothing that a test could see: known.toml, with the reason for each.

They are recognised by their file and by the lines that change, so they stand whatever the numbers of their lines.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

KNOWN = Path(__file__).with_name("known.toml")


def known_mutants() -> dict[tuple[str, str], str]:
    """Why a mutant changes nothing, by its file and its difference."""
    entries = tomllib.loads(KNOWN.read_text("utf-8")).get("mutant", [])
    return {(one["file"], one["difference"].strip("\n")): one["why"] for one in entries}
