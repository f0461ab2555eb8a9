"""The end of a training run: the best weights are measured, and the model folder says what it holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from recurra.bundle import CardFacts, card_text
from recurra.tasks.evaluation import Evaluation
from recurra.tasks.fit import Outcome, Request
from recurra.tasks.model_folder import parameter_count, save_network
from recurra.tasks.sample import read_sample
from recurra.tasks.task import Emit
from recurra.training import Note, weights_of


class Closing(NamedTuple):
    """How good the model is, and what its folder says beside weights and recipe."""

    evaluation: Evaluation
    facts: Mapping[str, Any]  # of config.json
    card: str


def finish(request: Request, outcome: Outcome, emit: Emit) -> Closing:
    """Measures the model on validation examples, says the result, and writes the model folder with its card."""
    task, network = request.task, outcome.network
    examples, trained_on = read_sample(request.folder / "run", task)
    predictor, options = task.predictor([network]), network.recipe.decoding
    evaluation = predictor.evaluate(examples, options)
    where = "the model was trained on them" if all(trained_on) else "also used for model selection"
    measured_on = f"{len(examples):,} validation {task.noun} ({where})"
    data = {f"training {task.noun}": len(outcome.encoded.train), f"validation {task.noun}": len(outcome.encoded.valid)}
    sizes = sizes_of(outcome)
    emit(Note(describe(evaluation, task.headline, measured_on)))
    unseen = [example for example, known in zip(examples, trained_on, strict=True) if not known]
    if 0 < len(unseen) < len(examples):
        apart = predictor.evaluate(unseen, options)
        emit(Note(describe(apart, task.headline, f"the {len(unseen):,} that are not in the training data")))
    for note in evaluation.notes:
        emit(Note(note))
    config: dict[str, Any] = {
        "columns": dict(outcome.columns),
        "trained": {"finished": True, "command": request.command, **data, **sizes},
        "measured": {"on": measured_on, **evaluation.to_mapping()},
    }
    card = CardFacts(
        name=request.folder.resolve().name,
        task=task.summary,
        command=request.command,
        data=data,
        sizes=sizes,
        measures=evaluation.measures,
        measured_on=measured_on,
        example=task.card_example(examples[0]),
    )
    closing = Closing(evaluation, config, card_text(card))
    save_network(request.folder, task, network, weights_of(network.model), closing.facts, closing.card)
    return closing


def describe(evaluation: Evaluation, headline: Mapping[str, str], measured_on: str) -> str:
    """The leading measures in one line."""
    found = [
        words.format(evaluation.measures[key].value) for key, words in headline.items() if key in evaluation.measures
    ]
    return f"{', '.join(found)} on {measured_on}"


def sizes_of(outcome: Outcome) -> dict[str, object]:
    """How large the network is and how long it has learned."""
    network, finished = outcome.network, outcome.finished
    return {
        "parameters": parameter_count(network),
        **network.sizes(),
        "steps": finished.step,
        "best step": finished.best_step,
        "seconds": round(finished.seconds, 1),
        "ended by": finished.reason,
    }
