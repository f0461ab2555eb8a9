"""The end of a training run: the best weights are measured, and the model folder says what it holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from recurra.bundle import CardFacts, card_text
from recurra.tasks.evaluate import evaluate_pairs
from recurra.tasks.fit import Outcome, Request, read_sample
from recurra.tasks.prediction import Evaluation
from recurra.tasks.translate import make_predictor, save_translator
from recurra.training import Event, Note, weights_of


def finish(request: Request, outcome: Outcome, emit: Callable[[Event], None]) -> Evaluation:
    """Measures the model on validation pairs, says the result, and writes the model folder with its card."""
    translator = outcome.translator
    pairs, trained_on = read_sample(request.folder / "run")
    predictor, options = make_predictor([translator]), replace(translator.recipe.decoding, nbest=1)
    evaluation = evaluate_pairs(predictor, pairs, options)
    measured_on = f"{len(pairs):,} validation pairs, which also chose the best weights"
    data = {"training pairs": len(outcome.encoded.train), "validation pairs": len(outcome.encoded.valid)}
    sizes = sizes_of(outcome)
    emit(Note(in_words(evaluation, measured_on)))
    unseen = [pair for pair, known in zip(pairs, trained_on, strict=True) if not known]
    if 0 < len(unseen) < len(pairs):
        emit(Note(in_words(evaluate_pairs(predictor, unseen, options), f"the {len(unseen):,} not trained on")))
    config: dict[str, Any] = {
        "trained": {"finished": True, "command": request.command, **data, **sizes},
        "measured": {"on": measured_on, **evaluation.to_mapping()},
    }
    card = CardFacts(
        name=request.folder.resolve().name,
        task="Writes a target text for a source text (an encoder-decoder).",
        command=request.command,
        data=data,
        sizes=sizes,
        measures=evaluation.measures,
        measured_on=measured_on,
        example=pairs[0].source,
    )
    save_translator(request.folder, translator, weights_of(translator.model), config, card_text(card))
    return evaluation


def in_words(evaluation: Evaluation, measured_on: str) -> str:
    """The leading measures in one line."""
    rates = {"wer": "whole outputs wrong", "error_rate": "error rate on units"}
    found = [f"{name} {evaluation.measures[key].value:.2f} %" for key, name in rates.items()]
    return f"{', '.join(found)} on {measured_on}"


def sizes_of(outcome: Outcome) -> dict[str, object]:
    """How large the network is and how long it has learned."""
    translator, finished = outcome.translator, outcome.finished
    return {
        "parameters": translator.model.parameter_count(),
        "source vocabulary": translator.source.size,
        "target vocabulary": translator.target.size,
        "steps": finished.step,
        "best step": finished.best_step,
        "seconds": round(finished.seconds, 1),
        "ended by": finished.reason,
    }
