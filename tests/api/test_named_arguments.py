"""Messages about rows given in Python name the argument that they were given as."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import recurra
from recurra.errors import RecurraError
from recurra.training import Note

PAIRS = [("ab", "b a"), ("ba", "a b"), ("aab", "b a a"), ("bb", "b b")] * 5


@pytest.mark.parametrize(
    ("valid", "where"),
    [(3, "valid"), ([("ab", "a"), 7], "valid[1]"), ({"a": 1}, "valid"), ([("only one",)], "valid[0]")],
)
def test_what_is_wrong_with_validation_data_is_said_of_them(valid: Any, where: str, tmp_path: Path) -> None:
    with pytest.raises(RecurraError) as caught:
        recurra.train(PAIRS, valid=valid, task="translate", to=tmp_path / "m", epochs=1)
    assert caught.value.where == where
    assert not (tmp_path / "m").exists()


def test_so_are_test_data_of_a_comparison(tmp_path: Path) -> None:
    with pytest.raises(RecurraError) as caught:
        recurra.compare(
            PAIRS, test=[("ab", "a"), 7], task="translate", cells=["gru", "elman"], to=tmp_path / "c", epochs=1
        )
    assert caught.value.where == "test[1]"


def test_their_number_is_said_without_a_file(tmp_path: Path) -> None:
    heard: list[str] = []
    recurra.train(
        PAIRS, valid=PAIRS[:3], task="translate", to=tmp_path / "m", epochs=1, settings={"model.width": 8},
        listeners=[lambda event: heard.append(event.text) if isinstance(event, Note) else None],
    )  # fmt: skip
    assert heard[:2] == ["20 pairs", "3 pairs for validation"]
