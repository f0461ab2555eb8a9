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


def atomic_write(path: str | os.PathLike[str], data: bytes) -> None:
    """Puts `data` in place of the file `path`; whatever goes wrong, the old file stays as it was.

    Raises:
        RunError: no room (says how much is missing), or a place that cannot be written.
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


def sync_folder(folder: Path) -> None:
    """Makes renames in `folder` last through a power cut, on systems where folders can be synced."""
    with suppress(PermissionError, IsADirectoryError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def remove_leftovers(folder: Path) -> None:
    """Removes what killed processes left aside. Only for one who holds the folder alone."""
    for path in folder.glob(".recurra-*.tmp"):
        if not path.is_dir():
            path.unlink(missing_ok=True)


@contextmanager
def plain_errors(path: Path, size: int) -> Generator[None]:
    """Says what an OSError means for a user who wanted `size` bytes written to `path`."""
    try:
        yield
    except OSError as error:
        if error.errno in NO_ROOM:
            raise _no_room(path, size) from error
        raise _not_writable(path, error) from error


def _no_room(path: Path, size: int) -> RunError:
    there = next(folder for folder in (path, *path.absolute().parents) if folder.exists())
    free = shutil.disk_usage(there).free
    if free < size:
        what = f"the disk is full: {_bytes(size)} are to be written, {_bytes(free)} are free"
        fix = f"Free at least {_bytes(size - free)} more, or write to another disk. The old file is unchanged."
        return RunError(what, where=str(path), fix=fix)
    return RunError(
        f"{_bytes(size)} could not be written although the disk has {_bytes(free)} free: "
        "a quota or a limit on file sizes is reached",
        where=str(path),
        fix="See `quota` and `ulimit -f`, or write to another disk. The old file is unchanged.",
    )


def _not_writable(path: Path, error: OSError) -> RunError:
    folder = path.parent
    if isinstance(error, IsADirectoryError):
        return RunError("this is a folder, expected a file to write", where=str(path), fix="Give a file name.")
    if isinstance(error, FileNotFoundError):
        return RunError("the folder does not exist", where=str(folder), fix=f"Make it: mkdir -p '{folder}'")
    if isinstance(error, NotADirectoryError | FileExistsError):
        return RunError("a part of this path is a file, not a folder", where=str(path))
    if isinstance(error, PermissionError) or error.errno == errno.EROFS:
        fix = "Choose another place, or change the permissions of the folder."
        return RunError(f"cannot be written ({error.strerror})", where=str(path), fix=fix)
    return RunError(f"cannot be written ({error.strerror or error})", where=str(path))


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
        RunError: one of them is a link.
    """
    if names is not None:
        paths = [folder / name for name in names]
    else:
        inside = os.walk(folder)  # does not follow links
        paths = [folder, *(Path(place, name) for place, folders, files in inside for name in (*folders, *files))]
    for path in paths:
        if path.is_symlink():
            fix = f"Take the link away (rm {shlex.quote(str(path))}), or choose another folder."
            raise RunError("this is a link, and nothing is written through links", where=str(path), fix=fix)
