"""`recurra settings`: every setting of the recipes, with its default and what it means."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import typer

from recurra.cli.known_names import task_names
from recurra.cli.options import argument, option
from recurra.errors import UsageError

if TYPE_CHECKING:
    from recurra.tasks.recipe import TaskRecipe
    from recurra.tasks.settings import Setting

Part = Annotated[
    str | None, argument("NAME", "Only settings whose name contains this: dropout, model., decoding.beam.")
]
OfTask = Annotated[
    str | None,
    option("--task", "Only the settings of this task; by default those of all tasks.", "T", complete=task_names),
]
SettingsFormat = Annotated[
    Literal["text", "markdown", "toml", "jsonl"],
    typer.Option(
        "--output-format",
        help="text: one setting per line. markdown: a table per section. toml: a recipe file with all defaults, for "
        "--recipe (needs --task). jsonl: one object per line.",
    ),
]

# The order of the sections; others follow.
SECTIONS = ("data", "text", "batching", "model", "training", "decoding", "generation")


class Row(NamedTuple):
    """A setting that is the same for some tasks."""

    setting: Setting
    tasks: list[str]


def settings(name: Part = None, task: OfTask = None, output_format: SettingsFormat = "text") -> None:
    """List all settings: name, default, meaning, and the values that are allowed.

    A setting that not all of the tasks have with the same default is followed by the names of those that do.
    """
    if output_format == "toml" and task is None:
        raise UsageError(
            "a recipe file is for one task", where="--output-format", fix="Add --task, such as --task tag."
        )

    from recurra.options import nearest
    from recurra.tasks import TASKS
    from recurra.tasks.choosing import task_named

    chosen = [task_named(task)] if task else list(TASKS.values())
    rows = rows_of({one.name: one.recipe for one in chosen})
    found = [row for row in rows if name is None or name in row.setting.name]
    if name is not None and not found:
        close = nearest(name, [row.setting.name for row in rows])
        fix = f"Did you mean {close}?" if close else "recurra settings lists all of them."
        raise UsageError(f"no setting has {name!r} in its name", fix=fix)
    match output_format:
        case "text":
            print("\n".join(text_lines(found, len(chosen))))
        case "markdown":
            print("\n".join(markdown_lines(found, len(chosen))))
        case "toml":
            print("\n".join(toml_lines(found, chosen[0].name)))
        case "jsonl":
            print("\n".join(map(object_line, found)))


def rows_of(recipes: Mapping[str, type[TaskRecipe]]) -> list[Row]:
    """The settings of the recipes, each once for all tasks where it is the same."""
    from recurra.tasks.settings import settings_of

    tasks: dict[tuple[object, ...], Row] = {}
    for name, recipe in recipes.items():
        for setting in settings_of(recipe):
            tasks.setdefault(tuple(setting), Row(setting, [])).tasks.append(name)
    names = list(dict.fromkeys(row.setting.name for row in tasks.values()))
    return sorted(tasks.values(), key=lambda row: (place(row.setting.name), names.index(row.setting.name)))


def place(name: str) -> int:
    """Where the section of a setting comes."""
    section = name.partition(".")[0]
    return SECTIONS.index(section) if section in SECTIONS else len(SECTIONS)


def text_lines(rows: Sequence[Row], tasks: int) -> Iterator[str]:
    """One line per setting."""
    names = max(len(row.setting.name) for row in rows)
    defaults = max(len(shown(row.setting.default)) for row in rows)
    for setting, used_by in rows:
        only = f"  [{', '.join(used_by)}]" if len(used_by) < tasks else ""
        default = shown(setting.default)
        yield f"{setting.name:{names}}  {default:{defaults}}  {setting.meaning} ({setting.kind}){only}"


def markdown_lines(rows: Sequence[Row], tasks: int) -> Iterator[str]:
    """A table for each section; docs/settings.md ends with them."""
    section = ""
    for (name, kind, _, default, meaning), used_by in rows:
        own, _, key = name.partition(".")
        if own != section:
            yield f"\n## [{own}]\n\n| setting | default | meaning | values | tasks |\n|---|---|---|---|---|"
            section = own
        only = ", ".join(used_by) if len(used_by) < tasks else "all"
        cells = (f"`{key}`", f"`{shown(default)}`", meaning, kind, only)
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|').replace('<', '&lt;') for cell in cells)} |"


def toml_lines(rows: Sequence[Row], task: str) -> Iterator[str]:
    """A recipe file that changes nothing; what is not set by default is commented out."""
    import tomli_w

    yield f'task = "{task}"'
    section = ""
    for setting, _ in rows:
        own, _, key = setting.name.partition(".")
        if own != section:
            yield f"\n[{own}]"
            section = own
        yield f"# {setting.meaning} ({setting.kind})"
        yield f"# {key} =" if setting.default is None else tomli_w.dumps({key: setting.default}).strip()


def object_line(row: Row) -> str:
    """One JSON object."""
    name, kind, choices, default, meaning = row.setting
    shown = {"setting": name, "default": default, "kind": kind, "choices": list(choices), "meaning": meaning}
    return json.dumps({**shown, "tasks": row.tasks}, ensure_ascii=False)


def shown(default: object) -> str:
    """A default as --set takes it: true, 0.1, lstm; - for what is not set, "" for an empty text."""
    if default is None:
        return "-"
    return str(default).lower() if isinstance(default, bool) else str(default) or '""'
