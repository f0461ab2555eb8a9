"""Dialogues: one turn a line, a blank line between two dialogues; or JSON Lines of {"turns": ["Hello", "Hi"]}.

Every turn but the first is a reply to those before it, so a dialogue of T turns gives T - 1 exchanges. An exchange
carries as much of the dialogue as any model may be told to read (MAX_TURNS); how much it does read is its own matter.

    for exchange in open_examples(DataSource("talk.txt"), DIALOGUES):
        exchange.context, exchange.reply, exchange.line
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import blake2b
from itertools import chain, islice
from shlex import quote
from typing import NamedTuple

from recurra.data.columns import TAB
from recurra.data.delimited import CsvRows, read_csv
from recurra.data.example import Example
from recurra.data.examples import Kind, Reader, Reading, Skipped
from recurra.data.inputs import ENDINGS, read_texts
from recurra.data.jsonl import HALF, KINDS, kind_of, lone_surrogate, object_of, read_objects
from recurra.data.known_names import find
from recurra.data.pairs import first_line
from recurra.data.source import PAIR, DataSource, Sides
from recurra.data.tsv import read_tsv
from recurra.data.turns import LOOK, TURNS, messages_of, refuse_other_forms, speakers, turns_key
from recurra.errors import DataError, UsageError
from recurra.lists import is_array
from recurra.narrowing import is_row, is_sequence
from recurra.options import unknown_name
from recurra.text.counted import counted, is_or_are
from recurra.text.visible import as_given, excerpt

MAX_TURNS = 20  # that a reply may depend on
EXAMPLE = '{"turns": ["Hello", "Hi", "How are you?"]}'
LONG_DIALOGUE = 200  # turns without a blank line between them, which is worth a word

SPOKEN = {"text", "utterance", "message", "content", "turn", "line"}  # columns of a turn
SPEAKING = {  # columns of who says it, or where
    "speaker", "role", "from", "user", "author", "dialog_id", "dialogue_id", "conversation_id", "dialog", "dialogue",
    "conversation", "turn_id",
}  # fmt: skip
TABS = "turns with a tab inside"
NO_TURNS = "objects that are not dialogues"


class Dialogue(NamedTuple):
    """The turns of one dialogue, and the line each stands on."""

    turns: list[str]
    lines: list[int]


class Exchange(NamedTuple):
    """A reply and what was said before."""

    context: list[str]  # the turns before, the last MAX_TURNS of them
    reply: str
    number: int  # how many turns there were before the reply in all: 1 for the second turn of a dialogue
    dialogue: str  # a hash of the whole dialogue: equal for its exchanges, and for equal dialogues
    line: int


def exchanges(dialogue: Dialogue) -> Iterator[Exchange]:
    """Every reply of a dialogue with what was said before."""
    turns, lines = dialogue
    digest = blake2b("\n".join(turns).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    for k in range(1, len(turns)):
        yield Exchange(turns[max(0, k - MAX_TURNS) : k], turns[k], k, digest, lines[k])


def replies(read: Reader[Dialogue]) -> Reader[Exchange]:
    """A reader of dialogues as one of their exchanges; those in which nobody replies are skipped and counted."""

    def read_exchanges(reading: Reading) -> Iterator[Exchange]:
        for dialogue in read(reading):
            reading.total += 1
            if len(dialogue.turns) < 2:
                reading.skipped.append(dialogue.lines[0])
            else:
                yield from exchanges(dialogue)

    return read_exchanges


def read_turns(reading: Reading) -> Iterator[Dialogue]:
    """A turn a line, a blank line between dialogues.

    Raises:
        UsageError: a column is named.
    """
    if reading.source.named_column is not None:
        raise UsageError("dialogues have no columns", where="--source-column", fix="Leave it out.")
    lines = reading.file.lines(reading.findings)
    start = list(islice(lines, LOOK))
    path = quote(reading.source.path) if reading.name == reading.source.path else "FILE"
    refuse_other_forms(start, reading.name, path)
    if said := speakers(start):
        names = ", ".join(said.names[:5])
        what = f"the turns of {reading.name} {said.where} ({names}), which are learned as parts of them"
        reading.note(f"warning: {what}; to take them off: {said.fix} {path}")
    open = Dialogue([], [])
    for line in chain(start, lines):
        if line.text.strip():
            if TAB in line.text:
                reading.findings.add(TABS, _tab(line.text, reading.place(line.number)))
            open.turns.append(line.text.strip())
            open.lines.append(line.number)
            if len(open.turns) == LONG_DIALOGUE:
                reading.note(f"{reading.place(open.lines[0])} begins a dialogue of {LONG_DIALOGUE} turns and more; "
                             "put a blank line between two dialogues")  # fmt: skip
        elif open.turns:
            yield open
            open = Dialogue([], [])
    if open.turns:
        yield open


def read_json(reading: Reading) -> Iterator[Dialogue]:
    """A dialogue an object."""
    left = 0
    for line, record in read_objects(reading, EXAMPLE):
        place = reading.place(line.number)
        try:
            turns, unsaid = _turns_of(record, reading)
            left += unsaid
            yield checked(turns, place, line.number)
        except DataError as error:
            reading.findings.add(NO_TURNS, DataError(error.what, where=place, fix=error.fix))
    if left:
        reading.note(f"{reading.name}: {counted(left, 'message')} of the system or of tools {is_or_are(left)} left out")


def read_table(read: Reader[Example]) -> Reader[Dialogue]:
    """A reader of pairs as one of dialogues of two turns."""

    def read_dialogues(reading: Reading) -> Iterator[Dialogue]:
        reading.source = replace(reading.source, sides=PAIR)
        refuse_single_turns(reading)
        for first, second, line in read(reading):
            turns = [turn.strip() for turn in (first, second) if turn.strip()]
            yield Dialogue(turns or [""], [line] * max(1, len(turns)))

    return read_dialogues


def refuse_single_turns(reading: Reading) -> None:
    """Refuses a table with a turn in each row, unless two of its columns are named: it would be read as no dialogue.

    Raises:
        DataError: with what to write instead.
    """
    source = reading.source
    if source.source_column is not None or source.target_column is not None:
        return
    line, header = next(iter(CsvRows(Reading(source))), (1, list[str]()))
    names = {name.strip().lower() for name in header}
    if names & SPOKEN and names & SPEAKING and not find(((PAIR.first, PAIR.second), *PAIR.known), [*names]):
        what = f"expected a turn and its reply in each row, saw a turn in each: {excerpt(', '.join(header))}"
        fix = f"Write the turns one a line, a blank line between dialogues; or an object a line. For example {EXAMPLE}."
        raise DataError(what, where=reading.place(line), fix=fix)


def _turns_of(record: Mapping[str, object], reading: Reading) -> tuple[object, int]:
    """The turns of an object, and how many of its messages are none.

    Raises:
        DataError: it has no turns.
    """
    source = reading.source
    name = source.source_column if source.target_column is None else None
    name = name or turns_key(record)
    if name is None and (pair := _pair_of(record, source)):
        if missing := [key for key in pair if key not in record]:
            raise DataError(f"the object has no key {missing[0]!r}", fix=unknown_name("key", missing[0], record).fix)
        return [record[key] for key in pair], 0
    name = name or TURNS
    if name not in record:
        fix = unknown_name("key", name, record).fix
        raise DataError(f"the object has no key {name!r}: {excerpt(json.dumps(record, default=str))}", fix=fix)
    turns = record[name]
    return messages_of(turns) if is_sequence(turns) else (turns, 0)


def _pair_of(record: Mapping[str, object], source: DataSource) -> tuple[str, str] | None:
    """The keys of a text and its answer: those that the user names, or known ones."""
    if source.source_column is not None and source.target_column is not None:
        return source.source_column, source.target_column
    return find(((PAIR.first, PAIR.second), *PAIR.known), [*map(str, record)])


def read_rows(reading: Reading) -> Iterator[Dialogue]:
    """Dialogues given in Python: a list of turns for each, or a mapping with one."""
    for number, row in enumerate(reading.source.rows or (), 1):
        place = reading.place(number)
        try:
            turns = _turns_of(row, reading)[0] if is_row(row) else row
            yield checked(turns.tolist() if is_array(turns) else turns, place, number)
        except DataError as error:
            reading.findings.add(NO_TURNS, DataError(error.what, where=place, fix=error.fix))


def checked(given: object, place: str, line: int) -> Dialogue:
    """Turns that are no text, or nothing at all, are refused; blank ones are left out."""
    if not is_sequence(given):
        raise DataError(f"expected a list of turns, saw {_shown(given)}", where=place, fix=f"For example {EXAMPLE}.")
    for turn in given:
        if not isinstance(turn, str):
            raise DataError(
                f"expected a turn as a string, saw {_shown(turn)}", where=place, fix=f"For example {EXAMPLE}."
            )
        if TAB in turn:
            raise _tab(turn, place)
        if lone := lone_surrogate(turn):
            raise DataError(f"lone surrogate {lone} of a turn", where=place, fix=HALF)
    texts = [str(turn).strip() for turn in given if str(turn).strip()]
    return Dialogue(texts or [""], [line] * max(1, len(texts)))


def _tab(turn: str, place: str) -> DataError:
    what = f"expected a turn without tabs, saw {excerpt(turn)}"
    fix = "Put one turn on each line. Of texts, tabs and answers: --input-format tsv, or leave out --task chat."
    return DataError(what, where=place, fix=fix)


def format_of(source: DataSource) -> str:
    """By the ending, else by the first line that is not blank."""
    form = ENDINGS.get(source.ending)
    return form or ("jsonl" if object_of(first_line(source)) is not None else "turns")


def check(skipped: Skipped, source: DataSource) -> None:
    """Refuses data without a reply.

    Raises:
        DataError: nothing, or single turns only.
    """
    if skipped.count == skipped.total:
        fix = "Put one turn on each line, the reply on the next, and a blank line between two dialogues."
        what = f"expected dialogues of at least two turns, saw {counted(skipped.count, 'single turn')}"
        raise DataError(what, where=source.names[0], fix=fix)


def has_turns(line: str) -> bool:
    """Whether a line is an object with turns."""
    return turns_key(object_of(line) or {}) is not None


def is_dialogues(rows: Sequence[object]) -> bool:
    """Whether rows given in Python are lists of turns: more than pairs of texts, or mappings with them."""
    mappings = [row for row in rows if is_row(row)]
    if rows and len(mappings) == len(rows):
        return all(turns_key(row) is not None for row in mappings)
    lists = [row for row in rows if is_sequence(row)]
    texts = all(isinstance(text, str) for turns in lists for text in turns)
    return len(lists) == len(rows) and texts and any(len(turns) > 2 for turns in lists)


def _shown(value: object) -> str:
    kind = kind_of(value) if value is None or type(value) in KINDS else type(value).__name__
    return f"{kind}: {excerpt(value, 40) if isinstance(value, str) else as_given(value, 40)}"


def read_inputs(reading: Reading, what: None) -> Iterator[str]:
    """A context a line, tabs between its turns; of objects all turns, of a table the column of what is replied to."""
    source = reading.source
    form = source.format if source.format in DIALOGUES.formats else ENDINGS.get(source.ending, "turns")
    if form == "jsonl":
        return (TAB.join(dialogue.turns[-MAX_TURNS:]) for dialogue in read_json(reading))
    if form == "csv" or (form == "tsv" and source.source_column is not None):
        reading.source = replace(source, sides=PAIR)
        return read_texts(reading, 1)
    return (line.text for line in reading.file.lines())


DIALOGUES = Kind(
    sides=Sides("turns", "", "exchange"),
    formats={
        "turns": replies(read_turns),
        "jsonl": replies(read_json),
        "csv": replies(read_table(read_csv)),
        "tsv": replies(read_table(read_tsv)),
    },
    rows=replies(read_rows),
    format_of=format_of,
    key=lambda example: TAB.join([*example.context, example.reply]),
    pack=lambda example: [*example],
    unpack=lambda row: Exchange(*row),
    inputs=read_inputs,
    check=check,
    skipped=("dialogue", "of a single turn"),
    one_file=("dialogues stand in one file", "Leave --target out."),
    no_columns="dialogues have no such column",
    called="dialogues",
)
