"""Several files that change together: a reader finds all of the old ones or all of the new ones.

The new files are written into `.incoming` and synced. Renaming that folder to `.arrived` is the one moment at which
the new state is true: from then on a reader looks there first. Then the files move to their places one by one, and
where a kill interrupts that, readers go on looking into `.arrived`, and the next writer finishes the moves.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path, PurePath

from recurra.files import plain_errors, refuse_links, remove_leftovers, sync_folder, write_synced

INCOMING = ".incoming"
ARRIVED = ".arrived"


def write_together(folder: Path, files: Mapping[str, bytes]) -> None:
    """Puts `files` (relative path -> content) in place of the ones before, all or none.

    Raises:
        RunError: no room, or a place that cannot be written; the old files are as they were.
    """
    incoming = folder / INCOMING
    refuse_links(folder, {INCOMING, ARRIVED, *(PurePath(name).parts[0] for name in files if "/" in name)})
    with plain_errors(folder, sum(map(len, files.values()))):
        folder.mkdir(parents=True, exist_ok=True)
        tidy(folder)
        try:
            _write_all(incoming, files)
            os.replace(incoming, folder / ARRIVED)
        except BaseException:
            shutil.rmtree(incoming, ignore_errors=True)
            raise
        sync_folder(folder)
        settle(folder)


def tidy(folder: Path) -> None:
    """Finishes or takes away what saves that were interrupted have left, also in the folders right in this one: the
    weights of a member are written there by themselves. Only for one who holds the folder alone."""
    settle(folder)
    for place in (folder, *(path for path in folder.iterdir() if path.is_dir() and not path.is_symlink())):
        remove_leftovers(place)
    shutil.rmtree(folder / INCOMING, ignore_errors=True)


def settle(folder: Path) -> None:
    """Finishes the moves of a save that was interrupted after its files had arrived.

    Raises:
        RunError: where they should be is a link: nothing of its target is moved.
    """
    arrived = folder / ARRIVED
    refuse_links(folder, [ARRIVED])
    if not arrived.exists():
        return
    for path in sorted(arrived.rglob("*")):
        target = folder / path.relative_to(arrived)
        if path.is_file():
            target.parent.mkdir(exist_ok=True)
            os.replace(path, target)
            sync_folder(target.parent)
    sync_folder(folder)
    shutil.rmtree(arrived)


def find(folder: Path, name: str) -> Path:
    """Where the file `name` of `folder` is to be read from."""
    arrived = folder / ARRIVED
    return arrived / name if not arrived.is_symlink() and (arrived / name).exists() else folder / name


def _write_all(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_synced(path, data)
    for inner in {(folder / name).parent for name in files} | {folder}:
        sync_folder(inner)
