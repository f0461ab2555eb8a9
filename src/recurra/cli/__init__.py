"""The command line: one thin file per command, in front of `recurra.api`.

Nothing heavy is imported before a command has its arguments and they make sense: help and usage errors cost little
more than starting Python. `recurra.cli.dispatch` says how a command line becomes a call.
"""

from recurra.cli.dispatch import main, run

__all__ = ["main", "run"]
