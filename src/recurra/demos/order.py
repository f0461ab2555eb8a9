"""The demo's data: reviews in pairs that have the same words, where the order alone says which of the two is meant.

    I would never buy this kettle again. It clearly failed after a week.    ->  bad
    I would clearly buy this kettle again. It never failed after a week.    ->  good

A review has two sentences, one about what the writer would do and one about what went wrong, in either order, and an
adverb in each: one that denies and one that affirms. The first kind of sentence is good if it is affirmed, the second
if it is denied; so the label follows from which adverb stands in which sentence. Its pair is the same review with the
adverbs exchanged: the same bag of words, and the other label.

So a network that knows no order gives both of a pair the same answer, and is right in half of them by construction,
whatever it learns. No rule about places helps either: the adverb that denies stands first in as many good reviews as
in bad ones. The products of the held-out reviews do not occur in the others.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from rich import box
from rich.table import Table

from recurra.demos.demo import Demo, Learned, Split
from recurra.demos.showing import try_it

TRAINING, HELD_OUT, SEED = 2000, 200, 1  # pairs of reviews
SHOWN = 4  # pairs
Review = tuple[str, str]

DENYING = ("never", "hardly", "scarcely", "rarely")
AFFIRMING = ("clearly", "always", "surely", "certainly")
WISHES = (
    "I would {} buy {} again .",
    "I will {} choose {} again .",
    "My friends would {} want {} at home .",
    "I can {} recommend {} to others .",
    "We {} enjoyed {} on Sundays .",
    "You should {} order {} for yourself .",
)
FAULTS = (
    "It {} failed after {} .",
    "It {} broke down within {} .",
    "The thing {} made trouble for {} .",
    "It {} needed repair after {} .",
    "It {} leaked for {} .",
    "The parts {} came loose within {} .",
)
PRODUCTS = (
    "kettle", "lamp", "radio", "chair", "printer", "drill", "tent", "clock", "phone", "oven", "scale", "fan",
    "camera", "heater", "mixer", "toaster", "bicycle", "keyboard", "vacuum", "monitor", "backpack", "blender",
    "speaker", "router", "jacket", "table",
)  # fmt: skip
UNSEEN = ("guitar", "freezer", "ladder", "telescope", "sofa")  # of the held-out reviews only
TIMES = ("a week", "two days", "a month", "the first hour", "half a year", "one winter", "ten minutes", "a year")

SHARED: dict[str, object] = {
    "text.units": "words",
    "model.size": "small",
    "model.dropout": 0.1,
    "training.validations": 5,
}
NETWORKS = {
    "bag": {**SHARED, "model.kind": "feedforward"},
    "recurrent": {**SHARED, "model.kind": "rnn"},
}


def split() -> Split:
    """Pairs of reviews, both of a pair on the same side, those of a pair one after the other."""
    source = random.Random(SEED)
    seen: set[str] = set()
    training = [review for pair in pairs(source, PRODUCTS, TRAINING, seen) for review in pair]
    held_out = [review for pair in pairs(source, UNSEEN, HELD_OUT, seen) for review in pair]
    return Split(training, held_out)


def pairs(
    source: random.Random, products: Sequence[str], count: int, seen: set[str]
) -> Iterator[tuple[Review, Review]]:
    """So many pairs, all different."""
    while count:
        denying, affirming = source.choice(DENYING), source.choice(AFFIRMING)
        wish, fault = source.choice(WISHES), source.choice(FAULTS)
        product, time, wish_first = f"this {source.choice(products)}", source.choice(TIMES), source.random() < 0.5

        def review(in_wish: str, in_fault: str) -> str:
            sentences = [wish.format(in_wish, product), fault.format(in_fault, time)]  # noqa: B023  # called at once
            return " ".join(sentences if wish_first else sentences[::-1])  # noqa: B023

        bad, good = (review(denying, affirming), "bad"), (review(affirming, denying), "good")
        if bad[0] not in seen:
            seen.add(bad[0])
            yield (bad, good) if source.random() < 0.5 else (good, bad)
            count -= 1


def show(learned: Learned) -> None:
    """Both networks on the held-out pairs, side by side."""
    console = learned.console
    console.print(
        f"{len(learned.held_out) // 2} held-out pairs: the two reviews of a pair have the same words in another order"
    )
    for name, model in learned.models.items():
        accuracy = model.evaluate(learned.held_out).measures["accuracy"]
        console.print(
            f"{NAMES[name]:24} right in {accuracy.value:5.1f} % "
            f"(95 % interval: {accuracy.low:.1f} to {accuracy.high:.1f}){REMARKS[name]}"
        )
    console.print(side_by_side(learned))
    try_it(learned, "Your own reviews:")


NAMES = {"bag": "feed-forward bag of words", "recurrent": "recurrent network"}
REMARKS = {"bag": ": the same answer to both of a pair, by construction", "recurrent": ""}


def side_by_side(learned: Learned) -> Table:
    """Some pairs, what each network says to them, and how sure it is."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("review", overflow="fold")
    table.add_column("it is")
    for name in learned.models:
        table.add_column(name, no_wrap=True)
    some: Sequence[Review] = learned.held_out[: 2 * SHOWN]
    answers = [model.predict([text for text, _ in some]) for model in learned.models.values()]
    for number, (text, label) in enumerate(some):
        said = [each[number] for each in answers]
        marks = [f"[{'green' if one.text == label else 'red'}]{one.text}[/] {one.score:.0%}" for one in said]
        table.add_row(text, label, *marks, end_section=number % 2 == 1)
    return table


DEMO = Demo("classify", split, NETWORKS, show, noun="reviews", time="45s", least=20.0)
