"""Which folder is the beginning of a run, with nothing of anyone else in it, and what stays of one that is replaced;
inputs of which there are none.
"""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import pytest

from recurra.data import DataSource, open_examples
from recurra.errors import RunError
from recurra.files import FileError
from recurra.tasks import TASKS
from recurra.tasks.repeated import Several, several
from recurra.tasks.taken import (
    KEPT,
    drop_replaced,
    is_start,
    put_aside,
    refuse_file,
    refuse_foreign,
    refuse_nothing,
    refuse_taken,
)
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


@pytest.mark.parametrize(
    ("names", "taken", "foreign", "nothing"),
    [
        ([], "", "", "no run to resume"),
        (["run/lock", f"run/{KEPT[0]}"], "", "", ""),  # stopped before its first checkpoint
        (["run/lock", f"run/{CHECKPOINT}"], "already holds", "", ""),
        (["thesis.tex"], "not empty", "not empty", "no run to resume"),
        (["run/thesis.tex"], "not empty", "not empty", "no run to resume"),
        (["run/lock", "thesis.tex"], "not empty", "not empty", ""),
        (["run/lock", f"run/{CHECKPOINT}", "run/thesis.tex"], "already holds", "not a training run of recurra", ""),
        (["config.json"], "already holds", "not a model that recurra can open", "no run to resume"),
    ],
)
def test_which_folder_may_be_begun_replaced_or_gone_on_with(
    names: list[str], taken: str, foreign: str, nothing: str, tmp_path: Path
) -> None:
    written(tmp_path / "m", "{}", *names)
    for refuse, why in ((refuse_taken, taken), (refuse_foreign, foreign), (refuse_nothing, nothing)):
        with pytest.raises(RunError, match=why) if why else nullcontext():
            refuse(tmp_path / "m")


def test_a_file_is_no_folder_to_train_into(tmp_path: Path) -> None:
    written(tmp_path, "", "m")
    for refuse in (refuse_taken, refuse_foreign, refuse_file):
        with pytest.raises(RunError, match="this is a file"):
            refuse(tmp_path / "m")
    refuse_file(tmp_path)
    refuse_file(tmp_path / "nowhere")


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


def test_a_run_comes_back_where_the_new_one_made_nothing(tmp_path: Path) -> None:
    written(tmp_path, "old", "run/recipe.toml")
    with pytest.raises(ValueError, match="stopped"), put_aside(tmp_path):
        raise ValueError("stopped")
    assert files(tmp_path) == {"run/recipe.toml": "old"}
    with pytest.raises(ValueError, match="stopped"), put_aside(tmp_path / "none"):
        raise ValueError("stopped")  # where there is none, none comes back


def test_links_are_nobody_s_to_replace(tmp_path: Path) -> None:
    written(tmp_path, "{}", "m/config.json", f"other/{CHECKPOINT}", "other/lock", "other/deep/file")
    (tmp_path / "m" / "run").symlink_to(tmp_path / "other")
    with pytest.raises(RunError, match="this is not a training run of recurra, so it is not replaced"):
        refuse_foreign(tmp_path / "m")
    (tmp_path / "m" / ".replaced-1").symlink_to(tmp_path / "other")
    before = files(tmp_path / "other")
    drop_replaced(tmp_path / "m", [], baseline=False)
    assert files(tmp_path / "other") == before


def test_of_nothing_nothing_has_several_outputs() -> None:
    kind = TASKS["translate"].kind
    assert several([], kind) == Several(0, 0, [])
    rows = [("a", "x"), ("a", "y"), ("b", "x"), ("c", "x"), ("c", "x")]
    assert several(open_examples(DataSource(rows=rows), kind), kind)[:2] == (1, 2)
