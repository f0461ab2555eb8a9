"""Vectors of examples: nearest ones are those of a plain search, and the plane is that of the principal components."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from recurra.errors import DataError, UsageError
from recurra.tracing import Array, By, Known, Neighbour, Neighbours, Plane, States
from recurra.tracing.states import BLOCK, DECIMALS


def drawn(count: int, size: int, seed: int = 1) -> Array:
    return np.random.default_rng(seed).normal(size=(count, size)).astype(np.float32)


def states(values: Array) -> States:
    return States("the last state", "digest", values, [Known(k + 1, f"text {k}", "x") for k in range(len(values))])


def distance(one: Array, other: Array, by: By) -> float:
    """As the page of the term has it, entry by entry."""
    pairs = list(zip(one.tolist(), other.tolist(), strict=True))
    if by == "euclid":
        return math.sqrt(sum((x - y) ** 2 for x, y in pairs))
    sizes = [math.sqrt(sum(x * x for x in row)) for row in (one.tolist(), other.tolist())]
    return 1 - sum(x * y for x, y in pairs) / (sizes[0] * sizes[1]) if all(sizes) else 1.0


@pytest.mark.parametrize("by", ["cosine", "euclid"])
def test_neighbours_are_those_of_a_plain_search(by: By) -> None:
    values = drawn(300, 7)
    values[[20, 200]] = values[5]  # equal vectors
    values[30] = 0
    found = states(values)
    for vector in (values[5], drawn(1, 7, 2)[0], np.zeros(7, np.float32)):
        each = [(round(distance(row, vector, by), DECIMALS), k) for k, row in enumerate(values)]
        expected = sorted(each)[:12]
        near, tied = found.nearest(vector, 12, by)
        assert [one.example for one in near] == [k for _, k in expected]
        assert [one.distance for one in near] == pytest.approx([value for value, _ in expected])
        assert tied == sum(value == expected[-1][0] for value, _ in each) - sum(
            value == expected[-1][0] for value, _ in expected
        )


def test_equal_examples_stand_in_their_order_and_the_rest_is_counted() -> None:
    near, tied = states(np.ones((9, 3), np.float32)).nearest(np.ones(3, np.float32), 4)
    assert [one.example for one in near] == [0, 1, 2, 3]
    assert [one.distance for one in near] == [0, 0, 0, 0]
    assert tied == 5


def test_more_than_a_block() -> None:
    values = drawn(2 * BLOCK + 3, 4)
    near, _ = states(values).nearest(values[-1], 1, "euclid")
    assert near == [(len(values) - 1, 0.0)]


def test_the_plane_is_that_of_the_principal_components() -> None:
    values = drawn(200, 6) * np.array([1, 5, 2, 1, 0.5, 3], np.float32) + 4
    plane = Plane.of(values)
    covariance = np.cov(values.astype(np.float64).T, bias=True)
    sizes, directions = np.linalg.eigh(covariance)
    for axis, size, direction, share in zip(plane.axes, sizes[::-1], directions.T[::-1], plane.explained, strict=False):
        assert share == pytest.approx(size / sizes.sum())
        assert abs(axis @ direction) == pytest.approx(1)
        assert axis[np.abs(axis).argmax()] > 0
        assert np.linalg.norm(axis) == pytest.approx(1)
    points = plane.points(values)
    assert points.mean(axis=0) == pytest.approx([0, 0], abs=1e-9)
    assert points.var(axis=0) == pytest.approx(sizes[::-1][:2])


def test_the_plane_is_the_same_again_and_for_vectors_in_another_order() -> None:
    values = drawn(50, 6)
    one, same, other = Plane.of(values), Plane.of(values), Plane.of(values[::-1])
    assert (one.axes == same.axes).all()
    assert other.points(values) == pytest.approx(one.points(values), abs=1e-9)


@pytest.mark.parametrize(
    ("values", "directions"),
    [
        (np.ones((5, 3), np.float32), 0),
        (np.full((4, 3), 0.1, np.float32), 0),
        (np.outer(np.arange(4), [1, 2, 0]).astype(np.float32), 1),
        (drawn(1, 3), 0),
        (drawn(6, 1), 1),
    ],
)
def test_vectors_that_do_not_differ_in_two_directions(values: Array, directions: int) -> None:
    plane = Plane.of(values)
    assert (plane.explained > 0).sum() == directions
    assert (np.abs(plane.axes).sum(axis=1) > 0).sum() == directions
    assert plane.explained.sum() == pytest.approx(float(directions > 0))
    assert np.isfinite(plane.points(values)).all()
    assert not plane.points(values)[:, directions:].any()


def test_what_was_saved_is_read_again(tmp_path: Path) -> None:
    found = States(
        "the last state", "digest", drawn(3, 4),
        [Known(1, "a\tb", "x", "y", False, 3), Known(7, "ü"), Known(9, "", None, None, True)], "characters", ["note"],
    )  # fmt: skip
    found.save(tmp_path / "states.npz")
    again = States.load(tmp_path / "states.npz")
    assert (again.what, again.model, again.examples, again.unit, again.notes) == (
        found.what, found.model, found.examples, found.unit, found.notes
    )  # fmt: skip
    assert (again.values == found.values).all()
    found.save(tmp_path / "states.json")
    assert States.load(tmp_path / "states.json").values == pytest.approx(found.values, rel=1e-3)


def test_other_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.json"
    for text in (
        "{",
        "[]",
        '{"what": 1}',
        '{"what": "", "model": "", "examples": [], "values": [], "unit": "", "notes": []}',
    ):
        path.write_text(text)
        with pytest.raises(DataError):
            States.load(path)


def test_impossible_questions_are_refused() -> None:
    found = states(drawn(3, 4))
    with pytest.raises(UsageError, match="count"):
        found.nearest(drawn(1, 4)[0], 0)
    with pytest.raises(UsageError, match="vectors of"):
        found.nearest(drawn(1, 5)[0])
    with pytest.raises(UsageError, match="euclid"):
        found.nearest(drawn(1, 4)[0], 1, "euclidean")  # pyright: ignore[reportArgumentType]
    with pytest.raises(UsageError):
        States("", "", np.full((1, 2), np.nan, np.float32), [Known(1, "")])
    with pytest.raises(UsageError):
        States("", "", drawn(2, 2), [Known(1, "")])


def test_neighbours_go_through_a_mapping() -> None:
    found = Neighbours("a", "the last state", "euclid", [Neighbour(3, "b", None, 0.5)], 9, 2, ["note"])
    assert Neighbours.of_mapping(found.to_mapping()) == found
