"""Training with vectors of words: what they are for, who takes them, and what is left without the file."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import recurra
from recurra.cli import run
from recurra.columns.stored import json_object
from recurra.columns.word_vectors import stored_table
from recurra.errors import DataError, ModelError, RecurraError, RunError, UsageError
from recurra.models.word_embedding import WordEmbedding
from recurra.training import Event, Note, StepDone

GOOD = ["great", "fine", "lovely", "superb", "happy", "bright"]
BAD = ["bad", "awful", "poor", "sad", "dull", "weak"]
OTHERS = ["the", "a", "film", "was", "so", "very", "and", "it"]
SMALL: Mapping[str, object] = {"model.width": 16, "training.learning_rate": 0.02, "data.valid_share": 0.2}


def vectors(path: Path, size: int = 8) -> Path:
    """A file in which the first number says whether a word is good or bad; it lacks "zzz"."""
    noise = np.random.default_rng(1)
    mood = {**dict.fromkeys(GOOD, 1.0), **dict.fromkeys(BAD, -1.0), **dict.fromkeys(OTHERS, 0.0)}
    rows = [" ".join([word, f"{first:.1f}", *map("{:.3f}".format, noise.normal(0, 0.2, size - 1))])
            for word, first in mood.items()]  # fmt: skip
    path.write_text("\n".join([f"{len(rows)} {size}", *rows, ""]))
    return path


def reviews(good: list[str], bad: list[str], number: int, seed: int = 1) -> list[tuple[str, str]]:
    rnd = random.Random(seed)
    found: list[tuple[str, str]] = []
    for k in range(number):
        word = rnd.choice(bad if k % 2 else good)
        found.append(
            (" ".join([*rnd.choices(OTHERS, k=4), word, *rnd.choices(OTHERS, k=2)]), "neg" if k % 2 else "pos")
        )
    return found


TRAIN = reviews(GOOD[:3], BAD[:3], 80)
UNSEEN = reviews(GOOD[3:], BAD[3:], 40, seed=2)

ALONE: Mapping[str, object] = {"model.wide": "off"}  # n-grams of these examples leave nothing to be learned
# Of each task that takes vectors: examples, an input whose words are not in the training data, settings.
TAKERS: dict[str, tuple[list[Any], Any, Mapping[str, object]]] = {
    "classify": (TRAIN, "so weak", ALONE),
    "regress": ([(text, float(label == "pos")) for text, label in TRAIN], "so weak", ALONE),
    "tag": ([(text.split(), ["B-X" if w in GOOD else "O" for w in text.split()]) for text, _ in TRAIN], "so weak", {}),
    "translate": ([(text, text[:3].upper()) for text, _ in TRAIN], "so weak", {"model.layers": 1}),
}


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return vectors(Path("mood.vec"))


def trained(task: str, file: Path | str | None, to: str = "m", epochs: float = 2, **options: Any) -> recurra.Model:
    rows, _, beside = TAKERS[task]
    settings = {**SMALL, **beside, **options.pop("settings", {})}
    return recurra.train(rows, task=task, vectors=file, to=to, epochs=epochs, settings=settings, **options)


def embedding(model: recurra.Model) -> WordEmbedding:
    (found,) = [part for part in model.networks[0].model.modules() if isinstance(part, WordEmbedding)]
    return found


def tokenizer_of(model: recurra.Model) -> Any:
    """What reads the words."""
    network: Any = model.networks[0]
    match model.task.name:
        case "tag":
            return network.reader.words
        case "translate":
            return network.source
        case _:
            return network.inputs.columns[0].tokenizer


def told(events: list[Event]) -> list[str]:
    return [event.text for event in events if isinstance(event, Note)]


@pytest.mark.parametrize("tuned", [False, True])
@pytest.mark.parametrize("change", [str, str.title, lambda text: text + "!"], ids=["as is", "capitals", "punctuation"])
def test_words_that_only_the_file_has_are_understood(tuned: bool, change: Callable[[str], str], file: Path) -> None:
    model = trained("classify", file, epochs=15, settings={"vectors.tuned": tuned})
    answers = [answer.text for answer in model.predict([change(text) for text, _ in UNSEEN])]
    assert sum(one == label for one, (_, label) in zip(answers, UNSEEN, strict=True)) >= 38
    assert not model.predict(change(UNSEEN[0][0])).unknown


def test_without_them_they_are_not(file: Path) -> None:
    model = trained("classify", None, epochs=15)
    answers = [answer.text for answer in model.predict([text for text, _ in UNSEEN])]
    assert sum(one == label for one, (_, label) in zip(answers, UNSEEN, strict=True)) < 32


@pytest.mark.parametrize("task", TAKERS)
def test_a_model_needs_the_file_no_more(task: str, file: Path) -> None:
    """Loaded, alone and in a batch, traced and explained it is the model that was trained."""
    _, unseen, _ = TAKERS[task]
    model = trained(task, file)
    file.unlink()
    inputs = [unseen, "the film was great", unseen]
    one, two, three = recurra.load("m").predict(inputs)
    assert one.to_mapping() == three.to_mapping()
    assert [one.text, two.text] == [model.predict(text).text for text in inputs[:2]]
    assert "weak" not in str(recurra.load("m").predict(unseen).unknown)
    assert "weak" in str(model.trace(unseen))
    assert "weak" in str(model.explain(unseen))
    assert not [
        path for path in Path("m").rglob("*") if path.is_file() and str(file.resolve()).encode() in path.read_bytes()
    ]


@pytest.mark.parametrize("task", TAKERS)
def test_models_with_the_same_vectors_answer_together(task: str, file: Path) -> None:
    trained(task, file, "one")
    trained(task, file, "two", settings={"training.seed": 2})
    assert recurra.load(["one", "two"]).predict("so weak").text is not None
    trained(
        task,
        None,
        "three",
        settings={
            "text.source_units" if task == "translate" else "training.seed": "words" if task == "translate" else 2
        },
    )
    with pytest.raises(RecurraError, match="the models of an ensemble must"):
        recurra.load(["one", "three"])


@pytest.mark.parametrize("task", TAKERS)
@pytest.mark.parametrize("tuned", [False, True])
def test_vectors_stay_or_are_trained(task: str, tuned: bool, file: Path) -> None:
    events: list[Event] = []
    model = trained(task, file, listeners=[events.append], settings={"vectors.tuned": tuned, "vectors.words": 100})
    table = embedding(model)
    rows = np.loadtxt(file, skiprows=1, usecols=range(1, 9), dtype=np.float32)
    seen = [*GOOD[:3], *BAD[:3], *OTHERS]
    words = [line.split()[0] for line in file.read_text().splitlines()[1:]]
    tokenizer = tokenizer_of(model)
    known = [tokenizer.token(id) for id in range(4, tokenizer.size)]
    assert sorted(known) == sorted(words)
    scale = 1 / np.sqrt(np.mean(np.square(rows[[words.index(word) for word in seen]])))
    begin = rows[[words.index(word) for word in known]] * scale
    assert table.given[4:].float().cpu().numpy() == pytest.approx(begin, rel=2e-3, abs=1e-6)
    assert not table.given[:4].any()
    added = table.trained.weight.detach()
    assert len(added) == 4 + (len(seen) if tuned else 0)
    assert set(known[: len(added) - 4]) == (set(seen) if tuned else set())
    assert added[4:].any(1).all()  # what was trained has moved
    assert 0 < added.abs().max() < 0.5
    read = table(torch.arange(4, tokenizer.size)).detach().numpy()
    moved = np.zeros_like(begin)
    moved[: len(added) - 4] = added[4:]
    assert read == pytest.approx((begin + moved) @ table.projection.weight.detach().numpy().T, rel=1e-2, abs=1e-3)


def test_what_is_known_is_said(file: Path) -> None:
    events: list[Event] = []
    rows = [(f"{text} zzz", label) for text, label in TRAIN]
    model = recurra.train(
        rows, task="classify", vectors=file, to="m", epochs=1, settings=SMALL, listeners=[events.append]
    )
    share = f"14 of 15 words ({7 / 8:.1%} of all tokens)"
    assert f"vectors: {share} are in mood.vec, 8 dimensions" in told(events)
    assert "units: words, because vectors are of words" in told(events)
    known = "vectors: 6 more words of the file are known to the model (vectors.words), 0.0 MB in all"
    assert f"{known}; all vectors are frozen" in told(events)
    assert share in model.card
    assert embedding(model).trained.num_embeddings == 5  # zzz, and the special symbols


def test_how_many_words_of_the_file_are_known_can_be_set(file: Path) -> None:
    for words, known in ((0, 14), (4, 15), (50_000, 20)):
        model = trained("classify", file, f"m{words}", settings={"vectors.words": words})
        assert embedding(model).num_embeddings - embedding(model).trained.num_embeddings == known
    assert trained("classify", file, "none", settings={"vectors.words": 0}).predict("so weak").unknown == ["weak"]


def test_a_vocabulary_limits_what_is_trained(file: Path) -> None:
    rows = [(f"{text} zzz yyy zzz", label) for text, label in TRAIN]
    for settings, own in (({"text.vocabulary": 5}, 5), ({"text.min_count": 100}, 5), ({}, 6)):
        model = recurra.train(rows, task="classify", vectors=file, to=f"m{len(str(settings))}", epochs=1,
                              settings={**SMALL, **settings})  # fmt: skip
        assert embedding(model).trained.num_embeddings == own
        assert model.predict("yyy").unknown == ([] if own == 6 else ["yyy"])


def test_every_column_of_texts_has_them(file: Path) -> None:
    rows = [{"a": text, "b": f"{k} {text}", "n": k % 7, "label": label} for k, (text, label) in enumerate(TRAIN)]
    settings = {**SMALL, "data.kinds": "a=text, b=text, n=number"}
    model = recurra.train(
        rows, task="classify", vectors=file, to="m", epochs=2, settings=settings, source_column="a,b,n"
    )
    parts = [part for part in model.networks[0].model.modules() if isinstance(part, WordEmbedding)]
    assert len(parts) == 2
    given = {"a": "so weak", "b": "so weak", "n": 3}
    assert recurra.load("m").predict(given).to_mapping() == model.predict(given).to_mapping()


def test_sources_of_several_columns_share_them(file: Path) -> None:
    rows = [((text, text.split()[4]), "yes" if label == "pos" else "no") for text, label in TRAIN]
    model = recurra.train(rows, task="translate", vectors=file, to="m", epochs=2, settings={**SMALL, "model.layers": 1})
    tokenizer, table = model.networks[0].source, embedding(model)
    assert tokenizer.units == "words,words"
    assert table.num_embeddings == tokenizer.size
    own = table.trained.num_embeddings
    assert own == 5  # the special symbols, and what stands between the columns
    assert tokenizer.token(own) == "great"
    row = np.loadtxt(file, skiprows=1, usecols=range(1, 9), max_rows=1)
    assert np.corrcoef(table.given[5].numpy().astype(float), row)[0, 1] > 0.999
    assert recurra.load("m").predict(("so weak", "weak")).text == model.predict(("so weak", "weak")).text


class TestRefused:
    def test_where_no_words_are_read(self, file: Path) -> None:
        for task, rows in (
            ("chat", [["hello", "hi"]] * 20),
            ("language-model", ["a b c"] * 20),
            ("caption", [([1.0, 2.0], "a b")] * 20),
        ):
            with pytest.raises(UsageError, match=f"has no effect on the task {task}"):
                recurra.train(rows, task=task, vectors=file, to=task)
            assert not Path(task).exists()

    def test_numbers_have_no_words(self, file: Path) -> None:
        rows = [([1.0, 2.0], "a"), ([2.0, 1.0], "b")] * 10
        with pytest.raises(UsageError, match="has no effect where there are no texts"):
            recurra.train(rows, task="classify", vectors=file, to="m")

    @pytest.mark.parametrize(
        ("task", "setting"), [("classify", "text.units"), ("regress", "text.units"), ("translate", "text.source_units")]
    )
    @pytest.mark.parametrize("units", ["chars", "subwords", "graphemes"])
    def test_other_units(self, task: str, setting: str, units: str, file: Path) -> None:
        with pytest.raises(UsageError, match=f"vectors are of words, and {setting} is {units}"):
            trained(task, file, settings={setting: units})
        assert not Path("m").exists()

    @pytest.mark.parametrize("task", TAKERS)
    @pytest.mark.parametrize(("key", "value"), [("tuned", True), ("words", 10)])
    def test_settings_about_vectors_without_vectors(self, task: str, key: str, value: object, file: Path) -> None:
        with pytest.raises(UsageError, match=f"vectors.{key} has no effect without vectors"):
            trained(task, None, settings={f"vectors.{key}": value})

    def test_vectors_of_another_language(self, file: Path) -> None:
        Path("other.vec").write_text("der 1 2\ndie 2 1\n")
        with pytest.raises(DataError, match=r"none of the 14 words of the training data .* is in it"):
            trained("classify", "other.vec")

    @pytest.mark.parametrize("name", ["missing.vec", "-", ""])
    def test_no_file(self, name: str, file: Path) -> None:
        with pytest.raises(RecurraError):
            trained("classify", name)
        assert not Path("m").exists()

    def test_an_empty_folder(self, file: Path) -> None:
        Path("empty").mkdir()
        with pytest.raises(DataError, match="no such file"):
            trained("classify", "empty")

    @pytest.mark.parametrize(
        "text",
        [
            '{"trained": 3, "size": 8}',
            '{"trained": 99, "size": 8}',
            '{"trained": 4}',
            "[]",
            '{"trained": 4, "size": 0}',
        ],
    )
    def test_damaged_sizes_in_a_model(self, text: str) -> None:
        with pytest.raises(ModelError, match="damaged"):
            stored_table(json_object(text), 20)


def stops(event: Event) -> None:
    if isinstance(event, StepDone) and event.step == 3:
        raise MemoryError


class TestResuming:
    SAVING: Mapping[str, object] = {"training.save_every": 0.0}

    def stopped(self, file: Path, task: str = "classify") -> None:
        with pytest.raises(MemoryError):
            trained(task, file, "parts", epochs=4, settings=self.SAVING, listeners=[stops])

    def resumed(self, file: Path | str | None, task: str = "classify") -> recurra.Model:
        rows = TAKERS[task][0]
        return recurra.train(rows, task=task, vectors=file, to="parts", resume=True)

    @pytest.mark.parametrize("task", TAKERS)
    def test_a_resumed_run_needs_no_file_and_is_the_run_that_was_not_stopped(self, task: str, file: Path) -> None:
        trained(task, file, "whole", epochs=4)
        self.stopped(file, task)
        file.unlink()
        self.resumed(None, task)
        assert Path("parts/model.safetensors").read_bytes() == Path("whole/model.safetensors").read_bytes()

    def test_the_same_file_may_be_given_again_under_whatever_path(self, file: Path) -> None:
        self.stopped(file)
        Path("elsewhere").mkdir()
        shutil.move(file, "elsewhere")
        assert self.resumed(Path("elsewhere") / file.name).facts["trained"]["finished"]

    def test_another_file_is_refused(self, file: Path) -> None:
        self.stopped(file)
        changed = Path("other") / file.name
        changed.parent.mkdir()
        changed.write_text(file.read_text().replace("great", "grand"))
        with pytest.raises(RunError, match=r"needs the vectors that the run was started with: mood\.vec \(.* bytes\)"):
            self.resumed(changed)
        trained("classify", None, "without", settings=self.SAVING)
        with pytest.raises(RunError, match=r"was started with: no vectors; given are mood\.vec"):
            recurra.train(TRAIN, task="classify", vectors=file, to="without", resume=True)

    @pytest.mark.parametrize(("name", "said"), [("missing.vec", "no such file"), ("-", "not read from standard input")])
    def test_no_file_is_not_called_a_damaged_run(self, name: str, said: str, file: Path) -> None:
        self.stopped(file)
        with pytest.raises(RecurraError, match=said):
            self.resumed(name)

    def test_a_run_that_has_not_read_them_yet_needs_them_again(self, file: Path) -> None:
        def stop(event: Event) -> None:
            if isinstance(event, Note) and "words, because" in event.text:
                raise KeyboardInterrupt

        trained("classify", file, "whole")
        with pytest.raises(KeyboardInterrupt):
            trained("classify", file, "parts", listeners=[stop])
        with pytest.raises(RunError, match="given are no vectors"):
            self.resumed(None)
        self.resumed(file)
        assert Path("parts/model.safetensors").read_bytes() == Path("whole/model.safetensors").read_bytes()


def test_every_member_of_an_ensemble_has_them(file: Path) -> None:
    model = trained("classify", file, settings={"training.members": 2, "vectors.tuned": True})
    one, two = (
        next(part for part in network.model.modules() if isinstance(part, WordEmbedding)) for network in model.networks
    )
    assert torch.equal(one.given, two.given)
    assert one.given[4:].any()
    assert not torch.equal(one.trained.weight, two.trained.weight)


def test_a_comparison_gives_them_to_all_its_networks(file: Path) -> None:
    Path("d.tsv").write_text("".join(f"{text}\t{label}\n" for text, label in TRAIN))
    how: dict[str, Any] = {"task": "classify", "vectors": file, "settings": SMALL, "to": "c", "epochs": 1}
    recurra.compare("d.tsv", vary={"vectors.tuned": [False, True]}, seeds=1, **how)
    sizes = [embedding(recurra.load(path)).trained.num_embeddings for path in sorted(Path("c").glob("*seed-1"))]
    assert sizes == [4, 18]
    file.write_text(file.read_text().replace("great", "grand"))
    with pytest.raises(RunError, match="was started with other vectors"):
        recurra.compare("d.tsv", vary={"vectors.tuned": [False, True]}, seeds=1, **how, resume=True)


def test_on_the_command_line(file: Path) -> None:
    Path("d.tsv").write_text("".join(f"{text}\t{label}\n" for text, label in TRAIN))
    options = ["--task", "classify", "--vectors", "mood.vec", "--epochs", "1", "--to", "m", "--set", "model.width=16"]
    assert run(["train", "d.tsv", *options]) == 0
    assert torch.equal(embedding(recurra.load("m")).given, embedding(trained("classify", file, "n")).given.cpu())
