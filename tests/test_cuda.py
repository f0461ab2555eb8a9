"""On a GPU everything is what it is on the CPU: layers, training, answers, looking inside, and what is written.

Skipped where torch sees no CUDA device. RECURRA_TEST_DEVICE=cpu runs them with the CPU in the place of the GPU, which
shows that the tests themselves work.
"""

from __future__ import annotations

import copy
import math
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import laws
import numpy as np
import pytest
import torch
from PIL import Image

import recurra
from recurra.attention import Memory
from recurra.cells import LSTM, from_torch
from recurra.cli import run
from recurra.layers import Recurrent
from recurra.models import device_of
from recurra.tasks import TASKS
from recurra.tasks.contrast import contrasted
from recurra.tasks.gradients import flow_of_examples
from recurra.tasks.task import Network
from recurra.tasks.tracing import explained, traced
from recurra.training import TrainingOptions, make_optimizer

sys.path.insert(0, str(Path(__file__).parent / "tasks"))

from toy_tasks import TOYS, examples, network, options_of, predictor, trained

DEVICE = torch.device(os.environ.get("RECURRA_TEST_DEVICE", "cuda"))
pytestmark = pytest.mark.skipif(
    DEVICE.type == "cuda" and not torch.cuda.is_available(), reason="torch sees no CUDA device"
)
SEARCHED = ["translate", "chat", "caption", "language-model"]
VERSUS: dict[str, Any] = {"translate": ("red", "eulb"), "classify": ("long", "short"), "tag": ("O B-X", "O I-X")}


@pytest.fixture(autouse=True)
def all_digits() -> Iterator[None]:
    """cuDNN rounds the factors of its products to ten bits unless told otherwise, which would hide mistakes."""
    before = torch.backends.cudnn.allow_tf32
    torch.backends.cudnn.allow_tf32 = False
    yield
    torch.backends.cudnn.allow_tf32 = before


def on_device(made: Network) -> Network:
    """The same network on the GPU."""
    made.model.to(DEVICE)
    return made


def assert_alike(one: Any, other: Any, tolerance: float = 2e-3, place: str = "") -> None:
    """Equal texts and structure, and numbers up to rounding."""
    if isinstance(one, Mapping):
        assert one.keys() == other.keys(), place
        for key in one:
            assert_alike(one[key], other[key], tolerance, f"{place}.{key}")
    elif isinstance(one, Sequence) and not isinstance(one, str):
        assert len(one) == len(other), place
        for k, (left, right) in enumerate(zip(one, other, strict=True)):
            assert_alike(left, right, tolerance, f"{place}[{k}]")
    elif isinstance(one, np.ndarray):
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance, err_msg=place)
    elif isinstance(one, float):
        assert math.isclose(one, other, rel_tol=tolerance, abs_tol=tolerance), f"{place}: {one} and {other}"
    else:
        assert one == other, place


# ------------------------------------------------------------------------------------------------ parts


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("name", laws.LAYERS)
def test_layers_and_their_gradients(name: str, training: bool) -> None:
    layer = laws.built(laws.LAYERS[name]).train(training)
    values, lengths, state = laws.sample(layer)
    here = computed(layer, values, lengths, state)
    there = computed(
        copy.deepcopy(layer).to(DEVICE),
        values.to(DEVICE),
        lengths.to(DEVICE),
        laws.map_state(lambda part: part.to(DEVICE), state),
    )
    for one, other in zip(here, there, strict=True):
        assert other.device.type == DEVICE.type
        torch.testing.assert_close(one, other.cpu(), atol=1e-4, rtol=1e-4)


def computed(layer: Any, values: torch.Tensor, lengths: torch.Tensor, state: Any) -> list[torch.Tensor]:
    """Outputs, last states, and the gradients of everything given and of the weights."""
    values = values.clone().requires_grad_()
    found = laws.leaves(laws.whole(layer, values, lengths, state))
    total = sum((one * torch.linspace(-1, 1, one.numel()).view(one.shape).to(one.device)).sum() for one in found)
    assert isinstance(total, torch.Tensor)
    slopes = torch.autograd.grad(total, [values, *layer.parameters()], materialize_grads=True)
    return [*(one.detach() for one in found), *slopes]


@pytest.mark.parametrize("name", laws.ATTENTIONS)
def test_attentions(name: str) -> None:
    attention = laws.built(laws.ATTENTIONS[name])
    queries = laws.random_like(attention, 2, 3, attention.query_size)
    values = laws.random_like(attention, 2, 4, attention.value_size, seed=1)
    mask = torch.tensor([[True] * 4, [True, True, False, False]])
    here = attention(queries, Memory(values, attention.keys(values), mask))
    attention.to(DEVICE)
    values = values.to(DEVICE)
    there = attention(queries.to(DEVICE), Memory(values, attention.keys(values), mask.to(DEVICE)))
    for one, other in zip(here, there, strict=True):
        torch.testing.assert_close(one, other.cpu(), atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("name", laws.POOLINGS)
def test_poolings(name: str) -> None:
    pooling = laws.built(laws.POOLINGS[name])
    values, lengths = laws.sample_pooled(pooling)
    here = laws.pool(pooling, values, lengths)
    there = laws.pool(pooling.to(DEVICE), values.to(DEVICE), lengths.to(DEVICE))
    for one, other in zip(here, there, strict=True):
        torch.testing.assert_close(one, other.cpu(), atol=1e-5, rtol=1e-4)


def test_weights_of_a_torch_module_stay_where_they_are() -> None:
    module = torch.nn.LSTM(3, 4, batch_first=True).to(DEVICE)
    cell = from_torch(module)
    assert isinstance(cell, LSTM)
    values = torch.randn(2, 5, 3, device=DEVICE)
    torch.testing.assert_close(Recurrent(cell)(values).outputs.values, module(values)[0], atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("name", ["adam", "adamw", "sgd"])
def test_optimizers(name: Any) -> None:
    first = torch.nn.Parameter(torch.linspace(-1, 1, 6))
    second = torch.nn.Parameter(first.detach().to(DEVICE, copy=True))
    for parameter in (first, second):
        optimizer = make_optimizer([parameter], TrainingOptions(optimizer=name))
        for k in range(3):
            parameter.grad = torch.cos(torch.arange(6.0) + k).to(parameter.device)
            optimizer.step()
        state = optimizer.tensors()
        assert {tensor.device.type for tensor in state.values()} == {"cpu"}
        optimizer.restore(state)
        optimizer.step()
    torch.testing.assert_close(first.detach(), second.detach().cpu(), atol=1e-6, rtol=1e-5)


# ------------------------------------------------------------------------------------------------ answers


@pytest.mark.parametrize("members", [1, 2])
@pytest.mark.parametrize("task", TOYS)
def test_answers_and_measures(task: str, members: int) -> None:
    def asked(move: Callable[[Network], Network]) -> Any:
        networks = [move(network(task, seed=k + 1)) for k in range(members)]
        asking: Any = predictor(task, *networks)
        answers = [one.to_mapping() for one in asking.predict(TOYS[task].inputs, options_of(task, networks[0]))]
        measured = asking.evaluate(examples(task), networks[0].recipe.decoding)
        return answers, {name: measure.value for name, measure in measured.measures.items()}

    assert_alike(asked(lambda made: made), asked(on_device))


@pytest.mark.parametrize("task", ["translate", "chat", "caption"])
def test_the_same_samples_are_drawn(task: str) -> None:
    def drawn(made: Network) -> list[Any]:
        options = options_of(task, made, sample=True, nbest=3, top_k=4, seed=7)
        return [one.to_mapping() for one in predictor(task, made).predict(TOYS[task].inputs, options)]

    assert_alike(drawn(network(task)), drawn(on_device(network(task))))


def test_generated_text_and_surprisals() -> None:
    here, there = network("language-model"), on_device(network("language-model"))
    settings = {"generation.samples": 3, "generation.length": 8, "generation.seed": 3}
    options: Any = here.recipe.with_settings(settings).generation  # type: ignore[attr-defined]

    def said(made: Network) -> Any:
        asking: Any = predictor("language-model", made)
        written = [one.to_mapping() for one in asking.generate(["red", ""], options)]
        return written, [one.to_mapping() for one in asking.surprisal(["red blue", "dark"])]

    assert_alike(said(here), said(there))


@pytest.mark.parametrize("task", SEARCHED)
def test_recorded_searches(task: str) -> None:
    def searched(made: Network) -> Any:
        asking: Any = predictor(task, made)
        section = "generation" if task == "language-model" else "decoding"
        options = getattr(made.recipe.with_settings({f"{section}.beam": 3}), section)
        return asking.searched(TOYS[task].inputs[0], options).to_mapping()

    assert_alike(searched(network(task)), searched(on_device(network(task))))


# ------------------------------------------------------------------------------------------------ looking inside


@pytest.mark.parametrize("task", TOYS)
def test_traces_attributions_and_gradients(task: str) -> None:
    def inside(made: Network) -> list[Any]:
        asking: Any = predictor(task, made)
        options = made.recipe.decoding
        one = asking.ask(TOYS[task].inputs[0], options, None)
        flow = flow_of_examples(asking, made.recipe, examples(task), options, most=4, seed=1, title="toy", clipped=None)
        shown = [traced(one, task, gradients=True), explained(one), explained(one, method="leave-one-out"), flow]
        if task in VERSUS:
            first, second = (asking.ask(TOYS[task].inputs[0], options, target) for target in VERSUS[task])
            shown.append(contrasted(first, second, options))
        return [part.to_mapping() for part in shown]

    assert_alike(inside(network(task)), inside(on_device(network(task))), tolerance=1e-2)


# ------------------------------------------------------------------------------------------------ training

PLAIN = {"training.precision": "float32", "model.dropout": 0.0}


def place(kind: torch.device | str) -> dict[str, object]:
    return {"training.device": str(kind)}


def answers_of(model: recurra.Model, task: str) -> list[Any]:
    return [answer.to_mapping() for answer in model.predict_iter(TOYS[task].inputs)]


def weights(model: recurra.Model) -> dict[str, np.ndarray[Any, Any]]:
    return {name: value.detach().float().cpu().numpy() for name, value in model.networks[0].model.state_dict().items()}


@pytest.mark.parametrize("task", TOYS)
def test_training_gives_the_same_network_and_what_is_written_can_be_read_anywhere(task: str, tmp_path: Path) -> None:
    settings = {name: value for name, value in PLAIN.items() if name != "model.dropout" or task != "caption"}
    here = trained(task, tmp_path / "here", epochs=2, settings={**settings, **place("cpu")})
    there = trained(task, tmp_path / "there", epochs=2, settings={**settings, **place(DEVICE)})
    assert device_of(there.networks[0].model).type == DEVICE.type
    if task != "caption":  # there its dropout draws other numbers
        for name, value in weights(here).items():
            np.testing.assert_allclose(weights(there)[name], value, atol=0.02, err_msg=name)
    read = recurra.load(tmp_path / "there")
    assert device_of(read.networks[0].model).type == "cpu"
    assert_alike(answers_of(there, task), answers_of(read, task))


@pytest.mark.parametrize("task", ["translate", "language-model", "forecast", "tag"])
@pytest.mark.parametrize("first", ["cpu", DEVICE.type])
def test_a_run_goes_on_on_the_other_device(task: str, first: str, tmp_path: Path) -> None:
    second = DEVICE.type if first == "cpu" else "cpu"
    settings = {**PLAIN, "training.patience": 0, **({"data.form": "running"} if task == "language-model" else {})}
    trained(task, tmp_path / "m", epochs=2, settings={**settings, **place(first)})
    again = recurra.train(TOYS[task].rows, task=task, to=tmp_path / "m", epochs=4, settings=place(second),
                          progress=False, resume=True)  # fmt: skip
    assert device_of(again.networks[0].model).type == second
    assert all(np.isfinite(value).all() for value in weights(again).values())
    assert_alike(answers_of(again, task), answers_of(recurra.load(tmp_path / "m"), task))


@pytest.mark.parametrize("task", TOYS)
def test_a_run_repeated_is_the_same(task: str, tmp_path: Path) -> None:
    """Up to the order in which a GPU adds; what is drawn at random, as for dropout, is drawn again."""
    settings = {**place(DEVICE), "training.patience": 0}
    whole = trained(task, tmp_path / "whole", epochs=2, settings=settings)
    again = trained(task, tmp_path / "again", epochs=2, settings=settings)
    for name, value in weights(whole).items():
        np.testing.assert_allclose(weights(again)[name], value, atol=0.02, err_msg=name)


@pytest.mark.parametrize("cell", ["lstm", "gru", "elman", "mingru", "minlstm", "slstm"])
def test_every_cell_and_bfloat16(cell: str, tmp_path: Path) -> None:
    settings = {"model.cell": cell, "training.precision": "bfloat16", **place(DEVICE)}
    model = trained("translate", tmp_path / cell, settings=settings)
    assert_alike(answers_of(model, "translate"), answers_of(recurra.load(tmp_path / cell), "translate"))


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_scheduled_sampling_copying_and_averaged_weights(optimizer: str, tmp_path: Path) -> None:
    settings = {
        "training.optimizer": optimizer, "training.scheduled_sampling": 0.5, "training.average": 2, "model.copy": True,
        "model.input_feeding": True, "training.learning_rate": 0.01, **place(DEVICE),
    }  # fmt: skip
    model = trained("translate", tmp_path / "m", epochs=2, settings=settings)
    assert_alike(answers_of(model, "translate"), answers_of(recurra.load(tmp_path / "m"), "translate"))


def test_a_time_is_planned_for_the_device(tmp_path: Path) -> None:
    toy = TOYS["classify"]
    model = recurra.train(toy.rows, task="classify", to=tmp_path / "m", time="6s", settings=place(DEVICE),
                          progress=False)  # fmt: skip
    assert device_of(model.networks[0].model).type == DEVICE.type


def test_images(tmp_path: Path) -> None:
    noise = np.random.default_rng(0)
    rows: list[Any] = []
    for k in range(60):
        picture = noise.integers(0, 60, (8, 8, 3)).astype(np.uint8)
        picture[:, : 4 if k % 2 else 8] += 150
        path = tmp_path / f"{k}.png"
        Image.fromarray(picture).save(path)
        rows.append((str(path), "half" if k % 2 else "whole"))
    for task in ("classify", "caption"):
        table = tmp_path / f"{task}.tsv"
        columns = ("image", "label") if task == "classify" else ("image", "text")
        lines = ["\t".join(columns), *("\t".join(row) for row in rows)]
        table.write_text("\n".join(lines) + "\n", encoding="utf-8")
        settings = {"model.width": 8, "training.precision": "float32", **place(DEVICE)}
        named = {"source_column": "image", "target_column": columns[1]}
        model = recurra.train(
            table, task=task, to=tmp_path / f"m-{task}", epochs=2, progress=False, settings=settings, **named
        )
        read = recurra.load(tmp_path / f"m-{task}")
        given = [path for path, _ in rows[:4]]
        here, there = ([one.to_mapping() for one in either.predict(given)] for either in (read, model))
        assert_alike(here, there)


def test_the_doctor_names_the_gpu(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor"]) == 0
    assert DEVICE.type == "cpu" or torch.cuda.get_device_name(0) in capsys.readouterr().out


def test_every_task_is_here() -> None:
    assert set(TOYS) == set(TASKS)
