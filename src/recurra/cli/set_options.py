"""Options that are short for settings of a recipe, and `--set` for all the others.

    --cell gru --set training.dropout=0.2      {"model.cell": "gru", "training.dropout": 0.2}

Options win over a recipe file. Two options that say different things about one setting are refused.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypedDict, cast

from recurra.errors import UsageError
from recurra.options import UnknownSetting, parse_value

if TYPE_CHECKING:
    from recurra.api import Model
    from recurra.tasks.answer_settings import AnswerSettings

SHORT = {
    "--model": "model.kind",
    "--size": "model.size",
    "--cell": "model.cell",
    "--attention": "model.attention",
    "--layers": "model.layers",
    "--bidirectional": "model.bidirectional",
    "--units": "text.units",
    "--source-units": "text.source_units",
    "--target-units": "text.target_units",
    "--horizon": "model.horizon",
    "--season": "data.season",
    "--sort": "data.sort",
    "--seed": "training.seed",
    "--members": "training.members",
    "--threads": "training.threads",
}

TIME = re.compile(r"\s*(\d+(\.\d+)?[smhd])+\s*")


def train_settings(short: Mapping[str, object], texts: Iterable[str]) -> dict[str, object]:
    """The settings that the options of `recurra train` stand for, by section.key.

    Args:
        short: the values of the options in SHORT; None where an option was not given.
        texts: what --set was given.
    """
    given = {SHORT[option]: value for option, value in short.items() if value is not None}
    named = {SHORT[option]: option for option in short}
    settings = parsed_settings(texts)
    for name, value in settings.items():
        if name in given and given[name] != value:
            what = f"{name} is given twice: {given[name]} by {named[name]}, {value} by --set"
            raise UsageError(what, fix="Leave one of them out.")
    return given | settings


@contextmanager
def as_typed(short: Mapping[str, object], table: Mapping[str, str] = SHORT) -> Generator[None]:
    """Says what is wrong with an option by the option's name, not by that of the setting it is short for.

    Args:
        short: the values of the options in the table; None where an option was not given.
        table: the settings that the command's options are short for.

    Raises:
        UsageError: the task has no such setting, or not such a value.
    """
    given = {table[option]: option for option, value in short.items() if value is not None}
    try:
        yield
    except UnknownSetting as error:
        if error.name not in given:
            raise
        has = ", ".join(option for option, name in table.items() if name in error.known)
        raise UsageError(f"{given[error.name]} has no effect on {error.owner}", fix=f"It has {has}.") from None
    except UsageError as error:
        if not given:
            raise
        setting = re.compile("|".join(rf"\b{re.escape(name)}\b" for name in given))
        what, where, fix = (
            setting.sub(lambda found: given[found[0]], text or "") for text in (error.what, error.where, error.fix)
        )
        raise UsageError(what, where=where or None, fix=fix or None) from None


def parsed_settings(texts: Iterable[str], option: str = "--set") -> dict[str, object]:
    """{"key": value} of "key=value" texts.

    Raises:
        UsageError: a text without = or without a key.
    """
    settings: dict[str, object] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            fix = f"Write it as section.key=value, for example {option} model.layers=3."
            raise UsageError(f"expected section.key=value, got {text!r}", where=option, fix=fix)
        settings[name.strip()] = parse_value(value.strip())
    return settings


WRITTEN = ("data.dates", "data.decimal", "data.thousands")


class Written(TypedDict, total=False):
    """How a file is written and read, by the keywords that `Model.read` has for it."""

    sort: bool
    dates: str
    decimal: str
    thousands: str


def written_settings(texts: Iterable[str], sort: bool | None) -> tuple[Written, list[str]]:
    """How a file is written and read, as far as it is said; and what else --set was given."""
    every = list(texts)
    given = parsed_settings(every)
    found: Written = {"sort": True} if sort else {}
    if "data.dates" in given:
        found["dates"] = str(given["data.dates"])
    if "data.decimal" in given:
        found["decimal"] = str(given["data.decimal"])
    if "data.thousands" in given:
        found["thousands"] = str(given["data.thousands"])
    return found, [text for text in every if text.partition("=")[0].strip() not in WRITTEN]


def decoding_settings(short: Mapping[str, object], texts: Iterable[str]) -> AnswerSettings:
    """The settings of the section [decoding] alone, by key; --set may name the section or not.

    Raises:
        UsageError: a setting of another section, which a trained model does not change any more.
    """
    given = {key: value for key, value in short.items() if value is not None}
    for name, value in parsed_settings(texts).items():
        section, dot, key = name.rpartition(".")
        if dot and section != "decoding":
            fix = (
                "A trained model takes only decoding settings, for example --set decoding.length_penalty=1; predict "
                "and evaluate also take data.dates, data.decimal and data.thousands of series."
            )
            raise UsageError(f"{name} cannot be set for a trained model", where="--set", fix=fix)
        if key in given and given[key] != value:
            raise UsageError(f"{key} is given twice: {given[key]} and {value}", fix="Leave one of them out.")
        given[key] = value
    return cast("AnswerSettings", given)  # names and values are looked at where an answer is asked for


def check_effect(model: Model, short: Mapping[str, object]) -> None:
    """Refuses options that the task's answers do not have.

    Raises:
        UsageError: one that was given has no effect; those that have are named.
    """
    known = [name for name in short if hasattr(model.recipe.decoding, name)]
    for name, value in short.items():
        if value is not None and name not in known:
            has = ", ".join(map(option_of, known))
            what = f"{option_of(name)} has no effect on a model for the task {model.task.name}"
            raise UsageError(what, fix=f"It has {has}." if has else "It answers without options.")


def option_of(name: str) -> str:
    """The option that a setting has: top_k, --top-k."""
    return "--" + name.replace("_", "-")


def check_budget(time: str | None, epochs: float | None) -> None:
    """Refuses a time together with epochs, and a time that cannot be read.

    Raises:
        UsageError: with an example of a time.
    """
    if time is not None and epochs is not None:
        raise UsageError("--time and --epochs exclude each other", fix="Give one of them.")
    if time is not None and not TIME.fullmatch(time):
        raise UsageError(f"{time!r} is not a time", where="--time", fix="Write it as 90s, 5m, 1h30m or 2h.")
    if epochs is not None and epochs <= 0:
        raise UsageError(f"must be above 0, got {epochs:g}", where="--epochs")
