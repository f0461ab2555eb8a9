"""Training a model, and comparing several."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Unpack

from recurra.api.arguments import checked, refuse_both, values_of
from recurra.api.asked import TrainKeywords, asked, told
from recurra.api.given import Given, Lists
from recurra.api.model import Model
from recurra.comparing import Axis, Comparison, ComparisonRequest, run_comparison, variants
from recurra.errors import UsageError, called_from_python
from recurra.progress import shown_comparison, shown_run
from recurra.tasks.finish import finish
from recurra.tasks.fit import Request, fit
from recurra.tasks.recipe import TaskRecipe
from recurra.training import USUAL, Event, threads

COMPARING = "10m"  # how long a comparison takes if nothing is said
SEEDS = 3  # runs of each network if nothing is said
CLASSICS = ("elman", "gru", "lstm")  # what is compared where nothing is said


@called_from_python()
def train(
    data: Given,
    y: Iterable[object] | None = None,
    *,
    task: str | None = None,
    target: str | Path | None = None,
    valid: Given | None = None,
    valid_target: str | Path | None = None,
    to: str | Path | None = None,
    time: str | None = None,
    epochs: float | None = None,
    members: int | None = None,
    recipe: TaskRecipe | None = None,
    settings: Mapping[str, object] | None = None,
    resume: bool = False,
    force: bool = False,
    format: str = "auto",
    source_column: str | None = None,
    target_column: str | None = None,
    time_column: str | None = None,
    vectors: str | Path | None = None,
    gazetteers: Lists | None = None,
    progress: bool | None = None,
    listeners: Sequence[Callable[[Event], None]] = (),
    started: float | None = None,
) -> Model:
    """Trains a model and leaves it in a folder.

    Args:
        data: a file of examples; the file of sources if `target` is given; examples given in Python: rows such as
            (source, target) or {"source": ..., "target": ...}, a data frame; or, if `y` is given, the inputs alone.
        y: the target of each input: train(X, y, task="classify") with lists, arrays or columns of a data frame.
        task: what is to be learned; the recipe's, or what the data tell, if None.
        target: the second of two parallel files.
        valid, valid_target: validation data likewise, (X, y) where `y` is given; without them a share of `data` is set
            aside.
        to: the model folder; "<name of the data>-model" if None.
        time: how long the whole command may take, such as "5m"; five minutes if neither time nor epochs is given.
        epochs: passes over the data instead of a time.
        members: networks of an ensemble, trained one after the other: the setting training.members.
        recipe: all other options; the task's defaults if None.
        settings: single options instead of the recipe's: {"model.cell": "gru", "training.seed": 2}.
        resume: go on with the run in `to`.
        force: train anew in a folder that holds a model, which answers until the new one has its first weights.
        format, source_column, target_column: how to read the files; columns by name or by number from 1.
        vectors: a file of pretrained word vectors (word2vec, GloVe, fastText), or a folder of model2vec, as word
            embeddings, in tasks that read words: docs/vectors.md.
        gazetteers: lists of names for the task tag: {"city": "cities.txt", "month": ["May", "June"]}, or files with one
            name per line: docs/tag.md.
        progress: whether the run is shown; in a terminal and a notebook, and nowhere else, if None.
        listeners: called with every event of the run.
        started: when the command began, on time.monotonic's clock; now if None.

    Raises:
        UsageError, DataError, RunError: before the first training step wherever possible.
        KeyboardInterrupt: after Ctrl-C, when the run has been saved.
    """
    own = checked({"force": force, "members": members, "settings": settings})
    replaces = own.get("force", False)
    if "members" in own:
        settings = {**own.get("settings", {}), "training.members": own["members"]}
    refuse_both({"force": replaces, "resume": resume})
    how = asked(
        data,
        y,
        "model",
        USUAL,
        task=task,
        target=target,
        valid=valid,
        valid_target=valid_target,
        to=to,
        time=time,
        epochs=epochs,
        recipe=recipe,
        settings=settings,
        resume=resume,
        format=format,
        source_column=source_column,
        target_column=target_column,
        time_column=time_column,
        vectors=vectors,
        gazetteers=gazetteers,
        progress=progress,
        listeners=listeners,
        started=started,
    )
    request = Request(
        how.task,
        how.data,
        how.valid,
        how.folder,
        how.recipe,
        how.resume,
        how.command,
        how.started,
        replaces,
        how.vectors,
        how.gazetteers,
    )
    with shown_run(progress) as show:
        emit = told(how, show)
        with threads(1):  # steps of the training may take more
            outcome = fit(request, how.budget, emit)
            closing = finish(request, outcome, emit)
    return Model(how.task, outcome.networks, how.folder, closing.facts, closing.card, closing.baseline)


@called_from_python()
def compare(
    data: Given,
    y: Iterable[object] | None = None,
    *,
    cells: Sequence[str] = (),
    attention: Sequence[str] = (),
    models: Sequence[str] = (),
    layers: Sequence[int] = (),
    vary: Mapping[str, Sequence[object]] | None = None,
    seeds: int = SEEDS,
    test: Given | None = None,
    test_target: str | Path | None = None,
    measure: str | None = None,
    gradients: bool = False,
    force: bool = False,
    **training: Unpack[TrainKeywords],
) -> Comparison:
    """Trains a small grid of networks, each with several seeds, and says which differences are significant.

    Args:
        cells, attention, models, layers: the values that are combined; elman, gru, lstm if nothing is given.
        vary: more of them: {"model.bridge": ["last", "mean"]}.
        seeds: runs of each network, with the seeds from training.seed on.
        test, test_target: what all are measured on, (X, y) where `y` is given; validation data if None.
        measure: one of the task's measures that are counted example by example; its first one if None.
        gradients: whether the gradient flow of each network is measured as well (`Model.gradients`), in its first run
            and after its share of the time: this takes seconds more.
        force: start anew in a folder that holds a comparison, which is there until the new one has a result.
        training: all other arguments of `train`. `to` is a folder for all of it ("<name of the data>-comparison" if
            nothing is said), `time` how long the whole may take, an equal share for each run (ten minutes), `resume`
            goes on with the comparison in `to` and keeps its finished runs.

    Raises:
        UsageError, DataError, RunError: before the first training step wherever possible.
        KeyboardInterrupt: after Ctrl-C; finished runs are kept.
    """

    asked_for = checked({"seeds": seeds, "measure": measure, "test_target": test_target, "vary": vary, "force": force})
    refuse_both({**asked_for, "resume": training.get("resume", False)})
    if (seeds := asked_for.get("seeds", SEEDS)) < 1:
        raise UsageError(f"seeds must be at least 1, got {seeds}")
    how = asked(data, y, "comparison", COMPARING, **training)
    chosen = {
        "model.kind": values_of("models", models),
        "model.cell": values_of("cells", cells),
        "model.attention": values_of("attention", attention),
        "model.layers": values_of("layers", layers),
        **{name: values_of(name, values) for name, values in asked_for.get("vary", {}).items()},
    }
    given = {name: values for name, values in chosen.items() if values} or {"model.cell": CLASSICS}
    request = ComparisonRequest(
        how.task,
        how.data,
        how.valid,
        None if test is None else how.source_of(test, test_target, "test"),
        how.recipe,
        variants([Axis(name, tuple(values)) for name, values in given.items()], how.recipe),
        seeds,
        how.folder,
        None if how.budget is None else how.budget.seconds,
        None if how.budget is None else how.budget.epochs,
        measure,
        gradients,
        how.resume,
        how.command,
        how.started,
        how.vectors,
        how.gazetteers,
        asked_for.get("force", False),
    )
    with threads(1), shown_comparison(training.get("progress")) as show:
        return run_comparison(request, told(how, show))
