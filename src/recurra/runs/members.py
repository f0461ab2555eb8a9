"""Where the runs of an ensemble are: that of its first network is the run folder, those of the others are within it."""

from __future__ import annotations

from pathlib import Path

MEMBERS = "members"


def member_folder(run_folder: Path, member: int) -> Path:
    """Where the run of a member is, by its number from 1."""
    return run_folder if member == 1 else run_folder / MEMBERS / str(member)


def is_member(folder: Path) -> bool:
    """Whether this is the run of a member beside the first."""
    return folder.parent.name == MEMBERS and folder.parent.parent.name == "run" and folder.name.isdecimal()


def whole_run(folder: Path) -> Path:
    """The run folder that has what all members have."""
    return folder.parent.parent if is_member(folder) else folder


def other_members(run_folder: Path) -> list[Path]:
    """The runs that have begun of all members but the first, in their order."""
    try:
        found = [path for path in (run_folder / MEMBERS).iterdir() if is_member(path)]
    except OSError:
        return []
    return sorted(found, key=lambda path: int(path.name))
