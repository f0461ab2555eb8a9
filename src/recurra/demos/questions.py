"""The demo's data: small stories, and questions about them.

    Nina went to the library . Omar took the lantern . Omar gave the lantern to Nina . Omar went to the harbour .
    Who has the lantern ?                 ->  Nina
    Where is the lantern ?                ->  library
    Is Omar in the library ?              ->  no
    How many things does Nina carry ?     ->  one

A story is made by letting people walk about, take things, give them to each other and put them down; the answer follows
from where everybody and everything is in the end. What was true before is in the story as well, so the words alone say
little: the last word on a person counts, and a thing is where its bearer is.

Source and target are those of `recurra train stories.tsv --source-column story,question --target-column answer`.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from recurra.demos.demo import Demo, Learned, Split, write_files
from recurra.demos.showing import try_it, write_page

if TYPE_CHECKING:
    from recurra.tasks.answer import AnyAnswer

TRAINING, HELD_OUT, SEED = 20_000, 1000, 1
MIN_SENTENCES, MAX_SENTENCES = 3, 5  # sentences of a story
PEOPLE = ("Nina", "Omar", "Ravi")
PLACES = ("library", "harbour", "attic", "bakery", "meadow")
THINGS = ("lantern", "violin", "teapot")
NUMBERS = ("none", "one", "two", "three")
WENT = ("went to", "walked to", "ran to")
TOOK, PUT_DOWN = ("took", "picked up"), ("dropped", "put down")

SETTINGS: dict[str, object] = {
    "text.source_units": "words",
    "text.target_units": "words",
    "model.width": 64,
    "model.layers": 1,
    "model.copy": True,
    "model.dropout": 0.05,
    "training.learning_rate": 0.005,
    "training.label_smoothing": 0.0,
    "training.validations": 4,
    "batching.batch_tokens": 900,
    "data.valid_share": 0.02,
}
Pair = tuple[str, str]


@dataclass
class World:
    """Where everybody is and who carries what, as far as the story has said."""

    at: dict[str, str] = field(default_factory=dict[str, str])  # person -> place
    bearer: dict[str, str] = field(default_factory=dict[str, str])  # thing -> person
    left: dict[str, str] = field(default_factory=dict[str, str])  # thing that nobody carries -> place
    hands: list[str] = field(default_factory=list[str])  # who has carried anything so far

    def hand(self, thing: str, person: str) -> None:
        """From now on somebody carries a thing."""
        self.bearer[thing] = person
        if person not in self.hands:
            self.hands.append(person)

    def place_of(self, thing: str) -> str | None:
        """Where a thing is, if the story has said it."""
        return self.at.get(self.bearer[thing]) if thing in self.bearer else self.left.get(thing)


def split() -> Split:
    """Stories with a question each, all different."""
    source, found = random.Random(SEED), dict[str, str]()
    while len(found) < TRAINING + HELD_OUT:
        text, answer = example(source)
        found[text] = answer
    pairs = list(found.items())
    return Split(pairs[:TRAINING], pairs[TRAINING:])


def example(source: random.Random) -> Pair:
    """A story and a question, with a tab between them, and the answer."""
    world = World()
    sentences = [event(source, world) for _ in range(source.randint(MIN_SENTENCES, MAX_SENTENCES))]
    kind = source.choice([ask for ask in KINDS if next(ask(source, world), None)])
    question, answer = source.choice(list(kind(source, world)))
    return f"{' '.join(sentences)}\t{question}", answer


def event(source: random.Random, world: World) -> str:
    """Something that happens; the world is then as it says."""
    moves = source.random() < 0.55
    for happened in () if moves else source.sample((take, give, put_down), 3):
        if sentence := happened(source, world):
            return sentence
    person = source.choice(PEOPLE)
    world.at[person] = source.choice([place for place in PLACES if place != world.at.get(person)])
    return f"{person} {source.choice(WENT)} the {world.at[person]} ."


def take(source: random.Random, world: World) -> str | None:
    """Somebody takes what nobody has and what is not known to be elsewhere."""
    free = [thing for thing in THINGS if thing not in world.bearer]
    able = [(who, thing) for who in world.at for thing in free if world.left.get(thing, world.at[who]) == world.at[who]]
    if not able:
        return None
    who, thing = source.choice(able)
    world.hand(thing, who)
    return f"{who} {source.choice(TOOK)} the {thing} ."


def give(source: random.Random, world: World) -> str | None:
    """Somebody gives what they carry to somebody who is there."""
    able = [
        (thing, who, other)
        for thing, who in world.bearer.items()
        for other in world.at
        if other != who and world.at[other] == world.at[who]
    ]
    if not able:
        return None
    thing, who, other = source.choice(able)
    world.hand(thing, other)
    return f"{who} gave the {thing} to {other} ."


def put_down(source: random.Random, world: World) -> str | None:
    """Somebody leaves something where they are."""
    if not world.bearer:
        return None
    thing = source.choice(list(world.bearer))
    who = world.bearer.pop(thing)
    world.left[thing] = world.at[who]
    return f"{who} {source.choice(PUT_DOWN)} the {thing} ."


def where_people(source: random.Random, world: World) -> Iterator[Pair]:
    """Where somebody is."""
    return ((f"Where is {person} ?", place) for person, place in world.at.items())


def where_things(source: random.Random, world: World) -> Iterator[Pair]:
    """Where something is: with whom, and where they are."""
    places = ((thing, world.place_of(thing)) for thing in THINGS)
    return ((f"Where is the {thing} ?", place) for thing, place in places if place)


def who_has(source: random.Random, world: World) -> Iterator[Pair]:
    """Who carries something."""
    return ((f"Who has the {thing} ?", person) for thing, person in world.bearer.items())


def whether(source: random.Random, world: World) -> Iterator[Pair]:
    """Whether somebody is somewhere: as often yes as no."""
    for person, place in world.at.items():
        asked = place if source.random() < 0.5 else source.choice([other for other in PLACES if other != place])
        yield f"Is {person} in the {asked} ?", "yes" if asked == place else "no"


def how_many(source: random.Random, world: World) -> Iterator[Pair]:
    """How many things somebody carries, of those who have carried any."""
    carried = list(world.bearer.values())
    return ((f"How many things does {person} carry ?", NUMBERS[carried.count(person)]) for person in world.hands)


KINDS = {
    where_people: "where people are",
    where_things: "where things are",
    who_has: "who has what",
    whether: "yes or no",
    how_many: "how many",
}
BEGINNINGS = {"Where is the": "where things are", "Where": "where people are", "Who": "who has what", "Is": "yes or no"}


def kind_of(text: str) -> str:
    """Which kind the question in a source is of."""
    question = text.split("\t")[1]
    return next((kind for beginning, kind in BEGINNINGS.items() if question.startswith(beginning)), "how many")


def show(learned: Learned) -> None:
    """How many answers are right, by the kind of question; some answers, and where the network looked."""
    console = learned.console
    answers: Sequence[AnyAnswer] = learned.model.predict([text for text, _ in learned.held_out], attention=True)
    right = [answer.text == target for answer, (_, target) in zip(answers, learned.held_out, strict=True)]
    console.print(f"{100 * sum(right) / len(right):.1f} % of {len(right):,} held-out questions are answered right:")
    for kind in KINDS.values():
        own = [one for one, (text, _) in zip(right, learned.held_out, strict=True) if kind_of(text) == kind]
        console.print(f"  {kind:18}{100 * sum(own) / len(own):5.1f} % of {len(own)}")
    shown = examples_shown(answers)
    for answer in shown:
        show_attention(learned, answer)
    write_page(learned, shown)
    try_it(learned, "Your own stories (story, tab, question):")


def examples_shown(answers: Sequence[AnyAnswer]) -> list[AnyAnswer]:
    """The first question of each kind."""
    found: dict[str, AnyAnswer] = {}
    for answer in answers:
        found.setdefault(kind_of(answer.source), answer)
    return [found[kind] for kind in KINDS.values() if kind in found]


def show_attention(learned: Learned, answer: AnyAnswer) -> None:
    """A story, its question, the answer, and the weights of the answer's look."""
    from recurra.views import AttentionView

    story, question = answer.source.split("\t")
    learned.console.print(f"\n{story}\n{question}  [bold]{answer.text}[/]", soft_wrap=True)
    if answer.attention is not None:
        learned.console.print(AttentionView(answer.attention))


def write_stories(folder: Path, split: Split) -> Mapping[Path, int]:
    """Tables with the columns story, question and answer."""

    def table(pairs: Sequence[Pair]) -> str:
        return "".join(f"{text}\t{answer}\n" for text, answer in [("story\tquestion", "answer"), *pairs])

    return write_files(folder, {"train.tsv": split.training, "test.tsv": split.held_out}, table)


def story_line(example: Pair) -> str:
    """Story, question and answer in one line."""
    text, answer = example
    return f"{text.replace(chr(9), '  ')}  ->  {answer}"


DEMO = Demo(
    "translate", split, {"questions": SETTINGS}, show, noun="stories", line=story_line, write=write_stories,
    time="60s", least=20.0,
)  # fmt: skip
