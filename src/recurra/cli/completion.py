"""Completion by the shell: `recurra --install-completion`, and the calls that the shell then makes.

Only here all commands are one typer application; it knows the scripts and the protocols of the shells.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence

import typer


def complete(args: Sequence[str], commands: Sequence[str]) -> int:
    """Installs completion, prints its script, or answers the shell; gives the exit code."""
    app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)
    for name in commands:
        own = name.replace("-", "_")
        app.command(name)(getattr(importlib.import_module(f"recurra.cli.{own}"), own))
    try:
        app(list(args), prog_name="recurra")
    except SystemExit as done:
        return int(done.code or 0)
    return 0
