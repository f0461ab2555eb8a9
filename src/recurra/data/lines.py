r"""Lines of a file, strictly: UTF-8, ending at \n and nowhere else, one after the other.

A path, a gzip file (recognised by its first bytes, whatever its name), or "-" for standard input. A carriage
return before the \n belongs to the line end. Nothing is replaced in silence: what cannot be read is an error with
file, line and byte, and the command that mends it.
"""

from __future__ import annotations

import gzip
import io
import math
import os
import shlex
import stat
import sys
import zlib
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import BinaryIO, NamedTuple, cast

from recurra.data.encoding import NOT_UTF8, UTF8_BOM, convert, not_utf8, renamed, wide_encoding
from recurra.data.findings import Findings
from recurra.errors import DataError
from recurra.options import nearest
from recurra.text.visible import as_given

STANDARD_INPUT = "-"
LONGEST_LINE = 10 * 2**20  # bytes; a longer one is no line of text, and must not fill the memory

GZIP = b"\x1f\x8b"
MOST_UNPACKED = 200  # times the size of the packed file; gzip reaches a thousand, with nothing but zeros
ALWAYS_UNPACKED = 100_000_000  # bytes that any packed file may have
READ_ERRORS = (EOFError, OSError, zlib.error)

# First bytes of what people give by mistake, and what to do with it.
IDX = {b"\0\0\x08\x03": "pictures", b"\0\0\x08\x01": "labels"}  # the first bytes of idx files that are read
OTHER_KINDS = {
    b"BZh": ("a bzip2 file", "Unpack it: bzip2 -dk {path}"),
    b"\xfd7zXZ\x00": ("an xz file", "Unpack it: xz -dk {path}"),
    b"\x28\xb5\x2f\xfd": ("a zstd file", "Unpack it: zstd -d {path}"),
    b"PK\x03\x04": ("a zip archive or an office document", "Unpack it, or save the table as CSV (UTF-8)."),
    b"7z\xbc\xaf\x27\x1c": ("a 7z archive", "Unpack it."),
    b"%PDF-": ("a PDF", "Export its text."),
    b"PAR1": ("a Parquet file", "Write it as JSON Lines or TSV."),
    b"SQLite format 3\x00": ("an SQLite database", "Export the table as CSV."),
    b"\xd0\xcf\x11\xe0": ("an old Office document", "Save the table as CSV (UTF-8)."),
    b"{\\rtf": ("an RTF document", "Save it as plain text."),
    b"\x89PNG": ("a PNG picture", "Give a text file."),
    b"\xff\xd8\xff": ("a JPEG picture", "Give a text file."),
    b"\x93NUMPY": ("an array of numpy", "Give it in Python, as numpy.load reads it, or write it as CSV."),
    b"\x89HDF\r\n": ("an HDF5 file", "Write its table as CSV."),
    b"MATLAB 5.0": ("a file of MATLAB", "Write its table as CSV."),
    b"ARROW1": ("a Feather or Arrow file", "Write it as JSON Lines or CSV, or give the data frame in Python."),
    **{
        magic: (f"an idx file of {kind}", "The task classify reads such files: --source IMAGES --target LABELS.")
        for magic, kind in IDX.items()
    },
    b"Obj\x01": ("an Avro file", "Write it as JSON Lines."),
    **dict.fromkeys(
        (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05"),
        ("a pickle of Python", "Load it in Python and give what it holds, or write it as CSV."),
    ),
}
# Binary data of no known kind: bytes that no text has, and how many of the first 16 are too many for a stray one.
CONTROLS, BINARY = frozenset((*range(7), *range(14, 27))), 3


class Line(NamedTuple):
    """One line without its end; the first line of a file has number 1."""

    number: int
    text: str


class TextFile:
    """A file of lines, read from its beginning each time; standard input can be read only once.

    Args:
        path: a path, or "-" for standard input.
        name: what messages call the file; the path if None.
        notes: where to write what the user should know; each is written once.
    """

    def __init__(self, path: str, name: str | None = None, notes: list[str] | None = None) -> None:
        self.path = path
        self.name = name or ("standard input" if path == STANDARD_INPUT else path)
        self.notes: list[str] = [] if notes is None else notes

    def place(self, line: int) -> str:
        """file:line, for a message."""
        return f"{self.name}:{line}"

    def lines(self, findings: Findings | None = None) -> Iterator[Line]:
        """The lines as text.

        Lines that are not UTF-8 are added to `findings` and left out; without it the first one is raised.

        Raises:
            DataError: the file cannot be read, or is no text in UTF-8.
        """
        beyond_ascii = False
        for number, raw in enumerate(self.raw_lines(), 1):
            try:
                text = self.decode(raw, number, mixed=beyond_ascii)
            except DataError as error:
                if findings is None:
                    raise
                findings.add(NOT_UTF8, error)
                continue
            beyond_ascii = beyond_ascii or not text.isascii()
            yield Line(number, text)

    def raw_lines(self) -> Iterator[bytes]:
        """The lines as bytes, without line end and byte order mark."""
        with opened(self.path, self.name) as stream:
            _refuse_binary(stream, self.name)
            check, read = unpacked_check(self.path, self.name), 0
            number = 1
            while raw := _read_line(stream, self.name, number):
                read += len(raw)
                check(read)
                if number == 1:
                    raw = self._without_mark(raw)
                    self._refuse_macintosh(raw)
                yield raw[:-2] if raw.endswith(b"\r\n") else raw.removesuffix(b"\n")
                number += 1

    def decode(self, raw: bytes, number: int, *, mixed: bool = False) -> str:
        """One line as text. `mixed`: the file is known to hold UTF-8 beyond ASCII in earlier lines."""
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError as error:
            raise not_utf8(raw, error, self.place(number), self._quoted(), mixed=mixed) from None

    def _without_mark(self, first: bytes) -> bytes:
        wide = wide_encoding(first)
        if wide:
            what = f"expected UTF-8, saw {wide} (first bytes {first[:4].hex(' ').upper()})"
            # iconv takes the mark away only where it is left to find the byte order itself.
            marked = first.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff"))
            fix = convert(wide[:6] if marked else wide, self._quoted())
            raise DataError(what, where=f"{self.place(1)}:1", fix=fix)
        if first.startswith(UTF8_BOM):
            self.note(f"{self.name}: the byte order mark at the beginning was dropped")
        return first.removeprefix(UTF8_BOM)

    def _refuse_macintosh(self, first: bytes) -> None:
        if not first.endswith(b"\n") and first.count(b"\r") > 1:
            what = r"expected lines that end at \n, saw lines that end in a carriage return, as Macintoshes once wrote"
            fix = f"Convert it: tr '\\r' '\\n' < {self._quoted()} > {renamed(self._quoted(), 'lines')}"
            raise DataError(what, where=self.place(1), fix=fix)

    def note(self, text: str) -> None:
        """Keeps what the user should know, once however often the file is read."""
        if text not in self.notes:
            self.notes.append(text)

    def _quoted(self) -> str:
        return shlex.quote(self.path) if self.name == self.path else "FILE"  # of a copy nobody knows the path


def unpacked_check(path: str, name: str) -> Callable[[int], None]:
    """What is called with the number of bytes read so far, and refuses a packed file that unpacks to far too many.

    Raises:
        DataError: by what is called.
    """
    try:
        packed = False
        if not is_stream(path):  # where to look is to take away
            with open(path, "rb") as file:
                packed = file.read(2) == GZIP
        most = max(ALWAYS_UNPACKED, MOST_UNPACKED * os.path.getsize(path)) if packed else math.inf
    except OSError:
        most = math.inf

    def check(read: int) -> None:
        if read > most:
            what = f"the file unpacks to more than {MOST_UNPACKED} times its size, as no data do"
            raise DataError(what, where=name, fix=f"If it is right, unpack it first: gzip -dk {shlex.quote(path)}")

    return check


def is_stream(path: str) -> bool:
    """Whether what `path` gives can be read only once: standard input, a pipe, a `<(command)`."""
    if path == STANDARD_INPUT:
        return True
    try:
        return not stat.S_ISREG(os.stat(path).st_mode) and not os.path.isdir(path)
    except (OSError, ValueError):
        return False


def is_terminal(path: str) -> bool:
    """Whether a user types what `path` gives, so that nothing can be read ahead."""
    return path == STANDARD_INPUT and sys.stdin.isatty()


def require_file(path: str) -> None:
    """Refuses a path under which nothing can be read.

    Raises:
        DataError: it does not exist (the nearest name there is said), is a folder, or may not be read.
    """
    if path == STANDARD_INPUT:
        return
    if not path or "\0" in path:
        raise DataError(f"expected the path of a file, got {path!r}")
    if os.path.isdir(path):
        raise DataError("expected a file, this is a folder", where=path, fix=_inside(path))
    try:
        with open(path, "rb") if not is_stream(path) else io.BytesIO():
            pass
    except OSError as error:
        raise _unreadable(path, error) from None
    except UnicodeEncodeError:
        raise DataError(f"expected the path of a file, got {as_given(path)} with half of a character") from None


def _unreadable(path: str, error: OSError) -> DataError:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return DataError("there is no such file", where=path, fix=_nearest_path(path))
    if isinstance(error, PermissionError):
        fix = f"Allow it: chmod u+r {shlex.quote(path)}"
        return DataError("the file may not be read (permission denied)", where=path, fix=fix)
    return DataError(f"the file cannot be read: {error.strerror or error}", where=path)


def _nearest_path(path: str) -> str | None:
    folder, name = os.path.split(path)
    try:
        names = os.listdir(folder or ".")
    except OSError:
        return f"There is no folder {folder!r} either."
    close = nearest(name, names)
    return f"Did you mean {os.path.join(folder, close)!r}?" if close else None


def _inside(folder: str) -> str | None:
    try:
        names = sorted(name for name in os.listdir(folder) if os.path.isfile(os.path.join(folder, name)))
    except OSError:
        return None
    listed = ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")
    return f"Name one of its files: {listed}" if names else "The folder holds no files."


@contextmanager
def opened(path: str, name: str) -> Generator[BinaryIO, None, None]:
    """The bytes of a file, unpacked where they are gzip."""
    if path == STANDARD_INPUT:
        yield _unpacked(sys.stdin.buffer, path, name)
        return
    require_file(path)
    with open(path, "rb") as stream:
        yield _unpacked(stream, path, name)


def _unpacked(stream: BinaryIO, path: str, name: str) -> BinaryIO:
    if _peek(stream).startswith(GZIP):
        stream = cast(BinaryIO, gzip.GzipFile(fileobj=stream))
    elif path.endswith(".gz") and _peek(stream):
        what = f"the name ends in .gz, but this is not a gzip file (first bytes {_peek(stream)[:4].hex(' ').upper()})"
        fix = f"Rename it to {shlex.quote(path[:-3])}, or pack it: gzip {shlex.quote(path[:-3])}"
        raise DataError(what, where=name, fix=fix)
    try:
        start = _peek(stream)
    except READ_ERRORS as error:
        raise read_error(error, name, 1) from None
    if start.startswith(GZIP):
        raise DataError("the file is packed with gzip twice", where=name, fix="Unpack it once: gzip -d")
    for magic, (kind, fix) in OTHER_KINDS.items():
        if start.startswith(magic):
            raise DataError(f"expected text, this is {kind}", where=name, fix=fix.format(path=shlex.quote(path)))
    return stream


def _refuse_binary(stream: BinaryIO, name: str) -> None:
    """Refuses what has many control characters at its beginning.

    Raises:
        DataError: with the first bytes.
    """
    start = _peek(stream)
    if sum(byte in CONTROLS for byte in start) >= BINARY and not wide_encoding(start):
        what = f"expected text, these are binary data (first bytes {start[:4].hex(' ').upper()})"
        raise DataError(what, where=name, fix="Give a text file, or write what is in it as one.")


def _peek(stream: BinaryIO) -> bytes:
    return cast(io.BufferedReader, stream).peek(16)[:16]


def _read_line(stream: BinaryIO, name: str, number: int) -> bytes:
    try:
        raw = stream.readline(LONGEST_LINE + 2)
    except READ_ERRORS as error:
        raise read_error(error, name, number) from None
    if len(raw) > LONGEST_LINE and not raw.endswith(b"\n"):
        what = f"a line longer than {LONGEST_LINE // 2**20} MiB is not read"
        fix = r"Each example is one line, and a line ends at \n; is this a text file?"
        raise DataError(what, where=f"{name}:{number}", fix=fix)
    return raw


def read_error(error: Exception, name: str, number: int) -> DataError:
    """What failed while bytes were read, in words."""
    where = f"{name}:{number}"
    if isinstance(error, EOFError):
        fix = "The file was cut off: copy or download it again."
        return DataError("the gzip file ends too early", where=where, fix=fix)
    if isinstance(error, zlib.error | gzip.BadGzipFile):
        fix = "Test it with gzip -t; copy or download it again."
        return DataError(f"the gzip file is damaged ({error})", where=where, fix=fix)
    reason = error.strerror if isinstance(error, OSError) else None
    return DataError(f"reading failed: {reason or error}", where=where)
