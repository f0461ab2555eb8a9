"""Watching several runs together, also those of a comparison that have not begun yet, as one stream of plain events.

Each event is an object for JSON, as metrics.jsonl has it, with the name of its `run`. Beside those of the file there
are

    Cut         the run was resumed: what was told of steps after `step` counts no more
    Again       the run began anew: all that was told of it counts no more
    Unreadable  the `line` with this number cannot be read
    Doing       what the run is doing now, when that has changed

`docs/run-event.schema.json` describes them all.
"""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import cast

from recurra.runs.follower import BEGINNING, Place, place_of
from recurra.runs.outcome import Outcome, first_use
from recurra.runs.watched import OVER, Watched, runs_in
from recurra.views import WatchedRun
from recurra.views.measures import measure_rows
from recurra.views.records import EvaluationRecord

EVERY = 0.5  # seconds between two looks
BETWEEN, WITHIN = ".", ":"  # runs of a place in all of them, and a run and its place


class Watch:
    """Runs that are watched together.

    Args:
        paths: model folders or run folders, or folders of comparisons, which stand for all their runs.
        place: where an earlier watch was, as its `place`: what it has told is not told again.
    """

    def __init__(self, paths: Sequence[Path], place: str = "") -> None:
        self.paths = paths
        self.known = places_of(place)
        self.runs: dict[Path, Watched] = {}
        self.said: dict[Path, tuple[str, str]] = {}  # what each run was doing last
        self.told: dict[Path, Place] = {}

    @property
    def place(self) -> str:
        """Behind the last event that was told, in all runs, as a short text."""
        return BETWEEN.join(f"{key_of(path)}{WITHIN}{place}" for path, place in self.told.items())

    @property
    def ended(self) -> bool:
        """Whether all runs are finished."""
        return all(run.doing == "finished" for run in self.runs.values())

    @property
    def over(self) -> bool:
        """Whether no run goes on by itself: all are finished, were interrupted, or their processes are gone."""
        return all(run.doing in OVER for run in self.runs.values())

    def update(self) -> Iterator[dict[str, object]]:
        """What is new."""
        for path in (found for given in self.paths for found in runs_in(given)):
            if path not in self.runs:
                self.told[path] = self.known.get(key_of(path), BEGINNING)
                self.runs[path] = Watched(path, self.told[path])
        for path, run in self.runs.items():
            for one in run.update():
                self.told[path] = one.place
                yield {"run": run.name, **one.event}
            now = run.doing, run.doing_text
            if self.said.get(path) != now:
                self.said[path] = now
                yield {"run": run.name, "event": "Doing", "doing": now[0], "text": now[1]}


def key_of(path: Path) -> str:
    """A short name for a path."""
    return blake2b(str(path.absolute()).encode("utf-8", "surrogateescape"), digest_size=6).hexdigest()


def places_of(text: str) -> Mapping[str, Place]:
    """The places in the runs of a watch.

    Raises:
        UsageError: it is no such text.
    """
    pairs = (one.partition(WITHIN) for one in text.split(BETWEEN) if one)
    return {key: place_of(place) for key, _, place in pairs}


def looks(watch: Watch, wait: Callable[[float], None] = time.sleep) -> Iterator[list[dict[str, object]]]:
    """What is new at each look, twice a second, until all runs are finished; of runs that are over already, one look.

    Args:
        wait: for so many seconds.
    """
    yield list(watch.update())
    if watch.over:
        return
    while not watch.ended:
        wait(EVERY)
        yield list(watch.update())


def shown_runs(watch: Watch) -> list[WatchedRun]:
    """The runs as they are shown."""
    return [shown(run) for run in watch.runs.values()]


def shown(run: Watched) -> WatchedRun:
    """A run as it is shown."""
    outcome = run.outcome
    note = run.notes[-1] if run.notes else ""
    found = WatchedRun(run.curves, run.doing_text, run.doing not in OVER, note)
    if outcome is None:
        return found
    commands = [first_use(str(outcome.path), outcome.task), f"recurra serve {shlex.quote(str(outcome.path))}"]
    return found._replace(
        model=str(outcome.path), measured=measures_of(outcome), measured_on=outcome.on, commands=commands
    )


def measures_of(outcome: Outcome) -> list[tuple[str, str, str]]:
    """How good a model is: names, values, intervals; none where its folder does not say it as this version does."""
    try:
        rows = measure_rows(cast("EvaluationRecord", outcome.measured))
    except (KeyError, TypeError, ValueError, AttributeError):
        return []
    return [(row.name, row.value, row.interval) for row in rows]
