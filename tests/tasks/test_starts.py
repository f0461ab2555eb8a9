"""Which folder is the beginning of a run, with nothing of anyone else in it, and what stays of one that is replaced;
inputs of which there are none.
"""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import pytest

from recurra.data import DataSource, open_examples
from recurra.files import FileError
from recurra.tasks import TASKS
from recurra.tasks.repeated import Several, several
from recurra.tasks.taken import KEPT, drop_replaced, is_start, put_aside
from recurra.training import CHECKPOINT


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


def files(folder: Path) -> dict[str, str]:
    """What stands in them, without locks."""
    paths = [path for path in folder.rglob("*") if path.is_file() and path.name != "lock"]
    return {path.relative_to(folder).as_posix(): path.read_text() for path in paths}


def written(folder: Path, text: str, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


@pytest.mark.parametrize("baseline", [False, True])
@pytest.mark.parametrize("old", [[], ["baseline.safetensors", "tokenizers/source.json", ".replaced-1/recipe.toml"]])
def test_of_a_model_that_was_replaced_nothing_stays(old: list[str], baseline: bool, tmp_path: Path) -> None:
    own = ["config.json", "tokenizers/text.json", "run/recipe.toml", *["baseline.safetensors"] * baseline]
    written(tmp_path, "old", *old)
    written(tmp_path, "new", *own)
    drop_replaced(tmp_path, ["text"], baseline=baseline)
    assert files(tmp_path) == dict.fromkeys(own, "new")
    assert not list(tmp_path.glob(".replaced-*"))


@pytest.mark.parametrize(
    ("error", "checkpoint", "stays"),
    [
        (None, False, True),
        (KeyboardInterrupt, True, True),  # it can be resumed
        (OSError, True, True),  # with room
        (FileError, True, True),
        (ValueError, True, False),
        (KeyboardInterrupt, False, False),
        (OSError, False, False),
    ],
)
def test_a_run_stands_aside_until_the_new_one_can_go_on(
    error: type[BaseException] | None, checkpoint: bool, stays: bool, tmp_path: Path
) -> None:
    written(tmp_path, "old", "run/recipe.toml", f"run/{CHECKPOINT}")
    before = files(tmp_path / "run")
    new = ["recipe.toml", *[CHECKPOINT] * checkpoint]
    with nullcontext() if error is None else pytest.raises(error, match="stopped"), put_aside(tmp_path):
        assert not (tmp_path / "run").exists()
        written(tmp_path / "run", "new", *new)
        if error is not None:
            raise error("stopped")
    assert files(tmp_path / "run") == (dict.fromkeys(new, "new") if stays else before)
    [*aside] = tmp_path.glob(".replaced-*")
    assert [files(one) for one in aside] == [before] * stays


def test_of_nothing_nothing_has_several_outputs() -> None:
    kind = TASKS["translate"].kind
    assert several([], kind) == Several(0, 0, [])
    rows = [("a", "x"), ("a", "y"), ("b", "x"), ("c", "x"), ("c", "x")]
    assert several(open_examples(DataSource(rows=rows), kind), kind)[:2] == (1, 2)
