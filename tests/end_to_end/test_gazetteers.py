"""Lists of names through the front door: learned with, stored, resumed, refused."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

import recurra
from recurra.cli import run
from recurra.errors import ModelError, RunError, UsageError
from recurra.models.tagger import PLACES, Tagger, TaggerOptions
from recurra.tasks.tag.names import name_ids, stored_gazetteers
from recurra.tasks.tag.words import Encoded, Token, batch_of
from recurra.training import Finished

DICE = random.Random(1)
NAMES = ["".join(DICE.choices("bcdfgaeo", k=5)) for _ in range(120)]
CITIES, OTHERS = NAMES[:60], NAMES[60:]
SETTINGS = {
    "model.width": 16,
    "model.embedding": 8,
    "model.characters": 8,
    "model.surface": 8,
    "training.learning_rate": 0.03,
    "training.precision": "float32",
}


def rows(cities: list[str], others: list[str], count: int) -> list[tuple[list[str], list[str]]]:
    """Nothing but the list tells which of two words is a city."""
    dice, found = random.Random(2), list[tuple[list[str], list[str]]]()
    for _ in range(count):
        pair = [dice.choice([(dice.choice(cities), "B-C"), (dice.choice(others), "O")]) for _ in range(2)]
        found.append((["in", pair[0][0], "and", pair[1][0]], ["O", pair[0][1], "O", pair[1][1]]))
    return found


TRAIN, NEW = rows(CITIES[:30], OTHERS[:30], 200), rows(CITIES[30:], OTHERS[30:], 40)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.set_num_threads(1)
    monkeypatch.chdir(tmp_path)
    Path("city.txt").write_text("\n".join(map(str.title, CITIES)) + "\n")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model whose list is gone."""
    folder = tmp_path_factory.mktemp("gazetteer")
    notes: list[str] = []
    lists = {"city": list(map(str.title, CITIES)), "none": ["Nowhere Land"]}
    recurra.train(
        TRAIN,
        task="tag",
        to=folder / "m",
        epochs=6,
        settings=SETTINGS,
        gazetteers=lists,
        listeners=[lambda event: notes.append(getattr(event, "text", ""))],
    )
    covered = [note for note in notes if "gazetteer " in note]
    assert covered[0].startswith("gazetteer city: 60 entries, ")
    assert covered[1].startswith("warning: gazetteer none: 1 entry, covering 0 of ")
    return folder / "m"


def test_a_model_looks_new_words_up_without_the_file(trained: Path) -> None:
    model = recurra.load(trained)
    assert "2 gazetteers (32)" in model.networks[0].describe()
    assert model.evaluate(NEW).measures["span_f1"].value > 90
    plain = recurra.train(TRAIN, task="tag", to="plain", epochs=6, settings=SETTINGS)
    assert plain.evaluate(NEW).measures["span_f1"].value < 80


def test_one_sentence_is_what_it_is_in_a_batch(trained: Path) -> None:
    model = recurra.load(trained)
    for (tokens, _), together in zip(NEW, model.predict_iter([tokens for tokens, _ in NEW]), strict=True):
        alone = model.predict(tuple(tokens)).details
        assert alone.tags == together.details.tags
        assert alone.probabilities == pytest.approx(together.details.probabilities, abs=1e-5)


def test_it_is_looked_into_with_its_lists(trained: Path) -> None:
    model = recurra.load(trained)
    text = f"in {CITIES[40]}"
    assert [decision.token for decision in model.trace(text).decisions] == ["O", "B-C"]
    scores = model.explain(text).inputs[0].scores
    assert scores[1][1] > abs(scores[1][0])  # what is on the list is a feature of the word that is on it
    flipped = model.flip(text)
    assert flipped is not None
    assert recurra.load(trained).networks[0].structure().towers[0].readers[-1].name == "embeddings of names on lists"


def test_from_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    Path("train.conll").write_text("\n\n".join("\n".join(map(" ".join, zip(*row, strict=True))) for row in TRAIN))
    settings = [part for key, value in SETTINGS.items() for part in ("--set", f"{key}={value}")]
    command = ["train", "train.conll", "--task", "tag", "--to", "m", "--epochs", "1", *settings]
    assert run([*command, "--gazetteer", "city.txt", "--gazetteer", "again=city.txt"]) == 0
    said = capsys.readouterr().err
    assert "gazetteer city: 60 entries, " in said
    assert "gazetteer again: 60 entries, " in said
    assert run([*command, "--force", "--gazetteer", "city.txt", "--gazetteer", "city.txt"]) != 0
    assert "two gazetteers are called 'city'" in capsys.readouterr().err
    assert run(["train", "train.conll", "--task", "lm", "--to", "n", "--gazetteer", "city.txt"]) != 0
    assert "--gazetteer has no effect on the task language-model" in capsys.readouterr().err
    assert not Path("n").exists()


def stopped(after: int) -> Callable[[Any], None]:
    """A listener that stops a run."""
    seen: list[object] = []

    def listen(event: object) -> None:
        seen.append(event)
        if sum(type(one).__name__ == "Validated" for one in seen) == after:
            raise KeyboardInterrupt

    return listen


def weights(model: recurra.Model) -> dict[str, torch.Tensor]:
    return dict(model.networks[0].model.state_dict())


def test_a_run_goes_on_without_the_file_and_with_no_other(tmp_path: Path) -> None:
    given: dict[str, Any] = {"task": "tag", "epochs": 2, "settings": SETTINGS}
    whole = recurra.train(TRAIN, to="whole", gazetteers="city.txt", **given)
    with pytest.raises(KeyboardInterrupt):
        recurra.train(TRAIN, to="m", gazetteers="city.txt", listeners=[stopped(3)], **given)
    Path("city.txt").write_text("Elsewhere\n")
    with pytest.raises(RunError, match="city; given are others of the same name"):
        recurra.train(TRAIN, to="m", resume=True, gazetteers="city.txt", **given)
    finished: list[object] = []
    again = recurra.train(TRAIN, to="m", resume=True, listeners=[finished.append], **given)
    assert any(isinstance(event, Finished) for event in finished)
    for name, value in weights(whole).items():
        assert value.equal(weights(again)[name]), name


def test_settings_without_lists_are_refused() -> None:
    settings = {**SETTINGS, "model.gazetteer_dropout": 0.5}
    with pytest.raises(UsageError, match=r"model\.gazetteer_dropout has no effect without gazetteers"):
        recurra.train(TRAIN, task="tag", to="m", epochs=1, settings=settings)


def test_a_comparison_hands_the_lists_on() -> None:
    recurra.compare(
        TRAIN, task="tag", to="c", cells=["gru", "elman"], seeds=1, epochs=1, settings=SETTINGS, gazetteers="city.txt"
    )
    assert "1 gazetteer (32)" in recurra.load(next(Path("c").glob("*/config.json")).parent).networks[0].describe()


def test_numbers_of_tokens() -> None:
    lists = stored_gazetteers('{"a": ["New York", "York"], "b": ["york"]}')
    assert name_ids(["in", "New", "York", "york"], lists) == [0, 0, 1, 0, 3, PLACES + 8, 8, PLACES + 4]


def test_a_list_is_left_out_of_some_sentences_in_training() -> None:
    torch.manual_seed(1)
    options = TaggerOptions(width=8, embedding=4, characters=0, gazetteer=3, gazetteer_dropout=0.25)
    model = Tagger(options, 9, 9, 3, gazetteers=2)
    batch = batch_of([Encoded([4, 5], [Token((4,), ())] * 2, [1, 9, 2, 10])] * 2000)
    read = model.eval().read(batch).values[..., 4:]
    assert model.names is not None
    table = model.names.weight
    torch.testing.assert_close(read[0], torch.stack([table[1] + table[9], table[2] + table[10]]))
    shares = model.train().read(batch).values[..., 4:]
    nothing = (shares == 0).all(-1)
    assert nothing[:, 0].equal(nothing[:, 1])  # the whole sentence
    assert nothing.float().mean().item() == pytest.approx(0.25**2, abs=0.02)
    assert (shares == table[1]).all(-1)[:, 0].float().mean().item() == pytest.approx(0.25 * 0.75, abs=0.03)


@pytest.mark.parametrize("text", ['{"a": []}', '{"a": 1}', '{"a": ["b", "a"]}', '{"a": [1]}', '{"a": ["x  y"]}', "[]"])
def test_damaged_lists_are_refused(text: str) -> None:
    with pytest.raises(ModelError):
        stored_gazetteers(text)
