"""Every setting of a recipe with its kind, its default and its meaning.

The meaning is the comment beside the field (or the comment lines above it) in the dataclass that declares it: what a
programmer reads there and what `recurra settings` prints are the same words. A class that inherits a field may say
something else of it in a comment line `# name: ...`.
"""

from __future__ import annotations

import ast
import inspect
import io
import textwrap
import tokenize
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from types import NoneType
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args, get_origin

from recurra.options import choices_of, hints_of, is_section
from recurra.tasks.recipe import TaskRecipe

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

KINDS: dict[object, str] = {bool: "true or false", int: "whole number", float: "number", str: "text"}


class Setting(NamedTuple):
    """One setting of a task's recipe.

    Examples:
        >>> from recurra.tasks import TASKS
        >>> found = {setting.name: setting for setting in settings_of(TASKS["tag"].recipe)}
        >>> found["training.optimizer"].choices
        ('adam', 'adamw', 'sgd')
    """

    name: str  # section.key
    kind: str  # "whole number"; of choices "one of adam, adamw, sgd"
    choices: tuple[object, ...]  # all values that it may have; () if any of its kind will do
    default: object  # None: not set
    meaning: str


def settings_of(recipe: type[TaskRecipe]) -> list[Setting]:
    """The settings of a task's recipe, section by section."""
    whole = recipe()
    sections = {field.name: getattr(whole, field.name) for field in fields(whole)}
    return [one for name, section in sections.items() if is_section(section) for one in _settings(name, section)]


def _settings(section: str, options: DataclassInstance) -> Iterator[Setting]:
    cls = type(options)
    hints = hints_of(cls)
    for field in fields(cls):
        choices = choices_of(cls, field.name)
        kind = f"one of {', '.join(map(str, choices))}" if choices else kind_of(hints[field.name])
        yield Setting(f"{section}.{field.name}", kind, choices, getattr(options, field.name), meaning(cls, field.name))


def kind_of(hint: object) -> str:
    """What a value of this type is called."""
    members = get_args(hint) if get_origin(hint) not in (None, Literal) else (hint,)
    return " or ".join("nothing" if member is NoneType else KINDS[member] for member in members)


def meaning(cls: type[object], name: str) -> str:
    """What is said about a field where it is declared, or by the nearest class that says something; "" if none does."""
    said = (comments(each).get(name) for each in cls.__mro__ if is_dataclass(each))
    return next(filter(None, said), "")


@cache
def comments(cls: type[object]) -> Mapping[str, str]:
    """The comments about the fields of a dataclass, of those that its own body has anything about."""
    source = textwrap.dedent(inspect.getsource(cls))
    beside, alone = _comments(source)
    found: dict[str, str] = {}
    for line, text in alone.items():
        name, colon, rest = text.partition(": ")
        if colon and name.isidentifier() and hasattr(cls, name):
            found[name] = _joined([rest, *_following(alone, line)])
    (body,) = ast.parse(source).body
    assert isinstance(body, ast.ClassDef)
    for node in body.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            own = [beside[line] for line in range(node.lineno, (node.end_lineno or node.lineno) + 1) if line in beside]
            text = _joined(own or _above(alone, node.lineno))
            if text:
                found[node.target.id] = text
    return found


def _comments(source: str) -> tuple[dict[int, str], dict[int, str]]:
    """Comments by line: those beside code, and those alone on their line."""
    beside: dict[int, str] = {}
    alone: dict[int, str] = {}
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            where = beside if token.line[: token.start[1]].strip() else alone
            # What is said to pyright comes behind a second "#", or is the whole comment.
            text = token.string.removeprefix("#").partition("  #")[0].strip()
            if not text.startswith(("pyright:", "noqa", "type:")):
                where[token.start[0]] = text
    return beside, alone


def _above(alone: Mapping[int, str], line: int) -> list[str]:
    """The comment lines directly above a line."""
    lines: list[str] = []
    while line - 1 in alone:
        line -= 1
        lines.insert(0, alone[line])
    return lines


def _following(alone: Mapping[int, str], line: int) -> list[str]:
    """The comment lines that continue the one in this line."""
    lines: list[str] = []
    while line + 1 in alone and ": " not in alone[line + 1]:
        line += 1
        lines.append(alone[line])
    return lines


def _joined(lines: list[str]) -> str:
    return " ".join(lines).removesuffix(".")
