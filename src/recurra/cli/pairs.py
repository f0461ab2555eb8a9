"""Which data a command line names: one file, or two parallel ones."""

from __future__ import annotations

from typing import NamedTuple, TypedDict

from recurra.errors import UsageError


class FileKeywords(TypedDict):
    """How files are read, as `recurra.api` takes it."""

    target: str | None
    format: str
    source_column: str | None
    target_column: str | None
    time_column: str | None


class GivenPairs(NamedTuple):
    """The files as `recurra.api` takes them."""

    data: str
    target: str | None
    format: str
    source_column: str | None
    target_column: str | None
    time_column: str | None

    def keywords(self) -> FileKeywords:
        """All but the data, by name."""
        return {
            "target": self.target,
            "format": self.format,
            "source_column": self.source_column,
            "target_column": self.target_column,
            "time_column": self.time_column,
        }


def given_pairs(
    pairs: str | None,
    source: str | None,
    target: str | None,
    format: str | None,
    source_column: str | None,
    target_column: str | None,
    time_column: str | None = None,
) -> GivenPairs:
    """DATA or --source with --target.

    Raises:
        UsageError: neither of them, both, or half of one.
    """
    if pairs is None and source is None:
        if target is not None:
            raise UsageError("--target is given without --source", fix="Name the file of the sources: --source FILE.")
        raise UsageError("DATA is missing", fix="Name a file of examples, or two parallel ones: --source A --target B.")
    if pairs is not None and (source or target):
        raise UsageError("DATA and --source/--target exclude each other", fix="Name one file, or two parallel ones.")
    if source is not None and target is None:
        raise UsageError("--source is given without --target", fix="Name the file of the targets: --target FILE.")
    return GivenPairs(pairs or source or "", target, format or "auto", source_column, target_column, time_column)


def check_valid(target: str | None, valid: str | None, valid_target: str | None) -> None:
    """Validation files come in the form of the training files.

    Raises:
        UsageError: one file here and two there.
    """
    _check_form("validation", "--valid", target, valid, valid_target)


def check_test(target: str | None, test: str | None, test_target: str | None) -> None:
    """Test files come in the form of the training files.

    Raises:
        UsageError: one file here and two there.
    """
    _check_form("test", "--test", target, test, test_target)


def _check_form(what: str, option: str, target: str | None, file: str | None, file_target: str | None) -> None:
    if file_target is not None and file is None:
        fix = f"Name the file of the sources: {option} FILE."
        raise UsageError(f"{option}-target is given without {option}", fix=fix)
    if file is not None and (target is None) != (file_target is None):
        both, alone = f"{option} SOURCES {option}-target TARGETS", f"{option} alone"
        fix = f"With --source and --target, give {both}; with DATA, {alone}."
        raise UsageError(f"{what} files must be in the form of the training files", fix=fix)
