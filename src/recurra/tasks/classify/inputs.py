"""From contents to what a network reads, and back to what can be shown: units of a text, steps of a series.

B batch, T time, D variables.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray

from recurra.data import Numbers, Ragged
from recurra.data.contents import ContentKind
from recurra.data.labelled import Content
from recurra.data.numbers import filled_forward, missing_in
from recurra.errors import DataError, ModelError
from recurra.models import Classifier, ClassifierOptions, build_classifier
from recurra.padded import Padded
from recurra.tasks.classify.recipe import ClassifyRecipe
from recurra.text import Tokenizer
from recurra.text.special import UNK

Values = NDArray[Any]


@dataclass(frozen=True)
class TextInputs:
    """Texts, cut into units."""

    tokenizer: Tokenizer
    kind: ContentKind = "text"
    column: str = "<i4"  # numpy's name of what is kept of an input

    def to_json(self) -> str:
        """The tokenizer."""
        return self.tokenizer.to_json()

    def network(self, options: ClassifierOptions, labels: int) -> Classifier:
        """What gives such inputs their labels, with fresh weights."""
        return build_classifier(options, labels, vocabulary=self.tokenizer.size)

    def sizes(self) -> dict[str, object]:
        """For the card."""
        return {"input vocabulary": self.tokenizer.size}

    def encode(self, contents: Sequence[Content], places: Sequence[str]) -> list[Values]:
        """The ids of each text [T]."""
        for content, place in zip(contents, places, strict=True):
            if not isinstance(content, str):
                raise _other_kind("a text", content, place)
        return [np.array(ids, dtype=np.int32) for ids in self.tokenizer.encode_batch([str(one) for one in contents])]

    def lengths(self, lengths: NDArray[np.int32]) -> NDArray[np.int32]:
        """Units of each input, from the numbers of values that are kept of it."""
        return lengths

    def batch(self, rows: Ragged) -> Padded:
        """Ids [B, T]."""
        return padded(rows, 1, np.int64)

    def tokens(self, content: Content) -> list[str]:
        """The units as they can be shown."""
        return self.tokenizer.tokens(str(content))

    def unknown(self, content: Content, row: Values) -> list[str]:
        """The units that the network does not know."""
        return self.tokenizer.unknown_tokens(str(content)) if (row == UNK).any() else []


@dataclass(frozen=True)
class NumberInputs:
    """Vectors or series.

    Args:
        names: of the D variables.
        series: whether there are steps.
        missing: what becomes of a missing number: "refuse", "mean", "previous".
        turned: whether the network reads a vector entry by entry.
    """

    names: tuple[str, ...]
    series: bool
    missing: str
    turned: bool
    column: str = "<f4"

    @property
    def kind(self) -> ContentKind:
        """Of the contents."""
        return "series" if self.series else "vector"

    def to_json(self) -> str:
        """The names; what else there is to know stands in the recipe."""
        return json.dumps({"names": list(self.names), "series": self.series}, ensure_ascii=False)

    def network(self, options: ClassifierOptions, labels: int) -> Classifier:
        """What gives such inputs their labels, with fresh weights."""
        return build_classifier(options, labels, variables=len(self.names), vector=not self.series)

    def sizes(self) -> dict[str, object]:
        """For the card."""
        return {"numbers of a step" if self.series else "numbers of a vector": len(self.names)}

    def encode(self, contents: Sequence[Content], places: Sequence[str]) -> list[Values]:
        """The numbers of each input, flat [T * D]."""
        return [self._row(content, place).ravel() for content, place in zip(contents, places, strict=True)]

    def lengths(self, lengths: NDArray[np.int32]) -> NDArray[np.int32]:
        """Steps of each input, from the numbers of values that are kept of it."""
        return lengths if self.turned else lengths // len(self.names)

    def batch(self, rows: Ragged) -> Padded:
        """Numbers [B, T, D]."""
        return padded(rows, len(self.names), np.float32)

    def tokens(self, content: Content) -> list[str]:
        """Names for the steps."""
        if not isinstance(content, Numbers):
            return []
        if self.turned:
            return list(self.names)
        return [str(step) for step in range(1, (len(content.values) if self.series else 1) + 1)]

    def unknown(self, content: Content, row: Values) -> list[str]:
        """Numbers are never unknown."""
        return []

    def _row(self, content: Content, place: str) -> NDArray[np.float32]:
        if not isinstance(content, Numbers) or content.is_series != self.series:
            raise _other_kind(f"a {self.kind}", content, place)
        values = self._in_order(content, place)
        if self.missing == "refuse" and (gap := missing_in(content)):
            raise refused(gap, place)
        if self.missing == "previous" and self.series:
            values = filled_forward(values)
        return values

    def _in_order(self, content: Numbers, place: str) -> NDArray[np.float32]:
        """The variables by the names that the network knows; by their order if these are other names."""
        if content.names == self.names:
            return content.values
        if set(self.names) <= set(content.names):
            return content.values[..., [content.names.index(name) for name in self.names]]
        if len(content.names) == len(self.names):
            return content.values
        raise DataError(
            f"expected {len(self.names)} numbers{' a step' if self.series else ''} ({', '.join(self.names[:5])}"
            f"{', ...' if len(self.names) > 5 else ''}), saw {len(content.names)}",
            where=place,
            fix="Give the columns that the model was trained with.",
        )


Inputs = TextInputs | NumberInputs


def number_inputs(names: tuple[str, ...], series: bool, recipe: ClassifyRecipe) -> NumberInputs:
    """The inputs of a network that the recipe describes."""
    return NumberInputs(names, series, recipe.data.missing, not series and recipe.model.kind != "feedforward")


def inputs_from_json(text: str, recipe: ClassifyRecipe) -> Inputs:
    """The inputs that `to_json` wrote.

    Raises:
        ModelError: the text is none of both.
    """
    try:
        found: Any = json.loads(text)
    except ValueError as error:
        raise ModelError(f"what the model reads cannot be read: {error}", fix="Copy the model folder again.") from error
    if isinstance(found, dict) and "names" in found:
        known = cast("dict[str, Any]", found)
        return number_inputs(tuple(known["names"]), bool(known["series"]), recipe)
    return TextInputs(Tokenizer.from_json(text))


def padded(rows: Ragged, width: int, kind: type[Any]) -> Padded:
    """Rows of values, `width` for each step, to [B, T] or, of numbers, to [B, T, D]."""
    steps = rows.lengths // width
    longest = int(steps.max(initial=0))
    shape = (len(steps), longest) if kind is np.int64 else (len(steps), longest, width)
    values = np.zeros(shape, dtype=kind)
    values[np.arange(longest) < steps[:, None]] = rows.values.reshape(-1, *shape[2:])
    return Padded(torch.from_numpy(values), torch.from_numpy(steps.astype(np.int64)))


def ragged(rows: Sequence[Values]) -> Ragged:
    """Rows one after another."""
    lengths = np.array([len(row) for row in rows], dtype=np.int64)
    return Ragged(np.concatenate(rows) if rows else np.zeros(0), lengths)


def refused(gap: str, place: str) -> DataError:
    """The refusal of numbers that are missing."""
    fix = "Fill it, or train with --set data.missing=mean (or, of series, =previous), which says how it is filled."
    return DataError(gap, where=place, fix=fix)


def _other_kind(expected: str, content: Content, place: str) -> DataError:
    seen = "a text" if isinstance(content, str) else f"{'a series' if content.is_series else 'a vector'} ({content})"
    return DataError(f"expected {expected}, saw {seen}", where=place, fix="A model reads what it was trained with.")
