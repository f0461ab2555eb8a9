"""`recurra units`: what the units of a layer follow, where each is strongest, and which are active at a place."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from recurra.cli import options as given
from recurra.cli.loading import ONE, load_model
from recurra.cli.output import PAGE, check_ending, opened_page
from recurra.errors import UsageError
from recurra.say import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from recurra.tracing import Activations, Pattern, Place

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
    beside: given.Beside = False,
    as_json: given.AsJson = False,
) -> None:
    """Show what the units of a layer follow in a file of inputs.

    Prints a table of the units that follow something most clearly. With --unit: where that unit is strongest, and which
    units are like it. With --text and --span: the units that are active at these steps alone, and where else they are;
    with --json as data.
    """
    check_ending(to, PAGE)
    check_ending(save, ".json", ".npz", option="--save", example="units.npz")
    if (text is None) != (span is None):
        missing, there = ("--span", "--text") if span is None else ("--text", "--span")
        raise UsageError(f"{there} is given without {missing}", fix="Give both: --text TEXT --span 3:7.")
    if unit is not None and text is not None:
        raise UsageError("--unit and --text exclude each other", fix="Leave one of them out.")
    idle = {"--threshold": threshold is not None, "--beside": beside, "--json": as_json}
    if span is None and any(idle.values()):
        name = next(name for name, given in idle.items() if given)
        fix = "Give --text TEXT --span 3:7, or leave it out."
        raise UsageError(f"{name} has no effect without --span", fix=fix)
    bounds = None if span is None else span_of(span)

    with opened_page(to) as out:
        loaded = load_model(model, None, threads or ONE)
        form = input_format or "auto"
        inputs = loaded.read(data, format=form, source_column=source_column, time_column=time_column)
        found = loaded.activations(inputs, layer=layer, state=state, examples=examples, also=text)
        for note in [*inputs.notes, *found.notes]:
            say(f"recurra: {note}")
        if out:
            from recurra.views import units_page

            out.writelines(units_page(found, f"Units of {model} on {data}"))
        if save:
            found.save(save)
    if bounds is None:
        show(found, unit)
        return
    from recurra.tracing.activations import THRESHOLD

    above = THRESHOLD if threshold is None else threshold
    pattern = found.pattern(-1, *bounds, above, alone=not beside, count=STRONGEST + 1)
    if as_json:
        print(json.dumps(pattern.to_mapping(), ensure_ascii=False))
    else:
        show_pattern(found, pattern)


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


def show(found: Activations, unit: int | None) -> None:
    """What one unit follows, or each of them, on stdout."""
    from rich.console import Console

    from recurra.text.counted import counted

    console = Console()
    steps, texts = counted(len(found.values), "step"), counted(len(found.texts), "input")
    console.print(
        f"{found.layer}, {found.name}: {counted(found.units, 'unit')} over {steps} of {texts}", highlight=False
    )
    if unit is not None:
        show_unit(console, found, unit)
    else:
        from recurra.views import units_table

        console.print(units_table(found))
        others = "; ".join(f"{name} ({', '.join(states)})" for name, states in found.others.items())
        console.print(f"--layer and --state: {others}", highlight=False, markup=False, style="dim")


def show_unit(console: Console, found: Activations, unit: int) -> None:
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


def show_pattern(found: Activations, pattern: Pattern) -> None:
    """The units that are active at steps of the last text, and where else they are, on stdout."""
    from rich.console import Console

    console, bounds, threshold = Console(), (pattern.first, pattern.last), pattern.threshold
    where = "at these steps alone" if pattern.alone else "at these steps"
    if not pattern.units:
        unit, value = found.nearest(len(found.texts) - 1, *bounds)
        hint = f"; unit {unit} is at least {value:.2f} there and lower beside it" if unit >= 0 else ""
        console.print(f"no unit is above {threshold:g} {where}{hint}", highlight=False)
        return
    from recurra.tracing import Place

    console.print(f"above {threshold:g} {where}: units {', '.join(map(str, pattern.units))}", highlight=False)
    own, *others = pattern.matches
    print_places(console, found, [Place(len(found.texts) - 1, own.first, own.last, 1.0)], pattern.units)
    console.print("\nother places, with the share of these units that is active there", highlight=False)
    texts = {found.number(k): k for k in range(len(found.texts))}
    print_places(
        console,
        found,
        [Place(texts[one.number], one.first, one.last, len(one.units) / len(pattern.units)) for one in others],
        pattern.units,
    )
    if not others:
        console.print("none")


def print_places(console: Console, found: Activations, places: Sequence[Place], unit: int | list[int]) -> None:
    """Each with the values of a unit, or the mean of several, under it."""
    from recurra.views import place_lines

    for place in places:
        for line in place_lines(found, place, unit, console.width):
            console.print(line, soft_wrap=True)
