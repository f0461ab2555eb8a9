"""A file is the old one or the new one, whatever happens while it is written."""

from __future__ import annotations

import errno
import os
import resource
import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from recurra import files
from recurra.errors import RunError
from recurra.files import atomic_write, remove_leftovers


@pytest.fixture
def target(tmp_path: Path) -> Path:
    path = tmp_path / "model.bin"
    path.write_bytes(b"old")
    return path


def failing(code: int) -> Callable[..., None]:
    def fail(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    return fail


def refusal(path: Path, data: bytes = b"new") -> RunError:
    with pytest.raises(RunError) as caught:
        atomic_write(path, data)
    return caught.value


def test_a_new_file_and_one_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a"
    atomic_write(path, b"one")
    assert path.read_bytes() == b"one"
    atomic_write(str(path), b"")
    assert path.read_bytes() == b""
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_the_longest_name_that_the_system_takes(tmp_path: Path) -> None:
    path = tmp_path / ("x" * os.pathconf(tmp_path, "PC_NAME_MAX"))
    atomic_write(path, b"one")
    assert path.read_bytes() == b"one"


def test_new_files_have_the_usual_permissions(tmp_path: Path) -> None:
    atomic_write(tmp_path / "a", b"")
    (tmp_path / "b").touch()
    assert (tmp_path / "a").stat().st_mode == (tmp_path / "b").stat().st_mode


@pytest.mark.parametrize("call", ["fsync", "replace"])
@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC, errno.EACCES])
def test_a_failure_leaves_the_old_file_and_nothing_else(
    target: Path, monkeypatch: pytest.MonkeyPatch, call: str, code: int
) -> None:
    monkeypatch.setattr(files.os, call, failing(code))
    assert refusal(target).where == str(target)
    assert target.read_bytes() == b"old"
    assert list(target.parent.iterdir()) == [target]


def test_an_interrupt_leaves_the_old_file_and_nothing_else(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(files.os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        atomic_write(target, b"new")
    assert list(target.parent.iterdir()) == [target]
    assert target.read_bytes() == b"old"


@pytest.mark.parametrize("call", range(3))
@pytest.mark.parametrize("killed_before", [True, False])
def test_a_kill_at_each_call_leaves_the_old_file_or_the_new_one(target: Path, call: int, killed_before: bool) -> None:
    """The calls: fsync of the file, replace, fsync of the folder."""
    child = os.fork()
    if child == 0:  # pragma: no cover
        calls = iter(range(3))

        def killing(real: Callable[..., object]) -> Callable[..., object]:
            def run(*arguments: object) -> object:
                now = next(calls) == call
                if now and killed_before:
                    os.kill(os.getpid(), signal.SIGKILL)
                result = real(*arguments)
                if now:
                    os.kill(os.getpid(), signal.SIGKILL)
                return result

            return run

        os.fsync, os.replace = killing(os.fsync), killing(os.replace)
        atomic_write(target, b"new")
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    renamed = call == 2 or (call == 1 and not killed_before)
    assert target.read_bytes() == (b"new" if renamed else b"old")
    remove_leftovers(target.parent)
    assert list(target.parent.iterdir()) == [target]


def test_the_bytes_are_synced_before_the_rename_and_the_folder_after(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    fsync, replace = os.fsync, os.replace

    def noted_fsync(handle: int) -> None:
        done.append("folder" if os.path.isdir(f"/proc/self/fd/{handle}") else "file")
        fsync(handle)

    def noted_replace(source: Path, destination: Path) -> None:
        assert source.parent == destination.parent
        done.append("rename")
        replace(source, destination)

    monkeypatch.setattr(files.os, "fsync", noted_fsync)
    monkeypatch.setattr(files.os, "replace", noted_replace)
    atomic_write(target, b"new")
    assert done == ["file", "rename", "folder"]


def test_a_full_disk_says_how_much_is_missing(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files.os, "fsync", failing(errno.ENOSPC))
    monkeypatch.setattr(files.shutil, "disk_usage", lambda _: SimpleNamespace(free=1_000_000))
    error = refusal(target, bytes(3_500_000))
    assert error.what == "the disk is full: 3.5 MB are to be written, 1.0 MB are free"
    assert "2.5 MB more" in str(error.fix)
    assert error.exit_code == 1


@contextmanager
def small_files_only() -> Generator[None]:
    """The system refuses files above 4096 bytes to this process, and to no more than the body (pytest writes too)."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_limit_on_file_sizes(target: Path) -> None:
    with small_files_only():
        error = refusal(target, bytes(10_000))
    assert "10.0 kB could not be written although the disk has" in error.what
    assert "ulimit -f" in str(error.fix)
    assert target.read_bytes() == b"old"
    assert list(target.parent.iterdir()) == [target]


def test_places_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    assert "does not exist" in refusal(tmp_path / "nowhere" / "a").what
    assert "mkdir -p" in str(refusal(tmp_path / "nowhere" / "a").fix)
    assert "is a file, not a folder" in refusal(tmp_path / "file" / "a").what
    assert "this is a folder" in refusal(tmp_path / "folder").what
    assert "name too long" in refusal(tmp_path / ("x" * 300)).what
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_folder_without_permission(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    error = refusal(tmp_path / "a")
    assert "Permission denied" in error.what
    assert "permissions" in str(error.fix)


def test_leftovers_are_only_our_own(tmp_path: Path) -> None:
    (tmp_path / ".recurra-0123abcd.tmp").touch()
    (tmp_path / ".other.tmp").touch()
    (tmp_path / "a.tmp").touch()
    remove_leftovers(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".other.tmp", "a.tmp"]
