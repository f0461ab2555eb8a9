"""What a request may ask for: each refusal names the limit."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import cast

from recurra.options import unknown_name
from recurra.serving.failures import Refused
from recurra.serving.options import ServeOptions, flag
from recurra.text.counted import counted

# Options of answering -> the limit that holds for them.
LIMITED = {
    "beam": "max_beam",
    "nbest": "max_nbest",
    "samples": "max_nbest",
    "max_length": "max_tokens",
    "min_length": "max_tokens",
    "length": "max_tokens",
    "steps": "max_tokens",
    "max_extra": "max_tokens",
    "max_ratio": "max_tokens",
}


def check_options(asked: Mapping[str, object], known: Collection[str], limits: ServeOptions) -> None:
    """Refuses what is no option of answering, and what would take too long.

    Args:
        known: all options there are. What else a model's methods can be asked for, such as files, is not for clients.

    Raises:
        UsageError: an unknown option.
        Refused: 422, with the limit.
    """
    for name in asked:
        if name not in known:
            raise unknown_name("option", name, sorted(known), where="options")
    for name in asked.keys() & LIMITED.keys():
        value, limit = asked[name], LIMITED[name]
        most: int = getattr(limits, limit)
        if value is None:
            raise too_much(f"options.{name}", f"{name} has no bound", most, limit)
        if isinstance(value, int | float) and value > most:
            raise too_much(f"options.{name}", f"{name} is {value}", most, limit)


def check_inputs(inputs: Sequence[object], limits: ServeOptions, most: str = "max_text") -> None:
    """Refuses more inputs, or longer ones, than are taken.

    Args:
        most: the limit for each input, by its name.

    Raises:
        Refused: 413, with the limit.
    """
    if len(inputs) > limits.max_inputs:
        raise too_much("inputs", counted(len(inputs), "input"), limits.max_inputs, "max_inputs", 413)
    for k, one in enumerate(inputs):
        size = size_of(one)
        if size > getattr(limits, most):
            raise too_much(f"inputs[{k}]", f"{counted(size, 'character')} or numbers", getattr(limits, most), most, 413)


def size_of(given: object) -> int:
    """Characters of texts, and numbers, in whatever is given; images are bounded by the limit of bodies."""
    if isinstance(given, str):
        return 0 if given.startswith("data:image/") else len(given)
    if isinstance(given, Mapping):
        return sum(size_of(one) for one in cast("Mapping[str, object]", given).values())
    if isinstance(given, list):
        return sum(size_of(one) for one in cast("list[object]", given))
    return 1


def too_much(where: str, what: str, most: float, name: str, status: int = 422) -> Refused:
    """The refusal."""
    fix = f"Ask for less, or serve with {flag(name)}."
    return Refused(status, f"{what}, and at most {most:,} are taken", where, fix)
