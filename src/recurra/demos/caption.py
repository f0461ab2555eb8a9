"""The demo's data: handwritten digits in a row, and the number that they make in words, in three languages at once.

    ░█▒ ▓█░ ...    ->  four hundred and seven · quatre cent sept · cuatrocientos siete

The digits are real (scikit-learn's, 1,797 of them, 8 x 8 pixels), the words are num2words'. The row is read anew for
each language, and not word by word: French counts seventy as sixty and ten.

The digits of the file stand in the order of those who wrote them. The last quarter of it is kept for testing, so the
hands of the held-out rows are in general not those that were learned from; and none of their numbers was trained on.
"""

from __future__ import annotations

import importlib
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from recurra.demos.demo import Demo, Learned, Split
from recurra.demos.showing import try_it, write_page
from recurra.errors import RunError
from recurra.files import atomic_write, plain_errors

if TYPE_CHECKING:
    from recurra.tasks.answer import AnyAnswer

LANGUAGES = ("en", "fr", "es")
BETWEEN = " · "
NUMBERS, UNSEEN = 1000, 150  # up to three digits; numbers of which no row is trained on
TRAINING, HELD_OUT, SEED = 6000, 300, 1  # rows
OF_OTHERS = 0.25  # share of the digits, the last ones, that are kept for testing
SHOWN = 5

Images = NDArray[np.uint8]  # [N, 8, 8]
Row = NDArray[np.uint8]  # [8, 8 times the digits]
Example = tuple[Row, str]


def split() -> Split[Example]:
    """Rows of digits with their numbers in words.

    Raises:
        RunError: scikit-learn or num2words is not installed.
    """
    digits, words = loaded("sklearn.datasets", "scikit-learn").load_digits(), loaded("num2words", "num2words")
    ink = (255 - digits.images * (255 / 16)).astype(np.uint8)  # dark on white
    kept = int(len(ink) * (1 - OF_OTHERS))
    dice = random.Random(SEED)
    numbers = dice.sample(range(NUMBERS), NUMBERS)
    names = {number: in_words(number, words) for number in numbers}
    training = rows(TRAINING, numbers[UNSEEN:], by_digit(ink[:kept], digits.target[:kept]), names, dice)
    held_out = rows(HELD_OUT, numbers[:UNSEEN], by_digit(ink[kept:], digits.target[kept:]), names, dice)
    return Split(list(training), list(held_out))


def loaded(module: str, package: str) -> ModuleType:
    """A module of a package that only this demo needs.

    Raises:
        RunError: it is not there; how to get it.
    """
    try:
        return importlib.import_module(module)
    except ImportError:
        fix = f"Install what it needs: {sys.executable} -m pip install scikit-learn num2words"
        raise RunError(f"the demo caption needs {package}, which is not installed", fix=fix) from None


def in_words(number: int, words: ModuleType) -> str:
    """The number in all languages."""
    return BETWEEN.join(words.num2words(number, lang=language) for language in LANGUAGES)


def by_digit(images: Images, targets: NDArray[np.int64]) -> list[Images]:
    """The images of each digit from 0 to 9."""
    return [images[targets == digit] for digit in range(10)]


def rows(
    count: int, numbers: Sequence[int], images: Sequence[Images], names: Mapping[int, str], dice: random.Random
) -> Iterator[Example]:
    """So many rows, each digit in a hand drawn anew."""
    for _ in range(count):
        number = dice.choice(numbers)
        drawn = [dice.choice(images[int(digit)]) for digit in str(number)]
        yield np.concatenate(drawn, axis=1), names[number]


def line(example: Example) -> str:
    """The words alone: an image is no line."""
    return example[1]


def write(folder: Path, split: Split) -> dict[Path, int]:
    """Images as PNG files, and two tables that name them."""
    from PIL import Image

    sizes: dict[Path, int] = {}
    for name, examples in (("train", split.training), ("test", split.held_out)):
        with plain_errors(folder):
            (folder / name).mkdir(parents=True, exist_ok=True)
            for number, (row, _) in enumerate(examples):
                Image.fromarray(row).save(folder / name / f"{number}.png")
        lines = (f"{name}/{number}.png\t{text}\n" for number, (_, text) in enumerate(examples))
        atomic_write(folder / f"{name}.tsv", "".join(lines).encode())
        sizes[folder / f"{name}.tsv"] = len(examples)
    return sizes


def show(learned: Learned) -> None:
    """How many are right, some rows with their captions, and where the network looked for one of them."""
    from recurra.views import AttentionView, PictureView

    console, model = learned.console, learned.model
    evaluation = model.evaluate(learned.held_out)
    exact, rate = evaluation.measures["exact_match"], evaluation.measures["token_error_rate"]
    console.print(
        f"{exact.value:.1f} % of {evaluation.count:,} held-out rows (other hands, other numbers) are exactly right "
        f"in all three languages\n(95 % interval: {exact.low:.1f} to {exact.high:.1f}); "
        f"{rate.value:.1f} % of the words are wrong"
    )
    some: Sequence[Example] = learned.held_out[:SHOWN]
    answers: list[AnyAnswer] = model.predict([row for row, _ in some], attention=True)
    for answer, (_, text) in zip(answers, some, strict=True):
        assert answer.attention is not None
        assert answer.attention.picture is not None
        console.print(PictureView(answer.attention.picture))
        console.print(f"{answer.text}{'' if answer.text == text else f'  (wrong, it is {text})'}\n")
    longest = max(answers, key=lambda answer: len(answer.text))
    console.print(f"Attention for: {longest.text}")
    assert longest.attention is not None
    console.print(AttentionView(longest.attention))
    write_page(learned, answers)
    try_it(learned, "Your own rows of digits, a path a line:")


NETWORKS: Mapping[str, dict[str, object]] = {
    "caption": {
        "text.target_units": "words",
        "model.size": "small",
        "model.layers": 1,
        "model.shift": 0.0,
        "training.validations": 4,
    }
}
DEMO = Demo("caption", split, NETWORKS, show, noun="rows", line=line, write=write, time="60s", least=20.0)
