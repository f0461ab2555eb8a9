"""Following a run while it is trained: each event once, in its order, whatever happens to either side.

A follower reads what was added since it last looked, and tells where it is, so that another one goes on from there. A
run that was killed is resumed from its last checkpoint, and what came after that is cut off its file and done again:
then a `Cut` says from where on what was told counts no more. Where the file is another one altogether, `Again` does.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO, NamedTuple

from recurra.errors import UsageError
from recurra.files import plain_errors_within
from recurra.narrowing import is_list, is_object
from recurra.runs.events import METRICS

PIECE = 1 << 20  # bytes that are read together
DEEPEST = 8  # levels of an event; those that are written have four
TAIL = 4096  # bytes before the place that are looked at each time
LEARNED = ("StepDone", "Validated", "Sampled")  # events that a run cuts off where it resumes from an earlier step


class Place(NamedTuple):
    """How far a run was followed."""

    offset: int = 0  # bytes
    digest: str = ""  # of them

    def __str__(self) -> str:
        return f"{self.offset}-{self.digest}"


BEGINNING = Place()


def place_of(text: str) -> Place:
    """The place that a text names.

    Raises:
        UsageError: it names none.
    """
    offset, _, digest = text.partition("-")
    if not (offset.isascii() and offset.isdigit() and len(offset) < 20):
        raise UsageError(f"{text[:80]!r} is no place in a run")
    return Place(int(offset), digest) if int(offset) else BEGINNING


class Told(NamedTuple):
    """An event, and where one goes on that has heard it."""

    event: dict[str, object]
    place: Place
    new: bool = True  # not so where an earlier follower has told it already


@dataclass(frozen=True)
class Mark:
    """A place at which a resumed run may have cut its file: behind a checkpoint."""

    place: Place
    step: int


class Follower:
    """Reads the events of one run, those that are new each time.

    Args:
        folder: the run folder; it need not be there yet.
        place: from where on events are new.
    """

    def __init__(self, folder: Path, place: Place = BEGINNING) -> None:
        self.file = folder / METRICS
        self.wanted = place
        self._forget()

    def _forget(self) -> None:
        self.offset = self.line = 0
        self.hash = blake2b(digest_size=8)
        self.tail = b""
        self.marks: list[Mark] = []
        self.saved: int | None = None  # the step of a checkpoint after which nothing was learned yet

    @property
    def place(self) -> Place:
        """Where it is."""
        return Place(self.offset, self.hash.hexdigest()) if self.offset else BEGINNING

    def read(self) -> Iterator[Told]:
        """What is new. A line that is half written waits for its other half.

        Raises:
            FileError: the file cannot be read.
        """
        with plain_errors_within(self.file.parent):
            try:
                file = self.file.open("rb")
            except (FileNotFoundError, NotADirectoryError):
                return  # not yet, or not any more
            with file:
                if self.wanted.offset:
                    yield from self._sought(file)
                if not self._is_where_it_was(file):
                    yield self._back(file)
                yield from self._rest(file)

    def _sought(self, file: BinaryIO) -> Iterator[Told]:
        """Goes to where another one was."""
        wanted, self.wanted = self.wanted, BEGINNING
        for line in self._lines(file, wanted.offset):
            event = self._take(line)
            yield Told(event, self.place, new=False)
        if self.place != wanted:
            self._forget()
            yield Told({"event": "Again"}, self.place)

    def _is_where_it_was(self, file: BinaryIO) -> bool:
        """Whether what was read is still there: its last line is, whose numbers are not written twice."""
        file.seek(self.offset - len(self.tail))
        return file.read(len(self.tail)) == self.tail

    def _back(self, file: BinaryIO) -> Told:
        """Goes back to the last place up to which the file is the one that was read."""
        marks = self.marks
        self._forget()
        file.seek(0)
        found: list[Mark] = []
        for mark in marks:
            if not self._reached(file, mark.place):
                break
            found.append(mark)
        self._forget()
        if not found:
            return Told({"event": "Again"}, self.place)
        for line in self._lines(file, found[-1].place.offset):
            self._take(line)
        return Told({"event": "Cut", "step": found[-1].step}, self.place)

    def _reached(self, file: BinaryIO, place: Place) -> bool:
        """Reads on up to a place, and says whether the bytes until there are those that were read."""
        while self.offset < place.offset and (data := file.read(min(PIECE, place.offset - self.offset))):
            self.hash.update(data)
            self.offset += len(data)
        return self.place == place

    def _rest(self, file: BinaryIO) -> Iterator[Told]:
        for line in self._lines(file):
            event = self._take(line)
            yield Told(event, self.place)

    def _lines(self, file: BinaryIO, end: int | None = None) -> Iterator[bytes]:
        """The whole lines from where it is."""
        file.seek(self.offset)
        while (left := PIECE if end is None else end - self.offset) > 0:
            line = file.readline(left if end is not None else -1)
            if not line.endswith(b"\n"):
                return
            yield line

    def _take(self, line: bytes) -> dict[str, object]:
        """Goes on behind a line, and gives its event."""
        self.line += 1
        event = event_of(line, self.line)
        if event["event"] in LEARNED and self.saved is not None:
            self.marks.append(Mark(self.place, self.saved))
            self.saved = None
        if event["event"] == "Saved" and isinstance(step := event.get("step"), int):
            self.saved = step
        self.offset += len(line)
        self.hash.update(line)
        self.tail = line[-TAIL:]
        return event


def event_of(line: bytes, number: int) -> dict[str, object]:
    """The event of a line; where it cannot be read, an event says that."""
    try:
        found: object = finite(json.loads(line), DEEPEST)
    except (ValueError, RecursionError):
        found = None
    if is_object(found) and isinstance(found.get("event"), str):
        return found
    return {"event": "Unreadable", "line": number}


def finite(value: object, levels: int) -> object:
    """A value of JSON with None for each number that JSON does not have, so that anyone can read it.

    Raises:
        ValueError: there are more levels in it.
    """
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if not levels and isinstance(value, dict | list):
        raise ValueError("too deep")
    if is_list(value):
        return [finite(one, levels - 1) for one in value]
    return {name: finite(one, levels - 1) for name, one in value.items()} if is_object(value) else value
