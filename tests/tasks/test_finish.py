"""The end of a run: what is measured on which examples, and what the model folder says of it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from toy_tasks import SMALL, TOYS, trained

import recurra
from recurra.metrics import Measure
from recurra.tasks.evaluation import Evaluation
from recurra.tasks.finish import describe, finished_before, grouped, same_weights, sizes_of
from recurra.tasks.model_folder import load_network
from recurra.tasks.table import TASKS
from recurra.training import Event, Note


def evaluation(count: int = 9, counted: str | None = None, **values: float) -> Evaluation:
    details: Any = {} if counted is None else {"counted": counted}
    return Evaluation(count, {name: Measure(value, 0.0, 1.0, "") for name, value in values.items()}, details=details)


@pytest.mark.parametrize(
    ("valid", "said"),
    [
        (TOYS["classify"].rows[:3], None),  # all are trained on
        ([("light green red", "long"), *TOYS["classify"].rows[:3]], "on the 1 that is not in the training data"),
        ([("a red", "short"), ("light green red", "long"), *TOYS["classify"].rows[:3]],
         "on the 2 that are not in the training data"),
        ([("a red", "short"), ("light green red", "long")], None),  # none is
    ],
)  # fmt: skip
def test_examples_that_were_not_trained_on_are_measured_by_themselves(
    valid: list[Any], said: str | None, tmp_path: Path
) -> None:
    notes: list[str] = []

    def listen(event: Event) -> None:
        if isinstance(event, Note):
            notes.append(event.text)

    recurra.train(TOYS["classify"].rows, valid=valid, task="classify", to=tmp_path / "m", epochs=1, settings=SMALL,
                  progress=False, listeners=[listen])  # fmt: skip
    apart = [note for note in notes if "not in the training data" in note]
    whole = "the model was trained on them" if valid == TOYS["classify"].rows[:3] else "also used for model selection"
    assert any(note.endswith(f"on {len(valid)} validation examples ({whole})") for note in notes)
    assert [note[note.index("on the") :] for note in apart] == ([said] if said else [])


@pytest.mark.parametrize(
    ("count", "noun", "examples", "said"),
    [
        (9, "sources", 12, "9 sources; "),
        (1, "images", 5, "1 image; "),
        (1200, "sources", 5000, "1,200 sources; "),
        (9, "sources", 9, ""),
        (9, None, 12, ""),
    ],
)
def test_what_counts_once_is_said(count: int, noun: str | None, examples: int, said: str) -> None:
    assert grouped(evaluation(count, noun), examples) == said


def test_the_leading_measures_stand_in_one_line() -> None:
    headline = {"a": "{:.1f} % right", "b": "error {:.2f}"}
    assert describe(evaluation(b=1.5, a=50.0, c=3.0), headline, "4 pairs") == "50.0 % right, error 1.50 on 4 pairs"
    assert describe(evaluation(b=1.5), headline, "4 pairs") == "error 1.50 on 4 pairs"


def test_weights_are_the_same_by_their_names_and_numbers() -> None:
    one = {"a": torch.ones(2), "b": torch.zeros(3)}
    assert same_weights(one, {"b": torch.zeros(3), "a": torch.ones(2)})
    assert not same_weights(one, {"a": torch.ones(2)})
    assert not same_weights(one, {"a": torch.ones(2), "b": torch.tensor([0.0, 0.0, 1e-9])})
    assert not same_weights(one, {"a": torch.ones(2), "c": torch.zeros(3)})
    assert same_weights({}, {})


def ended(step: int, best: int, seconds: float, reason: str) -> Any:
    return SimpleNamespace(step=step, best_step=best, seconds=seconds, reason=reason)


def test_how_large_networks_are_and_how_long_they_learned() -> None:
    model = torch.nn.Linear(3, 2)
    network = SimpleNamespace(model=model, sizes=lambda: {"labels": 2})
    one: Any = SimpleNamespace(networks=[network], finished=[ended(7, 5, 1.26, "plan")])
    assert sizes_of(one) == {
        "parameters": 8, "labels": 2, "steps": 7, "best step": 5, "seconds": 1.3, "ended by": "plan",
    }  # fmt: skip
    three: Any = SimpleNamespace(
        networks=[network] * 3, finished=[ended(7, 5, 1.26, "plan"), ended(3, 3, 1.0, "time"), ended(9, 8, 2.0, "plan")]
    )
    assert sizes_of(three) == {
        "members": 3, "parameters": 24, "labels": 2, "steps": 19, "best step": "5, 3, 8", "seconds": 4.3,
        "ended by": "time",
    }  # fmt: skip


def test_a_folder_that_holds_these_networks_finished_stays(tmp_path: Path) -> None:
    trained("classify", tmp_path / "m")
    loaded = load_network(tmp_path / "m", TASKS)
    facts: Any = loaded.facts
    steps = facts["trained"]["steps"]

    def outcome(step: int = steps, networks: Any = loaded.networks) -> Any:
        return SimpleNamespace(networks=networks, finished=[ended(step, 1, 1.0, "plan")])

    assert finished_before(tmp_path / "m", outcome()) is not None
    assert finished_before(tmp_path / "m", outcome(steps + 1)) is None
    assert finished_before(tmp_path / "m", outcome(networks=[*loaded.networks] * 2)) is None
    with torch.no_grad():
        next(loaded.networks[0].model.parameters()).add_(1.0)
    assert finished_before(tmp_path / "m", outcome()) is None
    assert finished_before(tmp_path / "nowhere", outcome()) is None
