"""What to say of a path that was given as a model and is none, or a damaged one."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from recurra.errors import ModelError, any_error_as
from recurra.options import nearest

PICKLED = {".pt", ".pth", ".bin", ".ckpt", ".pkl", ".pickle"}  # of other programs; opening one can run code
ADVICE = "Give the folder that `recurra train` made."


def damage_is_said(folder: Path) -> AbstractContextManager[None]:
    """Whatever a model folder brings about as it is opened is damage of that folder, unless it is said already.

    Raises:
        ModelError: in place of any other error.
    """
    fix = "Copy the model folder again from where it came, or train again."
    what = "the model cannot be opened, something in its folder is damaged"
    return any_error_as(lambda reason: ModelError(f"{what} ({reason})", where=str(folder), fix=fix))


def refuse_what_is_no_model(folder: Path, config: Path) -> None:
    """Returns if `folder` is a folder with a config.json.

    Raises:
        ModelError: it is not there, is a file, or has no config.json; with the likeliest remedy.
    """
    try:
        if config.exists():
            return
        if folder.is_dir():
            raise _no_config(folder)
        if folder.exists():
            raise _a_file(folder)
        raise ModelError("no such folder", where=str(folder), fix=_alike(folder))
    except OSError as error:
        raise ModelError(f"cannot be read ({error.strerror or error})", where=str(folder)) from error


def _no_config(folder: Path) -> ModelError:
    inner = sorted(path.parent for path in folder.glob("*/config.json"))
    if len(inner) == 1:
        return ModelError("not a model: no config.json", where=str(folder), fix=f"Did you mean {inner[0]}?")
    if (folder / "run").is_dir():
        return ModelError(
            "a training run that has not saved any weights yet",
            where=str(folder),
            fix="Resume it: recurra train ... --resume",
        )
    if not any(folder.iterdir()):
        return ModelError("not a model: the folder is empty", where=str(folder), fix=ADVICE)
    return ModelError("not a model: no config.json", where=str(folder), fix=ADVICE)


def _a_file(path: Path) -> ModelError:
    if path.suffix in PICKLED:
        fix = f"A recurra model is a folder. {path.suffix} files of other programs can run code and are never opened."
    elif (path.parent / "config.json").exists():
        fix = f"Did you mean {path.parent}?"
    else:
        fix = ADVICE
    return ModelError("this is a file, a model is a folder", where=str(path), fix=fix)


def _alike(folder: Path) -> str:
    beside = folder.parent.iterdir() if folder.parent.is_dir() else ()
    close = nearest(folder.name, [path.name for path in beside if path.is_dir()])
    return f"Did you mean {folder.parent / close}?" if close else ADVICE
