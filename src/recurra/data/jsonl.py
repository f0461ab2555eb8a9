"""JSON Lines: one object a line, whose keys "source" and "target" (or others the user names) hold the texts.

The source may be several keys ("story,question"): its text is theirs with a tab between them.
"""

from __future__ import annotations

import json
import re
import shlex
import sys
from collections.abc import Iterator, Sequence

from recurra.data.columns import INSIDE, decided, joined, wanted_names, which_ones
from recurra.data.example import Example
from recurra.data.examples import Reading
from recurra.data.lines import Line
from recurra.data.number_text import NumberText
from recurra.errors import DataError
from recurra.narrowing import is_object
from recurra.options import nearest, unknown_name
from recurra.text.counted import counted
from recurra.text.visible import as_given, code_point, excerpt

JSON_LINES = (".jsonl", ".ndjson", ".json")  # endings
SURROGATE = re.compile("[\ud800-\udfff]")
DAMAGED = "Is the file damaged? Leave the line out, or write it again from its source."
COCO = (  # the form of a well-known collection of captions
    "Write a line for each caption, with the name of its image and a tab before it:\n"
    "  jq -r 'INDEX(.images[]; .id) as $image "
    "| .annotations[] | [$image[.image_id | tostring].file_name, .caption] | @tsv' {} > captions.tsv"
)
HALF = "A lone surrogate is half of a character: write the text again from its source."

KINDS: dict[type, str] = {
    dict: "an object",
    list: "an array",
    str: "a string",
    int: "a number",
    float: "a number",
    bool: "true or false",
}


def read_jsonl(reading: Reading) -> Iterator[Example]:
    """The pairs of a JSON Lines file; a blank line is a pair of empty texts. Without targets they are empty."""
    names = wanted_names(reading.source)
    seen = False  # an object, which says what the keys are called
    for line in reading.file.lines(reading.findings):
        if not line.text.strip():
            yield Example("", "", line.number)
            continue
        refuse_spread(line, reading)
        try:
            record = _flat(_record(line, reading, example_line((*names[0], names[1]))))
            names, seen = names if seen else _names(record, reading), True
            sources, target = names
            cells = [_text(record, name, line, reading, _numbers(reading, len(sources))) for name in sources]
            written = _text(record, target, line, reading, _numbers(reading, 0)) if reading.with_targets else ""
            yield Example(joined(cells, reading.place(line.number)), written, line.number)
        except _Wrong as wrong:
            reading.findings.add(wrong.kind, wrong.error)
        except DataError as error:
            reading.findings.add(INSIDE, error)


def _names(record: dict[str, object], reading: Reading) -> tuple[tuple[str, ...], str]:
    """The keys of both sides: those that the user names, those that are known, or the only two."""
    two = all(
        isinstance(value, str) or (reading.source.sides.numbers and is_scalar(value)) for value in record.values()
    )
    source = decided(reading, list(record), only_two=two)
    sources, target = names = wanted_names(source)
    for name in (*sources, target):
        checked_name(name, reading.name)
    if source.source_column or source.target_column:
        reading.facts.columns.update(source_column=",".join(sources), target_column=target)
    return names


def _flat(record: dict[str, object]) -> dict[str, object]:
    """What stands under "translation", where that is an object: {"translation": {"de": "ja", "en": "yes"}}."""
    inner = record.get("translation")
    return inner if is_object(inner) else record


def _numbers(reading: Reading, columns: int) -> tuple[type, ...]:
    """What may stand beside strings: numbers in one of several columns of inputs, whole ones for labels.

    Args:
        columns: of the source; 0 for the target.
    """
    if not reading.source.sides.numbers or columns == 1:
        return ()
    if reading.source.learns_numbers and not columns:
        return int, float
    return (bool, int, float) if columns else (bool, int)


def is_scalar(value: object) -> bool:
    """Whether a value of JSON is a text, a number or a truth value, or there is none."""
    return value is None or isinstance(value, str | bool | int | float)


def read_objects(reading: Reading, example: str) -> Iterator[tuple[Line, dict[str, object]]]:
    """The objects of a JSON Lines file with their lines, blank ones left out; what is none is a finding.

    Args:
        example: a line as it should be, for the message.
    """
    for line in reading.file.lines(reading.findings):
        if line.text.strip():
            refuse_spread(line, reading)
            try:
                yield line, _record(line, reading, example)
            except _Wrong as wrong:
                reading.findings.add(wrong.kind, wrong.error)


def refuse_spread(line: Line, reading: Reading) -> None:
    """Refuses JSON that is spread over several lines, as soon as it begins: each of these would be a problem.

    Raises:
        DataError: with the command that puts each object on a line.
    """
    begins = line.text.strip()
    if begins not in ("[", "{", "[{") or reading.findings:
        return
    what = f"expected an object on each line, saw {'an object' if begins == '{' else 'an array'} over several lines"
    fix = (
        f"Put each on one line: jq -c {'.' if begins == '{' else shlex.quote('.[]')} {shlex.quote(reading.source.path)}"
    )
    raise DataError(what, where=reading.place(line.number), fix=f"{fix} > lines.jsonl")


def object_of(line: str) -> dict[str, object] | None:
    """The object of a line that may be one; None where it is anything else."""
    try:
        value: object = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value if is_object(value) else None


class _Wrong(Exception):
    """A line that is no pair."""

    def __init__(self, kind: str, what: str, where: str, fix: str | None = None) -> None:
        super().__init__(what)
        self.kind = kind
        self.error = DataError(what, where=where, fix=fix)


class _Twice(Exception):
    """A key that an object has twice: of its values Python takes the last one, others the first."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise _Twice(next(name for name in names if names.count(name) > 1))
    return found


ONCE = json.JSONDecoder(object_pairs_hook=_object)


def _record(line: Line, reading: Reading, example: str) -> dict[str, object]:
    place = reading.place(line.number)
    kind = "lines that are not JSON"
    try:
        value: object = ONCE.decode(line.text)
    except _Twice as error:
        what = f"the key {error.name!r} is there twice in one object"
        raise _Wrong(
            "objects with a key twice", what, place, "Leave one of them out, or give it another name."
        ) from None
    except json.JSONDecodeError as error:
        what = f"expected a JSON object, saw {excerpt(line.text)}: {error.msg}"
        raise _Wrong(kind, what, f"{place}:{error.colno}", _remedy(line.text, example)) from None
    except RecursionError:
        raise _Wrong(kind, "arrays or objects stand too deeply inside one another", place, DAMAGED) from None
    except ValueError:  # that Python has for numbers alone
        digits = f"a number has more than {counted(sys.get_int_max_str_digits(), 'digit')}"
        raise _Wrong(kind, digits, place, DAMAGED) from None
    if not is_object(value):
        what = f"expected an object, saw {kind_of(value)}: {excerpt(line.text)}"
        raise _Wrong("lines that are not objects", what, place, _remedy(line.text, example))
    return value


def _text(record: dict[str, object], name: str, line: Line, reading: Reading, numbers: tuple[type, ...]) -> str:
    """The text under a key; nothing is an empty one.

    Args:
        numbers: other types that are taken.
    """
    place = reading.place(line.number)
    if name not in record:
        texts = [key for key, value in record.items() if is_scalar(value)]
        fix = (
            which_ones(reading.source.sides, texts, with_target=reading.with_targets)
            if len(texts) > 1 and not nearest(name, record)
            else unknown_name("key", name, record).fix
        )
        if {"images", "annotations"} <= record.keys():
            fix = COCO.format(shlex.quote(reading.source.path))
        seen = ", ".join(map(repr, list(record)[:10])) or "none"
        raise _Wrong("objects without a key", f"the object has no key {name!r}; its keys: {seen}", place, fix)
    value = record[name]
    if value is None:
        return ""
    if type(value) in numbers:
        return NumberText(value)
    if not isinstance(value, str):
        what = f"expected a string under {name!r}, saw {kind_of(value)}: {as_given(value, 40)}"
        fix = (
            "Put the text in double quotes." if is_scalar(value) else "Name the key of a text, or write one text here."
        )
        raise _Wrong("values that are not strings", what, place, fix)
    lone = lone_surrogate(value)
    if lone:
        raise _Wrong("texts with a lone surrogate", f"lone surrogate {lone} of {name!r}", place, HALF)
    return value


def lone_surrogate(text: str) -> str | None:
    """The first half of a character that stands alone, and where; such a text can be written in no encoding."""
    found = SURROGATE.search(text)
    return f"{code_point(found[0])} at character {found.start() + 1}" if found else None


def checked_text(text: str, place: str, what: str = "") -> str:
    """The text, which has no lone surrogate.

    Args:
        what: the text is, where it is no cell: " of ...".

    Raises:
        DataError: there is one.
    """
    if lone := lone_surrogate(text):
        raise DataError(f"lone surrogate {lone}{what}", where=place, fix=HALF)
    return text


def checked_name(name: str, place: str) -> str:
    """The name of a column or of a series, likewise."""
    return checked_text(name, place, f" of the name {name!r}")


def kind_of(value: object) -> str:
    return "null" if value is None else KINDS[type(value)]


def example_line(names: Sequence[str]) -> str:
    """A line with these keys, the last of them the target's."""
    return "{" + "".join(f'"{name}": "hello", ' for name in names[:-1]) + f'"{names[-1]}": "bonjour"' + "}"


def _remedy(text: str, example: str) -> str:
    if text.lstrip().startswith("["):
        return "Put one object on each line. This converts a JSON array: jq -c '.[]'"
    if text.strip() == "{":
        return "Put each object on one line, not over several: jq -c . does this."
    if text.count("\t") == 1:
        return "This looks like TSV: let its name end in .tsv, or give --input-format tsv."
    if text.lstrip().startswith("{'"):
        return "JSON has double quotes around keys and texts; in Python, json.dumps writes them."
    return f"A line is, for example: {example}"
