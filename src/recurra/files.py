"""Files that are complete or absent: written aside in the same folder, synced, renamed over the old one.

A process killed at any moment, a full disk, or a power cut leaves the old file or the new one, never half of one.
"""

from __future__ import annotations

import errno
import os
import secrets
import shlex
import shutil
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from recurra.errors import RunError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

# What the system says when there is no room: the disk, the user's quota, the limit on one file's size.
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class FileError(RunError):
    """The system would not write or read a file: no room, no permission, a disk that fails."""


def atomic_write(path: str | os.PathLike[str], data: bytes) -> None:
    """Puts `data` in place of the file `path`; whatever goes wrong, the old file stays as it was.

    Raises:
        FileError: no room (says how much is missing), or a place that cannot be written.
    """
    path = Path(path)
    aside = path.with_name(f".recurra-{secrets.token_hex(4)}.tmp")
    with plain_errors(path, len(data)):
        try:
            write_synced(aside, data)
            os.replace(aside, path)
        except BaseException:
            # Also on Ctrl-C; only a kill leaves the file aside behind, see remove_leftovers.
            with suppress(OSError):
                aside.unlink()
            raise
        sync_folder(path.parent)


def write_synced(path: Path, data: bytes) -> None:
    """A new file whose bytes are on the disk, not only in memory, when this returns."""
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def require_room(path: Path, size: int) -> None:
    """Refuses work that cannot be kept, before it is done.

    Args:
        size: bytes that are to be written in the course of it.

    Raises:
        FileError: fewer are free.
    """
    free = shutil.disk_usage(path.parent).free
    if free < size:
        what = f"there is no room: about {_bytes(size)} are to be written, {_bytes(free)} are free"
        fix = f"Free at least {_bytes(size - free)} more, or write to another disk."
        raise FileError(what, where=str(path), fix=fix)


def sync_folder(folder: Path) -> None:
    """Makes renames in `folder` last through a power cut, on systems where folders can be synced."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except (PermissionError, IsADirectoryError):
        return
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EBADF):  # of file systems that have no such thing
            raise
    finally:
        os.close(handle)


def outermost_missing(folder: Path) -> Path | None:
    """The first folder of a path that is not there yet; None when all of them are.

    Raises:
        FileError: there can be no such folder.
    """
    with plain_errors(folder):
        missing = [path for path in (folder, *folder.parents) if not path.exists()]
    return missing[-1] if missing else None


def remove_leftovers(folder: Path) -> None:
    """Removes what killed processes left aside. Only for one who holds the folder alone."""
    for path in folder.iterdir():
        if is_leftover(path.name) and not path.is_dir():
            path.unlink(missing_ok=True)


def is_leftover(name: str) -> bool:
    """Whether a file was written aside by a process that was killed, or is being written just now."""
    return name.startswith(".recurra-") and name.endswith(".tmp")


@contextmanager
def plain_errors(path: Path, size: int = 0) -> Generator[None]:
    """Says what an OSError means for a user who wanted `size` bytes (0: not known) written to `path`.

    Raises:
        FileError: a path that no file can have, and in place of an OSError; that the reader of a pipe went away stays
            as it is.
    """
    refuse_no_name(path)
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise file_error(error, path, size) from error


def refuse_no_name(path: Path) -> None:
    """Refuses a path that no file can have.

    Raises:
        FileError: half of a character stands in it, or a NUL.
    """
    try:
        name = os.fsencode(path)
    except UnicodeEncodeError:
        name = b"\0"
    if b"\0" in name:
        what = f"no file can be called {str(path)!r:.60}: there is half of a character or a NUL in it"
        raise FileError(what, fix="Give another name.")


@contextmanager
def plain_errors_within(folder: Path) -> Generator[None]:
    """The same for work on many files, where the error may name the file and else the folder is all that is known."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise file_error(error, Path(os.fsdecode(error.filename or folder)), doing="read or written") from error


def file_error(error: OSError, path: Path, size: int = 0, doing: str = "written") -> FileError:
    """What an OSError means for a user."""
    if error.errno in NO_ROOM:
        return _no_room(error, path, size)
    folder, reason = path.parent, error.strerror or error
    if isinstance(error, IsADirectoryError):
        return FileError("this is a folder, expected a file to write", where=str(path), fix="Give a file name.")
    if isinstance(error, FileNotFoundError):
        fix = f"Make it: mkdir -p {shlex.quote(str(folder))}"
        return FileError("the folder does not exist", where=str(folder), fix=fix)
    if isinstance(error, NotADirectoryError | FileExistsError):
        return FileError("a part of this path is a file, not a folder", where=str(path))
    if isinstance(error, PermissionError) or error.errno == errno.EROFS:
        fix = "Choose another place, or change the permissions of the folder."
        return FileError(f"cannot be {doing} ({reason})", where=str(path), fix=fix)
    if error.errno == errno.EIO:
        fix = "The disk or the connection to it fails: copy what matters to another one, and write there."
        return FileError(f"cannot be {doing} ({reason})", where=str(path), fix=fix)
    return FileError(f"cannot be {doing} ({reason})", where=str(path))


def _no_room(error: OSError, path: Path, size: int) -> FileError:
    there = next(folder for folder in (path, *path.absolute().parents) if folder.exists())
    free = shutil.disk_usage(there).free
    if error.errno == errno.ENOSPC and _no_more_files(there):
        what = "the disk has no room for another file, however small: all of its inodes are used"
        return FileError(what, where=str(path), fix="Delete files that are not needed, or write to another disk.")
    if error.errno == errno.ENOSPC and free < size:
        what = f"the disk is full: {_bytes(size)} are to be written, {_bytes(free)} are free"
        fix = f"Free at least {_bytes(size - free)} more, or write to another disk."
        return FileError(what, where=str(path), fix=fix)
    if error.errno == errno.ENOSPC:
        what = f"the disk is full ({error.strerror}): {_bytes(free)} are free now"
        return FileError(what, where=str(path), fix="Free more, or write to another disk.")
    wanted = f"{_bytes(size)} could" if size else "it could"
    limit = "a quota is used up" if error.errno == errno.EDQUOT else "a limit on the size of files is reached"
    return FileError(
        f"{wanted} not be written although the disk has {_bytes(free)} free: {limit}",
        where=str(path),
        fix=f"See `{'quota' if error.errno == errno.EDQUOT else 'ulimit -f'}`, or write to another disk.",
    )


def _no_more_files(folder: Path) -> bool:
    if not hasattr(os, "statvfs"):  # Windows, which has no such limit
        return False
    disk = os.statvfs(folder)
    return disk.f_files > 0 and disk.f_favail == 0


def _bytes(count: int) -> str:
    """'3.2 MB': decimal units, as disks are sold and `df -H` shows them."""
    size = float(count)
    for unit in ("bytes", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"


def refuse_links(folder: Path, names: Iterable[str] | None = None) -> None:
    """Refuses to write in a folder through links, which lead out of it: others' files would be moved or removed.

    Args:
        names: those in the folder that are looked at; all that is in it, at any depth, and the folder itself if None.

    Raises:
        RunError: one of them is a link, or neither a file nor a folder.
    """
    if names is not None:
        paths = [folder / name for name in names]
    else:
        inside = os.walk(folder)  # does not follow links
        paths = [folder, *(Path(place, name) for place, folders, files in inside for name in (*folders, *files))]
    for path in paths:
        if path.is_symlink():
            fix = f"Remove the link (rm {shlex.quote(str(path))}), or choose another folder."
            raise RunError("this is a link, and nothing is written through links", where=str(path), fix=fix)
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise RunError("expected a file, this is a pipe or a device", where=str(path), fix="Choose another folder.")
