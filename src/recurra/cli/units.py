"""`recurra units`: what the units of a layer follow, where each is strongest, and which are active at a place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from recurra.cli import options as given
from recurra.cli.loading import ONE, load_model
from recurra.cli.output import PAGE, check_ending, opened_page
from recurra.errors import UsageError
from recurra.say import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recurra.tracing import Activations, Place

STRONGEST, LOWEST, ALIKE = 10, 3, 5  # places, and other units, that are printed


def units(
    model: given.ModelFolder,
    data: given.UnitData,
    layer: given.Layer = None,
    state: given.State = "hidden",
    unit: given.Unit = None,
    text: given.UnitText = None,
    span: given.Span = None,
    threshold: given.Threshold = None,
    examples: given.TracedExamples = 500,
    input_format: given.InputFormat = None,
    source_column: given.SourceColumn = None,
    time_column: given.TimeColumn = None,
    threads: given.InsideThreads = None,
    to: given.UnitsPage = None,
    save: given.SaveUnits = None,
) -> None:
    """Show what the units of a layer follow in a file of inputs.

    Prints a table of the units that follow something most clearly. With --unit: where that unit is strongest, and which
    units are like it. With --text and --span: the units that are active at these steps alone, and where else they are.
    """
    check_ending(to, PAGE)
    check_ending(save, ".json", ".npz", option="--save", example="units.npz")
    if (text is None) != (span is None):
        missing, there = ("--span", "--text") if span is None else ("--text", "--span")
        raise UsageError(f"{there} is given without {missing}", fix="Give both: --text TEXT --span 3:7.")
    if unit is not None and text is not None:
        raise UsageError("--unit and --text exclude each other", fix="Leave one of them out.")
    if threshold is not None and span is None:
        fix = "Give --text TEXT --span 3:7, or leave it out."
        raise UsageError("--threshold has no effect without --span", fix=fix)
    bounds = None if span is None else span_of(span)

    with opened_page(to) as out:
        loaded = load_model(model, None, threads or ONE)
        columns: dict[str, Any] = {"source_column": source_column, "time_column": time_column}
        inputs = loaded.read(data, format=input_format or "auto", **columns)
        found = loaded.activations(inputs, layer=layer, state=state, examples=examples, also=text)
        for note in [*inputs.notes, *found.notes]:
            say(f"recurra: {note}")
        if out:
            from recurra.views import units_page

            out.writelines(units_page(found, f"Units of {model} on {data}"))
        if save:
            found.save(save)
    show(found, unit, bounds, threshold)


def span_of(text: str) -> tuple[int, int]:
    """The first step and the one after the last: 3:7.

    Raises:
        UsageError: something else.
    """
    first, colon, last = text.partition(":")
    if not (colon and first.isdecimal() and last.isdecimal() and int(first) < int(last)):
        fix = "Steps are counted from 0; 3:7 are the steps 3, 4, 5 and 6."
        raise UsageError(f"expected the first step and the one after the last, got {text!r}", where="--span", fix=fix)
    return int(first), int(last)


def show(found: Activations, unit: int | None, bounds: tuple[int, int] | None, threshold: float | None) -> None:
    """What was asked for, on stdout."""
    from rich.console import Console

    from recurra.text.counted import counted
    from recurra.tracing.activations import THRESHOLD

    console = Console()
    steps, texts = counted(len(found.values), "step"), counted(len(found.texts), "input")
    console.print(
        f"{found.layer}, {found.name}: {counted(found.units, 'unit')} over {steps} of {texts}", highlight=False
    )
    if unit is not None:
        show_unit(console, found, unit)
    elif bounds is not None:
        show_span(console, found, bounds, THRESHOLD if threshold is None else threshold)
    else:
        from recurra.views import units_table

        console.print(units_table(found))
        others = "; ".join(f"{name} ({', '.join(states)})" for name, states in found.others.items())
        console.print(f"--layer and --state: {others}", highlight=False, markup=False, style="dim")


def show_unit(console: Any, found: Activations, unit: int) -> None:
    """Where it is strongest and lowest, what it follows, and which units are like it."""
    strongest = found.strongest(unit, STRONGEST)
    follows = found.follows()[unit]
    begin = "follows" if follows.clearly else "follows nothing clearly, most of all"
    console.print(f"{begin} {follows.what} (r = {follows.correlation:.2f})", highlight=False, markup=False)
    alike = ", ".join(f"{other} ({value:.2f})" for other, value in found.alike(unit, ALIKE))
    console.print(f"most correlated units (r): {alike}\n\nstrongest", highlight=False, markup=False)
    print_places(console, found, strongest, unit)
    console.print("\nlowest")
    print_places(console, found, found.strongest(unit, LOWEST, lowest=True), unit)


def show_span(console: Any, found: Activations, bounds: tuple[int, int], threshold: float) -> None:
    """The units that are active at the steps of the last text, and where else they are."""
    from recurra.tracing import Place

    text = len(found.texts) - 1
    active = found.active(text, *bounds, threshold)
    if not active:
        unit, value = found.nearest(text, *bounds)
        hint = f"; unit {unit} is at least {value:.2f} there and lower beside it" if unit >= 0 else ""
        console.print(f"no unit is above {threshold:g} at these steps alone{hint}", highlight=False)
        return
    console.print(f"above {threshold:g} at these steps alone: units {', '.join(map(str, active))}", highlight=False)
    print_places(console, found, [Place(text, *bounds, 1.0)], active)
    console.print("\nother places, 1.00 where all of these units are active and none beside it", highlight=False)
    other = [place for place in found.elsewhere(active, bounds[1] - bounds[0], threshold, 100) if place.text != text]
    print_places(console, found, other[:STRONGEST], active)
    if not other:
        console.print("none")


def print_places(console: Any, found: Activations, places: Sequence[Place], unit: int | list[int]) -> None:
    """Each with the values of a unit, or the mean of several, under it."""
    from recurra.views import place_lines

    for place in places:
        for line in place_lines(found, place, unit, console.width):
            console.print(line, soft_wrap=True)
