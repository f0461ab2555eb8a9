"""What a demo is: data that make themselves, settings that learn them within a minute, and something to look at."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, NamedTuple

from typing_extensions import TypeVar

from recurra.files import atomic_write, plain_errors

if TYPE_CHECKING:
    from rich.console import Console

    from recurra.api import Model

Settings = Mapping[str, object]
E = TypeVar("E", default=Any)  # an example, in the form in which the task takes it from Python


class Split(NamedTuple, Generic[E]):
    """Examples of one distribution, in the form in which the task takes them from Python."""

    training: Sequence[E]
    held_out: Sequence[E]


@dataclass(frozen=True)
class Learned(Generic[E]):
    """What the training of a demo has left, to be shown."""

    models: Mapping[str, Model]  # by the names of Demo.networks
    held_out: Sequence[E]
    folder: Path  # where a page may be put beside the models
    console: Console

    @property
    def model(self) -> Model:
        """The only model, or the first."""
        return next(iter(self.models.values()))


@dataclass(frozen=True)
class Bench:
    """What an experiment is done with."""

    console: Console
    folder: Path  # where a page may be put; it is there
    deadline: float  # when its training has to be over, on the clock of time.monotonic


def pair_line(example: Any) -> str:
    """An example of two texts in one line."""
    source, target = example
    return f"{source}  ->  {target}"


def write_pairs(folder: Path, split: Split) -> dict[Path, int]:
    """The examples as files for `recurra train`: source, tab, target. Gives the files and their sizes."""
    files = {"train.tsv": split.training, "test.tsv": split.held_out}
    return write_files(folder, files, lambda pairs: "".join(f"{source}\t{target}\n" for source, target in pairs))


def write_files(folder: Path, files: Mapping[str, Sequence[E]], text: Callable[[Sequence[E]], str]) -> dict[Path, int]:
    """Examples as the text of files in a folder, which is made. Gives the files and how many examples each has."""
    with plain_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    for name, examples in files.items():
        atomic_write(folder / name, text(examples).encode())
    return {folder / name: len(examples) for name, examples in files.items()}


@dataclass(frozen=True)
class Demo(Generic[E]):
    """One demo. Its file in this room makes one, called DEMO, and the table DEMOS names it."""

    task: str
    split: Callable[[], Split[E]]  # the same in every run
    networks: Mapping[str, Settings]  # what is trained, in equal shares of the time: a name, and settings of the recipe
    show: Callable[[Learned[E]], None]  # prints what was learned; the last thing that a demo does
    noun: str = "pairs"  # what its examples are
    line: Callable[[E], str] = pair_line  # an example in one line
    write: Callable[[Path, Split[E]], Mapping[Path, int]] = write_pairs  # the examples as files, with their sizes
    time: str = "45s"  # of the whole command, unless the user says otherwise
    least: float = 15.0  # seconds below which nothing can be learned
    afterwards: float = 5.0  # seconds kept for measuring and showing


@dataclass(frozen=True)
class Experiment:
    """A demo of bare networks, without a task: it trains several of them and shows what they came to."""

    run: Callable[[Bench], None]
    write: Callable[[Path], Mapping[Path, int]]  # its data as files, with their sizes
    noun: str = "examples"  # what its examples are
    time: str = "60s"  # of the whole command, unless the user says otherwise
    least: float = 15.0  # seconds below which nothing can be learned
    afterwards: float = 5.0  # seconds kept for showing
