"""From a command line to a command's function, and from whatever happens there to an exit code.

0 done, 1 failed, 2 a command line that cannot be right, 130 interrupted by Ctrl-C (129 by SIGHUP, 143 by SIGTERM),
141 the reader of a pipe went away.
Results go to stdout, everything else to stderr. Each command's file is imported only when it is called.
"""

from __future__ import annotations

import gc
import importlib
import io
import os
import sys
import time
from collections.abc import Sequence
from typing import NoReturn

from recurra import __version__
from recurra.cli.failures import explain
from recurra.cli.signals import interrupted_by_signals
from recurra.errors import called_from_command_line
from recurra.options import unknown_name

# Name -> what it does. The file cli/NAME.py (_ for -) has a function of the same name; its parameters are the options.
COMMANDS = {
    "demo": "train a built-in demo and show the result",
    "train": "train a model on examples",
    "predict": "write the output of a model for each input",
    "chat": "chat with a model that was trained on dialogues",
    "evaluate": "evaluate a model on examples",
    "units": "show what the units of a layer follow in a file of inputs",
    "nearest": "list the examples of a data file that are most like an input to a model",
    "states": "draw the examples of a data file in two dimensions, as a model knows them",
    "compare": "train a grid of networks and say which differences are significant",
    "generate": "continue a text, with a language model",
    "score": "write the surprisal of each word or character of a text",
    "inspect": "look inside a model while it answers one input",
    "explain": "show which parts of an input each output of a model rests on",
    "what-if": "change something and see what follows beside what was: an output token, a unit, attention",
    "draw": "draw the network of a model, or a cell, as text or as SVG",
    "serve": "answer programs over HTTP, and open a page where models are played with",
    "gradients": "show how far back in time the errors of a model reach",
    "curves": "show how training went: losses, gradients, learning rate, and a verdict",
    "watch": "watch runs while they train: curves, and answers to validation examples",
    "check": "describe training data and the problems in them, without training",
    "settings": "list all settings of the tasks: defaults, meanings, allowed values",
    "doctor": "check the installation and the machine",
}


# Options that install completion, and the variable by which a shell then asks.
COMPLETION, COMPLETE = ("--install-completion", "--show-completion"), "_RECURRA_COMPLETE"


def main() -> NoReturn:
    """The script `recurra`."""
    # Torch's modules are half a million objects that stay. Looking through them for garbage again and again while they
    # are loaded, and once more at the end, would be a third of what a short command costs.
    gc.set_threshold(10_000)
    code = run(sys.argv[1:])
    gc.freeze()
    sys.exit(code)


def run(args: Sequence[str]) -> int:
    """Runs a command line and gives its exit code; says on stderr what went wrong."""
    started = time.monotonic()
    write_utf8()
    if COMPLETE in os.environ:  # a shell asks how a command line may go on
        return completion(args)
    try:
        with called_from_command_line(), interrupted_by_signals():
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
    if name.partition("=")[0] in COMPLETION:
        return completion(args)
    if not args:
        print(overview(), file=sys.stderr)
        return 2
    known = [*COMMANDS, "--help", "--version", *COMPLETION]
    raise unknown_name("option" if name.startswith("-") else "command", name, known)


def call(name: str, args: list[str], started: float) -> int:
    """Calls one command with its arguments."""
    from recurra.cli.command import CommandLine, invoke

    own = name.replace("-", "_")
    function = getattr(importlib.import_module(f"recurra.cli.{own}"), own)
    return invoke(function, f"recurra {name}", CommandLine(args, started))


def completion(args: Sequence[str]) -> int:
    """Installs completion by the shell, prints its script, or answers the shell."""
    from recurra.cli.completion import complete

    return complete(args, list(COMMANDS))


def overview() -> str:
    """What `recurra --help` prints."""
    lines = [
        f"recurra {__version__}: trains recurrent sequence models on your own data.",
        "",
        "Usage: recurra COMMAND [ARGUMENTS]",
        "",
        *(f"  {name:10}{text}" for name, text in COMMANDS.items()),
        "",
        "recurra COMMAND --help shows the arguments of a command, recurra --version the",
        "version. After recurra --install-completion, the shell completes commands,",
        "options and their values.",
        "To start: recurra train DATA --time 5m --to MODEL, then recurra predict MODEL.",
    ]
    return "\n".join(lines)


def write_utf8() -> None:
    """Results are UTF-8 whatever the locale says, as the data that are read have to be."""
    stdout: object = sys.stdout  # in tests, not always a TextIOWrapper
    if isinstance(stdout, io.TextIOWrapper):
        stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
