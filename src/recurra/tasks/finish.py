"""The end of a training run: the best weights are measured, and the model folder says what it holds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from recurra.bundle import Bundle, CardFacts, card_text, load_bundle
from recurra.bundle.transaction import tidy
from recurra.errors import ModelError, any_error_as
from recurra.files import plain_errors
from recurra.tasks.baseline import baseline_note, beside_baseline, published_baseline, stored_baseline
from recurra.tasks.caveats import caveats, trained_of
from recurra.tasks.evaluation import Evaluation
from recurra.tasks.fit import Outcome, Request
from recurra.tasks.model_folder import facts_of, parameter_count, save_network
from recurra.tasks.recipe import TaskRecipe
from recurra.tasks.recipe_file import asked_recipe, read_recipe
from recurra.tasks.resuming import FREE, MEMBERS, damaged_run, flat
from recurra.tasks.sample import read_sample
from recurra.tasks.task import Emit
from recurra.text.counted import counted_as, is_or_are
from recurra.training import Note, weights_of


class Closing(NamedTuple):
    """How good the model is, and what its folder says beside weights and recipe."""

    evaluation: Evaluation
    facts: Mapping[str, object]  # of config.json
    card: str
    baseline: bytes = b""  # as far as it is part of the model


def finish(request: Request, outcome: Outcome, emit: Emit) -> Closing:
    """Measures the model on validation examples, says the result, and writes the model folder with its card."""
    task, networks = request.task, outcome.networks
    network = networks[0]
    examples, trained_on = read_sample(request.folder / "run", task)
    predictor, options = task.predictor(networks), network.recipe.decoding
    run_folder = request.folder / "run"
    baseline = stored_baseline(run_folder)
    evaluation = predictor.evaluate(examples, options)
    evaluation = beside_baseline(evaluation, baseline, run_folder, task, predictor, examples, options)
    where = "the model was trained on them" if all(trained_on) else "also used for model selection"
    measured_on = (
        f"{counted_as(len(examples), f'validation {task.noun}')} ({grouped(evaluation, len(examples))}{where})"
    )
    data = {f"training {task.noun}": len(outcome.encoded.train), f"validation {task.noun}": len(outcome.encoded.valid)}
    sizes = sizes_of(outcome)
    emit(Note(describe(evaluation, task.headline, measured_on)))
    unseen = [example for example, known in zip(examples, trained_on, strict=True) if not known]
    if 0 < len(unseen) < len(examples):
        apart = predictor.evaluate(unseen, options)
        emit(
            Note(
                describe(
                    apart, task.headline, f"the {len(unseen):,} that {is_or_are(len(unseen))} not in the training data"
                )
            )
        )
    too_short = caveats(sizes)
    for note in filter(None, [baseline_note(evaluation, task.headline), *evaluation.notes, *too_short]):
        emit(Note(note))
    config: dict[str, object] = {
        "columns": dict(outcome.columns),
        "trained": {"finished": True, "command": outcome.command, **data, **sizes},
        "measured": {"on": measured_on, **evaluation.to_mapping()},
    }
    card = CardFacts(
        name=request.folder.resolve().name,
        task=task.summary,
        command=outcome.command,
        data=data,
        sizes=sizes,
        decisions=outcome.decisions,
        settled=settled(run_folder, network.recipe),
        measures=evaluation.measures,
        measured_on=measured_on,
        caveats=too_short,
        baseline="" if evaluation.baseline is None else evaluation.baseline.name,
        baseline_measures={} if evaluation.baseline is None else evaluation.baseline.measures,
    )
    before = finished_before(request.folder, outcome)
    if before is not None:  # a run with nothing left to do: what was written when it ended stays
        with plain_errors(request.folder):
            tidy(request.folder)
        return Closing(evaluation, facts_of(before), before.card, before.baseline)
    kept = published_baseline(task, run_folder)
    weights = [weights_of(one.model) for one in networks]
    save_network(request.folder, task, network, weights, config, card_text(card), kept)
    return Closing(evaluation, config, card_text(card), kept)


def settled(run_folder: Path, recipe: TaskRecipe) -> dict[str, object]:
    """What became of the settings that the recipe that was asked for leaves open."""
    path = asked_recipe(run_folder)
    if path is None:
        return {}
    with any_error_as(lambda reason: damaged_run(path, reason)):
        asked = flat(read_recipe(path, type(recipe)))
    decided = {name: value for name, value in flat(recipe).items() if value != asked.get(name)}
    return {name: value for name, value in decided.items() if name not in (*FREE, MEMBERS)}


def finished_before(folder: Path, outcome: Outcome) -> Bundle | None:
    """The model folder, if it holds these very networks, finished; None if it is still to be written."""
    try:
        bundle = load_bundle(folder)
    except ModelError:
        return None
    trained = trained_of(bundle.config)
    if not trained.get("finished") or trained.get("steps") != sum(one.step for one in outcome.finished):
        return None
    now = [weights_of(network.model) for network in outcome.networks]
    return bundle if len(now) == len(bundle.members) and all(map(same_weights, now, bundle.members)) else None


def same_weights(some: Mapping[str, Tensor], others: Mapping[str, Tensor]) -> bool:
    """Whether they have the same names and numbers."""
    return some.keys() == others.keys() and all(torch.equal(some[name], others[name]) for name in some)


def grouped(evaluation: Evaluation, examples: int) -> str:
    """What counts once where several examples are of one source or image."""
    noun = evaluation.details.get("counted")
    return f"{counted_as(evaluation.count, noun)}; " if noun and evaluation.count < examples else ""


def describe(evaluation: Evaluation, headline: Mapping[str, str], measured_on: str) -> str:
    """The leading measures in one line."""
    found = [
        words.format(evaluation.measures[key].value) for key, words in headline.items() if key in evaluation.measures
    ]
    return f"{', '.join(found)} on {measured_on}"


def sizes_of(outcome: Outcome) -> dict[str, object]:
    """How large the networks are and how long they have learned."""
    runs = outcome.finished
    shortest = min(runs, key=lambda one: one.step)
    several = {"members": len(runs)} if len(runs) > 1 else {}
    return {
        **several,
        "parameters": sum(map(parameter_count, outcome.networks)),
        **outcome.networks[0].sizes(),
        "steps": sum(one.step for one in runs),
        "best step": runs[0].best_step if not several else ", ".join(str(one.best_step) for one in runs),
        "seconds": round(sum(one.seconds for one in runs), 1),
        "ended by": shortest.reason,
    }
