"""A function as a command: typer writes its help and takes the command line apart; the values are converted here.

Not by typer, for two reasons. The messages are ours, with the nearest known name, whatever typer's version. And
typer's conversion imports pydantic, which takes longer than all the rest of a usage error.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable, Mapping
from types import NoneType
from typing import Annotated, Any, Literal, NamedTuple, Protocol, cast, get_args, get_origin, get_type_hints

import typer
from typer.core import TyperCommand
from typer.main import get_command
from typer.models import ParameterInfo

from recurra.errors import UsageError
from recurra.options import nearest, unknown_name

HELP = "help"
# What typer raises for a command line that it cannot take apart.
ParserError: type[Exception] = cast("type[Exception]", typer.BadParameter.__base__)


class CommandLine(NamedTuple):
    """What a function that asks for the context finds as `context.obj`."""

    args: list[str]  # as they were typed, the command's name left out
    started: float  # when the command began, on the clock of time.monotonic


def invoke(function: Callable[..., int | None], name: str, line: CommandLine) -> int:
    """Calls the function with what the command line says, and gives its exit code.

    Raises:
        UsageError: unknown options, missing or wrong values.
    """
    app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)
    app.command(cls=Command, context_settings={"help_option_names": ["--help", "-h"]})(function)
    command = get_command(app)
    try:
        with command.make_context(name, list(line.args), obj=line) as context:
            return command.invoke(context) or 0
    except typer.Exit as done:  # --help
        return done.exit_code
    except ParserError as error:
        raise parser_error(error, name, line.args, command.params) from None


class Command(TyperCommand):
    """A command that converts its values by the types of its function's parameters."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        given, rest, _ = self.make_parser(ctx).parse_args(args=list(args))
        if given.get(HELP):
            return super().parse_args(ctx, args)
        assert self.callback is not None
        ctx.params = values(self.callback, self.params, given, ctx.command_path)
        if rest:
            raise UsageError(f"unexpected argument {rest[0]!r}", fix=f"{ctx.command_path} --help shows the arguments.")
        return []


class Parameter(Protocol):
    """An option or an argument, as all versions of typer have it."""

    name: str
    opts: list[str]
    secondary_opts: list[str]
    param_type_name: str
    metavar: str | None


def values(
    function: Callable[..., object], params: Iterable[Parameter], given: Mapping[str, object], path: str
) -> dict[str, object]:
    """Each parameter's value: what was given, converted, or its default.

    Raises:
        UsageError: an argument is missing, or a text is no number, out of range, or none of the known names.
    """
    hints = get_type_hints(function, include_extras=True)
    signature = inspect.signature(function).parameters
    found: dict[str, object] = {}
    for param in params:
        value, default = given.get(param.name), signature[param.name].default
        if isinstance(value, str):
            found[param.name] = converted(value, hints[param.name], shown_name(param))
        elif isinstance(value, bool | list | tuple):
            found[param.name] = value
        elif default is inspect.Parameter.empty:
            raise UsageError(f"{shown_name(param)} is missing", fix=f"{path} --help shows the arguments.")
        else:
            found[param.name] = default
    return found


def converted(text: str, hint: object, name: str) -> str | float:
    """The value that a text stands for, where the parameter has the type `hint`."""
    extras = get_args(hint)[1:] if get_origin(hint) is Annotated else ()
    info = next((extra for extra in extras if isinstance(extra, ParameterInfo)), None)
    kind = bare_type(hint)
    if get_origin(kind) is Literal and text not in get_args(kind):
        raise unknown_name("value", text, get_args(kind), where=name)
    if kind is not int and kind is not float:
        return text
    number = parsed(text, kind, name)
    if info and info.min is not None and number < info.min:
        raise UsageError(f"must be at least {info.min:g}, got {text}", where=name)
    return number


def bare_type(hint: object) -> object:
    """int of `Annotated[int | None, ...]`."""
    inner: object = get_args(hint)[0] if get_origin(hint) is Annotated else hint
    parts = [part for part in get_args(inner) if part is not NoneType]
    return parts[0] if NoneType in get_args(inner) else inner


def parsed(text: str, kind: type[int] | type[float], name: str) -> float:
    """The number that a text says."""
    try:
        number = kind(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        expected = "a whole number" if kind is int else "a number"
        raise UsageError(f"expected {expected}, got {text!r}", where=name)
    return number


def parser_error(error: Exception, path: str, args: list[str], params: Iterable[Parameter]) -> UsageError:
    """What typer could not read, in our words."""
    option = getattr(error, "option_name", None)
    if option is None:
        return UsageError(error.format_message(), fix=f"{path} --help shows the options.")  # type: ignore[attr-defined]
    names = [name for param in params for name in (*param.opts, *param.secondary_opts) if name.startswith("-")]
    if option in names:
        return UsageError("needs a value" if "argument" in str(error) else "takes no value", where=option)
    return unknown_option(as_typed(option, args), names, path)


def as_typed(option: str, args: list[str]) -> str:
    """The word in which the option stood: typer reads `-beam` as `-b` and calls only that unknown."""
    words = (arg.partition("=")[0] for arg in args)
    return next((word for word in words if word.startswith(option)), option)


# What an option was called before, and what it may be called now.
RENAMED = {"--format": ("--input-format", "--output-format")}


def unknown_option(word: str, names: list[str], path: str) -> UsageError:
    """The error for an option that does not exist."""
    now = [name for name in RENAMED.get(word, ()) if name in names]
    if now:
        return UsageError(f"there is no {word} any more", fix=f"Use {' or '.join(now)}.")
    close = nearest("--" + word.lstrip("-"), names)
    fix = f"Did you mean {close}?" if close else f"{path} --help shows the options."
    return UsageError(f"unknown option {word!r}", fix=fix)


def shown_name(param: Parameter) -> str:
    """--beam, or DATA."""
    return param.opts[0] if param.param_type_name == "option" else param.metavar or param.name
