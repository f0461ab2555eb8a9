"""Units that are held and attention that is given: from what was there anyway follows nothing, and a search goes by
what the trace shows."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
import torch
from test_answers import check
from torch import Tensor, nn
from toy_tasks import TOYS, network

from recurra.attention import ATTENTIONS, Attention, GivenAttention
from recurra.cells import CELLS
from recurra.errors import UsageError, called_from_command_line
from recurra.inside.probes import Probe, Run
from recurra.tasks import TASKS
from recurra.tasks.changed_networks import changed_inside
from recurra.tasks.task import Generates, Network
from recurra.tasks.tracing import Asked
from recurra.tasks.what_if import Question, ShownWhatIf, what_if
from recurra.tracing import Change, Force, Intervention, SetAttention, SetUnit, Trace

RECURRENT = [task for task in TOYS if task != "caption"]  # captions of vectors have a decoder alone
LOOKING = ("translate", "chat")
DEEP = {"model.layers": 2}


def question(task: str, networks: list[Network], **settings: object) -> Question:
    """About the first toy input."""
    continues = isinstance(TASKS[task].predictor(networks), Generates)
    section = "generation" if continues else "decoding"
    settings = {"beam": 1, "length": 5, **settings} if continues else settings
    recipe: Any = networks[0].recipe.with_settings({f"{section}.{name}": one for name, one in settings.items()})
    return Question(TASKS[task], networks, TOYS[task].inputs[0], getattr(recipe, section))


def follows(task: str, networks: list[Network], *changes: Change, **settings: object) -> ShownWhatIf:
    """From changes of the (first) network."""
    asked = question(task, networks, **settings)
    return what_if(asked, asked, Intervention(changes))


def same(one: Trace, other: Trace, tolerance: float = 1e-5) -> None:
    """Whether nothing differs but by rounding."""
    assert (one.prediction, one.target_tokens) == (other.prediction, other.target_tokens)
    for before, after in zip(one.layers, other.layers, strict=True):
        for name, states in before.states.items():
            np.testing.assert_allclose(states, after.states[name], atol=tolerance)
    before, after = ([decision.probability for decision in trace.decisions] for trace in (one, other))
    assert before == pytest.approx(after, abs=tolerance)


@pytest.mark.parametrize("task", TOYS)
def test_a_unit_that_is_held_at_what_it_is_changes_nothing(task: str) -> None:
    """In every layer that has units, at every step."""
    networks = [network(task, settings=DEEP)]
    was = follows(task, networks).was
    changes = [
        SetUnit(layer.name, 1, float(value), [step])
        for layer in was.layers
        if layer.cell is not None
        for step, value in enumerate(layer.states["hidden"][:, 1])
    ]
    assert changes
    one = follows(task, networks, *changes)
    same(one.was, one.now)
    assert {pair.difference for pair in one.pairs} == {"same"}


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("task", ["translate", "tag", "language-model"])
def test_a_unit_that_is_switched_off_is_off(task: str, cell: str) -> None:
    """At all steps, or at those that were said; nothing that comes before them changes."""
    networks = [network(task, settings={**DEEP, "model.cell": cell})]
    name = {"translate": "decoder.first", "tag": "layers.0.forward", "language-model": "layers.0"}[task]
    longer = {"min_length": 3} if task == "translate" else {}
    whole, single = (follows(task, networks, SetUnit(name, 2, steps=steps), **longer) for steps in (None, [1]))
    was, off, at_one = (trace.layer(name).states["hidden"] for trace in (whole.was, whole.now, single.now))
    assert not off[:, 2].any()
    assert off[0, 3] == was[0, 3]
    np.testing.assert_array_equal(at_one[0], was[0])
    assert at_one[1, 2] == 0 != was[1, 2]
    assert np.array_equal(at_one[1, 3:], was[1, 3:])
    check(json.loads(single.to_json()), "what-if.schema.json")


def test_a_layer_that_reads_backward_is_held_at_the_same_token() -> None:
    networks = [network("tag")]
    one = follows("tag", networks, SetUnit("layers.0.backward", 0, 0.5, [1]))
    was, now = (trace.layer("layers.0.backward").states["hidden"] for trace in (one.was, one.now))
    assert now[1, 0] == 0.5
    assert np.array_equal(now[1, 1:], was[1, 1:])
    assert not np.allclose(now[0], was[0])  # which is read after it


def test_the_network_itself_stays_as_it_is() -> None:
    networks = [network("translate")]
    before = follows("translate", networks).was
    follows("translate", networks, SetUnit("encoder.0.forward", 0, 3.0), SetAttention(0, {0: 1}))
    assert follows("translate", networks).was == before


@pytest.mark.parametrize("search", [{"beam": 1}, {"beam": 4}, {"sample": True}])
@pytest.mark.parametrize("feeding", [False, True])
@pytest.mark.parametrize("count", [1, 2])
def test_a_search_goes_by_what_the_trace_shows(search: dict[str, object], feeding: bool, count: int) -> None:
    """The log-probability by the prepared kernels is that of the trace by the reference, whatever is changed."""
    settings = {**DEEP, "model.input_feeding": feeding}
    networks = [network("translate", seed, settings) for seed in range(1, count + 1)]
    changes = [
        SetUnit("encoder.0.backward", 1, -0.7, [1]),
        SetUnit("decoder.first", 0, 0.9, [1]),
        SetUnit("decoder.upper.0", 2, 0.4, [0, 2]),
        SetUnit("decoder.upper.0", 3),
        SetAttention(1, {0: 3.0, 1: 1.0}),
    ]
    one = follows("translate", networks, *changes, min_length=3, **search)
    assert one.now.search
    best = one.now.search.outputs[0]
    total = sum(math.log(pair.now.probability) for pair in one.pairs if pair.now and pair.now.probability)
    if best.finished:
        assert best.log_prob == pytest.approx(total, abs=1e-4)
    assert one.now.attention
    if count == 1:
        assert one.now.attention.weights[1][:2] == pytest.approx([0.75, 0.25])
        assert one.now.layer("decoder.upper.0").states["hidden"][2, 2] == pytest.approx(0.4)
    assert one.now.layer("decoder.first").states["hidden"][1, 0] == pytest.approx(0.9)
    assert any("the first of 2 networks is changed inside" in note for note in one.notes) == (count > 1)


def test_a_continuation_is_held_where_its_trace_says() -> None:
    networks = [network("language-model", settings=DEEP)]
    last = len(follows("language-model", networks).was.layer("layers.0").tokens) - 2
    one = follows("language-model", networks, SetUnit("layers.0", 1, 2.0, [0, last]))
    assert one.now.search
    total = sum(math.log(pair.now.probability) for pair in one.pairs if pair.now and pair.now.probability)
    assert one.now.search.outputs[0].log_prob == pytest.approx(total, abs=1e-4)
    hidden = one.now.layer("layers.0").states["hidden"]
    assert hidden[0, 1] == 2.0
    if len(hidden) > last:
        assert hidden[last, 1] == 2.0


@pytest.mark.parametrize("task", LOOKING)
@pytest.mark.parametrize("feeding", [False, True])
def test_attention_that_is_set_to_what_it_was_changes_nothing(task: str, feeding: bool) -> None:
    networks = [network(task, settings={"model.input_feeding": feeding})]
    was = follows(task, networks, min_length=3).was
    assert was.attention
    changes = [SetAttention(step, list(row)) for step, row in enumerate(was.attention.weights)]
    one = follows(task, networks, *changes, min_length=3)
    same(one.was, one.now, 1e-6)
    assert one.now.attention
    np.testing.assert_allclose(one.now.attention.weights, was.attention.weights, atol=1e-6)


@pytest.mark.parametrize("task", ["classify", "regress"])
def test_what_a_label_takes_from_each_token_is_set(task: str) -> None:
    """An answer made of one token alone is the same whatever the other one weighs."""
    networks = [network(task, settings={"model.pooling": "attention"})]
    was = follows(task, networks).was
    assert was.attention
    weights = was.attention.weights[0]
    assert not follows(task, networks, SetAttention(0, list(weights))).changed
    one = follows(task, networks, SetAttention(0, {len(weights) - 1: 5}))
    assert one.now.attention
    assert one.now.attention.weights[0] == pytest.approx([*[0] * (len(weights) - 1), 1])
    assert one.pairs[0].was != one.pairs[0].now


def test_of_several_columns_only_those_that_are_named_are_set() -> None:
    rows = [((text, text[::-1]), "long" if len(text) > 9 else "short") for text in ("red blue", "dark green red")] * 9
    networks = [network("classify", settings={"model.pooling": "attention"}, rows=rows)]
    asked = replace(question("classify", networks), given=("red blue", "eulb der"))
    was = what_if(asked, asked, Intervention()).was
    assert was.attention
    first = list(was.attention.weights[0])
    one = what_if(asked, asked, Intervention([SetAttention(0, {0: 1.0})])).now
    assert one.attention
    own = sum(np.cumsum(first) < 1 - 1e-4) + 1  # tokens of the first column
    assert one.attention.weights[0] == pytest.approx([1, *[0] * (own - 1), *first[own:]], abs=1e-5)


def test_a_change_may_meet_others() -> None:
    networks = [network("translate")]
    one = follows("translate", networks, Force(1, "der"), SetUnit("decoder.first", 0), min_length=3)
    assert [pair.now.token for pair in one.pairs if pair.forced and pair.now] == ["der"]
    assert not one.now.layer("decoder.first").states["hidden"][:, 0].any()


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ([1, 70], "step 70 was not reached"),
        ([70, 1, 72], "steps 70, 72 were not reached"),
        (range(70, 75), "steps 70, 71, 72, 73, 74 were not reached"),
        (range(70, 76), "steps 70, 71, 72, 73, 74 and more were not reached"),
    ],
)
def test_steps_that_are_not_reached_are_named(steps: Sequence[int], said: str) -> None:
    networks = [network("translate")]
    one = follows("translate", networks, SetUnit("decoder.first", 0, steps=list(steps)), min_length=3)
    count = len(one.now.layer("decoder.first").tokens)
    assert f"layer decoder.first has {count} steps: {said}" in one.notes


@pytest.mark.parametrize(
    ("task", "change", "words"),
    [
        ("translate", SetUnit("encoder.0", 3), "unit: unknown layer 'encoder.0'\n  Did you mean 'encoder.0.forward'?"),
        (
            "translate",
            SetUnit("decoder.first", 8),
            "unit: there is no unit 8 in layer decoder.first: it has 8 units\n  Give one from 0 to 7.",
        ),
        ("forecast", SetAttention(0, {0: 1}), "attention: the model has no attention that could be set"),
        ("classify", SetAttention(0, {0: 1}), "attention: the model has no attention that could be set"),
        (
            "translate",
            SetAttention(4, {0: 1}),
            "attention: there is no step 4: the output has 4 steps, its end among them\n  Give one from 0 to 3.",
        ),
        (
            "translate",
            SetAttention(0, {3: 1}),
            "attention: there is no source token 3: the input has 3 tokens\n  Give one from 0 to 2.",
        ),
        (
            "translate",
            SetAttention(0, [1, 2]),
            "attention: expected a weight for each of 3 source tokens, got 2\n"
            "  Give them all, or by the number of a token.",
        ),
    ],
)
def test_what_is_not_there_is_refused(task: str, change: Change, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        follows(task, [network(task)], change, **({"min_length": 3} if task == "translate" else {}))
    assert caught.value.typed() == words


def test_steps_and_tokens_are_numbered_as_the_caller_does() -> None:
    asked = question("translate", [network("translate")], min_length=3)
    for change, words, most in (
        (SetAttention(4, {0: 1}), "there is no step 5: the output has 4 steps, its end among them", 4),
        (SetAttention(0, {3: 1}), "there is no source token 4: the input has 3 tokens", 3),
    ):
        with called_from_command_line(), pytest.raises(UsageError) as caught:
            what_if(asked, asked, Intervention([change]))
        assert caught.value.typed() == f"attention: {words}\n  Give one from 1 to {most}."


def test_a_model_without_attention_or_units_says_so() -> None:
    with pytest.raises(UsageError, match="no attention that could be set"):
        follows("translate", [network("translate", settings={"model.attention": "none"})], SetAttention(0, {0: 1}))
    with pytest.raises(UsageError) as caught:
        follows("classify", [network("classify", settings={"model.kind": "cnn"})], SetUnit("layers", 0))
    assert caught.value.typed() == "unit: no layer of the model is recurrent, so it has no units to set"


FIRST = [
    [0.1, 0.4, 0.2, 0.3],
    [0.5, 0.0, 0.0, 0.5],
]  # [P, S] of the first column: three tokens, the second of two places
SECOND = [[0.5, 0.5], [0.9, 0.1]]  # and of the second: two tokens


class Looking(Probe):
    """Two outputs, which look at two columns."""

    def __init__(self, attentions: Sequence[Attention | None]) -> None:
        super().__init__([])
        self.own = attentions

    @property
    def attentions(self) -> Sequence[Attention | None]:
        return self.own

    def run(self, vectors: Sequence[Tensor], *, trace: bool = False) -> Run:
        return Run(torch.zeros(1, 2, 1), {}, [torch.tensor([FIRST]), torch.tensor([SECOND])])


@dataclass(frozen=True)
class Holds:
    """A network that is nothing but its attentions."""

    model: nn.Module


def given(change: SetAttention, *, second: bool = True) -> list[dict[int, list[float]]]:
    """The weights that two attentions are given, by steps; of a column without one the second is None."""
    each = [ATTENTIONS["bilinear"](2, 2) for _ in range(1 + second)]
    probe: Any = Looking([*each, *([] if second else [None])])
    asked = Asked("", "", [], [], [probe], [], ["x", "y"], parts=[1, 2, 1, 1, 1])
    made: Any = Holds(nn.ModuleList(each))
    found: Any = changed_inside(made, asked, [], [change]).model
    assert all(after is before or isinstance(after, GivenAttention) for after, before in zip(found, each, strict=True))
    return [
        {step: row.tolist() for step, row in one.weights.items()} if isinstance(one, GivenAttention) else {}
        for one in found
    ]


@pytest.mark.parametrize(
    ("step", "weights", "first", "second"),
    [
        (0, {0: 1.0}, [1, 0, 0, 0], None),
        (0, {1: 2.0}, [0, 2 / 3, 1 / 3, 0], None),  # within a token as it was looked at
        (1, {1: 2.0}, [0, 1 / 2, 1 / 2, 0], None),  # where it was not, evenly
        (0, {0: 1.0, 1: 3.0}, [1 / 4, 1 / 2, 1 / 4, 0], None),
        (1, {2: 5.0, 4: 1.0}, [0, 0, 0, 1], [0, 1]),
        (0, {3: 1.0, 4: 3.0}, None, [1 / 4, 3 / 4]),
        (0, [1, 6, 1, 2, 0], [1 / 8, 1 / 2, 1 / 4, 1 / 8], [1, 0]),
    ],
)
def test_weights_of_tokens_become_those_of_their_places(
    step: int, weights: Mapping[int, float] | Sequence[float], first: Any, second: Any
) -> None:
    found = given(SetAttention(step, weights))
    for rows, expected in zip(found, (first, second), strict=True):
        assert list(rows) == ([] if expected is None else [step])
        assert expected is None or rows[step] == pytest.approx(expected)
    if second is None:
        assert given(SetAttention(step, weights), second=False) == found[:1]


def test_weights_for_a_column_that_cannot_have_them_are_refused() -> None:
    with pytest.raises(UsageError) as caught:
        given(SetAttention(0, [1, 1, 1, 0, 0]))
    assert caught.value.typed() == "attention: the weights of a column add up to 0\n  Give one of them a weight."
    with pytest.raises(UsageError) as caught:
        given(SetAttention(0, {0: 1.0, 4: 1.0}), second=False)
    said = "attention: token {} stands in a column without attention\n  Name tokens of another column only."
    assert caught.value.typed() == said.format(3)
    with called_from_command_line(), pytest.raises(UsageError) as caught:
        given(SetAttention(0, {0: 1.0, 4: 1.0}), second=False)
    assert caught.value.typed() == said.format(4)


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (lambda: SetAttention(0, [0, 0]), "the weights add up to 0"),
        (lambda: SetAttention(0, [1, -1]), "a weight must be a number from 0 to 1,000,000, got -1"),
        (lambda: SetAttention(0, [1, math.nan]), "a weight must be a number from 0 to 1,000,000, got nan"),
        (lambda: SetAttention(0, {-1: 1}), "the number of a token must be a whole number from 0"),
        (lambda: SetAttention(0, 3), "weights must be numbers for each source token"),  # type: ignore[arg-type]
        (lambda: SetUnit("a", 0, math.inf), "value must be a number between"),
        (lambda: SetUnit("a", 0, steps=[]), "steps must be numbers of steps"),
        (lambda: SetUnit("a", 0, steps=[*range(1001)]), "at most 1,000 steps, got 1,001"),
        (lambda: SetUnit("a", 0, steps=[-1]), "a step must be a whole number from 0"),
        (lambda: SetUnit("a", 1.5), "unit must be a whole number"),  # type: ignore[arg-type]
    ],
)
def test_what_is_no_change_is_refused(made: Any, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        made()


def test_changes_of_networks_come_back_from_json() -> None:
    changes = [SetUnit("decoder.first", 3, 0.5, [1, 2]), SetAttention(1, {2: 0.5}), SetAttention(2, [0.5, 0.5])]
    back = Intervention.of_mapping(json.loads(json.dumps(Intervention(changes).to_mapping())))
    assert list(back.changes) == changes
