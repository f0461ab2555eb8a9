"""A recipe: everything that can be said about a model and how it learns, in one strict TOML file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, Self, cast

import tomli_w

from recurra.data import BatchingOptions
from recurra.decoding import DecodingOptions
from recurra.errors import UsageError
from recurra.models import ModelOptions
from recurra.options import from_mapping, to_mapping, unknown_name
from recurra.training import TrainingOptions

Units = Literal["auto", "chars", "words", "subwords"]


@dataclass(frozen=True)
class DataOptions:
    """Which examples are used: the section [data]."""

    valid_share: float = 0.1  # set aside by a hash of the example where no validation data are given
    valid_most: int = 2000  # but not more examples than this
    max_length: int = 1000  # units per side; longer examples are left out of training, and counted

    def __post_init__(self) -> None:
        if not 0 < self.valid_share < 1:
            raise UsageError(f"data.valid_share must be between 0 and 1, got {self.valid_share}")
        if self.max_length < 1 or self.valid_most < 1:
            raise UsageError("data.max_length and data.valid_most must be at least 1")


@dataclass(frozen=True)
class TextOptions:
    """How text becomes units: the section [text]."""

    source_units: Units = "auto"  # auto looks at the data and says why
    target_units: Units = "auto"
    source_vocabulary: int = 4000  # at most so many units, the most frequent ones
    target_vocabulary: int = 4000
    min_count: int = 1  # units seen less often become <UNK>
    normalization: Literal["NFC", "NFD", "none"] = "NFC"


@dataclass(frozen=True)
class Recipe:
    """All sections. The defaults are the same for every language and data set."""

    data: DataOptions = field(default_factory=DataOptions)
    text: TextOptions = field(default_factory=TextOptions)
    batching: BatchingOptions = field(default_factory=BatchingOptions)
    model: ModelOptions = field(default_factory=ModelOptions)
    training: TrainingOptions = field(default_factory=TrainingOptions)
    decoding: DecodingOptions = field(default_factory=DecodingOptions)

    def __post_init__(self) -> None:
        if self.model.attention == "none":
            for name, asked in (
                ("model.copy", self.model.copy),
                ("decoding.coverage_penalty", self.decoding.coverage_penalty),
            ):
                if asked:
                    raise UsageError(
                        f"{name} needs attention, and model.attention is none",
                        fix=f"Leave {name} out, or choose an attention.",
                    )

    def with_settings(self, settings: Mapping[str, object]) -> Self:
        """The recipe with {"section.key": value} changed.

        Raises:
            UsageError: a name without section, an unknown section or key, a value of the wrong type.
        """
        sections = to_mapping(self)
        for name, value in settings.items():
            section, dot, key = name.partition(".")
            if not dot:
                raise _without_section(name)
            if section not in sections:
                raise unknown_name("section", section, sections)
            sections[section][key] = value
        return from_mapping(type(self), sections)

    def to_mapping(self) -> dict[str, Any]:
        """Plain data, for config.json."""
        return to_mapping(self)

    def to_toml(self) -> str:
        """The text of a recipe file."""
        return tomli_w.dumps(to_mapping(self))


def recipe_from_mapping(mapping: Mapping[str, object]) -> Recipe:
    """A recipe from plain data, strictly."""
    return from_mapping(Recipe, mapping)


def read_recipe(path: str | Path) -> Recipe:
    """The recipe of a TOML file.

    Raises:
        UsageError: no such file, not TOML, unknown sections or keys, values of the wrong type.
    """
    try:
        with Path(path).open("rb") as file:
            mapping = tomllib.load(file)
    except FileNotFoundError as error:
        raise UsageError(
            "there is no such recipe file", where=str(path), fix="Check the name after --recipe."
        ) from error
    except OSError as error:
        raise UsageError(f"the recipe cannot be read: {error.strerror or error}", where=str(path)) from error
    except UnicodeDecodeError as error:
        raise UsageError(f"not a TOML file: it is not UTF-8 ({error.reason})", where=str(path)) from error
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"not a TOML file: {error}", where=str(path)) from error
    try:
        return recipe_from_mapping(mapping)
    except UsageError as error:
        raise UsageError(
            error.what, where=f"{path}, {error.where}" if error.where else str(path), fix=error.fix
        ) from None


def _without_section(name: str) -> UsageError:
    homes = [
        f"{section.name}.{key.name}"
        for section in fields(Recipe)
        for key in fields(cast("Any", section.default_factory))
        if key.name == name
    ]
    fix = f"Did you mean {homes[0]}?" if homes else "Write it as section.key=value, for example model.layers=3."
    return UsageError(f"the setting {name!r} names no section", fix=fix)
