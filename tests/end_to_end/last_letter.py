"""A task in one file, as somebody would add it: an Elman network learns to name the last letter of a word.

The words come as lines of text. It has its own example, recipe, network, answer and measure, and nothing in recurra
knows of it but the line that the test adds to TASKS.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from torch import Tensor, nn

from recurra.cells import CELLS
from recurra.data import PLAIN, EncodedTable, Passage, Preview, Row, pad_sources
from recurra.layers import Recurrent
from recurra.metrics import Measure, exact_match
from recurra.models import device_of
from recurra.padded import Padded
from recurra.tasks.answer import Alternative, Answer
from recurra.tasks.evaluation import Evaluation
from recurra.tasks.recipe import TaskRecipe
from recurra.tasks.task import Emit, Encoded, Task
from recurra.text import Tokenizer
from recurra.training import Index, Loss, Score, token_loss


@dataclass(frozen=True)
class ModelOptions:
    width: int = 16  # of embedding and state


@dataclass(frozen=True)
class LastLetterRecipe(TaskRecipe):
    task: Literal["last-letter"] = "last-letter"
    model: ModelOptions = field(default_factory=ModelOptions)


class LastLetterModel(nn.Module):
    def __init__(self, vocabulary: int, width: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        self.layer = Recurrent(CELLS["elman"](width, width))
        self.output = nn.Linear(width, vocabulary)

    def forward(self, words: Padded) -> Tensor:
        """Ids [B, T] to scores [B, V]."""
        run = self.layer(words.with_values(self.embedding(words.values)))
        return self.output(run.state.hidden)


@dataclass(frozen=True)
class Network:
    model: LastLetterModel
    letters: Tokenizer
    recipe: LastLetterRecipe

    def vocabularies(self) -> dict[str, str]:
        return {"letters": self.letters.to_json()}

    def describe(self) -> str:
        return f"elman, {self.recipe.model.width} wide"

    def sizes(self) -> dict[str, object]:
        return {"letters": self.letters.size}


class Learner:
    measure = "error_rate"

    def __init__(self, network: Network, encoded: Encoded) -> None:
        self.network, self.encoded = network, encoded
        self.model = network.model

    def batches(self, epoch: int) -> list[Index]:
        order = np.random.default_rng((self.network.recipe.training.seed, epoch)).permutation(len(self.encoded.train))
        return np.array_split(order, max(1, len(order) // 32))

    def largest_batch(self) -> Index:
        return self.batches(0)[0]

    def loss(self, batch: Index, *, smoothing: float, sampling: float) -> Loss:
        return token_loss(*self._scored(self.encoded.train, batch), smoothing)

    def tokens(self, batch: Index) -> int:
        return len(batch)

    def validation_examples(self) -> int:
        return len(self.encoded.valid)

    @torch.inference_mode()
    def validate(self, examples: int) -> Score:
        self.model.eval()
        scores, truth = self._scored(self.encoded.valid, np.arange(examples))
        wrong = 100 * float((scores.argmax(-1) != truth).float().mean())
        return Score(float(token_loss(scores, truth).total) / examples, wrong)

    def describe(self, batch: Index) -> str:
        return f"the batch of lines {self.encoded.train.lines[batch].tolist()}"

    def _scored(self, table: EncodedTable, batch: Index) -> tuple[Tensor, Tensor]:
        rows = [table["letters"].row(int(i)).tolist() for i in batch]
        words, truth = pad_sources([row[:-1] for row in rows]), torch.tensor([row[-1] for row in rows])
        device = device_of(self.model)
        return self.model(words.to(device)), truth.to(device)


class LastLetter(Task[Passage, LastLetterRecipe, Network]):
    """The task."""

    name = "last-letter"
    summary = "Names the last letter of a word."
    noun = "words"
    headline: Mapping[str, str] = {"exact_match": "right {:.1f} %"}
    recipe = LastLetterRecipe
    kind = PLAIN

    def detect(self, preview: Preview) -> str | None:
        return "its name ends in .words" if preview.ending == ".words" else None

    def make(self, train: Iterable[Passage], recipe: LastLetterRecipe, emit: Emit) -> Network:
        return self._network(recipe, Tokenizer.build((word.text for word in train), "chars"))

    def load(self, recipe: LastLetterRecipe, vocabularies: Mapping[str, str]) -> Network:
        return self._network(recipe, Tokenizer.from_json(vocabularies["letters"]))

    def _network(self, recipe: LastLetterRecipe, letters: Tokenizer) -> Network:
        torch.manual_seed(recipe.training.seed)
        return Network(LastLetterModel(letters.size, recipe.model.width), letters, recipe)

    def encode(self, examples: Iterable[Passage], network: Network, folder: Path) -> None:
        rows = (Row({"letters": network.letters.encode(word.text + word.text[-1])}, word.line) for word in examples)
        EncodedTable.write(folder, {"letters": "<i4"}, rows)

    def learner(self, network: Network, encoded: Encoded, emit: Emit) -> Learner:
        return Learner(network, encoded)

    def predictor(self, networks: Sequence[Network]) -> Predictor:
        return Predictor(networks[0])


class Predictor:
    def __init__(self, network: Network) -> None:
        self.network = network

    reads = None

    def is_one(self, given: object) -> bool:
        return isinstance(given, str)

    @torch.inference_mode()
    def predict(self, inputs: Iterable[str], options: None) -> Iterator[Answer[None]]:
        for text in inputs:
            word = pad_sources([self.network.letters.encode(text)]).to(device_of(self.network.model))
            scores = self.network.model(word).log_softmax(-1)[0]
            best = float(scores.max())
            yield Answer(text, [Alternative(self.network.letters.token(int(scores.argmax())), best, best)], None)

    def evaluate(self, examples: Iterable[Passage], options: None) -> Evaluation:
        words = list(examples)
        answers = [answer.text for answer in self.predict((word.text for word in words), None)]
        measures: dict[str, Measure] = {"exact_match": exact_match(answers, [word.text[-1] for word in words])}
        return Evaluation(len(words), measures)
