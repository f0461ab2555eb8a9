"""The demo's data: dates as people write them in a hundred languages, and which part each token belongs to.

    thứ         sáu         ,   20      tháng    12       ,   1985
    B-weekday   I-weekday   O   B-day   B-month  I-month  O   B-year

The dates are those of the demo `dates`. A token is a run of letters, a run of digits, or one other character. Its tag
says which part of the date it is in, and whether it begins the part or goes on with it; what is in none (commas, words
such as "de" and "of", eras) is O.

Five languages are held back altogether: no date of theirs is learned from. Of Slovak and Galician there are near
relatives to learn from; Estonian has one in Finnish, Georgian has a script, and Basque an order of its own.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import groupby, islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

from rich import box
from rich.table import Table
from rich.text import Text

from recurra.demos.date_forms import LOCALES
from recurra.demos.dates import Draw, draws
from recurra.demos.demo import Demo, Learned, Split, write_files
from recurra.demos.language_names import english
from recurra.demos.showing import try_it
from recurra.demos.spelling import fold, spell

if TYPE_CHECKING:
    from recurra.tasks.answer import Answer
    from recurra.tasks.tag.answer import TaggedTokens

UNSEEN = ("sk", "gl", "et", "ka", "eu")
SEEN = tuple(locale for locale in LOCALES if locale not in UNSEEN)
TRAINING, HELD_OUT, OF_EACH, SEED = 12_000, 1000, 200, 14
SPELLINGS = ("as it is", "lower", "upper")  # of which each part is spelt by itself as it is in the whole
SHOWN = ("en", "pt", "ru", "el", "ar", "hi", "th", "ja", "ko", "vi")  # languages whose dates are shown
COLOURS = {"weekday": "magenta", "day": "green", "month": "yellow", "year": "cyan"}

SETTINGS: dict[str, object] = {
    "model.width": 128,
    "model.embedding": 48,
    "model.characters": 48,
    "model.dropout": 0.2,
    "model.word_dropout": 0.2,
    "training.learning_rate": 0.008,
    "training.validations": 5,
    "batching.batch_examples": 64,
    "data.valid_share": 0.04,
}


class Parts(NamedTuple):
    """A date in tokens, as the task takes it."""

    tokens: list[str]
    tags: list[str]


class Written(NamedTuple):
    """A date in its language."""

    parts: Parts
    locale: str


def split() -> Split:
    """Dates of the languages that are learned; no text of one side is on the other."""
    written = list(islice(dates_in(SEEN, random.Random(SEED)), TRAINING + HELD_OUT))
    examples = [one.parts for one in written]
    return Split(examples[HELD_OUT:], examples[:HELD_OUT])


def dates_in(locales: Sequence[str], source: random.Random) -> Iterator[Written]:
    """Dates of these languages, each text once, without end."""
    seen: set[str] = set()
    for draw in draws(source, locales):
        parts = parts_of(draw)
        text = fold(" ".join(parts.tokens))
        if text not in seen:
            seen.add(text)
            yield Written(parts, draw.form.locale)


def parts_of(draw: Draw) -> Parts:
    """The tokens of the text, each with the tag of its first character that belongs to a part."""
    form, spelling = draw.form, draw.spelling if draw.spelling in SPELLINGS else "as it is"
    text, owners = "", list[str]()
    for number, piece in enumerate(form.pieces):
        written = spell(piece.write(draw.when, form.digits), spelling, form.locale)
        text += written
        owners += [f"{number} {piece.part}" if piece.part else ""] * len(written)
    tokens, tags, before = list[str](), list[str](), ""
    for begin, end in token_places(text):
        owner = next(filter(None, owners[begin:end]), "")
        part = owner.partition(" ")[2]
        tokens.append(text[begin:end])
        tags.append(f"{'I' if owner == before else 'B'}-{part}" if owner else "O")
        before = owner
    return Parts(tokens, tags)


def token_places(text: str) -> Iterator[tuple[int, int]]:
    """Where the tokens begin and end: runs of letters, runs of digits, other characters one by one."""
    at = 0
    for kind, run in groupby(text, kind_of):
        size = len(list(run))
        if kind in ("letter", "digit"):
            yield at, at + size
        elif kind == "other":
            yield from ((place, place + 1) for place in range(at, at + size))
        at += size


def kind_of(character: str) -> str:
    """A letter (with its marks and joiners), a digit, a space, or something else."""
    category = unicodedata.category(character)
    if category[0] in "LM" or category == "Cf":
        return "letter"
    return {"N": "digit", "Z": "space"}.get(category[0], "other")


def line(example: Parts) -> str:
    """tokens with their tags: thứ/B-weekday sáu/I-weekday ,/O"""
    return " ".join(f"{token}/{tag}" for token, tag in zip(*example, strict=True))


def write(folder: Path, split: Split) -> dict[Path, int]:
    """The examples as CoNLL files, and those of the languages that are held back."""
    files = {"train.conll": split.training, "test.conll": split.held_out}
    files |= {f"{locale}.conll": unseen(locale) for locale in UNSEEN}
    return write_files(folder, files, lambda examples: "".join(map(conll, examples)))


def conll(example: Parts) -> str:
    """A token a line, its tag after a tab, an empty line at the end."""
    return "".join(f"{token}\t{tag}\n" for token, tag in zip(*example, strict=True)) + "\n"


def unseen(locale: str) -> list[Parts]:
    """Dates of one of the languages that are held back."""
    return [one.parts for one in islice(dates_in([locale], random.Random(SEED)), OF_EACH)]


def show(learned: Learned) -> None:
    """How well parts are found, in languages that were learned and in the others, and some dates in colours."""
    console, model = learned.console, learned.model
    console.print(measures_table(learned))
    shown = [next(dates_in([locale], random.Random(locale))) for locale in (*SHOWN, *UNSEEN)]
    answers = cast("list[Answer[TaggedTokens]]", model.predict([one.parts.tokens for one in shown]))
    if console.color_system:
        console.print(legend())
    console.print(dates_table(shown, answers, in_words=console.color_system is None))
    try_it(learned, "Your own dates, with spaces between the tokens:")


def measures_table(learned: Learned) -> Table:
    """How many parts are found, of the languages that were learned and of each that was not."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("held-out dates in")
    for name in ("dates", "span F1", "95 % interval"):
        table.add_column(name, justify="right")
    groups = {f"the {len(SEEN)} languages learned": learned.held_out}
    groups |= {f"{english(locale)} (never seen)": unseen(locale) for locale in UNSEEN}
    for name, examples in groups.items():
        f1 = learned.model.evaluate(examples).measures["span_f1"]
        table.add_row(name, f"{len(examples):,}", f"{f1.value:.1f} %", f"{f1.low:.1f} to {f1.high:.1f}")
    return table


def legend() -> Text:
    """What the colours mean."""
    return Text("  ").join([Text(part, style=f"bold {colour}") for part, colour in COLOURS.items()]
                           + [Text("wrong", style="underline red")])  # fmt: skip


def dates_table(shown: Sequence[Written], answers: Sequence[Answer[TaggedTokens]], *, in_words: bool) -> Table:
    """Dates with the parts that were found in them in colours; a line for each language."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("language")
    table.add_column("date", overflow="fold")
    if in_words:
        table.add_column("as found", overflow="fold")
    for one, answer in zip(shown, answers, strict=True):
        name = english(one.locale) + (" (never seen)" if one.locale in UNSEEN else "")
        table.add_row(name, painted(answer, one.parts.tags), *([found_in(answer)] if in_words else []))
    return table


def painted(answer: Answer[TaggedTokens], right: Sequence[str]) -> Text:
    """The tokens in the colours of their tags; a wrong one is underlined."""
    styles = (
        COLOURS.get(tag[2:], "dim") + (" bold" if tag == wanted else " underline red")
        for tag, wanted in zip(answer.details.tags, right, strict=True)
    )
    return Text(" ").join(Text(token, style=style) for token, style in zip(answer.details.tokens, styles, strict=True))


def found_in(answer: Answer[TaggedTokens]) -> str:
    """The parts in words, where there are no colours: weekday thứ sáu, day 20"""
    return ", ".join(f"{span.kind} {text}" for text, span in answer.details.named())


DEMO = Demo("tag", split, {"tag": SETTINGS}, show, noun="dates", line=line, write=write, time="60s", least=20.0)
