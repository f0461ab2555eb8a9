"""`recurra what-if`: what follows if something is changed, beside what was."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Annotated, TextIO, TypeVar

import typer

from recurra.cli import options as given
from recurra.cli.loading import ONE, load_model
from recurra.cli.one_input import Line, OneInput, read_one
from recurra.cli.options import option
from recurra.cli.output import PAGE, check_ending, opened_output, say_page
from recurra.cli.set_options import decoding_settings, parsed_settings
from recurra.errors import UsageError

if TYPE_CHECKING:
    from recurra.api import Model
    from recurra.tasks.flips import ShownFlips
    from recurra.tasks.what_if import ShownWhatIf
    from recurra.tracing import Change

T = TypeVar("T")
# How changes are written.
FORCE = r"(\d+)=(.+)"  # N=TOKEN
UNIT = r"(.+):(\d+)(?:=([^@]*))?(?:@([\d,]+))?"  # LAYER:UNIT=VALUE@STEP,STEP
LOOKS = r"(\d+)=(.+)"  # N=TOKENS
WEIGHT = r"(\d+)(?::(.+))?"  # TOKEN:WEIGHT, one of TOKENS

Forced = Annotated[
    list[str] | None,
    option("--force", "This token at step N of the output; what comes after it is searched for anew.", "N=TOKEN"),
]
Off = Annotated[
    list[str] | None,
    option(
        "--unit",
        "Hold a unit (a number from 0) of a layer at a value, 0 if none is given; at all steps, or at some: "
        "encoder.0.forward:17, encoder.0.forward:17=0.5@2,3.",
        "LAYER:UNIT",
    ),
]
Looks = Annotated[
    list[str] | None,
    option(
        "--attend",
        "Where step N of the output looks: the numbers of source tokens, each with its weight after a colon if "
        "there are several: 7=3, 7=3:0.8,4:0.2.",
        "N=TOKENS",
    ),
]
Other = Annotated[str | None, option("--instead", "Another input in the place of INPUT.", "INPUT")]
Decoding = Annotated[
    list[str] | None,
    option("--decode", "Search otherwise: sample=true, temperature=0.5, top_k=10, beam=1, ...", "NAME=VALUE"),
]
Flip = Annotated[
    bool, typer.Option("--flip", help="Find the smallest change of INPUT that another answer follows from instead.")
]
Output = Annotated[
    int | None,
    option("--output", "With --flip: token N of the output is to be another one, of tags that of token N.", "N", 1),
]
Wanted = Annotated[str | None, option("--wanted", "With --flip: this label, tag or token is wanted.", "TEXT")]
Threshold = Annotated[
    float | None, option("--threshold", "With --flip: a number is to come to lie on its other side.", "NUMBER")
]
To = Annotated[
    str | None,
    option("--to", "Write a page (.html), or both traces as data (.json, .npz), to this file.", "FILE"),
]


def what_if(
    model: given.ModelFolder,
    text: OneInput,
    line: Line = None,
    force: Forced = None,
    unit: Off = None,
    attend: Looks = None,
    instead: Other = None,
    decode: Decoding = None,
    flip: Flip = False,
    output: Output = None,
    wanted: Wanted = None,
    threshold: Threshold = None,
    ensemble: given.Ensemble = None,
    settings: given.DecodingSettings = None,
    to: To = None,
) -> None:
    """Change something, and see what follows beside what was: a token of the output, a unit, where a step looks.

    Several changes are made together. Of a language model what follows for its continuations. With --flip the change is
    searched for: tokens of the input that are left out, or others in their place.
    """
    check_ending(to, PAGE, ".json", ".npz")
    if flip and to is not None and not to.endswith(".json"):
        raise UsageError("what --flip finds is kept as .json alone", where="--to")
    changing = {"--force": force, "--unit": unit, "--attend": attend, "--instead": instead, "--decode": decode}
    flipping = {"--output": output, "--wanted": wanted, "--threshold": threshold}
    idle = [name for name, value in (changing if flip else flipping).items() if value is not None]
    if idle:
        raise UsageError(f"{idle[0]} has no effect {'with' if flip else 'without'} --flip", fix="Leave it out.")
    changes = list(_changes(force or [], unit or [], attend or [], decode or []))
    if not (flip or changes or instead is not None):
        raise UsageError("nothing is changed", fix=f"Give {', '.join(changing)}, or --flip.")
    base = decoding_settings({}, settings or [])
    with opened_output(to) as out:
        loaded = load_model(model, ensemble, ONE)
        one = read_one(loaded, text, line)
        if flip:
            write_flips(out, to, loaded.flip(one, output=(output or 1) - 1, to=wanted, threshold=threshold, **base))
            return
        if instead is not None:
            changes.append(_instead(loaded, instead))
        write(out, to, loaded.what_if(one, *changes, **base))
    say_page(to)


def _instead(model: Model, text: str) -> Change:
    from recurra.tracing import Instead

    return Instead(read_one(model, text, None))


def _changes(force: list[str], unit: list[str], attend: list[str], decode: list[str]) -> Iterator[Change]:
    from recurra.tracing import Decode, Force, SetAttention, SetUnit

    for text in force:
        step, token = _parts(text, FORCE, "--force", "7=4")
        yield Force(_number(step, "--force"), token)
    for text in unit:
        layer, number, value, steps = _parts(text, UNIT, "--unit", "decoder.first:3")
        at = [_number(step, "--unit") for step in steps.split(",") if step] if steps else None
        yield SetUnit(layer, int(number), _float(value, "--unit") if value else 0.0, at)
    for text in attend:
        step, tokens = _parts(text, LOOKS, "--attend", "7=3:0.8,4:0.2")
        pairs = [_parts(one, WEIGHT, "--attend", "7=3:0.8,4:0.2") for one in tokens.split(",")]
        weights = {_number(place, "--attend"): _float(weight, "--attend") if weight else 1.0 for place, weight in pairs}
        yield SetAttention(_number(step, "--attend"), weights)
    if decode:
        yield Decode(parsed_settings(decode, "--decode"))


def _parts(text: str, form: str, name: str, example: str) -> tuple[str, ...]:
    """What stands in the groups of a form, "" where a group is not there.

    Raises:
        UsageError: the text has another form.
    """
    from recurra.text.visible import as_given

    found = re.fullmatch(form, text, re.DOTALL)
    if found is None:
        raise UsageError(f"cannot read {as_given(text)}", where=name, fix=f"Write it as {name} {example}.")
    return tuple(one or "" for one in found.groups())


def _number(text: str, name: str) -> int:
    """From 1 as typed to from 0."""
    return _read(lambda: int(text) - 1, text, name, lambda value: value >= 0, "a number from 1")


def _float(text: str, name: str) -> float:
    return _read(lambda: float(text), text, name, lambda value: True, "a number")


def _read(read: Callable[[], T], text: str, name: str, fits: Callable[[T], bool], wanted: str) -> T:
    from recurra.text.visible import as_given

    try:
        value = read()
    except ValueError:
        value = None
    if value is None or not fits(value):
        raise UsageError(f"expected {wanted}, got {as_given(text, 40)}", where=name)
    return value


def write(out: TextIO, to: str | None, found: ShownWhatIf) -> None:
    """Writes what the name of the file says; without one, lines for the terminal."""
    from recurra.tracing.arrays import json_pieces, write_npz
    from recurra.views.document import END, beginning

    if to is None:
        out.write(f"{found}\n")
    elif to.endswith(PAGE):
        out.writelines([beginning(found.was.source), found.body(), END])
    elif to.endswith(".json"):
        out.writelines([*json_pieces(found.to_mapping()), "\n"])
    else:
        write_npz(found.to_mapping(), out.buffer)


def write_flips(out: TextIO, to: str | None, found: ShownFlips) -> None:
    """Lines for the terminal, or data."""
    if to is None:
        out.write(f"{found}\n")
    else:
        out.write(json.dumps(found.to_mapping(), ensure_ascii=False) + "\n")
