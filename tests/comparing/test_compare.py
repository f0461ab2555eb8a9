"""A whole comparison: every run is trained once and kept, an interruption loses nothing, the figures are right."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

import recurra
from recurra.comparing import ComparisonRequest
from recurra.comparing import trial as trials
from recurra.comparing.run import Tests as Measured
from recurra.data import DataSource
from recurra.errors import DataError, ModelError, RunError, UsageError
from recurra.metrics import value_text
from recurra.tasks import TASKS
from recurra.training import Diverged, Event, Note, Saved, StepDone
from recurra.views import comparison_text

LETTERS = "abcd"
TEXTS = [f"{a}{b}{c}{d}" for a in LETTERS for b in LETTERS for c in LETTERS for d in LETTERS]
LABELLED = [(text, "more a" if text.count("a") > text.count("b") else "not more a") for text in TEXTS]
TINY = {"model.width": 8, "training.precision": "float32", "training.validations": 1, "text.units": "chars"}
OPTIONS: dict[str, Any] = {"task": "classify", "models": ["rnn", "feedforward"], "seeds": 2, "epochs": 1}


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("recurra.training.planning.SHORT_TRIAL", 0.0)  # nothing here is about speed
    torch.set_num_threads(1)


def compare(data: Any = LABELLED, **options: Any) -> recurra.Comparison:
    return recurra.compare(data, **{"settings": TINY, "to": "found", **OPTIONS, **options})


def same(one: recurra.Comparison, other: recurra.Comparison) -> bool:
    """All but the times."""

    def timeless(found: recurra.Comparison) -> Any:
        mapping = found.to_mapping()
        kept = [{k: v for k, v in row.items() if "second" not in k} for row in mapping["variants"]]
        return {**mapping, "variants": kept}

    return json.dumps(timeless(one)) == json.dumps(timeless(other))


def test_what_comes_of_it() -> None:
    told: list[str] = []
    found = compare(listeners=[lambda event: told.append(event.text) if isinstance(event, Note) else None])
    mapping = found.to_mapping()
    assert json.loads(Path("found/comparison.json").read_text()) == json.loads(json.dumps(mapping))
    assert {row["name"] for row in mapping["variants"]} == {"rnn", "feedforward"}
    assert (mapping["measure"], mapping["seeds"], mapping["counted"]) == ("accuracy", 2, "examples")
    for row in mapping["variants"]:
        assert row["mean"] == pytest.approx(sum(row["values"]) / 2)
        assert row["deviation"] == pytest.approx(abs(row["values"][0] - row["values"][1]) / 2**0.5)
    assert mapping["variants"][0]["mean"] >= mapping["variants"][1]["mean"]
    assert [line.split(":")[0] for line in told if line.startswith("run ")] == [f"run {k} of 4" for k in (1, 2, 3, 4)]
    assert sum("set aside for validation" in line for line in told) == 1  # said once, not by every run
    model = recurra.load("found/rnn-seed-2")
    assert model.recipe.training.seed == 2
    assert not Path("found/rnn-seed-2/run").exists()


def test_each_run_is_what_the_model_in_its_folder_answers() -> None:
    test = [(text + "a", label) for text, label in LABELLED[:100]]
    found = compare(test=test).to_mapping()
    assert (found["examples"], found["measured_on"]) == (100, "test data")
    assert found["lengths"] == []  # all are of one length
    for row in found["variants"]:
        for seed, value in enumerate(row["values"], 1):
            evaluation = recurra.load(f"found/{row['name']}-seed-{seed}").evaluate(test)
            assert value == pytest.approx(evaluation.measures["accuracy"].value)
            assert evaluation.baseline is not None
            assert found["baseline"]["value"] == pytest.approx(evaluation.baseline.measures["accuracy"].value)
    better = found["baseline"]["value"] > max(row["mean"] for row in found["variants"])
    [line] = [line for line in comparison_text(found).splitlines() if line.startswith("Baseline: ")]
    assert ("better than every variant" in line) == better


EVERY_TASK: dict[str, tuple[list[Any], str]] = {
    "language-model": (TEXTS, "bits_per_character"),
    "chat": ([[text, text[::-1]] for text in TEXTS], "nats_per_unit"),
    "caption": ([([float(text.count(letter)) for letter in LETTERS], text[:2]) for text in TEXTS], "exact_match"),
    "translate": ([(text, text[::-1]) for text in TEXTS], "exact_match"),
}


@pytest.mark.parametrize("task", EVERY_TASK)
def test_every_measure_is_the_evaluation_s(task: str) -> None:
    """The figure of each run is the one that its model is evaluated with, in its own unit."""
    data, measure = EVERY_TASK[task]
    settings = {"model.width": 8, "model.layers": 1, "training.precision": "float32", "training.validations": 1}
    told: list[str] = []
    found = compare(
        data, task=task, models=(), cells=["elman", "gru"], test=data[:60], settings=settings,
        listeners=[lambda event: told.append(event.text) if isinstance(event, Note) else None],
    )  # fmt: skip
    mapping = found.to_mapping()
    # Where several outputs are right, an input counts once.
    asked = len({str(row[0]) for row in data[:60]}) if task in ("translate", "caption") else 60
    assert (mapping["measure"], mapping["examples"]) == (measure, asked)
    for row in mapping["variants"]:
        assert row["parameters"] > 0
        for seed, value in enumerate(row["values"], 1):
            measures = recurra.load(f"found/{row['name']}-seed-{seed}").evaluate(data[:60]).measures
            right = math.log(measures["perplexity"].value) if task == "chat" else measures[measure].value
            assert value == pytest.approx(right, rel=1e-4)
    unit = " %" * (measure == "exact_match")
    shown = {row["name"]: value_text(measure, row["values"][0]) + unit for row in mapping["variants"]}
    name = measure.replace("_", " ")
    assert any(line.startswith(f"run 1 of 4: elman, seed 1: {name} {shown['elman']}, ") for line in told)


def test_every_task_can_be_compared() -> None:
    assert [name for name, task in TASKS.items() if not task.per_example] == []


def test_a_part_of_a_running_text_is_its_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recurra.comparing.run.MAX_TESTED", 40)
    text = [line for text in TEXTS for line in (text, "")]
    settings = {"model.width": 8, "model.layers": 1, "training.precision": "float32", "training.validations": 1,
                "data.form": "running"}  # fmt: skip
    cells = ["elman", "gru"]
    found = compare(text, task="language-model", models=(), cells=cells, test=text[::-1], settings=settings, seeds=1)
    for row in found.to_mapping()["variants"]:
        model = recurra.load(f"found/{row['name']}-seed-1")
        right = model.evaluate(text[::-1][:40]).measures["bits_per_character"].value
        assert row["mean"] == pytest.approx(right, rel=1e-4)


def test_by_length() -> None:
    data = [(text[:length], "x" if "a" in text[:length] else "y") for text in TEXTS for length in (1, 2, 3, 4)]
    found = compare(data, test=data[:400]).to_mapping()
    assert [(one["from"], one["to"], one["examples"]) for one in found["lengths"]] == [
        (1, 1, 100), (2, 2, 100), (3, 3, 100), (4, 4, 100),
    ]  # fmt: skip
    for row in found["variants"]:
        assert sum(row["by_length"]) / 4 == pytest.approx(row["mean"])


def test_an_interrupted_comparison_goes_on_and_comes_to_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = compare(to="whole")
    steps = 0

    def stop(event: Event) -> None:
        nonlocal steps
        steps += isinstance(event, StepDone)
        if steps == 20:  # within the third run
            steps += 1
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compare(listeners=[stop])
    kept = {path: path.stat().st_mtime_ns for path in Path("found").glob("*-seed-*.json")}
    assert kept
    assert len(kept) < 4
    assert same(compare(resume=True), whole)
    assert {path: path.stat().st_mtime_ns for path in kept} == kept  # not trained again


def test_a_kill_before_the_result_is_written_loses_no_run(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = compare(to="whole")

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("recurra.comparing.run.store", killed)
        with pytest.raises(KeyboardInterrupt):
            compare()
    assert same(compare(resume=True), whole)


def test_a_finished_comparison_is_only_shown_again(monkeypatch: pytest.MonkeyPatch) -> None:
    first = compare()
    monkeypatch.setattr("recurra.comparing.run.run_trial", None)
    assert compare(resume=True).to_mapping() == json.loads(json.dumps(first.to_mapping()))


def test_another_question_is_refused_and_nothing_is_overwritten() -> None:
    compare()
    with pytest.raises(RunError, match="started with other seeds"):
        compare(resume=True, seeds=3)
    with pytest.raises(RunError, match="started with other data"):
        compare(LABELLED[1:], resume=True)
    with pytest.raises(RunError, match="already holds a comparison"):
        compare()
    Path("other").mkdir()
    Path("other/letter.txt").write_text("dear reader")
    with pytest.raises(RunError, match="this folder is not empty"):
        compare(to="other")


def test_with_force_the_comparison_before_is_replaced_and_comes_back_where_nothing_was_trained(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compare()
    before = Path("found/comparison.json").read_text()
    with pytest.raises(DataError, match="at least two labels"):
        compare([("a", "x"), ("b", "x")], force=True)
    assert Path("found/comparison.json").read_text() == before
    assert sorted(path.name for path in Path().iterdir()) == ["found"]
    with pytest.raises(UsageError, match="exclude each other"):
        compare(force=True, resume=True)
    with monkeypatch.context() as patch:
        patch.setattr("recurra.comparing.run.run_trial", stop)
        with pytest.raises(KeyboardInterrupt):
            compare(seeds=1, force=True)
    assert Path("found/comparison.json").read_text() == before
    found = compare(seeds=1, force=True)
    assert json.loads(Path("found/comparison.json").read_text())["seeds"] == found.to_mapping()["seeds"] == 1
    assert not Path("found/rnn-seed-2").exists()
    assert sorted(path.name for path in Path().iterdir()) == ["found"]
    Path("other").mkdir()
    Path("other/letter.txt").write_text("dear reader")
    with pytest.raises(RunError, match="this folder holds no comparison"):
        compare(to="other", force=True)
    assert Path("other/letter.txt").read_text() == "dear reader"


def stop(*_: Any, **__: Any) -> None:
    raise KeyboardInterrupt


def stopping_at(words: str) -> Callable[[Event], None]:
    """A listener that interrupts where a text is said, or a checkpoint of a step has been saved."""

    def listen(event: Event) -> None:
        if words in (event.text if isinstance(event, Note) else "saved" if isinstance(event, Saved) else ""):
            raise KeyboardInterrupt

    return listen


def names(*folders: str) -> set[str]:
    return {str(path) for folder in folders for path in Path(folder).iterdir()}


@pytest.mark.parametrize("moment", ["256 examples", "network:"])
def test_what_has_trained_nothing_replaces_no_comparison_and_can_begin_again(moment: str) -> None:
    """Also where a run has been begun: until its first checkpoint there is nothing that one could want to keep."""
    whole = compare(seeds=1)
    before = Path("found/comparison.json").read_text()
    with pytest.raises(KeyboardInterrupt):
        compare(seeds=2, force=True, listeners=[stopping_at(moment)])
    assert Path("found/comparison.json").read_text() == before
    assert names(".") == {"found"}
    with pytest.raises(KeyboardInterrupt):
        compare(models=["cnn", "rnn"], seeds=1, to="again", listeners=[stopping_at(moment)])
    assert same(compare(seeds=1, to="again"), whole)
    assert names("again") == {name.replace("found", "again") for name in names("found")}


def test_a_replacement_that_was_stopped_and_is_resumed_leaves_nothing_of_the_one_before() -> None:
    compare(seeds=1)
    with pytest.raises(KeyboardInterrupt):
        compare(seeds=2, force=True, listeners=[stopping_at("saved")])
    assert names(".") == {"found", ".found.replaced"}
    found = compare(seeds=2, resume=True)
    assert found.to_mapping()["seeds"] == 2
    assert names(".") == {"found"}


def test_a_folder_that_someone_else_uses_is_no_start_of_a_comparison() -> None:
    for name in ("found/input", "found/rnn-seed-1/run/data", "found/parity/try-1/input"):
        Path(name).mkdir(parents=True)
        Path(name, "mine.csv").write_text("dear")
        with pytest.raises(RunError, match="this folder is not empty"):
            compare(seeds=1)
        assert Path(name, "mine.csv").read_text() == "dear"
        shutil.rmtree("found")


def test_a_replacement_that_was_killed_is_settled_by_the_next_command(monkeypatch: pytest.MonkeyPatch) -> None:
    compare(seeds=1)
    before = Path("found/comparison.json").read_text()
    Path("found").rename(".found.replaced")  # killed before the new one began
    with pytest.raises(RunError, match="already holds a comparison"):
        compare()
    assert Path("found/comparison.json").read_text() == before
    Path("found").rename(".found.replaced")
    with monkeypatch.context() as patch:
        patch.setattr("recurra.comparing.run.summarise", stop)  # killed when runs of the new one had finished
        with pytest.raises(KeyboardInterrupt):
            compare(seeds=2, to="new")
    Path("new").rename("found")
    compare(seeds=2, resume=True)
    assert json.loads(Path("found/comparison.json").read_text())["seeds"] == 2
    compare(seeds=1, force=True)
    assert sorted(path.name for path in Path().iterdir()) == ["found"]


def test_data_that_cannot_be_used_leave_nothing() -> None:
    with pytest.raises(DataError, match="at least two labels"):
        compare([("a", "x"), ("b", "x")])
    assert not Path("found").exists()


def test_a_run_that_explodes_is_no_result_and_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    fit = trials.fit

    def exploding(request: Any, *others: Any) -> Any:
        if request.folder.name == "rnn-seed-2":
            raise Diverged("training diverged")
        return fit(request, *others)

    monkeypatch.setattr("recurra.comparing.trial.fit", exploding)
    found = compare()
    row = next(row for row in found.to_mapping()["variants"] if row["name"] == "rnn")
    assert (len(row["values"]), row["failed"]) == (1, ["training diverged"])
    assert found.to_mapping()["differences"] == []  # not the same seeds any more
    assert "rnn: 1 of 2 runs failed: training diverged" in str(found)


def test_a_model_that_answers_no_numbers_is_no_result_and_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    finish = trials.finish

    def without_numbers(request: Any, *others: Any) -> Any:
        if request.folder.name == "rnn-seed-1":
            raise ModelError("the model's log probabilities are not numbers (NaN)")
        return finish(request, *others)

    monkeypatch.setattr("recurra.comparing.trial.finish", without_numbers)
    row = next(row for row in compare().to_mapping()["variants"] if row["name"] == "rnn")
    assert (len(row["values"]), row["failed"]) == (1, ["the model's log probabilities are not numbers (NaN)"])


def test_gradient_flow_is_that_of_the_model_of_the_first_run() -> None:
    told: list[str] = []
    listeners = [lambda event: told.append(event.text) if isinstance(event, Note) else None]
    test = [(text + "a", label) for text, label in LABELLED[:100]]
    found = compare(test=test, gradients=True, listeners=listeners)
    flows = {row["name"]: row.get("gradients") for row in found.to_mapping()["variants"]}
    own = recurra.load("found/rnn-seed-1").gradients(test)
    assert flows["feedforward"] is None
    assert flows["rnn"]["title"] == "rnn"
    assert flows["rnn"]["clipped"] is not None  # which the folder of a model no longer says
    for name in ("layers", "verdict", "examples", "losses"):
        assert flows["rnn"][name] == own.to_mapping()[name], name
    assert "feedforward: no gradient flow: the network has no recurrent layer" in str(found).replace("\n", " ")
    page = Path("found/comparison.html").read_text(encoding="utf-8")
    assert page == found.page()
    assert any("found/comparison.html" in line for line in told)
    again = compare(test=test, gradients=True, resume=True)
    assert again.to_mapping() == json.loads(json.dumps(found.to_mapping()))
    with pytest.raises(RunError, match="started with other gradients"):
        compare(test=test, resume=True)


def test_gradient_flow_on_validation_data_and_where_the_first_run_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    fit = trials.fit

    def exploding(request: Any, *others: Any) -> Any:
        if request.folder.name == "elman-seed-1":
            raise Diverged("training diverged")
        return fit(request, *others)

    monkeypatch.setattr("recurra.comparing.trial.fit", exploding)
    found = compare(models=(), cells=["elman", "gru"], gradients=True)
    flows = {row["name"]: row.get("gradients") for row in found.to_mapping()["variants"]}
    assert flows["elman"] is None
    assert flows["gru"]["layers"][0]["cell"] == "GRU"
    assert "elman: no gradient flow: its first run failed" in found.to_mapping()["notes"]


def test_a_damaged_result_is_named() -> None:
    compare()
    for damage in ("{}", "3", "[]", "", '{"scores": 3}'):
        Path("found/rnn-seed-1.json").write_text(damage)
        with pytest.raises(RunError, match="this is not the result of a run") as caught:
            compare(resume=True)
        assert caught.value.where == "found/rnn-seed-1.json"
    for damage in ("[]", "{}", "", "not JSON"):
        Path("found/request.json").write_text(damage)
        with pytest.raises(RunError, match="there is no comparison to resume"):
            compare(resume=True)


def test_examples_that_are_trained_on_are_said_and_left_out_once() -> None:
    new = [(text + "a", label) for text, label in LABELLED[40:100]]
    told: list[str] = []
    found = compare(
        test=LABELLED[:30] + new + LABELLED[:5],
        seeds=1,
        listeners=[lambda event: told.append(getattr(event, "text", ""))],
    )
    assert "warning: 35 of the test examples have an input that is also in the training data" in told
    mapping = found.to_mapping()
    assert (mapping["examples"], mapping["trained_on"]) == (95, 35)
    means: list[str] = []
    for row in mapping["variants"]:
        measured = recurra.load(f"found/{row['name']}-seed-1").evaluate(new).measures["accuracy"].value
        assert row["mean_unseen"] == pytest.approx(measured)
        means.append(f"{row['name']} {measured:.2f} %")
    said = f"35 of the examples are also in the training data; on the 60 others: {', '.join(means)}"
    assert said in mapping["notes"]
    assert same(compare(test=LABELLED[:30] + new + LABELLED[:5], seeds=1, resume=True), found)


def test_a_source_with_several_targets_is_one_example_of_a_comparison() -> None:
    pairs = [(text, text[::-1]) for text in TEXTS[:60]]
    test = [(text, target) for text in TEXTS[50:80] for target in (text[::-1], text)]
    options: dict[str, Any] = {"task": "translate", "models": (), "cells": ["elman", "gru"], "seeds": 1}
    settings = {"settings": {"model.width": 8, "training.validations": 1}, "test": test}
    found = compare(pairs, **options, **settings)
    mapping = found.to_mapping()
    assert (mapping["examples"], mapping["trained_on"], mapping["counted"]) == (30, 10, "sources")
    assert same(compare(pairs, **options, **settings, resume=True), found)


def test_nothing_is_left_where_all_are_trained_on() -> None:
    mapping = compare(test=LABELLED[:30], seeds=1).to_mapping()
    assert mapping["trained_on"] == 30
    assert not any("mean_unseen" in row for row in mapping["variants"])
    assert any(note.startswith("all 30 examples are also in the training data") for note in mapping["notes"])


@pytest.mark.parametrize(
    ("data", "options", "measure"),
    [
        ([(text, text[::-1]) for text in TEXTS], {"task": "translate", "cells": ["elman", "gru"]}, "token_error_rate"),
        ([(list(text), ["B-x" if c == "a" else "O" for c in text]) for text in TEXTS],
         {"task": "tag", "vary": {"model.crf": [True, False]}}, "span_f1"),
    ],
    ids=["translate", "tag"],
)  # fmt: skip
def test_other_tasks(data: Any, options: Any, measure: str) -> None:
    settings = {"model.width": 8, "model.layers": 1, "training.precision": "float32", "training.validations": 1}
    found = recurra.compare(data, to="found", epochs=1, seeds=1, settings=settings, measure=measure, **options)
    mapping = found.to_mapping()
    assert mapping["measure"] == measure
    means = [row["mean"] for row in mapping["variants"]]
    assert means == sorted(means, reverse=mapping["higher_is_better"])
    assert "one seed" in mapping["notes"][0]


def test_test_data_are_read_in_the_columns_of_the_training_data(tmp_path: Path) -> None:
    rows = [(f"2024-01-{day:02}", day * day % 5) for day in range(1, 29)]
    (tmp_path / "x.csv").write_text("place,when,x\n" + "".join(f"1,{date},{x}\n" for date, x in rows))
    (tmp_path / "test.csv").write_text("x,place,when\n" + "".join(f"{x},{k},{d}\n" for d, x in rows for k in (2, 3)))
    recipe = TASKS["forecast"].recipe()
    request = ComparisonRequest(
        TASKS["forecast"], DataSource(str(tmp_path / "x.csv"), source_column="place"), None,
        DataSource(str(tmp_path / "test.csv")), recipe, [], 1, tmp_path, None, 1, None, False, "", 0.0,
    )  # fmt: skip
    assert [series.name for series in Measured(request, lambda event: None).examples] == ["2", "3"]
