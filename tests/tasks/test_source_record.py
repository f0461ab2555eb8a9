"""By what the data of a run are known again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from recurra.data import LABELLED, DataSource, Kind
from recurra.errors import RunError
from recurra.tasks.source_record import (
    Part,
    SourceRecord,
    _may_be_the_same,  # pyright: ignore[reportPrivateUsage]
    parts_of,
    recorded_decisions,
    recorded_source,
    write_decisions,
    write_source,
)

WAS = Part("x.tsv", 5, "abc")


@pytest.mark.parametrize(
    ("now", "same"),
    [
        (WAS, True),
        (Part("x.tsv", 6, "abc"), False),
        (Part("x.tsv", 1, "abc"), False),
        (Part("x.tsv", 5, "def"), False),
        (Part("y.tsv", 5, "abc"), False),
        (Part("x.tsv", 0, ""), True),  # a stream, of which nothing is known before it is read
        (Part("x.tsv", 5, ""), True),
        (Part("x.tsv", 0, "def"), False),
    ],
)
def test_what_is_known_of_both_is_compared(now: Part, same: bool) -> None:
    assert _may_be_the_same(WAS, now) is same
    assert _may_be_the_same(now, WAS) is same


KIND: Kind[Any] = LABELLED
CONTENT = "good\tx\nbad\ty\n"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "x.tsv"
    path.write_text(CONTENT)
    return path


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_a_file_is_known_by_its_name_its_size_and_all_that_is_in_it(data: Path) -> None:
    (found,) = parts_of(DataSource(str(data)), KIND)
    assert found == ("x.tsv", len(CONTENT), digest(CONTENT.encode()))
    assert str(found) == f"x.tsv ({len(CONTENT)} bytes)"
    assert parts_of(DataSource(str(data), target_path=str(data)), KIND) == [found, found]
    assert str(Part("x.tsv", 1234, "abc")) == "x.tsv (1,234 bytes)"
    assert str(Part("x.tsv", 0, "")) == "x.tsv"  # a stream


def test_what_is_no_file_has_only_a_name(tmp_path: Path) -> None:
    assert parts_of(DataSource(str(tmp_path / "nowhere.tsv")), KIND) == [("nowhere.tsv", 0, "")]
    assert parts_of(DataSource("-", name="data.tsv"), KIND) == [("data.tsv", 0, "")]


def test_a_folder_is_known_by_the_names_and_sizes_of_its_files(tmp_path: Path) -> None:
    folder = tmp_path / "images"
    (folder / "cat").mkdir(parents=True)
    (folder / "cat" / "2.png").write_bytes(b"12345")
    (folder / "b.png").write_bytes(b"123")
    (folder / "gone.png").symlink_to(folder / "nowhere")
    (found,) = parts_of(DataSource(str(folder)), KIND)
    listed = [["b.png", 3], ["cat/2.png", 5]]
    assert found == ("images", 8, digest(json.dumps(listed).encode()))
    (folder / "b.png").write_bytes(b"456")
    assert parts_of(DataSource(str(folder)), KIND) == [found]  # they are not read
    (folder / "b.png").write_bytes(b"4567")
    (other,) = parts_of(DataSource(str(folder)), KIND)
    assert other != found
    assert not _may_be_the_same(found, other)


def test_rows_are_known_by_what_they_hold() -> None:
    rows = DataSource(rows=[("good", "x"), ("bad", "y")])
    (found,) = parts_of(rows, KIND)
    assert (found.name, found.size) == ("", 2)
    assert parts_of(DataSource(rows=[["good", "x"], ["bad", "y"]]), KIND) == [found]
    for other in ([("bad", "y"), ("good", "x")], [("good", "x"), ("bad", "z")], [("good", "x")]):
        assert parts_of(DataSource(rows=other), KIND)[0].digest != found.digest
    assert parts_of(rows, KIND, []) == [("", 0, digest(b""))]  # where they were read already
    assert str(found) == "2 examples given in Python"
    assert str(Part("", 1234, "abc")) == "1,234 examples given in Python"


def test_what_was_written_down_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "source.json"
    train, valid = [Part("a", 1, "x"), Part("b", 2, "")], [Part("", 3, "y")]
    said, columns = {"format": "tsv"}, {"source_column": "text"}
    write_source(path, train, valid, said, columns)
    assert recorded_source(path) == (train, valid, said, columns)
    write_source(path, train, [], {}, {})
    assert recorded_source(path) == (train, [], {}, {})


@pytest.mark.parametrize(
    ("files", "train"),
    [([["x.tsv", 12], ["y.tsv", 3]], [("x.tsv", 12, ""), ("y.tsv", 3, "")]), ([], [("", 0, "")])],
)
def test_the_record_of_an_earlier_recurra_says_less(files: list[object], train: list[object], tmp_path: Path) -> None:
    path, columns = tmp_path / "source.json", {"source_column": "text"}
    path.write_text(json.dumps({"files": files, "columns": columns}))
    assert recorded_source(path) == (train, None, columns, columns)
    path.write_text(json.dumps({"files": files, "columns": columns, "said": {}}))
    assert recorded_source(path) == (train, None, {}, columns)


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", '{"train": [["a", 1]], "valid": null, "said": {}, "columns": {}}',
     '{"train": [["a", "1", ""]], "valid": null, "said": {}, "columns": {}}',
     '{"train": [], "valid": [], "said": [], "columns": {}}'],
)  # fmt: skip
def test_a_record_that_is_damaged_is_refused(content: str, tmp_path: Path) -> None:
    path = tmp_path / "source.json"
    path.write_text(content)
    with pytest.raises(RunError) as caught:
        recorded_source(path)
    assert caught.value.typed().startswith(f"{path}: the record of the data cannot be read: ")


def record(train: list[Part], valid: list[Part] | None = None, **names: Mapping[str, str]) -> SourceRecord:
    return SourceRecord(train, valid, dict(names.get("said", {})), dict(names.get("columns", {})))


def refused(found: SourceRecord, data: DataSource, valid: DataSource | None = None) -> str | None:
    """What is said; None where the data are the same."""
    try:
        found.check_same(Path("m"), KIND, data, valid)
    except RunError as error:
        return error.typed()
    return None


DATA_FIX = "\n  Give the same data, or train into another folder with --to."
COLUMNS_FIX = "\n  Leave it out to resume, or train into another folder with --to."
NEEDS = "m: --resume needs the {} that the run was started with: {}; these are {}" + DATA_FIX


def test_other_data_than_those_of_the_start_are_refused(data: Path, tmp_path: Path) -> None:
    source = DataSource(str(data))
    own, size = parts_of(source, KIND), len(CONTENT)
    assert refused(record(own), source) is None
    assert refused(record(own, []), source) is None
    assert refused(record(own, own), source, source) is None
    assert refused(record(own, None), source, source) is None  # an earlier recurra did not write them down
    assert refused(record([Part("y.tsv", 5, "a")]), source) == NEEDS.format(
        "data", "y.tsv (5 bytes)", f"x.tsv ({size} bytes)"
    )
    assert refused(record([Part("x.tsv", size, "a")]), source) == NEEDS.format(
        "data", f"x.tsv ({size} bytes)", "other data of the same size"
    )
    assert refused(record([*own, *own]), source) == NEEDS.format(
        "data", f"x.tsv ({size} bytes) and x.tsv ({size} bytes)", f"x.tsv ({size} bytes)"
    )
    assert refused(record(own, []), source, source) == NEEDS.format(
        "validation data", "a share of the data, set aside", f"x.tsv ({size} bytes)"
    )


def test_columns_are_read_as_at_the_start(data: Path) -> None:
    source = DataSource(str(data), source_column="1")
    own = parts_of(source, KIND)
    said = "m: --resume needs the data read as when the run was started: source_column was {}, now 1" + COLUMNS_FIX
    assert refused(record(own, said={"source_column": "1"}), source) is None
    assert refused(record(own, columns={"source_column": "1"}), source) is None
    assert refused(record(own, said={"source_column": "text"}, columns={"source_column": "1"}), source) is None
    assert refused(record(own), source) == said.format("not given")
    assert refused(record(own, said={"source_column": "2"}), source) == said.format("2")
    assert refused(record(own, columns={"source_column": "text"}), source) == said.format("text")
    both = record(own, said={"source_column": "2"}, columns={"source_column": "text"})
    assert refused(both, source) == said.format("2")
    assert refused(both, DataSource(str(data))) is None  # what is left out is as it was


def test_validation_rows_are_read_with_the_columns_of_the_start(tmp_path: Path) -> None:
    """Of a table given in Python, whose columns nobody names again."""
    rows = [{"text": "good", "kind": "x", "other": "z"}, {"text": "bad", "kind": "y", "other": "z"}]
    columns = {"source_column": "text", "target_column": "kind"}
    named, plain = DataSource(rows=rows, **columns), DataSource(rows=rows)  # type: ignore[arg-type]
    own = parts_of(named, KIND)
    assert refused(record(own, own, said=columns, columns=columns), named, plain) is None


def test_decisions_are_read_again(tmp_path: Path) -> None:
    path = tmp_path / "decisions.json"
    assert recorded_decisions(path) == []
    write_decisions(path, ["ä", "b"])
    assert "ä" in path.read_text("utf-8")
    assert recorded_decisions(path) == ["ä", "b"]
    for content, said in (
        ("{", "the record of what was decided cannot be read: "),
        ('{"a": "b"}', "the record of what was decided is no list of texts"),
        ('["a", 1]', "the record of what was decided is no list of texts"),
    ):
        path.write_text(content)
        with pytest.raises(RunError) as caught:
            recorded_decisions(path)
        assert caught.value.typed().startswith(f"{path}: {said}")
