"""A run or a comparison goes on with what it was started with; other data are refused, by what is in them."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

import recurra
from recurra.errors import RecurraError, RunError

LINES = [f"{word} {k}\t{word}\n" for k in range(20) for word in ("good", "evil")]
SETTINGS = {"model.width": 8, "model.wide": "off"}


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.set_num_threads(1)
    monkeypatch.chdir(tmp_path)
    Path("x.tsv").write_text("".join(LINES))
    Path("v.tsv").write_text("".join(LINES[:8]))


def trained(data: Any = "x.tsv", valid: Any = "v.tsv", **other: Any) -> None:
    recurra.train(data, valid=valid, **{"task": "classify", "to": "m", "epochs": 1, "settings": SETTINGS, **other})


def test_the_same_size_is_not_the_same_data() -> None:
    trained()
    Path("x.tsv").write_text("".join(LINES).replace("good 3", "evil 3"))
    with pytest.raises(
        RunError, match=r"needs the data .*: x\.tsv \(.* bytes\); these are other data of the same size"
    ):
        trained(resume=True, epochs=2)
    Path("x.tsv").write_text("".join(LINES))
    trained(resume=True, epochs=2)


def test_other_validation_data_are_refused_and_the_same_may_be_left_out() -> None:
    trained()
    trained(valid=None, resume=True)
    with pytest.raises(RunError, match=r"needs the validation data .*: v\.tsv .*; these are x\.tsv"):
        trained(valid="x.tsv", resume=True)
    trained(valid=None, to="n")
    with pytest.raises(RunError, match="a share of the data, set aside; these are v"):
        trained(to="n", resume=True)


def test_other_rows_are_refused() -> None:
    rows = [tuple(line.strip().split("\t")) for line in LINES]
    trained(rows, rows[:8])
    trained(rows, rows[:8], resume=True)
    for other, said in (
        ([*rows[1:], rows[0]], "other data of the same size"),
        (rows[1:], "these are 39 examples given"),
    ):
        with pytest.raises(RunError, match=f"40 examples given in Python; these are .*{said[-10:]}"):
            trained(other, rows[:8], resume=True)
    with pytest.raises(RunError, match="needs the validation data"):
        trained(rows, rows[:7], resume=True)
    with pytest.raises(RunError, match=r"40 examples given in Python; these are x\.tsv"):
        trained(resume=True)


def test_other_columns_and_another_task_are_refused() -> None:
    Path("x.csv").write_text("text,kind,other\n" + "".join(f"good {k},{k % 2},{k % 3}\n" for k in range(30)))
    columns = {"valid": None, "source_column": "text"}
    trained("x.csv", target_column="kind", **columns)
    trained("x.csv", target_column="kind", **columns, resume=True)
    trained("x.csv", valid=None, resume=True)
    with pytest.raises(RunError, match="target_column was kind, now other"):
        trained("x.csv", target_column="other", **columns, resume=True)
    with pytest.raises(RunError, match="needs the task that the run was started with: classify; asked for is regress"):
        trained("x.csv", target_column="kind", **columns, resume=True, task="regress", settings=None)


def test_files_in_a_folder_are_compared_too() -> None:
    Path("d").mkdir()
    for label in ("good", "evil"):
        Path(f"d/{label}.txt").write_text("".join(f"{label} {k}\n" for k in range(20)))
    trained("d", None)
    trained("d", None, resume=True)
    Path("d/evil.txt").write_text("one more\n")
    with pytest.raises(RunError, match=r"needs the data .*: d \(.* bytes\); these are d "):
        trained("d", None, resume=True)


def test_a_stream_is_not_read_again_which_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    notes: list[str] = []

    def heard(event: object) -> None:
        notes.append(getattr(event, "text", ""))

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("".join(LINES).encode())))
    trained("-", None)
    trained("-", None, resume=True, epochs=2, listeners=[heard])
    assert "standard input: not read again, the run goes on with what it was started with" in notes


def test_a_comparison_of_another_file_of_the_same_name_is_refused() -> None:
    asked: dict[str, Any] = {"vary": {"model.width": [4, 8]}, "seeds": 1, "epochs": 1, "to": "c", "task": "classify"}
    recurra.compare("x.tsv", **asked)
    recurra.compare("x.tsv", **asked, resume=True)
    Path("x.tsv").write_text("".join(LINES).replace("good 3", "evil 3"))
    with pytest.raises(RunError, match="started with other data"):
        recurra.compare("x.tsv", **asked, resume=True)


def test_a_recipe_that_never_ends_is_refused() -> None:
    with Path("long.toml").open("wb") as file:
        file.truncate(10**9)  # zeros, which no disk has to hold
    with pytest.raises(RecurraError, match="a recipe of more than 1,000,000 bytes is not read"):
        recurra.read_recipe("long.toml")


def test_a_run_of_an_earlier_recurra_goes_on() -> None:
    trained()
    record = {"files": [["x.tsv", Path("x.tsv").stat().st_size]], "columns": {}}
    Path("m/run/source.json").write_text(json.dumps(record))
    digests = json.loads(Path("m/run/digests.json").read_text())
    Path("m/run/digests.json").write_text(json.dumps({k: v for k, v in digests.items() if k != "source.json"}))
    trained(resume=True)
    with pytest.raises(RunError, match=r"x\.tsv; these are v\.tsv"):
        trained("v.tsv", resume=True)
