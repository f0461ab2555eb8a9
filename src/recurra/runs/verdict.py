"""What the curves of a training run come to, in sentences: where validation is going, and how the gradients were.

Validations are few and noisy. So a fall or a rise is one only where it is larger than the noise from point to point can
explain (which of few points is known badly, as Student's t says), and than a hundredth of what was learned; otherwise
the curve is level. Of curves that are level but for noise, fewer than one in ten is taken for
something else.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from recurra.metrics import value_text
from recurra.text.counted import counted, named
from recurra.tracing import RunCurves
from recurra.views.measures import label_of

Numbers = npt.NDArray[np.float64]

FEW, MANY = 4, 8  # with fewer validations nothing is said of where they go; or that they fall if one of them did not
# The percentile 99 of Student's t for 1, 2, ... degrees of freedom; a change is one from so many standard deviations of
# the noise on, and half as many again: the lowest of several points is low by chance too.
STUDENT = (31.82, 6.96, 4.54, 3.75, 3.36, 3.14, 3.0, 2.9, 2.82)
ENOUGH = 1.5
AFTER = 3  # points there must be after the lowest one before a curve rises
NOISES = 3.0  # as many standard errors must the training loss differ by
OF_LEARNED, OF_LEVEL = 0.01, 0.005  # and from so much on: of what the curve has fallen, and of where it is
OF_NOISE = 0.5  # of its standard deviation is what white noise goes up and down on average, as `noise` measures it
SPIKE, AROUND = 10.0, 25  # a spike is so many times the median of so many steps before it and after it
PIECE = 50_000  # steps whose neighbours are looked at together
OFTEN, MEANT = 0.5, 0.05  # of the updates: from where on clipping cuts more than outliers, and what would be enough


class Trend(NamedTuple):
    """Where a curve goes, and from which of its points on."""

    kind: Literal["falling", "rising", "level"]
    since: int


def verdict(run: RunCurves) -> list[str]:
    """All sentences on a run."""
    return [*best_line(run), *trend_lines(run), *gradient_lines(run)]


def best_line(run: RunCurves) -> list[str]:
    """The best validation."""
    if run.best is None:
        return []
    name, unit = label_of(run.measure)
    at, value = run.validations.step[run.best], run.validations.value[run.best]
    of = f" of {run.steps.step[-1]:,}" if run.steps.step else ""
    return [f"best validation at step {at:,}{of}: {name} {value_text(run.measure, value)}{unit}"]


def trend_lines(run: RunCurves) -> list[str]:
    """Where validation is going, and what that means beside the training loss."""
    at = run.validations.step
    if len(at) < FEW:
        return [f"{counted(len(at), 'validation')}: too few to say where it is going"]
    loss, measure = trend(run.validations.loss), trend(run.validations.value)
    if loss is None:
        return ["the validation loss is not a number at some validations, so nothing is said of where it is going"]
    name, step = label_of(run.measure)[0], at[loss.since]
    then, now = f"{run.validations.loss[loss.since]:.3g}", f"{run.validations.loss[-1]:.3g}"
    if loss.kind == "rising":
        also = measure is not None and measure.kind == "rising"
        return [rising(training_change(run, loss.since), step, f"{then} to {now}", "" if also else name)]
    if loss.kind == "falling":
        falls = f"the validation loss went from {then} at step {step:,} to {now}"
        if measure is not None and measure.kind != "falling":
            goes = "level" if measure.kind == "level" else "higher"
            return [f"still falling: {falls}; but the {name} is {goes} since step {at[measure.since]:,}"]
        return [f"still falling at its end: {falls}; a longer run is likely to be better" if run.ended
                else f"still falling: {falls}"]  # fmt: skip
    lowest = min(run.validations.loss)
    least = f"{lowest:.3g}"
    above = "" if least == now else f"; its lowest is {least}, at step {at[run.validations.loss.index(lowest)]:,}"
    level = f"the validation loss is level since step {step:,} (at {now}{above})"
    if measure is not None and measure.kind == "falling":
        return [f"{level}, and the {name} is still falling" + (": a longer run may be better" if run.ended else "")]
    return [f"plateau: {level}"]


def rising(training: int, step: int, change: str, steady: str) -> str:
    """What it means that the validation loss rises.

    Args:
        training: where the training loss goes meanwhile: -1, 0 or 1.
        step: from which on.
        change: from where to where.
        steady: the name of the measure if that does not rise; empty if it does.
    """
    rises = f"since step {step:,}: the validation loss rises ({change})"
    but = f"; the {steady} does not rise with it" if steady else ""
    if training < 0:
        return f"overfitting {rises} while the training loss falls{but}"
    if training > 0:
        return f"unstable {rises}, and so does the training loss{but}; try a lower learning rate"
    return f"worse {rises} while the training loss is level{but}"


def trend(points: Sequence[float]) -> Trend | None:
    """Where a curve of at least FEW points goes; None where one of them is not a number."""
    values, count = np.array(points), len(points)
    if not np.isfinite(values).all():
        return None
    smooth = np.array([values[max(0, k - 1) : k + 2].mean() for k in range(count)])
    least = smooth.min()
    margin = max(certain(count) * noise(values), OF_LEARNED * (values[0] - least), OF_LEVEL * abs(least))
    if values.argmin() < count - AFTER and values[-2:].mean() - least > margin:
        return Trend("rising", int(values.argmin()))
    last = max(3, -(-count // 3))  # a third of the points
    slope = np.polyfit(np.arange(last), values[-last:], 1)[0]
    steady = count >= MANY or bool((np.diff(values[-FEW:]) < 0).all())
    if -slope * (last - 1) > margin and steady:
        return Trend("falling", count - last)
    away = np.flatnonzero(np.abs(smooth - values[-last:].mean()) > margin)
    return Trend("level", min(int(away[-1]) + 1, count - 1) if len(away) else 0)


def certain(count: int) -> float:
    """How many standard deviations of the noise, as it is known from so many points, cannot be noise."""
    freedom = max(1, (count - 2) // 2)
    return ENOUGH * STUDENT[min(freedom, len(STUDENT)) - 1]


def noise(values: Numbers) -> float:
    """The standard deviation of the noise in a curve, by its ups and downs from point to point.

    A smooth curve turns once at most, at its lowest point, which is left out: so no bend is taken for noise.
    """
    moves = np.diff(values)
    turned = np.minimum(np.abs(moves[:-1]), np.abs(moves[1:])) * (moves[:-1] * moves[1:] < 0)
    turned = np.delete(turned, int(values[1:-1].argmin()))
    return float(turned.mean()) / OF_NOISE


def training_change(run: RunCurves, since: int) -> int:
    """Whether the training loss is lower at the end of a run than around a validation (-1), higher (1) or neither."""
    step, loss = np.array(run.steps.step), np.array(run.steps.loss)
    width = max(1, (step[-1] - run.validations.step[since]) // 2)
    then = loss[np.abs(step - run.validations.step[since]) <= width / 2]
    now = loss[step > step[-1] - width]
    then, now = then[np.isfinite(then)], now[np.isfinite(now)]
    if not len(then) or not len(now):
        return 0
    error = math.sqrt(then.var() / len(then) + now.var() / len(now))
    change = float(now.mean() - then.mean())
    return int(np.sign(change)) if abs(change) > max(NOISES * error, OF_LEVEL * abs(then.mean())) else 0


def gradient_lines(run: RunCurves) -> list[str]:
    """How many updates were clipped, how large the gradients were, and which of them stood out."""
    norms = np.array(run.steps.gradient_norm)
    seen = np.isfinite(norms)
    if not seen.any():
        return []
    largest = int(np.nanargmax(np.where(seen, norms, np.nan)))
    sizes = (
        f"largest norm {norms[largest]:.3g} at step {run.steps.step[largest]:,}, median {np.median(norms[seen]):.3g}"
    )
    stand = [f"{run.steps.step[k]:,}" for k in spikes(run)]
    found = [f"gradients: {share_line(run)}{sizes}; {spike_words(stand)}"]
    if (run.clipped_share or 0) > OFTEN:
        enough = np.quantile(norms[seen], 1 - MEANT)
        found.append(f"clipping cuts most updates, not only the outliers that it is meant for: a training.clip_norm of "
                     f"{enough:.2g} would have cut {100 * MEANT:.0f} %")  # fmt: skip
    return found


def share_line(run: RunCurves) -> str:
    """How many updates were clipped, the beginning of the sentence on gradients; empty where it is not known."""
    share = run.clipped_share
    if share is None:
        return ""
    if not run.clip_norm:
        return "no clipping; "
    shown = f"{100 * share:.1f} % of the updates were" if share else "no update was"
    return f"{shown} clipped to norm {run.clip_norm:g}; "


def spike_words(steps: Sequence[str]) -> str:
    """Which steps stood out."""
    if not steps:
        return "no spikes"
    where = f"step{'' if len(steps) == 1 else 's'} {named(steps)}"
    return f"{counted(len(steps), 'spike')} over {SPIKE:g} times the steps around: {where}"


def spikes(run: RunCurves) -> list[int]:
    """Which gradients stood out from those before and after them, and are large: clipped, or far above the median.

    Near the end of learning nearly all gradients are tiny, and some single example stands out all the time. The first
    and the last gradients of a run are not looked at.
    """
    norms = np.array(run.steps.gradient_norm)
    whole = np.where(np.isfinite(norms), norms, 0.0)
    medians = medians_of(whole)
    here = whole[AROUND : len(whole) - AROUND]
    around = np.maximum(medians[: len(here)], medians[AROUND + 1 :][: len(here)])  # before and after each
    large = run.clip_norm or SPIKE * np.median(whole)
    return (AROUND + np.flatnonzero((here > SPIKE * around) & (here > large))).tolist()


def medians_of(values: Numbers) -> Numbers:
    """The median of each AROUND neighbours, by the first of them."""
    if len(values) < AROUND:
        return np.array([])
    windows = np.lib.stride_tricks.sliding_window_view(values, AROUND)
    return np.concatenate([np.median(windows[k : k + PIECE], axis=1) for k in range(0, len(windows), PIECE)])
