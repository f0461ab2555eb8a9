"""A command line run in this process, and models that answer without a network."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from recurra.cli import run
from recurra.data import PLAIN, DataSource, Examples, open_inputs
from recurra.decoding import DecodingOptions
from recurra.tasks.answer import Alternative, Answer
from recurra.tasks.evaluation import Evaluation
from recurra.tasks.translate.recipe import Recipe
from recurra.tasks.translate.task import Translate
from recurra.tracing import AttentionMap


class Result(NamedTuple):
    code: int
    out: str
    err: str


CommandLine = Callable[..., Result]


@pytest.fixture
def recurra(capsys: pytest.CaptureFixture[str]) -> CommandLine:
    """recurra("predict", "model", ...) -> code, stdout, stderr."""

    def call(*args: str) -> Result:
        capsys.readouterr()
        code = run(args)
        return Result(code, *capsys.readouterr())

    return call


@dataclass
class FakeModel:
    """Answers with the source backwards; 'Q' is unknown to it. Writes down what it was asked."""

    path: Path = Path("model")
    evaluation: Evaluation = field(default_factory=lambda: Evaluation(0, {}))
    asked: list[Any] = field(default_factory=list)
    recipe: Recipe = field(default_factory=Recipe)
    task: Any = field(default_factory=Translate)
    caveats: list[str] = field(default_factory=list)

    def read(self, path: str, **columns: Any) -> Examples[str]:
        return open_inputs(DataSource(path), PLAIN, None)

    def options(self, options: None, settings: dict[str, Any]) -> DecodingOptions:
        return DecodingOptions(**settings)

    def predict_iter(self, texts: Iterable[str], **settings: Any) -> Iterator[Answer[None]]:
        self.asked.append(settings)
        options = DecodingOptions(**settings)
        return (self.answer(text, options) for text in texts)

    def predict(self, texts: Sequence[str], **settings: Any) -> list[Answer[None]]:
        return list(self.predict_iter(texts, **settings))

    def evaluate(self, data: Any, **settings: Any) -> Evaluation:
        self.asked.append((data, settings))
        return self.evaluation

    def answer(self, text: str, options: DecodingOptions) -> Answer[None]:
        if not text:
            return Answer(text, [Alternative("")], None)
        seen = AttentionMap([*text, "<EOS>"], [*text[::-1]], [[1.0] + [0.0] * len(text)] * len(text))
        kept = seen if options.attention else None
        outputs = [text[::-1] + "!" * k for k in range(min(options.nbest, 2))]
        alternatives = [Alternative(one, -0.5 - k, -1.0 - k, True, kept) for k, one in enumerate(outputs)]
        return Answer(text, alternatives, None, [letter for letter in text if letter == "Q"])


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> FakeModel:
    """What every model folder is opened as."""
    fake = FakeModel()

    def load(paths: list[str]) -> FakeModel:
        fake.asked.append(paths)
        return fake

    monkeypatch.setattr("recurra.api.load", load)
    return fake


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a command writes by mistake is written there."""
    monkeypatch.chdir(tmp_path)
