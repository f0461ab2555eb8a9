"""What is given in Python, as a model of one answer reads it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from recurra.columns import CategoryColumn
from recurra.columns.numbers import NumberColumn
from recurra.data import Numbers
from recurra.data.content import Fields
from recurra.data.images import ImageFile, image_file
from recurra.errors import DataError
from recurra.tasks.many_to_one.given import cell_of, content_of, is_one


def inputs(*kinds: str, variables: int = 1) -> Any:
    """Columns of these kinds, called a, b, ..."""
    return SimpleNamespace(
        columns=[column(kind) for kind in kinds],
        names=tuple("abcdef"[: len(kinds)]) if len(kinds) > 1 else (),
        kind=kinds[0] if len(kinds) == 1 else "columns",
        variables=variables,
    )


def column(kind: str) -> Any:
    return SimpleNamespace(kind=kind)


VECTOR, SERIES, IMAGE = [1.0, 2.0], [[1.0, 2.0], [3.0, 4.0]], np.zeros((4, 4), np.uint8)
FIELDS = Fields(("x", "1"), ("a", "b"))


@pytest.mark.parametrize(
    ("kind", "variables", "given", "one"),
    [
        ("text", 1, "a b", True),
        ("text", 1, ["a", "b"], False),
        ("category", 1, "a", True),
        ("number", 1, 3.0, True),
        ("number", 1, [3.0, 4.0], False),
        ("text", 1, FIELDS, True),
        ("vector", 1, VECTOR, True),
        ("vector", 1, [VECTOR], False),
        ("vector", 1, "1 2", True),
        ("series", 1, VECTOR, True),
        ("series", 2, SERIES, True),
        ("series", 3, SERIES, False),
        ("series", 2, [SERIES], False),
        ("image", 1, IMAGE, True),
        ("image", 1, [IMAGE], False),
        ("image", 1, "a.png", True),
    ],
)
def test_whether_something_is_one_input(kind: str, variables: int, given: object, one: bool) -> None:
    assert is_one(given, inputs(kind, variables=variables)) is one


def test_of_several_columns_a_tuple_or_a_row_is_one() -> None:
    both = inputs("text", "number")
    for given, one in ((("a", 1.0), True), (FIELDS, True), ({"a": "x", "b": 1.0}, True), ([("a", 1.0)], False)):
        assert is_one(given, both) is one


def test_cells_are_read_as_their_columns_hold_them(tmp_path: Path) -> None:
    assert cell_of(1.5, column("number"), "here") == "1.5"
    assert cell_of(3, column("category"), "here") == "3"
    assert cell_of(None, column("category"), "here") == ""
    for kind, values, shape in (("vector", VECTOR, (2,)), ("series", SERIES, (2, 2))):
        found = cell_of(values, column(kind), "here")
        assert isinstance(found, Numbers)
        assert found.values.shape == shape
        assert cell_of(found, column(kind), "here") is found
        assert cell_of("1 2", column(kind), "here") == "1 2"
    assert cell_of("a b", column("text"), "here") == "a b"
    assert cell_of(None, column("text"), "here") == ""
    file = image_file("b.png", str(tmp_path))
    assert cell_of(file, column("image"), "here") is file
    found = cell_of("a.png", column("image"), "here")
    assert isinstance(found, ImageFile)
    assert found == "a.png"
    pixels = cell_of(IMAGE, column("image"), "here")
    assert isinstance(pixels, np.ndarray)
    assert pixels.shape[:2] == (4, 4)


@pytest.mark.parametrize("given", [1.5, ["a"], b"a"])
def test_what_is_no_text_is_refused(given: object) -> None:
    with pytest.raises(DataError) as caught:
        cell_of(given, column("text"), "input 7")
    assert caught.value.where == "input 7"


def test_columns_are_given_as_a_tuple_in_their_order() -> None:
    both = inputs("text", "number")
    assert content_of(("x", 1.5), both, "here") == Fields(("x", "1.5"), ("a", "b"))
    assert content_of(["x", 1.5], both, "here") == Fields(("x", "1.5"), ("a", "b"))
    assert content_of(FIELDS, both, "here") is FIELDS
    assert content_of("x", inputs("text"), "here") == "x"


@pytest.mark.parametrize(
    ("given", "got", "fix"),
    [
        ("x", "'x'", "Give a tuple of them, or a dict with their names."),
        (1.5, "1.5", "Give a tuple of them, or a dict with their names."),
        ({"a", "b"}, None, "Give a tuple of them, or a dict with their names."),
        (("x",), "1", "Give the columns that the model was trained with."),
        (("x", 1, 2), "3", "Give the columns that the model was trained with."),
    ],
)
def test_other_things_than_the_columns_are_refused(given: object, got: str | None, fix: str) -> None:
    with pytest.raises(DataError) as caught:
        content_of(given, inputs("text", "number"), "input 3")
    error = caught.value
    assert (error.where, error.fix) == ("input 3", fix)
    assert error.what.startswith("expected 2 columns (a, b), got ")
    assert got is None or error.what == f"expected 2 columns (a, b), got {got}"


def test_what_is_long_is_shown_in_short() -> None:
    with pytest.raises(DataError, match=r"word word… \(and 462 more characters\)\n"):
        content_of("word " * 100, inputs("text", "number"), "here")


def test_real_columns_have_the_kinds_that_are_told_apart_here() -> None:
    assert CategoryColumn(("x", "y")).kind == "category"
    assert NumberColumn("a", "refuse").kind == "number"
