"""What follows from a change, for every task: from nothing nothing, and else what the changed run itself says."""

from __future__ import annotations

import json
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from test_answers import check
from toy_tasks import TOYS, network, predictor

from recurra.errors import DataError, UsageError, called_from_command_line
from recurra.tasks import TASKS
from recurra.tasks.task import Generates, Network
from recurra.tasks.what_if import Question, ShownWhatIf, what_if
from recurra.tracing import Change, Decision, Decode, Force, Instead, Intervention, Trace, WhatIf, Written

WRITING = ("translate", "chat", "caption", "language-model")
SEARCHES: dict[str, dict[str, object]] = {
    "beam": {"beam": 4, "min_length": 3},
    "greedy": {"beam": 1, "min_length": 3},
    "sampling": {"sample": True, "nbest": 3, "min_length": 3},
}
CONTINUED: dict[str, dict[str, object]] = {
    "beam": {"beam": 4, "length": 6},
    "greedy": {"beam": 1, "length": 6},
    "sampling": {"samples": 1, "length": 6, "seed": 2},
}


def question(task: str, networks: list[Network] | None = None, **settings: object) -> Question:
    """About the first toy input."""
    networks = networks or [network(task)]
    asked = predictor(task, *networks)
    section = "generation" if isinstance(asked, Generates) else "decoding"
    recipe: Any = networks[0].recipe.with_settings({f"{section}.{name}": one for name, one in settings.items()})
    return Question(TASKS[task], networks, TOYS[task].inputs[0], getattr(recipe, section))


def found(task: str, *changes: Change, search: str = "", networks: list[Network] | None = None) -> ShownWhatIf:
    """What follows from changes that are not of the input or of the search."""
    settings = {} if not search else (CONTINUED if task == "language-model" else SEARCHES)[search]
    before = question(task, networks, **settings)
    return what_if(before, before, Intervention(changes))


def decisions_of(trace: Trace, written: list[Written]) -> list[Decision]:
    """Those of the tokens that the model itself wrote; after a text that was cut one more is known."""
    every = trace.decisions
    first = next(
        k
        for k in range(len(every) - len(written), -1, -1)
        if [one.token for one in every[k : k + len(written)]] == [one.token for one in written]
    )
    return every[first : first + len(written)]


def side(one: ShownWhatIf, name: str) -> list[Written]:
    """What was written before or after the change."""
    places: list[Written | None] = [getattr(pair, name) for pair in one.pairs]
    return [place for place in places if place is not None]


def other_token(one: ShownWhatIf, step: int) -> str:
    """What the model finds most probable at a step of what was, of that which may stand there and does not."""
    decision = decisions_of(one.was, side(one, "was"))[step]
    never = (decision.token, "<EOS>", "<UNK>", "<GO>", "<PAD>")
    return next(token for token, _ in decision.top if token not in never)


@pytest.mark.parametrize("task", TOYS)
def test_from_nothing_follows_nothing(task: str) -> None:
    one = found(task)
    assert one.was == one.now
    assert not one.changed
    assert {pair.difference for pair in one.pairs} == {"same"}
    assert all(pair.was == pair.now for pair in one.pairs)
    assert "is the same" in str(one)
    check(json.loads(one.to_json()), "what-if.schema.json")


@pytest.mark.parametrize("task", TOYS)
def test_another_input_is_asked_about(task: str) -> None:
    before = question(task)
    other = TOYS[task].inputs[-1] if task != "forecast" else {"a": [5.0, 1.0] * 10, "b": [1.0, 0.0] * 10}
    one = what_if(before, replace(before, given=other), Intervention([Instead(other)]))
    alone = what_if(replace(before, given=other), replace(before, given=other), Intervention([]))
    assert one.now == alone.was
    assert [pair.now for pair in one.pairs if pair.now] == [pair.was for pair in alone.pairs]
    read = check(json.loads(one.to_json()), "what-if.schema.json")
    assert WhatIf.of_mapping(read).to_json() == one.to_json()


@pytest.mark.parametrize("task", WRITING)
@pytest.mark.parametrize("search", SEARCHES)
def test_what_would_come_anyway_changes_nothing(task: str, search: str) -> None:
    plain = found(task, search=search)
    told = [Force(k, pair.was.token) for k, pair in enumerate(plain.pairs) if pair.was]
    one = found(task, *told, search=search)
    assert (one.was, one.now) == (plain.was, plain.was)
    assert all(pair.forced for pair in one.pairs)


@pytest.mark.parametrize("task", WRITING)
@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize("networks", [1, 2])
def test_a_forced_token_stands_there_and_what_was_before_it_too(task: str, search: str, networks: int) -> None:
    several = [network(task, seed) for seed in range(1, networks + 1)]
    plain = found(task, search=search, networks=several)
    token = other_token(plain, 1)
    one = found(task, Force(1, token), search=search, networks=several)
    now, was = side(one, "now"), side(one, "was")
    assert now[1].token == token
    # Two searches of other widths are computed in batches of other sizes, which rounds otherwise.
    assert replace(now[0], probability=None) == replace(was[0], probability=None)
    assert now[0].probability == pytest.approx(was[0].probability, abs=1e-6)
    assert one.changed
    assert [pair.now for pair in one.pairs if pair.forced] == [now[1]]
    top = dict(decisions_of(plain.was, was)[1].top)
    if networks == 1:
        assert now[1].probability == pytest.approx(top[token], abs=1e-5)  # what the model gave to it before


@pytest.mark.parametrize("task", WRITING)
def test_after_a_forced_token_greedy_search_goes_on_as_from_there(task: str) -> None:
    """Each token after it is the most probable after what stands before."""
    one = found(task, Force(0, other_token(found(task, search="greedy"), 0)), search="greedy")
    decisions = decisions_of(one.now, side(one, "now"))
    never = {"<UNK>", "<PAD>", "<GO>"}
    for step, decision in enumerate(decisions[1:], 1):
        not_yet = {"<EOS>"} if step < 3 and task != "language-model" else set[str]()
        assert decision.token == next(token for token, _ in decision.top if token not in never | not_yet)


def test_an_end_can_be_forced() -> None:
    one = found("translate", Force(3, "<EOS>"), search="beam")
    was, now = ([place.token for place in side(one, name)] for name in ("was", "now"))
    assert now == [*was[:3], "<EOS>"]


def test_several_tokens_are_forced() -> None:
    one = found("translate", Force(2, "der"), Force(0, "eulb"), search="beam")
    assert [place.token for place in side(one, "now")][0:3:2] == ["eulb", "der"]
    assert [pair.now.token for pair in one.pairs if pair.forced and pair.now] == ["eulb", "der"]


def test_dials_say_what_is_drawn() -> None:
    before = question("translate", sample=True)
    settings = {"temperature": 0.5, "top_k": 3}
    after = question("translate", sample=True, **settings)
    one = what_if(before, after, Intervention([Decode(settings)]))
    for step in one.was_chances:
        for chance in step:
            if chance.token not in ("<UNK>", "<PAD>", "<GO>"):
                assert chance.chance >= chance.probability - 1e-6  # what is never drawn leaves its share to others
    for step in one.now_chances:
        drawn = [chance for chance in step if chance.chance]
        assert len(drawn) <= 3
        assert sum(chance.chance for chance in drawn) == pytest.approx(1, abs=1e-5)
        weights = [chance.probability**2 for chance in drawn]  # temperature 0.5 squares
        assert [chance.chance for chance in drawn] == pytest.approx([one / sum(weights) for one in weights], abs=1e-4)


@pytest.mark.parametrize(
    ("task", "change", "words"),
    [
        (
            "translate",
            Force(4, "der"),
            "there is no step 4: the output has 4 steps, its end among them\n  Give a step from 0 to 3.",
        ),
        ("translate", Force(0, "der der"), '"der der" is not one unit that the model can write'),
        ("translate", Force(0, "ß"), '"ß" is not one unit'),
        ("classify", Force(0, "long"), "no token can be forced: the model answers at once"),
        ("tag", Force(0, "O"), "no token can be forced"),
        ("forecast", Force(0, "1"), "no token can be forced"),
    ],
)
def test_what_cannot_be_changed_is_refused(task: str, change: Change, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        found(task, change, search="beam" if task in WRITING else "")
    assert caught.value.typed().startswith(f"{change.kind}: {words}")


def test_steps_are_numbered_as_the_caller_does() -> None:
    with called_from_command_line(), pytest.raises(UsageError) as caught:
        found("translate", Force(4, "der"), search="beam")
    words = "there is no step 5: the output has 4 steps, its end among them\n  Give a step from 1 to 4."
    assert caught.value.typed() == f"force: {words}"


def test_of_an_output_of_one_step_that_one_can_be_forced() -> None:
    before = question("language-model", beam=1, length=1)
    for caller, number in ((nullcontext(), 0), (called_from_command_line(), 1)):
        with caller, pytest.raises(UsageError) as caught:
            what_if(before, before, Intervention([Force(1, "red")]))
        words = f"there is no step {1 + number}: the output has 1 step, its end among them\n  Give step {number}."
        assert caught.value.typed() == f"force: {words}"
    token = other_token(what_if(before, before, Intervention()), 0)
    one = what_if(before, before, Intervention([Force(0, token)]))
    assert [place.token for place in side(one, "now")] == [token]


def test_an_end_that_options_forbid_is_refused() -> None:
    before = question("translate", min_length=3)
    with pytest.raises(UsageError, match="the end may not come before min_length = 3"):
        what_if(before, before, Intervention([Force(1, "<EOS>")]))


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ([], 'expected {"changes": '),
        ({"changes": 3}, 'expected {"changes": '),
        ({"changes": [3]}, "unknown change 'None'"),
        ({"changes": [{"change": "forse"}]}, "Did you mean 'force'"),
        ({"changes": [{"change": "force", "step": 0}]}, "token is missing"),
        ({"changes": [{"change": "force", "step": 0, "tokens": "b"}]}, "Did you mean 'token'"),
        ({"changes": [{"change": "force", "step": -1, "token": "b"}]}, "step must be a whole number from 0, got -1"),
        ({"changes": [{"change": "force", "step": True, "token": "b"}]}, "step must be a whole number"),
        ({"changes": [{"change": "force", "step": 0, "token": 3}]}, "token must be a text, got 3"),
        ({"changes": [{"change": "force", "step": 0, "token": "b"}] * 2}, "a step of the output is changed twice"),
        ({"changes": [{"change": ["force"]}]}, "unknown change"),
        ({"changes": [{"change": {"a": 1}}]}, "unknown change"),
        ({"changes": [{"change": "force", "step": 0, "token": "\ud800"}]}, "token has half of a character"),
        (
            {"changes": [{"change": "unit", "layer": "a", "unit": 0, "value": 10**400}]},
            "value must be a number between",
        ),
        ({"changes": [{"change": "unit", "layer": "a", "unit": 0, "value": "1"}]}, "value must be a number between"),
        ({"changes": [{"change": "attention", "step": 0, "weights": [1e308, 1e308]}]}, "a weight must be a number"),
        ({"changes": [{"change": "attention", "step": 0, "weights": {"x": 1}}]}, "the number of a token must be"),
        ({"changes": [{"change": "attention", "step": 0, "weights": [None]}]}, "a weight must be a number"),
        ({"changes": [{"change": "decode", "settings": {}}]}, "settings must be options by name"),
        ({"changes": [{"change": "input", "given": "a"}] * 2}, "a second input"),
        ({"changes": [{"change": "force", "step": 0, "token": "b"}] * 1001}, "at most 1,000 changes, got 1,001"),
    ],
)
def test_what_is_no_intervention_is_refused(written: object, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        Intervention.of_mapping(written)
    assert words in caught.value.typed()


def test_interventions_come_back_from_json() -> None:
    changes = [Instead([[1.0, 2.0]]), Force(2, "ä"), Decode({"beam": 1})]
    one = Intervention(changes)
    assert list(Intervention.of_mapping(json.loads(json.dumps(one.to_mapping()))).changes) == changes


def test_it_is_kept_in_a_file(tmp_path: Path) -> None:
    one = found("translate", Force(0, "der"))
    one.save(tmp_path / "one.npz")
    assert WhatIf.load(tmp_path / "one.npz").pairs == one.pairs
    (tmp_path / "other.json").write_text("{}", encoding="utf-8")
    with pytest.raises(DataError, match="this file holds no what-if"):
        WhatIf.load(tmp_path / "other.json")


def test_a_printed_change_names_what_was_and_what_is() -> None:
    shown = found("classify")
    assert "is the same" in shown._repr_html_()
    assert shown.body() in shown._repr_html_()
    assert repr(shown) == f"<recurra.WhatIf: {shown.was.prediction!r} becomes {shown.now.prediction!r}>"
