"""Looking into every task: a probe gives what the model answers, gradients and attributions add up."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from toy_tasks import TOYS, network, predictor

from recurra.errors import UsageError
from recurra.inside import attribution
from recurra.inside.attribution import METHODS
from recurra.inside.probes import Probe, Run
from recurra.padded import Padded
from recurra.tasks.tracing import Asked, explained, traced
from recurra.tracing import Trace

TARGETS: dict[str, Any] = {
    "translate": "eulb der",
    "chat": "red",
    "caption": "red blue",
    "classify": "long",
    "regress": 7.5,
    "language-model": " blue",
}
WITH_CHOICES = sorted(set(TOYS) - {"regress", "forecast"})


@cache
def asked(task: str, *, given: bool = False, members: int = 1) -> Asked:
    """The question to an untrained network."""
    made = network(task)
    asking: Any = predictor(task, *[made] * members)
    return asking.ask(TOYS[task].inputs[0], made.recipe.decoding, TARGETS[task] if given else None)


@pytest.mark.parametrize("task", TOYS)
def test_a_trace_is_of_what_the_model_answers(task: str) -> None:
    made, one = network(task), asked(task)
    trace = traced(one, task)
    answer = next(iter(predictor(task, made).predict([TOYS[task].inputs[0]], made.recipe.decoding)))
    assert trace.prediction == answer.text
    assert trace.task == task
    assert all(len(layer.tokens) == len(next(iter(layer.states.values()))) for layer in trace.layers)
    assert trace.layers
    assert len(trace.decisions) == (0 if one.probes[0].numbers else len(one.outputs))


@pytest.mark.parametrize("task", TOYS)
def test_many_variants_give_what_each_gives_alone(task: str) -> None:
    """And the vectors that a probe has by itself are those of its input."""
    probe = asked(task).probes[0]
    vectors = [one.values.detach() for one in probe.inputs]
    other = [values + 0.1 for values in vectors]
    together = probe.run([torch.cat(pair) for pair in zip(vectors, other, strict=True)]).values
    torch.testing.assert_close(together[:1], probe.as_it_is().values)
    torch.testing.assert_close(together[1:], probe.run(other).values)
    traced_values = probe.as_it_is(trace=True).values
    torch.testing.assert_close(traced_values, together[:1], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("task", WITH_CHOICES)
def test_the_distribution_at_each_output_is_one(task: str) -> None:
    one = asked(task)
    values = one.probes[0].as_it_is().values[0]
    torch.testing.assert_close(values.exp().sum(1), torch.ones(len(one.outputs)), rtol=1e-4, atol=1e-4)
    for decision, row in zip(traced(one, task).decisions, values.tolist(), strict=True):
        chances = sorted((math.exp(value) for value in row), reverse=True)
        assert decision.top[0][1] == pytest.approx(chances[0], abs=1e-5)
        assert decision.probability == pytest.approx(chances[decision.rank - 1], abs=1e-5)
        bits = -sum(chance * math.log2(chance) for chance in chances if chance > 0)
        assert decision.entropy == pytest.approx(bits, abs=1e-3)


@pytest.mark.parametrize("task", [*WITH_CHOICES, "regress"])
def test_a_target_is_looked_at_in_the_place_of_the_answer(task: str) -> None:
    if task == "tag":
        made = network(task)
        asking: Any = predictor(task, made)
        tags = [made.tags[0]] * len(asked(task).source_tokens)  # type: ignore[attr-defined]
        one = asking.ask(TOYS[task].inputs[0], None, tags)
        with pytest.raises(UsageError, match="expected a tag for each of"):
            asking.ask(TOYS[task].inputs[0], None, [*tags, tags[0]])
    else:
        one = asked(task, given=True)
    trace = traced(one, task)
    assert trace.target is not None
    assert trace.prediction == asked(task).prediction
    if task == "regress":
        assert one.wanted
        return
    losses = [decision.loss for decision in trace.decisions]
    assert losses[0] == pytest.approx(-math.log(trace.decisions[0].probability), abs=1e-5)
    assert None not in (losses[:-1] if task == "language-model" else losses)


@pytest.mark.parametrize("task", TOYS)
def test_the_gradients_of_one_output_are_a_row_of_those_of_all(task: str) -> None:
    one = asked(task)
    probe = one.probes[0]
    run = probe.as_it_is(trace=True)
    place, record = next((name, record) for name, record in run.layers.items() if "hidden" in record.states)
    last = len(one.outputs) - 1
    found = traced(one, task, gradients=[last]).gradients
    assert found is not None
    norms = found.norms[place][0]
    vectors = found.vectors[place][0]
    assert norms == pytest.approx(np.linalg.norm(vectors, axis=1), rel=1e-4)
    assert norms.shape == (len(record.states["hidden"]),)
    assert norms.any()
    every = traced(one, task, gradients=True).gradients
    assert every is not None
    assert every.norms[place][-1] == pytest.approx(norms, rel=1e-4)
    with pytest.raises(UsageError, match="there is no output"):
        traced(one, task, gradients=[last + 1])


@pytest.mark.parametrize("task", TOYS)
def test_integrated_gradients_add_up_to_what_the_input_changes(task: str) -> None:
    one = asked(task)
    found = explained(one)
    assert not found.notes
    for total, value, baseline in zip(found.sums(), found.values, found.baselines, strict=True):
        assert total == pytest.approx(value - baseline, rel=0.011, abs=1e-3)
    assert [len(part.tokens) for part in found.inputs] == [one.values.shape[1] for one in one.probes[0].inputs]


@pytest.mark.parametrize("task", ["translate", "classify", "regress", "tag", "language-model", "chat"])
def test_an_explanation_says_what_of_the_input_is_not_known(task: str) -> None:
    made, asking = network(task), predictor(task, network(task))
    one = asking.ask(TOYS[task].inputs[-1], made.recipe.decoding, None)
    assert any("does not know" in note for note in one.notes)
    assert set(one.notes) <= set(explained(one).notes)


@pytest.mark.parametrize("task", ["regress", "forecast"])
def test_numbers_are_explained_in_the_units_of_the_data(task: str) -> None:
    one = asked(task)
    assert {scale.unit for scale in one.scales} != {1.0}
    found = explained(one)
    assert found.values == pytest.approx(one.numbers, rel=1e-4)
    last = explained(one, outputs=[len(one.outputs) - 1])
    assert last.values == pytest.approx([one.numbers[-1]], rel=1e-4)


@pytest.mark.parametrize("method", METHODS)
def test_the_methods_agree_on_a_linear_network(method: str) -> None:
    """A mean of embeddings and one linear map: each method gives the same numbers, and so the same ranks."""
    made = linear_network()
    asking: Any = predictor("regress", made)
    one: Asked = asking.ask("red blue dark", made.recipe.decoding)
    expected = explained(one, method="integrated-gradients").inputs[0].scores
    scores = explained(one, method=method).inputs[0].scores
    assert np.ptp(expected) > 0.01
    assert scores == pytest.approx(expected, abs=1e-4)


def linear_network() -> Any:
    """A regressor without an order and without anything that is not linear."""
    made: Any = network(
        "regress", settings={"model.kind": "feedforward", "model.layers": 1, "model.activation": "relu"}
    )
    body = made.model.output
    torch.manual_seed(2)
    for parameter in made.model.parameters():
        parameter.data.copy_(torch.randn(parameter.shape))
    first = next(layer for layer in body.modules() if isinstance(layer, torch.nn.Linear))
    first.bias.data.fill_(30.0)  # every ReLU is open
    return made


@pytest.mark.parametrize("task", WITH_CHOICES)
def test_a_contrast_is_the_difference_of_two_explanations(task: str) -> None:
    one = asked(task)
    other = next(iter(alternatives(one)))
    found = explained(one, instead=other, outputs=[0], method="gradient")
    number = one.number_of(other)
    values = one.probes[0].as_it_is().values[0, 0].tolist()
    assert found.values == pytest.approx([values[one.chosen[0]] - values[number]], abs=1e-4)
    assert found.explained == "log-odds"
    assert found.instead == [other]


def alternatives(one: Asked) -> Iterator[str]:
    """Names that could stand at the first output instead."""
    for number in range(one.probes[0].as_it_is().values.shape[2]):
        name = one.name_of(number)
        try:
            if number != one.chosen[0] and one.number_of(name) == number:
                yield name
        except UsageError:
            continue


def test_what_is_not_there_cannot_be_explained() -> None:
    with pytest.raises(UsageError, match="'integrated-gradient'"):
        explained(asked("classify"), method="integrated-gradient")
    with pytest.raises(UsageError, match="there is no output 1"):
        explained(asked("classify"), outputs=[1])
    with pytest.raises(UsageError, match="a number has no alternative"):
        explained(asked("regress"), instead="3")
    with pytest.raises(UsageError, match="label"):
        explained(asked("classify"), instead="no such label")
    made: Any = network("forecast")
    asking: Any = predictor("forecast", made)
    with pytest.raises(UsageError, match="a forecast can only be traced as the model makes it"):
        asking.ask(TOYS["forecast"].inputs[0], made.recipe.decoding, "3")


def test_each_member_of_an_ensemble_is_traced_along_the_same_output() -> None:
    trace = traced(asked("translate", members=2), "translate")
    (member,) = trace.members
    assert member == replace(traced(asked("translate"), "translate"), search=None)
    assert json.loads(trace.to_json())["members"][0]["decisions"] == json.loads(member.to_json())["decisions"]
    assert Trace.of_mapping(json.loads(trace.to_json())).members
    assert any(note.startswith("the answer is that of 2 networks") for note in trace.notes)


@pytest.mark.parametrize(("task", "settings", "given"), [
    ("classify", {"model.kind": "cnn", "model.windows": "2 3"}, "red blue"),
    ("regress", {"model.kind": "feedforward"}, "red blue"),
])  # fmt: skip
def test_networks_without_states_have_no_gradients_and_it_is_said(
    task: str, settings: dict[str, object], given: str
) -> None:
    made = network(task, settings=settings)
    asking: Any = predictor(task, made)
    for wanted in (True, [0]):
        trace = traced(asking.ask(given, made.recipe.decoding), task, gradients=wanted)
        assert trace.gradients is None
        assert trace.notes == ["no gradients with respect to states: no layer of the network has a state"]


def long_output() -> Asked:
    made = network("translate")
    asking: Any = predictor("translate", made)
    return asking.ask("red blue", made.recipe.decoding, "eulb der neerg krad eulb")


def test_of_a_long_output_some_places_are_explained_and_the_rest_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    one = long_output()
    count, steps = len(one.outputs), sum(part.values.shape[1] for part in one.probes[0].inputs)
    assert count > 3
    every = explained(one)
    monkeypatch.setattr(attribution, "STEPS_FIRST", 3 * steps)
    some = explained(one)
    assert len(some.outputs) == 3
    assert (some.outputs[0], some.outputs[-1]) == (0, count - 1)
    assert f"3 of {count} outputs are explained" in some.notes[0]
    trace = traced(one, "translate", gradients=True)
    assert trace.gradients is not None
    assert trace.gradients.outputs == some.outputs
    assert f"gradients of the losses at 3 of {count} outputs, evenly spread" in trace.notes
    assert some.inputs[0].scores == pytest.approx(every.inputs[0].scores[some.outputs], abs=0.02)
    assert explained(one, outputs=range(4)).outputs == [0, 1, 2, 3]


def test_what_takes_too_long_to_add_up_is_given_as_far_as_it_was_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Outputs that are exact are left alone, and those that are not are counted."""
    one = long_output()
    monkeypatch.setattr(attribution, "EXACT", 1e-7)
    monkeypatch.setattr(attribution, "STEPS_MORE", 0)
    found = explained(one)
    off = np.abs(found.sums() - np.subtract(found.values, found.baselines))
    wrong = sum(off > 1e-7 * np.maximum(np.abs(np.subtract(found.values, found.baselines)), 0.05))
    assert wrong
    assert "do not add up" in found.notes[0]
    assert np.abs(found.inputs[0].scores).max() > 0.01


def test_few_variants_are_run_together_where_their_values_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    one = long_output()
    expected = {method: explained(one, method=method).inputs[0].scores for method in METHODS}
    monkeypatch.setattr(attribution, "NUMBERS", 1)
    for method, scores in expected.items():
        assert explained(one, method=method).inputs[0].scores == pytest.approx(scores, abs=1e-4)


@pytest.mark.parametrize("task", ["translate", "chat", "caption"])
@pytest.mark.parametrize(
    "settings", [{"sample": True, "seed": 3}, {"sample": True, "top_k": 2, "nbest": 3}, {"beam": 1}, {"beam": 4}]
)
def test_what_is_traced_is_what_would_be_answered(task: str, settings: dict[str, Any]) -> None:
    """By every way of decoding: the first output is followed, a sample too."""
    made = network(task)
    options = made.recipe.with_settings({f"decoding.{name}": value for name, value in settings.items()}).decoding
    asking: Any = predictor(task, made)
    given = TOYS[task].inputs[0]
    trace = traced(asking.ask(given, options), task)
    assert trace.prediction == next(iter(asking.predict([given], options))).text
    assert trace.search is not None
    assert trace.search.outputs[0].text == trace.prediction


def test_an_empty_column_beside_others_has_no_scores() -> None:
    full, empty = torch.ones(1, 2, 3), torch.ones(1, 0, 3)
    lengths = [torch.tensor([2]), torch.tensor([0])]

    class Sums(Probe):
        def run(self, vectors: Sequence[torch.Tensor], *, trace: bool = False) -> Run:
            return Run(sum(one.sum((1, 2)) for one in vectors)[:, None, None], {})

    probe = Sums([Padded(values, length) for values, length in zip((full, empty), lengths, strict=True)])
    for method in METHODS.values():
        first, second = method(probe, lambda run: run.values[..., 0]).scores
        assert first.tolist() == [[pytest.approx(3.0)] * 2]
        assert second.shape == (1, 0)


@pytest.mark.parametrize("task", [name for name, toy in TOYS.items() if isinstance(toy.inputs[-1], str | list)])
def test_what_the_model_cannot_read_is_said(task: str) -> None:
    made, toy = network(task), TOYS[task]
    asking: Any = predictor(task, made)
    known, strange = (traced(asking.ask(one, made.recipe.decoding), task) for one in (toy.inputs[0], toy.inputs[-1]))
    said = "the input has what the model does not know and reads as <UNK>: "
    assert not any(note.startswith(said) for note in known.notes)
    assert any(note.startswith(said) for note in strange.notes) == (task != "caption")
