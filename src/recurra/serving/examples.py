"""Inputs to begin with, for the page and for whoever asks what a model reads.

They are validation examples, decoded from what training keeps beside the model (run/data); a model folder without them
has plain ones of the right kind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from weakref import WeakKeyDictionary

import numpy as np

from recurra.columns import CategoryColumn, Column, ImageColumn, NumberColumn, NumbersColumn, TextColumn, Values
from recurra.data import EncodedTable
from recurra.errors import RecurraError
from recurra.serving.models import Served
from recurra.tasks.caption.predictor import CaptionPredictor
from recurra.tasks.chat.task import ChatPredictor
from recurra.tasks.forecast.predictor import ForecastPredictor
from recurra.tasks.language_model.predictor import LanguagePredictor
from recurra.tasks.many_to_one.predictor import HeadPredictor
from recurra.tasks.seq2seq.predictor import TextPredictor
from recurra.tasks.tag.predictor import TagPredictor
from recurra.tasks.tag.words import encoded_row
from recurra.text import ColumnTokenizer, SourceTokenizer, Tokenizer
from recurra.text.columns import SEPARATOR_ID
from recurra.text.special import SPECIAL_TOKENS, UNK
from recurra.tracing import Picture
from recurra.views.picture import image_address

COUNT = 5
CHOSEN_FROM = 12
LOOKED_AT = 400  # rows of the table or a few more, evenly spread
LONGEST = 90  # characters of a text; a longer one is passed over
BEGINNING = 40  # characters of a text that is to be continued
Read = Callable[[EncodedTable, int], object]  # an input from a row; None of one that is no good example


_found: WeakKeyDictionary[Served, Sequence[object]] = WeakKeyDictionary()


def examples_of(served: Served) -> Sequence[object]:
    """A few inputs, as `/v1/predict` takes them; all different. Looked for once."""
    if served not in _found:
        predictor = served.model.predictor
        stored = list(islice(stored_examples(served, reader_of(predictor)), CHOSEN_FROM))
        first = next((k for k, one in enumerate(stored) if str(one).isascii()), 0)  # what most keyboards can write
        chosen = [*stored[first : first + 1], *stored[:first], *stored[first + 1 :]][:COUNT]
        _found[served] = chosen or different(plain_examples(predictor))
    return _found[served]


def stored_examples(served: Served, read: Read) -> Iterator[object]:
    """Those that training has kept."""
    try:
        table = EncodedTable.open(served.path / "run" / "data" / "valid")
    except (RecurraError, OSError):
        return
    found: list[object] = []
    for row in range(0, len(table), max(1, len(table) // LOOKED_AT)):
        try:
            one = read(table, row)
        except (RecurraError, ValueError, IndexError, KeyError):  # data of another model, or damaged ones
            return
        if one not in (None, "", [], {}) and one not in found:
            found.append(one)
            yield one


def reader_of(predictor: object) -> Read:
    """How an input of this model is read from a row."""
    match predictor:
        case HeadPredictor():
            inputs = predictor.first.inputs
            names = ["input"] if len(inputs.columns) == 1 else [f"input{k + 1}" for k in range(len(inputs.columns))]

            def cells(table: EncodedTable, row: int) -> object:
                found = [cell_of(one, table[name].row(row)) for one, name in zip(inputs.columns, names, strict=True)]
                if any(cell is None for cell in found):
                    return None
                return dict(zip(inputs.names, found, strict=True)) if inputs.names else found[0]

            return cells
        case CaptionPredictor():
            column = predictor.inputs
            return lambda table, row: cell_of(column, table["content"].row(row))
        case ForecastPredictor():
            network = predictor.first

            def series(table: EncodedTable, row: int) -> object:
                steps = table["inputs"].row(row).reshape(-1, len(network.columns))[-network.recipe.data.window :]
                return {name: numbers(column) for name, column in zip(network.columns, steps.T, strict=True)}

            return series
        case TagPredictor():
            reader = predictor.network.reader
            return lambda table, row: short(
                " ".join(reader.characters.decode(token.spelling) for token in encoded_row(table, row).tokens)
            )
        case LanguagePredictor():
            tokenizer = predictor.network.tokenizer
            return lambda table, row: beginning(tokenizer.decode(table["units"].row(row).tolist()))
        case ChatPredictor():
            source = predictor.texts.source
            return lambda table, row: [turn for turn in columns_of(source, table["source"].row(row).tolist()) if turn]
        case TextPredictor():
            source = predictor.source

            def text(table: EncodedTable, row: int) -> object:
                ids = table["source"].row(row).tolist()
                columns = columns_of(source, ids)
                return None if UNK in ids else columns if len(columns) > 1 else short(columns[0])

            return text
        case _:
            return lambda table, row: None


def cell_of(column: Column, values: Values) -> object:
    """A cell as it is sent, from what is kept of it."""
    match column:
        case TextColumn():
            ids = values.tolist()
            return None if UNK in ids else short(column.tokenizer.decode(ids))
        case CategoryColumn():
            number = int(values[0]) - len(SPECIAL_TOKENS)
            return column.categories[number] if number >= 0 else None
        case NumberColumn():
            return numbers(values)[0]
        case NumbersColumn() if column.series and len(column.names) > 1:
            return [numbers(step) for step in values.reshape(-1, len(column.names))]
        case NumbersColumn():
            return numbers(values)
        case ImageColumn():
            shape = column.shape
            picture = Picture(shape.height, shape.width, shape.channels, values.tobytes(), 1, 1)
            return {"image": image_address(picture)}
        case _:
            return None


def columns_of(source: SourceTokenizer, ids: Sequence[int]) -> list[str]:
    """The texts of a source, one of each column."""
    if isinstance(source, Tokenizer):
        return [source.decode(ids)]
    parts: list[list[int]] = [[]]
    for one in ids:
        if one == SEPARATOR_ID:
            parts.append([])
        else:
            parts[-1].append(one)
    return [joined(source, units, part) for units, part in zip(source.columns, parts, strict=False)]


def joined(source: ColumnTokenizer, units: str, ids: Sequence[int]) -> str:
    """The text of one column."""
    part = source.parts[units]
    return part.decode([part.id(source.token(one)) for one in ids])


def short(text: str) -> str | None:
    """A text, unless it is long."""
    return text if text.strip() and len(text) <= LONGEST else None


def beginning(text: str) -> str | None:
    """How a text begins, up to the end of a word; None of a short one."""
    text = text.strip("\n")
    return text[: text.find(" ", BEGINNING // 2) + 1] or None if len(text) > BEGINNING else None


def numbers(values: Values) -> list[float | None]:
    """Numbers as JSON has them, without the digits that float32 adds."""
    return [None if np.isnan(one) else float(f"{one:.6g}") for one in values.tolist()]


def different(examples: Sequence[object]) -> list[object]:
    """Each of them once."""
    return [one for k, one in enumerate(examples) if one not in examples[:k]]


def plain_examples(predictor: object) -> Sequence[object]:
    """Inputs of the right kind, where nothing is known of the data."""
    match predictor:
        case HeadPredictor():
            inputs = predictor.first.inputs
            every = [[plain_cell(column, k) for column in inputs.columns] for k in range(3)]
            return [dict(zip(inputs.names, row, strict=True)) if inputs.names else row[0] for row in every]
        case CaptionPredictor():
            return [plain_cell(predictor.inputs, k) for k in range(3)]
        case ForecastPredictor():
            window = predictor.first.recipe.data.window
            return [{name: wave(window, k) for name in predictor.first.columns} for k in range(3)]
        case ChatPredictor():
            return [[text] for text in plain_texts(predictor.texts.source)]
        case TextPredictor():
            several = predictor.reads
            return [[text] * several if several > 1 else text for text in plain_texts(predictor.source)]
        case TagPredictor():
            return plain_texts(predictor.network.reader.words)
        case LanguagePredictor():
            return plain_texts(predictor.network.tokenizer)
        case _:
            return []


def plain_cell(column: Column, number: int) -> object:
    """A cell of this kind; others for other numbers."""
    match column:
        case CategoryColumn():
            return column.categories[number % len(column.categories)] if column.categories else ""
        case NumberColumn():
            return number
        case NumbersColumn() if column.series:
            rows = [wave(12, number + k) for k in range(len(column.names))]
            return rows[0] if len(rows) == 1 else [list(step) for step in zip(*rows, strict=True)]
        case NumbersColumn():
            return wave(len(column.names), number)
        case TextColumn():
            return plain_texts(column.tokenizer)[number % 2]
        case ImageColumn():
            shape = column.shape
            ramp = np.linspace(0, 255, shape.height * shape.width * shape.channels).astype(np.uint8)
            return cell_of(column, np.roll(ramp, number * len(ramp) // 3))
        case _:
            return None


def plain_texts(tokenizer: SourceTokenizer) -> list[str]:
    """Two texts: of words that the model knows, where it reads words."""
    one = tokenizer if isinstance(tokenizer, Tokenizer) else next(iter(tokenizer.parts.values()))
    first, last = len(SPECIAL_TOKENS), min(one.size, len(SPECIAL_TOKENS) + 6)
    if one.units != "words" or last - first < 2:
        return ["A small example.", "The quick brown fox jumps over the lazy dog."]
    half = (first + last) // 2
    return [one.decode(range(first, half)), one.decode(range(half, last))]


def wave(steps: int, number: int) -> list[float]:
    """So many numbers of a wave."""
    return [round(float(np.sin((1 + number / 2) * step / 2)), 3) for step in range(steps)]
