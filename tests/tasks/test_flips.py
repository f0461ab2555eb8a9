"""The smallest changes of an input: what is found is true, and what was tried is counted."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from test_answers import check
from test_looking_inside import linear_network
from toy_tasks import TOYS, WORDS, network, predictor

from recurra.errors import UsageError, called_from_command_line
from recurra.inside.probes import Run
from recurra.tasks import flips as module
from recurra.tasks.flips import ShownFlips, flips
from recurra.tasks.task import Network
from recurra.tracing import Flips

THRESHOLD = "threshold: a number flips where it crosses a threshold\n  Give one."
EDITED = {"translate": {}, "classify": {}, "regress": {}, "tag": {"output": 1}}


def found(task: str, networks: list[Network] | None = None, given: object = None, **how: Any) -> tuple[Any, ShownFlips]:
    """The predictor, and what it finds for the first toy input."""
    networks = networks or [network(task)]
    asked: Any = predictor(task, *networks)
    given = TOYS[task].inputs[0] if given is None else given
    return asked, flips(asked, given, networks[0].recipe.decoding, **{**EDITED[task], **how})


def number(asked: Any, given: str) -> float:
    """The answer of a regression."""
    (answer,) = asked.predict([given], None if not hasattr(asked, "first") else asked.first.recipe.decoding)
    return answer.details.value


@pytest.mark.parametrize("task", ["translate", "classify", "tag"])
@pytest.mark.parametrize("count", [1, 2])
def test_what_is_found_is_answered_so(task: str, count: int) -> None:
    networks = [network(task, seed) for seed in range(1, count + 1)]
    asked, one = found(task, networks, "dark red blue bright" if task == "tag" else None)
    assert one.found or one.doubles
    options = networks[0].recipe.decoding
    for flip in one.found:
        (answer,) = asked.predict([flip.given], options)
        assert answer.text == flip.answer
        if task == "tag":
            place = 1 - sum(not edit.now and edit.place < 1 for edit in flip.edits)
            assert answer.details.tags[place] != one.answer.split()[1]
        else:
            assert answer.text.split()[:1] != one.answer.split()[:1]
        tokens = [*one.tokens]
        for edit in flip.edits:
            assert tokens[edit.place] == edit.was != edit.now
            tokens[edit.place] = edit.now
        assert " ".join(filter(None, tokens)) == flip.given
    check(one.to_mapping(), "flips.schema.json")
    assert Flips.of_mapping(one.to_mapping()) == Flips(**vars(one))


def test_a_number_crosses_a_threshold() -> None:
    asked, _ = found("regress", threshold=0.0)
    value = number(asked, "red blue")
    for threshold in (value - 0.2, value + 0.2):
        one = found("regress", threshold=threshold)[1]
        assert one.found
        for flip in one.found:
            assert (number(asked, flip.given) > threshold) != (value > threshold)
    _, far = found("regress", threshold=1e6)
    assert not far.found
    assert far.doubles
    assert "None was found" in str(far)


@pytest.mark.parametrize(
    ("beyond", "words"),
    [(-5.0, "of at most"), (-0.05, "of at most"), (0.0, "above"), (0.05, "above"), (5.0, "above"), (9.0, "above")],
)
def test_of_a_linear_network_those_that_change_most_come_first(beyond: float, words: str) -> None:
    """There the gradient says exactly what another token does; a number that is the threshold is not above it."""
    made = linear_network()
    asked: Any = predictor("regress", made)
    value = number(asked, "red blue")
    threshold = value + beyond
    one = flips(asked, "red blue", made.recipe.decoding, threshold=threshold)
    assert one.wanted == f"a number {words} {threshold:g}"
    every = [f"{word} blue" for word in WORDS if word != "red"] + [f"red {word}" for word in WORDS if word != "blue"]
    upward = beyond >= 0
    crossed = [given for given in (*every, "red", "blue") if (number(asked, given) > threshold) == upward]
    if crossed:
        best = sorted(set(crossed) - {"red", "blue"}, key=lambda given: number(asked, given), reverse=upward)
        others = [flip.given for flip in one.found if flip.edits[0].now]
        assert others == best[: len(others)]
        assert {flip.given for flip in one.found} <= set(crossed)
        assert (len(one.found), one.left_out) == (min(5, len(crossed)), max(0, len(crossed) - 5))
    assert (one.singles, one.possible, one.doubles > 0) == (12, 12, not crossed)
    assert all(len(flip.edits) == (1 if crossed else 2) for flip in one.found)


def test_every_single_change_of_a_small_vocabulary_is_tried() -> None:
    """So whether one exists is known, and it is found."""
    asked, one = found("classify")
    words = asked.editing("red blue").candidates
    every = [f"{word} blue" for word in words] + [f"red {word}" for word in words] + ["red", "blue"]
    answers = [answer.text for answer in asked.predict(every, asked.first.recipe.decoding)]
    real = {given for given, text in zip(every, answers, strict=True) if text != one.answer}
    assert len(one.found) + one.left_out == len(real)
    assert {flip.given for flip in one.found} <= real


def test_a_label_that_is_wanted() -> None:
    made = network("classify")
    options = made.recipe.decoding
    asked: Any = predictor("classify", made)
    (answer,) = asked.predict(["red blue"], options)
    other = "short" if answer.text == "long" else "long"
    one = flips(asked, "red blue", options, to=other)
    assert all(flip.answer == other for flip in one.found)
    with pytest.raises(UsageError, match="is the answer already"):
        flips(asked, "red blue", options, to=answer.text)


def test_what_is_to_become_less_is_what_speaks_for_the_answer() -> None:
    """Its log-probability; where another label is wanted, by how much it is more probable than that."""
    made = network("classify")
    asked: Any = predictor("classify", made)
    (answer,) = asked.predict(["red blue"], made.recipe.decoding)
    question, editing = asked.ask("red blue", made.recipe.decoding), asked.editing("red blue")
    other = "short" if answer.text == "long" else "long"
    own, wanted = question.chosen[0], question.number_of(other)
    run = Run(torch.tensor([[[-0.25, -1.5]]]), {})
    plain, aimed = (module._aim(editing, question, answer, 0, to, None) for to in (None, other))
    assert plain.value(run) == run.values[0, 0, own]
    assert aimed.value(run) == run.values[0, 0, own] - run.values[0, 0, wanted]
    assert plain.words == f'another answer than "{answer.text}"'
    assert aimed.words == f'"{other}" as the answer'
    assert plain.fixed is aimed.fixed is None
    assert not plain.reached(answer, [])
    assert not aimed.reached(answer, [])


@pytest.mark.parametrize(
    ("singles", "each", "promising", "doubles"),
    [(400, 20, 24, 200), (5, 20, 24, 200), (400, 20, 3, 200), (400, 20, 24, 7), (1, 1, 24, 200)],
)
def test_no_more_is_tried_than_there_is_time_for(
    singles: int, each: int, promising: int, doubles: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a threshold that nothing reaches: those changes that bring it nearest, then two of the best of them."""
    for name, value in (("MOST_SINGLES", singles), ("EACH", each), ("PROMISING", promising), ("MOST_DOUBLES", doubles)):
        monkeypatch.setattr(module, name, value)
    made = linear_network()
    asked: Any = predictor("regress", made)
    one = flips(asked, "red blue", made.recipe.decoding, threshold=1e9)
    assert not one.found
    question, editing = asked.ask("red blue", made.recipe.decoding), asked.editing("red blue")
    (before,) = asked.predict(["red blue"], made.recipe.decoding)
    aim = module._aim(editing, question, before, 0, None, 1e9)
    edits = list(module._proposed(question, editing, aim))[:singles]
    assert one.singles == len(edits)
    best = edits[:promising]
    pairs = [(a, b) for k, a in enumerate(best) for b in best[k + 1 :] if a.place != b.place]
    empty = sum(not a.now and not b.now for a, b in pairs[:doubles])  # of both left out nothing stays
    assert one.doubles == min(len(pairs), doubles) - empty
    assert one.possible == 2 * len(editing.candidates)


def test_changes_come_by_what_they_gain_and_none_at_a_place_that_is_fixed() -> None:
    made = linear_network()
    asked: Any = predictor("regress", made)
    question, editing = asked.ask("red blue", made.recipe.decoding), asked.editing("red blue")
    (before,) = asked.predict(["red blue"], made.recipe.decoding)
    aim = module._aim(editing, question, before, 0, None, 1e9)
    every = list(module._proposed(question, editing, aim))
    assert {(edit.place, edit.now) for edit in every} == {
        (place, word) for place, was in enumerate(["red", "blue"]) for word in [*WORDS, ""] if word != was
    }
    assert all(edit.was == ["red", "blue"][edit.place] for edit in every)
    swapped = [(f"{edit.now} blue" if edit.place == 0 else f"red {edit.now}") for edit in every if edit.now]
    numbers = [number(asked, given) for given in swapped]
    assert numbers == sorted(numbers, reverse=True)  # it is to become more than the threshold
    fixed = list(module._proposed(question, editing, aim._replace(fixed=1)))
    assert fixed == [edit for edit in every if edit.place == 0]


@pytest.mark.parametrize(
    ("task", "how", "words"),
    [
        ("regress", {}, THRESHOLD),
        ("regress", {"threshold": math.nan}, THRESHOLD),
        ("regress", {"threshold": -math.inf}, THRESHOLD),
        ("regress", {"threshold": 1.0, "to": "2"}, THRESHOLD),
        (
            "classify",
            {"threshold": 1.0},
            "threshold: the model answers no number that could cross a threshold\n  Leave it out.",
        ),
        ("classify", {"to": "longer"}, "unknown label 'longer'\n  Did you mean 'long'?"),
        ("classify", {"output": 1}, "there is no output 1\n  There is 1 output, numbered from 0."),
        ("classify", {"output": -1}, "there is no output -1\n  There is 1 output, numbered from 0."),
        ("tag", {"output": 2}, "there is no output 2\n  There are 2 outputs, numbered from 0."),
    ],
)
def test_what_cannot_be_looked_for_is_refused(task: str, how: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError) as caught:
        found(task, **how)
    assert caught.value.typed() == words


def test_outputs_are_numbered_as_the_caller_does() -> None:
    with called_from_command_line(), pytest.raises(UsageError) as caught:
        found("tag", output=2)
    assert caught.value.typed() == "there is no output 3\n  There are 2 outputs, numbered from 1."


@pytest.mark.parametrize("task", ["chat", "caption", "forecast", "language-model"])
def test_inputs_that_are_no_single_text_are_refused(task: str) -> None:
    made = network(task)
    options: Any = made.recipe.decoding
    with pytest.raises(UsageError, match="not made of the tokens of one text"):
        flips(predictor(task, made), TOYS[task].inputs[0], options)


def test_gradients_of_the_network_stay_as_they_are() -> None:
    made = network("classify")
    found("classify", [made])
    assert all(parameter.grad is None for parameter in made.model.parameters())
    assert torch.is_grad_enabled()
