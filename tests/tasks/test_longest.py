"""Laws over all tasks: what is too long to be predicted is not measured on, and training does not end in that."""

from __future__ import annotations

import importlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from toy_tasks import SMALL, TOYS, examples, network, options_of

import recurra
from recurra.data import DataSource, open_examples
from recurra.errors import DataError
from recurra.tasks import TASKS
from recurra.tasks.longest import HasLongest, Longest
from recurra.tasks.sample import read_sample, write_sample
from recurra.tasks.split import Split

LONG = "red blue" + " red blue" * 29
# A longer input of each task, with an output; and where its limit stands.
LONGER: dict[str, tuple[Any, Any, list[str]]] = {
    "translate": (LONG, (LONG, "red"), ["seq2seq.predictor"]),
    "chat": ([LONG], [LONG, "red"], ["seq2seq.predictor"]),
    "classify": (LONG, (LONG, "long"), ["many_to_one.predictor"]),
    "regress": (LONG, (LONG, 1.5), ["many_to_one.predictor"]),
    "tag": (LONG, (LONG.split(), ["O"] * 60), ["tag.predictor"]),
    "language-model": (LONG, LONG, ["language_model.predictor", "language_model.scoring"]),
}


def limited(task: str, most: int, monkeypatch: pytest.MonkeyPatch) -> Longest:
    """The limit of a task, lowered."""
    for name in LONGER[task][2]:
        module = importlib.import_module(f"recurra.tasks.{name}")
        monkeypatch.setattr(module, "LONGEST", replace(module.LONGEST, most=most))
    return replace(module.LONGEST, most=most)


def longest_row(task: str, asked: Any) -> int:
    """The length of the longest example of the table."""
    return max(asked.lengths_of(list(examples(task))))


def test_all_that_read_texts_have_a_limit_and_it_is_the_documented_one() -> None:
    found = {task: TASKS[task].predictor([network(task)]) for task in TOYS}
    assert {task for task, one in found.items() if isinstance(one, HasLongest) and one.longest} == set(LONGER)
    limits = {task: one.longest for task, one in found.items() if isinstance(one, HasLongest)}
    assert {one.most for task, one in limits.items() if task in ("classify", "regress", "language-model")} == {20_000}
    assert {one.most for task, one in limits.items() if task in ("translate", "chat", "tag")} == {5_000}
    running = TASKS["language-model"].predictor([network("language-model", settings={"data.form": "running"})])
    assert isinstance(running, HasLongest)
    assert running.longest is None


@pytest.mark.parametrize("task", LONGER)
def test_each_example_has_a_length(task: str) -> None:
    settings: list[dict[str, Any]] = [{}, {"data.replies": "second"}] if task == "chat" else [{}]
    for some in settings:
        asked: Any = TASKS[task].predictor([network(task, settings=some)])
        data = list(examples(task))
        assert len(asked.lengths_of(data)) == len(data)
        assert asked.lengths_of([]) == []


def test_what_is_no_reply_to_learn_is_not_asked_for_and_may_be_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second turn of a dialogue is a reply to the first; the third, to a long second one, is none to learn."""
    asked: Any = TASKS["chat"].predictor([network("chat", settings={"data.replies": "second"})])
    data = examples("chat", [["red", LONG, "blue"], ["red", "blue"]])
    lengths = asked.lengths_of(list(data))
    assert [length > 0 for length in lengths] == [True, False, True]
    limited("chat", max(lengths), monkeypatch)
    said: list[Any] = []
    write_sample(tmp_path, TASKS["chat"], Split(data, data), asked, said.append)
    assert len(read_sample(tmp_path, TASKS["chat"]).examples) == 3
    assert not said


@pytest.mark.parametrize("task", LONGER)
def test_what_is_too_long_to_be_predicted_is_not_measured_on(task: str, monkeypatch: pytest.MonkeyPatch) -> None:
    given, row, _ = LONGER[task]
    made = network(task)
    asked: Any = TASKS[task].predictor([made])
    options = options_of(task, made)
    limit = limited(task, longest_row(task, asked), monkeypatch)
    rows = TOYS[task].rows[:6]
    asked.evaluate(examples(task, rows), options)
    with pytest.raises(DataError) as predicted:
        list(asked.predict([*TOYS[task].inputs, given], options))
    data = examples(task, [*rows, row])
    with pytest.raises(DataError) as measured:
        asked.evaluate(data, options)
    assert (measured.value.what, measured.value.fix) == (predicted.value.what, predicted.value.fix)
    assert f"more than the {limit.most} that are {limit.done}" in measured.value.what
    assert measured.value.where == data.place(7) == f"{data.name}[6]"


def test_the_line_of_a_file_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: Any = TASKS["translate"].predictor([network("translate")])
    limited("translate", 40, monkeypatch)
    path = tmp_path / "pairs.tsv"
    path.write_text(f"red\tder\nblue\teulb\nred\trot\n{LONG}\tred\n")  # the third is the input of the first
    found = open_examples(DataSource(str(path)), TASKS["translate"].kind)
    with pytest.raises(DataError) as caught:
        asked.evaluate(found, options_of("translate", asked.first))
    assert caught.value.where == f"{path}:4"


def test_surprisals_of_lines_have_the_same_limit_and_running_text_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    limited("language-model", 40, monkeypatch)
    for form in ("lines", "running"):
        asked: Any = TASKS["language-model"].predictor([network("language-model", settings={"data.form": form})])
        if form == "running":
            assert len(list(asked.surprisal(["red", LONG]))) == 2
            continue
        with pytest.raises(DataError, match="more than the 40 that are read") as caught:
            list(asked.surprisal(["red", LONG]))
        assert caught.value.where == "text 2"


@pytest.mark.parametrize("task", LONGER)
def test_what_is_too_long_is_not_kept_for_the_closing_measurement(
    task: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[Any] = []
    asked: Any = TASKS[task].predictor([network(task)])
    most = longest_row(task, asked)
    limited(task, most, monkeypatch)
    rows = TOYS[task].rows[:6]
    for more, count in (([], 0), ([LONGER[task][1]], 1)):
        said.clear()
        data = examples(task, [*rows, *more])
        kept = list(examples(task, rows))
        write_sample(tmp_path, TASKS[task], Split(data, data), asked, said.append)
        assert len(read_sample(tmp_path, TASKS[task]).examples) == len(kept)
        assert len(said) == count
    assert said[0].text.startswith(f"1 of the {len(kept) + 1} validation {TASKS[task].noun}")
    assert f"is left out of that: more than {most} " in said[0].text
    only = examples(task, [LONGER[task][1]] * 2)
    with pytest.raises(DataError) as caught:
        write_sample(tmp_path, TASKS[task], Split(only, only), asked, said.append)
    assert caught.value.where == only.place(1)


def test_a_training_with_a_validation_example_that_is_too_long_comes_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limited("classify", 40, monkeypatch)
    rows, long = TOYS["classify"].rows, LONGER["classify"][1]
    model = recurra.train(
        rows, valid=[*rows[:9], long], task="classify", to=tmp_path / "m", epochs=1, settings=SMALL, progress=False
    )
    assert model.evaluate(rows[:9]).count == 9
    with pytest.raises(DataError, match="more than the 40 that are read"):
        model.evaluate([*rows[:9], long])
