"""What a forecaster reads when there is nothing to go on from."""

from __future__ import annotations

from pathlib import Path

import pytest

from recurra.data import SERIES, DataSource, open_inputs
from recurra.errors import DataError


def read(path: Path, text: str) -> list[object]:
    path.write_text(text)
    return list(open_inputs(DataSource(str(path)), SERIES, None))


def test_empty_in_empty_out(tmp_path: Path) -> None:
    assert read(tmp_path / "x.csv", "") == []


@pytest.mark.parametrize("text", ["date,price\n", "good morning\n", "\ndate,price\n\n"])
def test_names_without_steps_are_not_answered_in_silence(text: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="expected steps below the header"):
        read(tmp_path / "x.csv", text)
