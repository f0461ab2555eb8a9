"""A model in Python: one answer to one input, a list to several; saved, pickled and printed it stays what it is."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

import pytest

import recurra
from recurra.api import Model
from recurra.errors import RunError, UsageError
from recurra.tasks.answers import Answers

DIGITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
PAIRS = [(str(number), " ".join(DIGITS[int(digit)] for digit in str(number))) for number in range(100)]
SMALL = {"model.width": 16, "model.layers": 1}


@pytest.fixture(scope="module", name="model")
def a_small_model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    folder = tmp_path_factory.mktemp("models") / "digits"
    return recurra.train(PAIRS, to=folder, epochs=2, settings=SMALL)


def test_one_text_has_one_answer_and_a_list_a_list(model: Model) -> None:
    answer, answers = model.predict("12", beam=2, nbest=2), model.predict(["12"], beam=2, nbest=2)
    assert answer.source == "12"
    assert len(answer.alternatives) == 2
    assert isinstance(answers, Answers)
    assert answers == [answer]
    assert model.predict(iter(["12", "7"])).texts == [model.predict(text).text for text in ("12", "7")]
    assert model.predict([]) == []


def test_the_score_is_the_share_that_is_right(model: Model) -> None:
    found = model.predict([source for source, _ in PAIRS]).texts
    share = sum(text == target for text, (_, target) in zip(found, PAIRS, strict=True)) / len(PAIRS)
    assert model.score(PAIRS) == pytest.approx(share)
    assert model.score([source for source, _ in PAIRS], [target for _, target in PAIRS]) == pytest.approx(share)
    own = list(zip((source for source, _ in PAIRS), found, strict=True))
    assert model.score(own) == 1
    with pytest.raises(UsageError, match="X has 2 inputs and y has 1"):
        model.score(["1", "2"], ["one"])


def test_a_saved_model_answers_the_same_bit_for_bit(model: Model, tmp_path: Path) -> None:
    model.save(tmp_path / "copy")
    again = recurra.load(tmp_path / "copy")
    texts = [source for source, _ in PAIRS]
    assert again.predict(texts, beam=3, nbest=3) == model.predict(texts, beam=3, nbest=3)
    assert (tmp_path / "copy" / "README.md").read_text("utf-8") == (model.path / "README.md").read_text("utf-8")
    assert again.facts == recurra.load(model.path).facts
    again.save(tmp_path / "copy")  # onto itself
    model.save(tmp_path / "copy")  # onto another copy
    assert recurra.load(tmp_path / "copy").predict("12") == model.predict("12")


def test_saving_takes_nothing_away(model: Model, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(RunError, match="not empty, and not a model"):
        model.save(tmp_path)
    with pytest.raises(RunError, match="this is a file"):
        model.save(tmp_path / "notes.txt")
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
    recurra.train(PAIRS[:20], to=tmp_path / "other", epochs=1, settings=SMALL)
    with pytest.raises(RunError, match="a training run is in this folder"):
        model.save(tmp_path / "other")


def test_an_ensemble_is_not_saved_as_one(model: Model, tmp_path: Path) -> None:
    both = recurra.load([model.path, model.path])
    with pytest.raises(UsageError, match="2 models from folders of their own") as caught:
        both.save(tmp_path / "both")
    assert "model.members[0].save" in str(caught.value.fix)
    assert not (tmp_path / "both").exists()


def test_a_model_can_be_pickled_and_copied(model: Model) -> None:
    for again in (pickle.loads(pickle.dumps(model)), copy.deepcopy(model)):
        assert again.task is model.task
        assert again.predict("12", nbest=2, beam=2) == model.predict("12", nbest=2, beam=2)
        assert again.facts == model.facts
    both = pickle.loads(pickle.dumps(recurra.load([model.path, model.path])))
    assert len(both.networks) == 2


def test_it_prints_in_a_few_lines(model: Model) -> None:
    assert "\n" not in repr(model)
    lines = str(model).splitlines()
    assert 3 <= len(lines) <= 7
    assert str(model.path) in lines[0]
    assert "parameters" in lines[1]
    assert "learned from" in lines[2]
    shown = model._repr_html_()
    assert shown.count("<tr>") > 1
    assert "parameters" in shown
    both = recurra.load([model.path, model.path])
    assert "measured" not in str(both) + both._repr_html_()  # it was measured alone
    assert f"2 times {model.networks[0].describe()};" in str(both)


def test_an_evaluation_prints_in_a_few_lines(model: Model) -> None:
    evaluation = model.evaluate(PAIRS[:7])
    lines = str(evaluation).splitlines()
    assert lines[0] == "7 pairs"
    assert len(lines) <= 2 + len(evaluation.measures)  # the last says how the baseline does
    assert repr(evaluation) == str(evaluation)


def test_a_search_finds_what_is_answered_and_shows_itself(model: Model) -> None:
    found = model.search("12", beam=4, nbest=2)
    answer = model.predict("12", beam=4, nbest=2)
    assert [one.text for one in found.outputs] == [one.text for one in answer.alternatives]
    assert str(found).startswith("Beam search, 4 wide.")
    assert model.trace("12", beam=4, nbest=2).search == found
    with pytest.raises(UsageError, match="unknown key 'beams'"):
        model.search("12", beams=4)


def test_what_lies_near_an_input_that_is_not_known_says_so(model: Model) -> None:
    assert not any("does not know" in note for note in model.nearest("12", PAIRS).notes)
    assert "reads as <UNK>: 'ж'" in str(model.nearest("1ж", PAIRS))


def test_a_contrast_is_of_two_outputs(model: Model) -> None:
    pair = model.contrast("12", versus="x")
    assert pair.own
    assert pair.first == model.predict("12").text
    assert model.contrast("12", versus=pair.first, target="x").log_odds == pytest.approx(-pair.log_odds, abs=1e-5)
    with pytest.raises(UsageError, match="the two outputs are the same"):
        model.contrast("12", versus="x", target="x")
    with pytest.raises(UsageError, match="nothing to compare"):
        model.contrast("12", versus=None)
    with pytest.raises(UsageError, match="expected a text that the model could have written"):
        model.contrast("12", versus=3)


@pytest.mark.parametrize("options", [{"beam": 3}, "beam=3", 3])
def test_options_are_a_section_of_a_recipe(model: Model, options: object) -> None:
    kind = type(options).__name__
    with pytest.raises(UsageError, match=f"expected decoding options, got a {kind}") as caught:
        model.predict("12", options, nbest=2)
    assert caught.value.where == "options"
