"""What a task is: which data, which network, which measure, and how an answer is shown.

Everything between a user's files and a model folder that is the same for all tasks (the run folder and its lock,
validation data, resuming, checkpoints, the closing measurement, the card) is in fit.py and finish.py and knows of a
task only what stands here. A new task is a file in this room with an object that keeps `Task`, and a line in TASKS.

E is the record of one example: a NamedTuple from the data room with the number of the line it came from.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Protocol, Self, runtime_checkable

from torch import nn
from typing_extensions import TypeVar

from recurra.data import EncodedTable, Examples, HasLine, Kind, Preview
from recurra.errors import UsageError
from recurra.structure import Structure
from recurra.tasks.answer import AnyAnswer
from recurra.tasks.baseline import TaskBaseline
from recurra.tasks.evaluation import Evaluation
from recurra.tasks.fitted_once import Once
from recurra.tasks.recipe import TaskRecipe
from recurra.tasks.scored_text import ScoredText
from recurra.tasks.search import ShownSearch
from recurra.tasks.split import Split, split_by_hash
from recurra.tasks.tracing import Asked
from recurra.tasks.vectors import Vector
from recurra.tasks.vocabulary import Side
from recurra.training import Budget, Emit, Learner

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

I = TypeVar("I", contravariant=True, default=Any)  # an input
X = TypeVar("X", contravariant=True, default=Any)  # an example
O = TypeVar("O", contravariant=True, default=Any)  # how to answer: the recipe's section [decoding]
T = TypeVar("T", contravariant=True, default=Any)  # what may be asked about
D = TypeVar("D", default=Any)  # examples as numbers
G = TypeVar("G", contravariant=True, default=Any)  # how to go on: the recipe's section [generation]


class Network(Protocol):
    """A network with what it needs to read and write: in general a frozen dataclass."""

    @property
    def model(self) -> nn.Module:
        """The weights. Whatever is learned from data without gradients (means, deviations) is a buffer of it."""
        ...

    @property
    def recipe(self) -> TaskRecipe:
        """How it was made; nothing in it is left to be decided."""
        ...

    def vocabularies(self) -> Mapping[str, str]:
        """What it must know beside weights and recipe, as JSON texts by name: tokenizers, labels."""
        ...

    def describe(self) -> str:
        """Its kind and its size, in one line."""
        ...

    def sizes(self) -> Mapping[str, object]:
        """Sizes for the card: {"source vocabulary": 41}. The number of parameters is added to them."""
        ...


@runtime_checkable
class HasStructure(Protocol):
    """A network that says what it is made of, and so can be drawn."""

    def structure(self) -> Structure:
        """Its parts and their sizes."""
        ...


class Predictor(Protocol[I, X, O]):
    """One trained network, or several that answer together."""

    @property
    def reads(self) -> object:
        """What its network reads, as the kind's `inputs` wants to know it: a number of columns, text or numbers."""
        ...

    def is_one(self, given: object) -> bool:
        """Whether what is given in Python is one input and not several."""
        ...

    def predict(self, inputs: Iterable[I], options: O) -> Iterator[AnyAnswer]:
        """An answer for each input, in order.

        Args:
            inputs: may be endless.
            options: of the type of the recipe's section [decoding].
        """
        ...

    def evaluate(self, examples: Iterable[X], options: O) -> Evaluation:
        """All measures over the examples, each with its interval."""
        ...


@runtime_checkable
class Inspected(Protocol[I, O, T]):
    """A predictor whose networks can be traced."""

    def ask(self, given: I, options: O, target: T | None = None) -> Asked:
        """The question that traces, gradients and attributions are about.

        Args:
            given: one input.
            target: the output that is asked about; the model's own if None.

        Raises:
            DataError: no such input.
            UsageError: a target that the model cannot write.
        """
        ...


@runtime_checkable
class Represents(Protocol[I]):
    """A predictor that can also say by which vector its (first) network knows an input."""

    @property
    def represented(self) -> str:
        """What that is, in words: "the last state of the encoder"."""
        ...

    def vectors(self, inputs: Iterable[I]) -> Iterator[Vector | None]:
        """The vector [E] of each input, in order; None of one without anything in it.

        Args:
            inputs: may be endless.
        """
        ...

    def unknown_in(self, given: I) -> list[str]:
        """The units of an input, one that has a vector, that the (first) network does not know."""
        ...


@runtime_checkable
class ReadsWords(Protocol[X, O]):
    """A task whose networks can read words that have vectors from elsewhere; its recipe has a section [vectors]."""

    def make_with_vectors(self, train: Iterable[X], recipe: O, emit: Emit, vectors: str) -> Network:
        """A fresh network, as `make` gives, that begins with the vectors of a file.

        Raises:
            DataError: the file cannot be read, or has none of the words.
            UsageError: something else than words is read.
        """
        ...


@runtime_checkable
class Generates(Protocol[I, G]):
    """A predictor that can also continue a text."""

    @property
    def generation(self) -> DataclassInstance:
        """The options where no others are given: the recipe's section [generation]."""
        ...

    @property
    def endless(self) -> bool:
        """Whether a continuation has no end of its own, so that each is as long as it may become."""
        ...

    def generate(self, inputs: Iterable[str], options: G) -> Iterator[AnyAnswer]:
        """Continuations of each text.

        Args:
            options: of the type of `generation`.
        """
        ...

    def ask_continuation(self, given: I, options: G) -> Asked:
        """The question about a text and its first continuation.

        Args:
            options: of the type of `generation`.
        """
        ...


@runtime_checkable
class Streams(Protocol[I, O]):
    """A predictor that can show an output while it is written."""

    def units(self, given: I, text: str) -> tuple[int, int]:
        """How many units an input has for the network, and how many a text that it wrote."""
        ...

    def stream(self, given: I, options: O) -> Generator[str, None, AnyAnswer]:
        """Its pieces, which together are the text of the answer, or its end behind what a language model goes on from.

        Args:
            given: one input.
            options: of the type of the recipe's section [decoding], of a language model of [generation].
        """
        ...


@runtime_checkable
class Searches(Protocol[I, O]):
    """A predictor whose outputs are searched for, token by token."""

    def searched(self, given: I, options: O) -> ShownSearch:
        """How the outputs for one input are found."""
        ...

    def beginning(self, tokens: Sequence[int]) -> Self:
        """The same predictor, with outputs that begin with these tokens and go on freely."""
        ...


@runtime_checkable
class Surprised(Protocol):
    """A predictor that can also say how much each unit of a text surprises it."""

    def surprisal(self, inputs: Iterable[str]) -> Iterator[ScoredText]:
        """The surprisals of each text, one after the other."""
        ...


@runtime_checkable
class ReadsImages(Protocol):
    """A predictor that can read images; where a text is given in place of one, it is the path of a file."""

    @property
    def image_columns(self) -> Sequence[int | str] | None:
        """Numbers and names of the columns of images; empty where an input has one column; None: it reads no images."""
        ...


@dataclass(frozen=True)
class Encoded(Generic[D]):
    """Training and validation examples as numbers on the disk, however the task keeps them."""

    train: D
    valid: D


E = TypeVar("E", bound=HasLine, default=Any)  # an example
R = TypeVar("R", bound=TaskRecipe, default=Any)
N = TypeVar("N", bound=Network, default=Any)


class Task(ABC, Generic[E, R, N]):
    """One row of the table TASKS.

    What has a body here is what most tasks do.
    """

    name: str  # "translate"
    summary: str  # one sentence for help and card: "Writes a target text for a source text."
    noun: str  # what an example is, in the plural: "pairs"
    headline: Mapping[str, str]  # leading measures, key -> "whole outputs wrong {:.2f} %"
    per_example: Sequence[str] = ()  # measures that are sums over examples (Evaluation.examples), so can be compared
    recipe: type[R]
    kind: Kind[E]  # what its examples are, and how they are read
    baseline: TaskBaseline | None = None  # the simplest strong thing that a network has to be better than
    # Sections and settings that change what is fitted before the network learns, beside its vocabularies.
    fitted_by: tuple[str, ...] = ("data",)

    def detect(self, preview: Preview) -> str | None:
        """Why these data are surely for this task ("its second column has 6 different labels"), or None."""
        return None

    def split(self, train: Examples[E], valid: Examples[E] | None, recipe: R, emit: Emit) -> Split[E]:
        """Which examples are trained on and which validate; without validation data some are set aside, and said."""
        return split_by_hash(train, valid, recipe.data, self.kind, emit)

    @abstractmethod
    def make(self, train: Iterable[E], recipe: R, emit: Emit) -> N:
        """A fresh network: what the recipe leaves open is decided and said, vocabularies are built from `train`."""

    def completed(self, network: N, train: Iterable[E], budget: Budget, emit: Emit, once: Once) -> N:
        """The network with what is fitted to the training examples before it learns, in a share of the time.

        Args:
            once: gives what another run has fitted already.
        """
        return network

    @abstractmethod
    def load(self, recipe: R, vocabularies: Mapping[str, str]) -> N:
        """The same network again, with fresh weights.

        Raises:
            KeyError: a vocabulary that it needs is not there.
        """

    def sides(self, network: N) -> Sequence[Side[E]]:
        """The vocabularies that examples are read and written by, so that what they lack is said before training."""
        return ()

    def sketch(self, recipe: R) -> Structure:
        """What a network of this recipe is made of, before any data are seen; what the data decide is left open.

        Raises:
            UsageError: the task has no such sketch.
        """
        what = f"a network for the task {self.name} cannot be drawn without a model"
        raise UsageError(what, fix="Train one, and give its folder.")

    @abstractmethod
    def encode(self, examples: Iterable[E], network: N, folder: Path) -> None:
        """Writes examples as numbers into a folder, in a stream."""

    def settled(self, network: N, encoded: Encoded, budget: Budget, emit: Emit) -> N:
        """The network with what only trials on the data can decide; says what was decided."""
        return network

    def open_encoded(self, folder: Path) -> object:
        """What `encode` wrote, mapped into memory; has a len().

        Raises:
            DataError: nothing whole is there.
        """
        return EncodedTable.open(folder)

    @abstractmethod
    def learner(self, network: N, encoded: Encoded, emit: Emit) -> Learner:
        """The network and its data as the training room knows them; says what is left out."""

    def closed(self, network: N, encoded: Encoded, baseline: bytes, emit: Emit) -> None:
        """Changes a trained network in place by what its validation data say, always in the same way; says how.

        Args:
            baseline: as it is stored, if it is part of the model; empty: none is.
        """

    def closing_seconds(self, network: N, encoded: Encoded) -> float:
        """How long `closed` takes, roughly: training ends so much earlier."""
        return 0.0

    def sampling(self, recipe: R, number: int) -> object:
        """How a few examples are evaluated while a network learns: as ever where each has one answer.

        Args:
            number: answers that are wanted of all of them.
        """
        return recipe.decoding

    @abstractmethod
    def predictor(self, networks: Sequence[N]) -> Predictor:
        """Trained networks as one that answers.

        Raises:
            ModelError: networks that do not fit together.
        """
