"""Where a model may be saved, and what a folder of one says."""

from __future__ import annotations

from pathlib import Path

import pytest

from recurra.bundle import Bundle
from recurra.errors import ModelError, RunError
from recurra.tasks import TASKS
from recurra.tasks.model_folder import facts_of, refuse_other_folder, task_of

LEFT = ".recurra-x.tmp"  # of a file that was being written by a process that was killed


@pytest.mark.parametrize(
    ("names", "why"),
    [
        ([], None),
        ([".incoming/model.safetensors"], None),  # of a save that was killed
        ([LEFT], None),
        ([".incoming/model.safetensors", LEFT], None),
        (["config.json"], None),
        (["config.json", "thesis.tex"], None),
        ([".arrived/config.json", "thesis.tex"], None),
        (["thesis.tex"], "this folder is not empty, and not a model"),
        ([".incoming/model.safetensors", "thesis.tex"], "this folder is not empty, and not a model"),
        (["run/lock"], "a training run is in this folder"),
        (["config.json", "run/lock"], "a training run is in this folder"),
    ],
)
def test_where_a_model_may_be_saved(names: list[str], why: str | None, tmp_path: Path) -> None:
    folder = tmp_path / "m"
    folder.mkdir()
    for name in names:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).touch()
    if why is None:
        refuse_other_folder(folder, tmp_path / "own")
        return
    with pytest.raises(RunError) as caught:
        refuse_other_folder(folder, tmp_path / "own")
    assert caught.value.typed() == f"{folder}: {why}\n  Choose another folder."
    refuse_other_folder(folder, folder / ".." / "m")  # from which it comes


def test_a_file_is_no_folder_and_nothing_is_in_the_way_of_nothing(tmp_path: Path) -> None:
    refuse_other_folder(tmp_path / "nowhere", tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(RunError) as caught:
        refuse_other_folder(tmp_path / "file", tmp_path)
    assert caught.value.typed() == f"{tmp_path / 'file'}: this is a file, a model is a folder\n  Choose another folder."


def test_a_model_of_no_task_is_refused_with_the_nearest() -> None:
    assert task_of({"task": "tag"}, Path("m"), TASKS) is TASKS["tag"]
    assert task_of({}, Path("m"), TASKS) is TASKS["translate"]
    for name, shown in (("tagg", "'tagg'"), (3, "3"), ("x" * 90, f"'{'x' * 59}… (and 32 more characters)")):
        with pytest.raises(ModelError) as caught:
            task_of({"task": name}, Path("m"), TASKS)
        assert caught.value.what == f"a model for the task {shown}, which this recurra does not have"
        assert str(caught.value.fix).endswith(" Update recurra if the model is newer.")
        assert ("Did you mean 'tag'?" in str(caught.value.fix)) == (name == "tagg")


def test_what_a_folder_says_beside_its_network() -> None:
    bundle = Bundle({"task": "tag", "recipe": {}, "format": 2, "trained": {"steps": 3}, "columns": {}}, {}, [], "")
    assert {"trained", "columns"} <= set(facts_of(bundle))
    assert not {"task", "recipe"} & set(facts_of(bundle))
