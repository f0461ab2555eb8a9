"""Which folder is the beginning of a run, with nothing of anyone else in it; and inputs of which there are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from recurra.data import DataSource, open_examples
from recurra.tasks import TASKS
from recurra.tasks.repeated import Several, several
from recurra.tasks.taken import KEPT, is_start


@pytest.mark.parametrize(
    ("names", "right"),
    [
        ([], True),
        (["lock"], True),
        (["lock", KEPT[0]], True),
        ([KEPT[0]], False),  # without the lock of a run it may be anyone's
        (["lock", "thesis.tex"], False),
    ],
)
def test_the_start_of_a_run(names: list[str], right: bool, tmp_path: Path) -> None:
    for name in names:
        (tmp_path / name).touch()
    assert is_start(tmp_path) is right


def test_what_is_not_there_or_no_folder_is_none(tmp_path: Path) -> None:
    assert not is_start(tmp_path / "nowhere")
    (tmp_path / "file").touch()
    assert not is_start(tmp_path / "file")


def test_of_nothing_nothing_has_several_outputs() -> None:
    kind = TASKS["translate"].kind
    assert several([], kind) == Several(0, 0, [])
    rows = [("a", "x"), ("a", "y"), ("b", "x"), ("c", "x"), ("c", "x")]
    assert several(open_examples(DataSource(rows=rows), kind), kind)[:2] == (1, 2)
