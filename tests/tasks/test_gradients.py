"""The error signal of a model of every task: what is taken, what is left out, and what to change."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any, cast

import pytest
import torch
from test_answers import check
from toy_tasks import TOYS, examples, network, predictor

from recurra.data import Passage, Series
from recurra.errors import DataError, RecurraError, UsageError
from recurra.inside.flow import MOST_LOSSES
from recurra.tasks import TASKS, gradients
from recurra.tasks.flow_advice import advice
from recurra.tasks.gradients import ShownFlow, flow_of_examples, traced_run
from recurra.tasks.questions import Question, drawn, questions, stretches
from recurra.tasks.recipe import TaskRecipe
from recurra.tasks.task import Inspected, Network
from recurra.tracing import GradientFlow, Verdict
from recurra.tracing.flow import Saturation


def flow_of(task: str, made: Network | None = None, *, rows: list[Any] | None = None, most: int = 6) -> ShownFlow:
    made = made or network(task)
    asked = cast("Inspected", predictor(task, made))
    found = examples(task, rows)
    return flow_of_examples(
        asked, made.recipe, found, made.recipe.decoding, most=most, seed=1, title="toy", clipped=0.1
    )


LAYERS = {
    "translate": ["encoder.0.forward", "encoder.0.backward", "decoder.first"],
    "chat": ["encoder.0.forward", "encoder.0.backward", "decoder.first"],
    "caption": ["decoder.first"],
    "classify": ["layers.0.forward", "layers.0.backward"],
    "regress": ["layers.0.forward", "layers.0.backward"],
    "tag": ["layers.0.forward", "layers.0.backward"],
    "language-model": ["layers.0"],
    "forecast": ["layers.0"],
}


@pytest.mark.parametrize("task", TOYS)
def test_every_task_has_it_as_its_schema_says(task: str) -> None:
    flow = flow_of(task)
    read = check(json.loads(flow.to_json()), "gradients.schema.json")
    assert [layer["name"] for layer in read["layers"]] == LAYERS[task]
    assert flow.examples == 6
    assert flow.clipped == 0.1
    assert all(len(layer.curve.distance) > 1 for layer in flow.layers) or task == "tag"  # of two tokens
    assert str(flow._repr_html_()).startswith("<div")
    assert str(flow).startswith(flow.verdict.kind)
    assert repr(flow).startswith("<recurra.GradientFlow of toy: ")
    assert "10 % of the updates in training were clipped" in flow.page()


def test_the_losses_are_those_of_the_target_in_the_data() -> None:
    """Of a language model at every unit of the text: they add up to its surprisal."""
    made = network("language-model")
    asked = cast("Inspected", predictor("language-model", made)).ask("red blue", made.recipe.decoding)
    run = traced_run(asked)
    assert [loss.step for loss in run.losses] == list(range(asked.known)) == list(range(len(asked.outputs) - 1))
    nats = sum(float(loss.value.detach()) for loss in run.losses)
    (scored,) = cast("Any", predictor("language-model", made)).surprisal(["red blue"])
    assert nats == pytest.approx(sum(scored.bits[:-1]) * 0.6931472, rel=1e-4)


def test_a_loss_after_the_whole_input_belongs_to_the_last_step() -> None:
    made = network("classify")
    asked = cast("Inspected", predictor("classify", made)).ask("red blue", made.recipe.decoding, "long")
    (loss,) = traced_run(asked).losses
    assert loss.step is None


def test_a_network_without_recurrent_layers_is_refused() -> None:
    made = network("classify", settings={"model.kind": "cnn"})
    with pytest.raises(UsageError, match="no recurrent layer"):
        flow_of("classify", made)


def test_what_cannot_be_looked_at_is_left_out_and_said() -> None:
    rows = [("red blue", "long"), ("dark", "unheard of"), ("green", "short")]
    flow = flow_of("classify", rows=rows)
    assert flow.examples == 2
    assert any("1 example could not be traced and was left out, such as line 2" in note for note in flow.notes)
    with pytest.raises(RecurraError):
        flow_of("classify", rows=[("dark", "unheard of")])


def test_examples_are_drawn_from_all_and_stay_in_order() -> None:
    every = [Question(k, None, k, str(k)) for k in range(200)]
    some = drawn(iter(every), 20, seed=3)
    assert some.total == 200
    assert len(some.kept) == 20
    assert some.kept == sorted(some.kept) == drawn(iter(every), 20, seed=3).kept != drawn(iter(every), 20, seed=4).kept
    assert drawn(iter(every), 500, seed=3).kept == every
    counts = torch.zeros(10)
    for seed in range(600):
        for one in drawn(iter(every[:10]), 3, seed).kept:
            counts[one.given] += 1
    assert (counts - 180).abs().max() < 60  # every example about as often as the others


def test_of_what_cannot_be_looked_at_the_first_is_named() -> None:
    rows = [("red blue", "long"), ("dark", "unheard of"), ("green", "short"), ("blue", "no")]
    flow = flow_of("classify", rows=rows)
    why = "unknown label 'unheard of'"
    assert f"2 examples could not be traced and were left out, such as line 2: {why}" in flow.notes
    with pytest.raises(UsageError) as caught:
        flow_of("classify", rows=[*rows[1::2]])
    assert caught.value.what == why
    made = network("classify")
    with pytest.raises(DataError) as nothing:
        flow_of_examples(cast("Inspected", predictor("classify", made)), made.recipe, [], None, title="toy")
    assert nothing.value.typed() == "toy: there are no examples\n  Give data that the model can read."


def test_it_is_a_figure_too() -> None:
    figure = flow_of("classify").figure()
    assert figure.axes
    assert figure.get_suptitle() == "toy"


def test_what_was_drawn_is_said() -> None:
    assert "6 of 36 examples were taken, drawn with seed 1" in flow_of("translate").notes


def test_running_text_is_taken_in_stretches_of_whole_lines() -> None:
    lines = [Passage("x" * 100, k) for k in range(1, 8)]
    found = list(stretches(lines))
    assert [one.line for one in found] == [1, 4, 7]
    assert found[0].text == "\n".join(["x" * 100] * 3)
    assert found[-1].text == "x" * 100
    assert list(stretches([])) == []


def test_running_text_says_where_training_cuts_errors_off() -> None:
    made = network("language-model", settings={"data.form": "running", "batching.steps": 7})
    assert any("go back 7 steps at most" in note for note in flow_of("language-model", made).notes)


def test_a_series_is_looked_at_from_every_origin_that_has_its_truth() -> None:
    recipe = TASKS["forecast"].recipe().with_settings(TOYS["forecast"].settings)  # windows of 8, horizons of 3
    (series,) = list(examples("forecast"))
    assert isinstance(series, Series)
    ends = [len(one.given.values) for one in questions([series], recipe)]
    assert ends == list(range(8, 78))
    short = series._replace(values=series.values[:4], times=series.times[:4])
    assert [len(one.given.values) for one in questions([short], recipe)] == [1]


def test_examples_of_no_known_kind_are_refused() -> None:
    with pytest.raises(UsageError, match="int cannot be traced"):
        list(questions([1], TASKS["translate"].recipe()))
    with pytest.raises(DataError, match="no examples"):
        flow_of_examples(cast("Any", None), TASKS["translate"].recipe(), [], None, most=3, seed=1, title="m")


def said(kind: str, task: str, clipped: float | None = None, **settings: object) -> str:
    recipe: TaskRecipe = (
        TASKS[task].recipe().with_settings({name.replace("__", "."): v for name, v in settings.items()})
    )
    return "\n".join(advice(GradientFlow("", [], Verdict(cast("Any", kind), 3, ""), 1, 1), recipe, clipped))


def noted(total: int, kept: int, refusals: int, losses: int, examples: int, *silent: int) -> list[str]:
    """What is said of examples, and of layers in which so many losses have no gradient one step back."""
    layers = [SimpleNamespace(name=f"layers.{k}", silent=one) for k, one in enumerate(silent)]
    sample: Any = SimpleNamespace(total=total, kept=[None] * kept)
    runs: Any = SimpleNamespace(refusals=[(k + 5, f"why {k}") for k in range(refusals)])
    found: Any = SimpleNamespace(losses=losses, examples=examples, layers=layers)
    return list(gradients._notes(sample, runs, found, 3))


MOST = f"of each example {MOST_LOSSES} losses were taken at most, spread over its outputs, the last among them"


@pytest.mark.parametrize(
    ("given", "notes"),
    [
        ((5, 5, 0, 20, 5, 0), []),
        ((6, 5, 0, 20, 5, 0), ["5 of 6 examples were taken, drawn with seed 3"]),
        ((1200, 1, 0, 2, 1, 0), ["1 of 1,200 examples was taken, drawn with seed 3"]),
        ((5, 5, 1, 20, 4, 0), ["1 example could not be traced and was left out, such as line 5: why 0"]),
        ((5, 5, 2, 20, 3, 0), ["2 examples could not be traced and were left out, such as line 5: why 0"]),
        ((5, 5, 0, MOST_LOSSES * 5, 5, 0), [MOST]),
        ((5, 5, 0, MOST_LOSSES * 5 - 1, 5, 0), []),
        ((5, 5, 0, 20, 5, 1, 0), ["layer layers.0: 1 of the losses has no gradient one step back and is not counted"]),
        ((5, 5, 0, 20, 5, 0, 7), [
            "layer layers.1: 7 of the losses have no gradient one step back and are not counted"]),
        ((5, 5, 0, 20, 5, 20, 3), [
            "layer layers.0: 20 of the losses have no gradient one step back and are not counted",
            "layer layers.1: 3 of the losses have no gradient one step back and are not counted",
        ]),
        ((5, 5, 0, 20, 5, 20, 20), [
            "no loss depends on the states of the network: so it is where the wide part answers alone"]),
    ],
)  # fmt: skip
def test_what_was_taken_and_what_was_left_out_is_said(given: tuple[int, ...], notes: list[str]) -> None:
    assert noted(*given) == notes


def test_how_training_differs_from_what_was_measured_is_said() -> None:
    running = TASKS["language-model"].recipe().with_settings({"data.form": "running", "batching.steps": 17})
    lines = TASKS["language-model"].recipe().with_settings({"data.form": "lines"})
    tags = {size: TASKS["tag"].recipe().with_settings({"model.characters": size}) for size in (0, 8)}
    assert list(gradients._limits(running)) == [
        "in training errors go back 17 steps at most (batching.steps), and are cut off there"
    ]
    assert list(gradients._limits(tags[8])) == ["the layers that read the characters of each token are not included"]
    for recipe in (lines, tags[0], TASKS["translate"].recipe()):
        assert list(gradients._limits(recipe)) == []


GATED = "a gated cell can pass an error on unchanged: --set model.cell=lstm, or gru"
LOOKS = "attention connects each output with every step of the source directly: --set model.attention=bilinear"
POOLS = "max pooling, or attention, connects the output with every step directly: --set model.pooling=max"
BOTH = "reading in both directions brings the farther end nearer: --set model.bidirectional=true"
SLOPE = "the slope of a sigmoid is 1/4 at most, at every step: --set model.activation=tanh"
SHORTER = "shorter inputs leave fewer steps to bridge"
LOOK = "if nothing further back matters, no change is needed: recurra evaluate MODEL DATA --to report.html shows "
LOOK += "whether long inputs are worse"
RATE = "a lower learning rate: training.learning_rate is {:g}"


@pytest.mark.parametrize(
    ("task", "settings", "lines"),
    [
        ("translate", {}, [LOOK]),
        ("translate", {"attention": "none"}, [LOOKS, LOOK]),
        ("translate", {"attention": "none", "cell": "elman"}, [GATED, LOOKS, SHORTER]),
        ("classify", {}, [LOOK]),
        ("classify", {"cell": "elman"}, [GATED, SHORTER]),
        ("classify", {"cell": "elman", "activation": "sigmoid"}, [SLOPE, GATED, SHORTER]),
        ("classify", {"pooling": "last"}, [POOLS, LOOK]),
        ("classify", {"bidirectional": False}, [BOTH, LOOK]),
        ("translate", {"bidirectional": False}, [BOTH, LOOK]),
        ("language-model", {}, [LOOK]),
    ],
)
def test_what_to_change_where_an_error_vanishes(task: str, settings: dict[str, object], lines: list[str]) -> None:
    named = {f"model__{name}": value for name, value in settings.items()}
    assert said("vanishing", task, **named).split("\n") == lines
    assert said("healthy", task, **named) == ""


@pytest.mark.parametrize(
    ("settings", "lines"),
    [
        ({}, ["clip the gradient more: --set training.clip_norm=0.5 (now 1)"]),
        ({"training__clip_norm": 0.25}, ["clip the gradient more: --set training.clip_norm=0.125 (now 0.25)"]),
        ({"training__clip_norm": 0.0}, ["clip the gradient: --set training.clip_norm=1"]),
        ({"model__cell": "elman"}, [
            "clip the gradient more: --set training.clip_norm=0.5 (now 1)",
            "the steps of a gated cell stay near 1: --set model.cell=lstm, or gru",
        ]),
        ({"model__cell": "elman", "model__activation": "relu"}, [
            "clip the gradient more: --set training.clip_norm=0.5 (now 1)",
            "a ReLU has no upper bound: --set model.activation=tanh",
            "the steps of a gated cell stay near 1: --set model.cell=lstm, or gru",
        ]),
    ],
)  # fmt: skip
def test_what_to_change_where_an_error_explodes(settings: dict[str, object], lines: list[str]) -> None:
    rate = TASKS["classify"].recipe().training.learning_rate
    assert said("exploding", "classify", **settings).split("\n") == [*lines, RATE.format(rate)]


@pytest.mark.parametrize(("clipped", "words"), [(None, ""), (0.0, ""), (0.25, ""), (0.26, "26 %"), (1.0, "100 %")])
def test_many_clipped_updates_are_named(clipped: float | None, words: str) -> None:
    rate = TASKS["classify"].recipe().training.learning_rate
    assert said("healthy", "classify", clipped) == (
        f"{words} of the updates were clipped to a norm of 1: a lower learning rate (training.learning_rate, now "
        f"{rate:g}) makes steps that need no clipping"
        if words
        else ""
    )


@pytest.mark.parametrize("task", TOYS)
def test_the_advice_can_be_followed(task: str) -> None:
    """Every setting that it names is one that the task has."""
    import re

    for kind in ("vanishing", "exploding"):
        for cell in ("elman", "lstm"):
            recipe = TASKS[task].recipe().with_settings({"model.cell": cell})
            text = "\n".join(advice(GradientFlow("", [], Verdict(cast("Any", kind), 3, ""), 1, 1), recipe, 0.9))
            named = re.findall(r"--set (\S+)=([\w.]+)", text)
            assert named or (kind, cell) == ("vanishing", "lstm")
            for name, value in named:
                typed: object = float(value) if value[0].isdigit() else {"true": True}.get(value, value)
                TASKS[task].recipe().with_settings({name: typed})


def test_saturated_activations_are_named_with_their_share() -> None:
    recipe = TASKS["classify"].recipe().with_settings({"model.cell": "elman"})
    first = "up to 66 % of the activations of a layer are saturated, and hardly any error passes through them: a lower "
    first += "learning rate (training.learning_rate) prevents that"
    for low, high, said in ((0.3, 0.36, first), (0.25, 0.25, "")):
        gates: Any = [SimpleNamespace(saturated=[Saturation("hidden", low, high), Saturation("hidden", 0.1, 0.1)])]
        flow = GradientFlow("", gates, Verdict("vanishing", 3, ""), 1, 1)
        assert ("saturated" in "\n".join(advice(flow, recipe, None))) == bool(said)
        assert said in "\n".join(advice(flow, recipe, None))
