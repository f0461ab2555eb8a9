"""Results go to stdout, or to a file that is whole or not there."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from recurra.cli.output import check_ending, opened_output, opened_page
from recurra.errors import RunError, UsageError


def test_a_name_says_what_the_file_will_hold() -> None:
    check_ending(None, ".html")
    check_ending("data.npz", ".json", ".npz")
    with pytest.raises(UsageError) as refused:
        check_ending("pairs.tsv", ".html", ".json", ".npz", option="--save", example="x.json")
    assert (refused.value.where, refused.value.what, refused.value.fix) == (
        "--save",
        "expected a name that ends in .html, .json or .npz, got 'pairs.tsv'",
        "--save names the file to write, for example --save x.json.",
    )


def test_where_a_page_is_is_said_when_it_is_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with opened_page(None) as none:
        assert none is None
    path = str(tmp_path / "page.html")
    with opened_page(path) as file:
        assert file is not None
        assert capsys.readouterr() == ("", "")
    assert capsys.readouterr() == ("", f"The page is in {path}\n")


def test_a_file_appears_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    path.write_text("old")
    with opened_output(str(path)) as file:
        file.write("nové\n")
        file.flush()
        assert path.read_text() == "old"
    assert path.read_bytes() == "nové\n".encode()
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_failure_leaves_the_old_file(tmp_path: Path, error: type[BaseException]) -> None:
    path = tmp_path / "out.txt"
    path.write_text("old")

    def fail() -> None:
        with opened_output(str(path)) as file:
            file.write("half")
            raise error

    with pytest.raises(error):
        fail()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_is_followed(tmp_path: Path) -> None:
    link, path = tmp_path / "link", tmp_path / "out.txt"
    link.symlink_to(path)
    with opened_output(str(link)) as file:
        file.write("new")
    assert link.is_symlink()
    assert path.read_text() == "new"


def test_a_pipe_is_written_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(path.read_text()))
    reader.start()
    with opened_output(str(path)) as file:
        file.write("line\n")
    reader.join()
    assert read == ["line\n"]
    assert path.is_fifo()


@pytest.mark.parametrize("path", [None, "-"])
def test_standard_output(path: str | None, capsys: pytest.CaptureFixture[str]) -> None:
    with opened_output(path) as file:
        file.write("line\n")
    assert capsys.readouterr().out == "line\n"


def test_what_cannot_be_written_is_refused_before_the_work(tmp_path: Path) -> None:
    worked = False
    (tmp_path / "file").write_text("")
    for path in (tmp_path, tmp_path / "no" / "out.txt", tmp_path / "file" / "out.txt"):
        with pytest.raises(RunError), opened_output(str(path)):
            worked = True
    assert not worked


def test_a_full_disk_is_said() -> None:
    with pytest.raises(RunError, match="No space left"), opened_output("/dev/full") as file:
        file.write("line")


def test_what_killed_processes_left_is_removed_and_what_is_being_written_is_not(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    with opened_output(str(path)) as file, opened_output(str(path)) as other:
        assert len(list(tmp_path.iterdir())) == 2
        file.write("first")
        other.write("second")
    assert path.read_text() == "first"
    with opened_output(str(path)) as file:
        (aside,) = set(tmp_path.iterdir()) - {path}
        name = aside.name
    (tmp_path / name).write_text("half")
    with opened_output(str(path)) as file:
        file.write("third")
    assert list(tmp_path.iterdir()) == [path]
