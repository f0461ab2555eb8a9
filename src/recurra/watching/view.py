"""What the page shows of runs: their numbers in words, the answers to samples, and the charts as Python draws them."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from typing import NamedTuple

from recurra.metrics import value_text
from recurra.runs import Watch, shown_runs
from recurra.text.visible import visible
from recurra.tracing import RunCurves
from recurra.views import WatchedRun
from recurra.views.curve_panels import AXIS_LABELS, caption, curve_panels, facts, names_of
from recurra.views.measures import label_of
from recurra.views.panels import pens
from recurra.views.panels_svg import key_svg, number_text, panels_html

SHARE, LONGEST = 0.05, 10.0  # of the time of a core that views may take, and seconds between two at most
MOST = 200  # validations whose answers are shown, the last ones


class View(NamedTuple):
    """What is to be seen at one moment."""

    content: bytes  # as JSON
    tag: str  # changes whenever the content does


class Viewer:
    """Looks at the runs when somebody asks; whoever asks meanwhile waits, and sees the same.

    Args:
        watch: the runs; they are read here alone.
    """

    def __init__(self, watch: Watch) -> None:
        self.watch = watch
        self._lock = threading.Lock()
        self._seen: tuple[object, View] | None = None
        self._next = 0.0  # when another view may be made

    def view(self) -> View:
        """What is to be seen now; of runs of very many steps, whose charts take long, after a while."""
        with self._lock:
            time.sleep(max(0.0, self._next - time.monotonic()))
            for _ in self.watch.update():
                pass
            now = (self.watch.place, tuple(self.watch.said.values()))
            if self._seen is None or self._seen[0] != now:
                started = time.monotonic()
                content = json.dumps(mapping(self.watch), allow_nan=False).encode()
                self._seen = now, View(content, hashlib.sha256(content).hexdigest()[:32])
                self._next = started + min(LONGEST, (time.monotonic() - started) / SHARE)
            return self._seen[1]


def mapping(watch: Watch) -> dict[str, object]:
    """It as plain data."""
    runs = shown_runs(watch)
    curves = [run.curves for run in runs]
    panels = curve_panels(curves)
    known = pens(panels)
    names = names_of(curves)
    several = len(runs) > 1
    return {
        "place": watch.place,
        "ended": watch.ended,
        "runs": [
            {"name": name, "key": key_svg(known[name]) if several and name in known else "", **run_mapping(run)}
            for run, name in zip(runs, names, strict=True)
        ],
        "charts": panels_html(panels, AXIS_LABELS["steps"]) if panels else "",
        "caption": caption(curves),
    }


def run_mapping(run: WatchedRun) -> dict[str, object]:
    """One run; all texts as they can be shown."""
    curves = run.curves
    return {
        "doing": visible(run.doing),
        "goingOn": run.going_on,
        "share": run.share,
        "progress": run.progress,
        "facts": facts(curves) if curves.steps.step else "",
        "note": visible(run.note),
        "now": now(curves),
        "measured": [list(row) for row in run.measured],
        "measuredOn": visible(run.measured_on),
        "model": visible(run.model),
        "commands": [*map(visible, run.commands)],
        "verdict": [*map(visible, curves.verdict)] if curves.steps.step else [],
        "notes": [*map(visible, curves.notes)] if curves.steps.step else [],
        "samples": [
            {
                "line": one.line,
                "input": visible(one.input),
                "wanted": [*map(visible, one.wanted)],
                "picture": one.picture,
            }
            for one in curves.samples
        ],
        "answers": [
            {"step": one.step, "answers": [*map(visible, one.answers)], "right": one.right}
            for one in curves.answers[-MOST:]
        ],
        "leftOut": run.left_out,
    }


def now(curves: RunCurves) -> list[list[str]]:
    """The last numbers, each with its name."""
    found: list[list[str]] = []
    steps, validations, best = curves.steps, curves.validations, curves.best
    if steps.step:
        found.append(["training loss", number_text(steps.loss[-1])])
    if validations.step:
        name, unit = label_of(curves.measure)
        values = [f"{value_text(curves.measure, value)}{unit}" for value in validations.value]
        found += [["validation loss", number_text(validations.loss[-1])], [name, values[-1]]]
        if best is not None:
            found.append([f"best, at step {validations.step[best]:,}", values[best]])
    if steps.step:
        found.append(["learning rate", number_text(steps.learning_rate[-1])])
        found.append(["gradient norm", number_text(steps.gradient_norm[-1])])
        if (share := curves.clipped_share) is not None:
            found.append(["clipped updates", f"{100 * share:.1f} %"])
    return found
