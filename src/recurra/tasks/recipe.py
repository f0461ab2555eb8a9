"""A recipe: everything that can be said about a model and how it learns, in one strict TOML file.

Every task has a recipe of its own, a frozen dataclass with a section for each thing that can be set. What all of them
have stands here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar, Literal, Protocol, Self

import tomli_w

from recurra.data import DataSource
from recurra.errors import UsageError
from recurra.options import UnknownSetting, from_mapping, setting_names, to_mapping, unknown_name
from recurra.training import TrainingOptions


@dataclass(frozen=True)
class DataOptions:
    """Which examples are used: the section [data]."""

    valid_share: float = 0.1  # share of the examples set aside for validation (by hash) if no validation data are given
    valid_max: int = 2000  # at most this many examples are set aside
    max_length: int = 1000  # longer examples (in units, on either side) are counted and left out of training

    def __post_init__(self) -> None:
        if not 0 < self.valid_share < 1:
            raise UsageError(f"data.valid_share must be between 0 and 1, got {self.valid_share}")
        if self.max_length < 1 or self.valid_max < 1:
            raise UsageError("data.max_length and data.valid_max must be at least 1")

    def source(self, source: DataSource) -> DataSource:
        """The source, with what is set here about how it is read."""
        return source


def known(setting: str) -> str | None:
    """What is set; None of auto."""
    return None if setting == "auto" else setting


@dataclass(frozen=True)
class NumberDataOptions(DataOptions):
    """Which examples are used, and how the numbers of a table are written."""

    decimal: Literal["auto", "point", "comma"] = "auto"  # what stands before the decimals of numbers in a table
    # what stands between thousands
    thousands: Literal["auto", "none", "comma", "point", "space", "apostrophe"] = "auto"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.decimal == self.thousands != "auto":
            raise UsageError(f"data.decimal and data.thousands are both {self.decimal}", fix="Change one of them.")

    @property
    def marks(self) -> tuple[str | None, str | None]:
        """What stands before the decimals and between thousands; None where the data say it."""
        return known(self.decimal), known(self.thousands)

    def source(self, source: DataSource) -> DataSource:
        """With what is set about numbers; what is auto is told from the data, or was so in training."""
        decimal, thousands = self.marks
        return replace(source, decimal=decimal or source.decimal, thousands=thousands or source.thousands)


class HasRecipe(Protocol):
    """A task, as far as it matters here."""

    @property
    def recipe(self) -> type[TaskRecipe]:
        """Its own recipe."""
        ...


@dataclass(frozen=True)
class TaskRecipe:
    """What the recipes of all tasks have; each narrows the types and adds sections. Defaults serve all data sets."""

    task: str = ""  # each recipe has its own name here, as Literal["name"] = "name"
    data: DataOptions = field(default_factory=DataOptions)
    training: TrainingOptions = field(default_factory=TrainingOptions)
    decoding: object = None  # the section that may still be changed when the model answers: a frozen dataclass

    task_named: ClassVar[Callable[[str, str], HasRecipe]]  # set where the table of tasks is made

    @staticmethod
    def for_task(name: str) -> TaskRecipe:
        """The recipe of a task, all of its settings at their defaults: Recipe.for_task("classify").

        Raises:
            UsageError: there is no such task; with the nearest that there is.
        """
        return TaskRecipe.task_named(name, "Recipe.for_task").recipe()

    def with_settings(self, settings: Mapping[str, object]) -> Self:
        """The recipe with {"section.key": value} changed.

        Raises:
            UnknownSetting: an unknown section or key.
            UsageError: a name without section, a value of the wrong type.
        """
        sections = self.sections()
        for name, value in settings.items():
            section, dot, key = name.partition(".")
            if not dot:
                raise self._without_section(name)
            if section not in sections:
                error = unknown_name("section", section, sections, where=self._place())
                raise UnknownSetting(error, name, setting_names(type(self)), self.task)
            sections[section][key] = value
        try:
            return self.from_mapping({**self.to_mapping(), **sections})
        except UnknownSetting as error:
            raise UnknownSetting(error, error.name, error.known, self.task) from None

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, object]) -> Self:
        """A recipe from plain data, strictly."""
        return from_mapping(cls, mapping)

    def to_mapping(self) -> dict[str, object]:
        """Plain data, for config.json."""
        return to_mapping(self)

    def sections(self) -> dict[str, dict[str, object]]:
        """The sections alone, as plain data."""
        return {name: value for name, value in to_mapping(self).items() if isinstance(value, dict)}

    def to_toml(self) -> str:
        """The text of a recipe file."""
        return tomli_w.dumps(to_mapping(self))

    def _place(self) -> str | None:
        return f"task {self.task}" if self.task else None

    def _without_section(self, name: str) -> UsageError:
        homes = [f"{section}.{key}" for section, keys in self.sections().items() for key in keys if key == name]
        fix = f"Did you mean {homes[0]}?" if homes else "Write it as section.key=value, for example model.layers=3."
        return UsageError(f"the setting {name!r} has no section", fix=fix)
