"""From a command line to a command's function, and from whatever happens there to an exit code.

0 done, 1 failed, 2 a command line that cannot be right, 130 interrupted by Ctrl-C, 141 the reader of a pipe went away.
Results go to stdout, everything else to stderr. Each command's file is imported only when it is called.
"""

from __future__ import annotations

import importlib
import io
import sys
import time
from collections.abc import Sequence
from typing import NoReturn

from recurra import __version__
from recurra.cli.failures import explain
from recurra.options import unknown_name

# Name -> what it does. The file cli/NAME.py has a function of the same name; its parameters are the options.
COMMANDS = {
    "demo": "train a built-in demo and show what it learned",
    "train": "learn a task from examples, into a model folder",
    "predict": "write the model's output for each line of text",
    "chat": "talk with a model that was trained on dialogues",
    "evaluate": "measure a model on examples",
    "compare": "train a grid of networks and say which are better and which by luck",
    "generate": "go on with a text, with a model that was trained on text",
    "score": "say how much each word or character of a text surprises such a model",
    "check": "look through training data and say what is in it and what is wrong with it",
    "settings": "list the settings of all tasks: defaults, meanings, allowed values",
    "doctor": "look at this machine: versions, speed, what is missing",
}


def main() -> NoReturn:
    """The script `recurra`."""
    sys.exit(run(sys.argv[1:]))


def run(args: Sequence[str]) -> int:
    """Runs a command line and gives its exit code; says on stderr what went wrong."""
    started = time.monotonic()
    write_utf8()
    try:
        code = dispatch(list(args), started)
        sys.stdout.flush()
    except Exception as error:
        return explain(error, args)
    except KeyboardInterrupt as error:
        return explain(error, args)
    return code


def dispatch(args: list[str], started: float) -> int:
    """Calls the command that the first argument names.

    Raises:
        UsageError: there is no such command.
    """
    name = args[0] if args else ""
    if name in COMMANDS:
        return call(name, args[1:], started)
    if name in ("--help", "-h"):
        print(overview())
        return 0
    if name == "--version":
        print(f"recurra {__version__}")
        return 0
    if not args:
        print(overview(), file=sys.stderr)
        return 2
    raise unknown_name("option" if name.startswith("-") else "command", name, [*COMMANDS, "--help", "--version"])


def call(name: str, args: list[str], started: float) -> int:
    """Calls one command with its arguments."""
    from recurra.cli.command import CommandLine, invoke

    function = getattr(importlib.import_module(f"recurra.cli.{name}"), name)
    return invoke(function, f"recurra {name}", CommandLine(args, started))


def overview() -> str:
    """What `recurra --help` prints."""
    lines = [
        f"recurra {__version__}: learns to turn one sequence into another from examples, on your own machine.",
        "",
        "Usage: recurra COMMAND [ARGUMENTS]",
        "",
        *(f"  {name:10}{text}" for name, text in COMMANDS.items()),
        "",
        "recurra COMMAND --help shows a command's arguments, recurra --version the version.",
        "A first own model: recurra train DATA --time 5m --to MODEL, then recurra predict MODEL.",
    ]
    return "\n".join(lines)


def write_utf8() -> None:
    """Results are UTF-8 whatever the locale says, as the data that are read have to be."""
    stdout: object = sys.stdout  # in tests, not always a TextIOWrapper
    if isinstance(stdout, io.TextIOWrapper):
        stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
