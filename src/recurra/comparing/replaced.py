"""A new comparison in the place of another one (--force).

The one before stands aside, in a hidden folder beside it, until the new one has a result. Where the new one never
trains anything, because its data are refused or because it is killed, the one before comes back.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Generator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from recurra.comparing.record import REQUEST
from recurra.errors import RunError
from recurra.training import locked


def aside_of(folder: Path) -> Path:
    """Where the comparison before stands."""
    whole = folder.resolve()
    return whole.parent / f".{whole.name}.replaced"


def going_of(folder: Path) -> Path:
    """Where a comparison stands while it is removed."""
    whole = folder.resolve()
    return whole.parent / f".{whole.name}.removed"


def settle(folder: Path, result: str, is_start: Callable[[Path], bool]) -> None:
    """Ends what a killed replacement left: the comparison before comes back, or goes where the new one has a result.

    Args:
        result: the file that a comparison has at its end.
        is_start: whether there is nothing in a folder yet that was trained.

    Raises:
        RunError: another process uses the folder.
    """
    aside, going = aside_of(folder), going_of(folder)
    if going.is_dir():
        shutil.rmtree(going)
    if not aside.is_dir():
        return
    if folder.exists():
        with locked(folder):
            pass
    if (folder / result).exists():
        _remove(aside, going)
    elif not folder.exists() or is_start(folder):
        shutil.rmtree(folder, ignore_errors=True)
        os.replace(aside, folder)


@contextmanager
def settled(folder: Path, result: str, is_start: Callable[[Path], bool], *, force: bool) -> Generator[None]:
    """Within this, nothing is left of a killed replacement; with `force` the folder is free for a new comparison.

    Raises:
        RunError: another process uses the folder, or it holds something else than a comparison that is to be replaced.
    """
    settle(folder, result, is_start)
    with replacing(folder, result, is_start) if force else nullcontext():
        yield
    settle(folder, result, is_start)  # where a replacement that was stopped has been resumed, it has a result now


@contextmanager
def replacing(folder: Path, result: str, is_start: Callable[[Path], bool]) -> Generator[None]:
    """Within this, the folder is free for a new comparison; it is settled.

    Raises:
        RunError: another process uses the folder, or it holds something else than a comparison.
    """
    if (folder / REQUEST).exists():
        with locked(folder):
            pass
        if aside_of(folder).exists():  # the one in the folder was to replace that, and was stopped
            _remove(folder, going_of(folder))
        else:
            os.replace(folder, aside_of(folder))
    elif folder.exists() and not is_start(folder):
        fix = "--force replaces a comparison, and nothing else. Choose another folder with --to."
        raise RunError("this folder holds no comparison", where=str(folder), fix=fix)
    try:
        yield
    except BaseException:
        settle(folder, result, is_start)
        raise
    if aside_of(folder).exists():
        _remove(aside_of(folder), going_of(folder))


def _remove(folder: Path, going: Path) -> None:
    """Removes a folder, which is taken for no comparison any more as soon as this begins; `settle` goes on with it."""
    os.replace(folder, going)
    shutil.rmtree(going)
