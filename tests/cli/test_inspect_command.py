"""recurra inspect and recurra explain on a stored model of every task: in the terminal, as pages, as data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import recurra as package
from recurra.tracing import Trace

if TYPE_CHECKING:
    from conftest import CommandLine

STORED = Path(__file__).parents[1] / "stored_models"
SERIES = "a,b\n" + "".join(f"{k % 4},{k % 2}\n" for k in range(20))

# For each task what is typed; the word in front of a file stands for a file of that content.
INPUTS = {
    "translate": "red blue",
    "chat": "dark",
    "caption": "3 1 0.5",
    "classify": "red blue",
    "regress": "red blue",
    "tag": "red blue",
    "language-model": "red",
    "forecast": "series.csv",
}


def model(task: str) -> str:
    return str(STORED / f"{task}-2" / "model")


def typed(task: str, folder: Path) -> str:
    """What is typed for a task, its file made."""
    if task != "forecast":
        return INPUTS[task]
    (folder / INPUTS[task]).write_text(SERIES, encoding="utf-8")
    return str(folder / INPUTS[task])


@pytest.mark.parametrize("task", INPUTS)
def test_every_task_is_looked_into(recurra: CommandLine, tmp_path: Path, task: str) -> None:
    result = recurra("inspect", model(task), typed(task, tmp_path))
    assert result.code == 0, result.err
    assert " → " in result.out.splitlines()[0]
    assert "What the output rests on (integrated gradients" in result.out
    assert ("probability" in result.out) == (task not in ("regress", "forecast"))


@pytest.mark.parametrize("task", INPUTS)
def test_and_kept_as_a_page_and_as_data(recurra: CommandLine, tmp_path: Path, task: str) -> None:
    page, data, arrays = (str(tmp_path / f"trace{ending}") for ending in (".html", ".json", ".npz"))
    for path in (page, data, arrays):
        result = recurra("inspect", model(task), typed(task, tmp_path), "--to", path)
        assert (result.code, result.out) == (0, ""), result.err
    html = Path(page).read_text("utf-8")
    assert html.startswith("<!DOCTYPE html>")
    shown = json.loads(html.partition('id="recurra-trace">')[2].partition("</script>")[0])
    assert list(shown["drawings"]) == ["rolled", "unrolled"]
    assert recurra("inspect", model(task), typed(task, tmp_path), "--to", page).err == f"The page is in {page}\n"
    kept = Trace.load(data)
    assert kept == Trace.load(arrays)
    assert kept.task == task
    assert kept.gradients is not None
    assert kept.attribution is not None
    assert (kept.search is not None) == (task in ("translate", "chat", "caption"))


@pytest.mark.parametrize("task", INPUTS)
def test_every_task_is_explained(recurra: CommandLine, tmp_path: Path, task: str) -> None:
    page, data = str(tmp_path / "page.html"), str(tmp_path / "scores.json")
    for method in ("integrated-gradients", "gradient", "leave-one-out"):
        result = recurra("explain", model(task), typed(task, tmp_path), "--method", method)
        assert result.code == 0, result.err
        assert method.replace("-", " ") in result.out.splitlines()[0]
    assert recurra("explain", model(task), typed(task, tmp_path), "--to", page).code == 0
    assert recurra("explain", model(task), typed(task, tmp_path), "--to", data, "--output", "1").code == 0
    assert json.loads(Path(data).read_text("utf-8"))["outputs"] == [0]
    assert "<table" in Path(page).read_text("utf-8")


def test_a_line_of_a_file_is_one_input(recurra: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "texts.txt"
    file.write_text("dark\nred blue\n", encoding="utf-8")
    second = recurra("inspect", model("translate"), str(file), "--line", "2")
    assert second.out == recurra("inspect", model("translate"), "red blue").out
    beyond = recurra("inspect", model("translate"), str(file), "--line", "3")
    assert beyond.code == 2
    assert f"{file} has fewer than 3 inputs" in beyond.err


def test_another_output_stands_beside_the_own(recurra: CommandLine, tmp_path: Path) -> None:
    result = recurra("inspect", model("translate"), "red blue", "--contrast", "eulb")
    assert result.code == 0, result.err
    alone = recurra("explain", model("translate"), "red blue", "--versus", "eulb").out.splitlines()
    assert 'and not "eulb"' in result.out
    assert alone[0] in result.out
    page = tmp_path / "page.html"
    assert recurra("inspect", model("translate"), "red blue", "--contrast", "eulb", "--to", str(page)).code == 0
    assert "contrast" in page.read_text(encoding="utf-8")
    refused = recurra("inspect", model("regress"), "red blue", "--contrast", "3")
    assert refused.code == 2
    assert "numbers have no alternatives" in refused.err


def test_a_target_has_a_loss_at_each_place(recurra: CommandLine) -> None:
    result = recurra("inspect", model("translate"), "red blue", "--target", "eulb")
    assert "traced with the output: eulb" in result.out
    assert " loss" in result.out
    named = recurra("explain", model("classify"), "red blue", "--target", "long", "--instead", "short")
    assert named.out.splitlines()[0].endswith("log-odds, in nats), and not 'short'")


@pytest.mark.parametrize("task", ["translate", "classify", "tag", "language-model"])
def test_two_outputs_are_laid_beside_each_other(recurra: CommandLine, tmp_path: Path, task: str) -> None:
    opened = package.load(model(task))
    given = INPUTS[task]
    answer = opened.trace(given).prediction
    label = "short" if answer == "long" else "long"
    other = {"translate": "eulb", "classify": label, "tag": "O B-X", "language-model": " blue"}[task]
    result = recurra("explain", model(task), given, "--versus", other)
    assert result.code == 0, result.err
    assert result.out == f"{opened.contrast(given, other)}\n"
    for name in ("page.html", "numbers.json"):
        assert recurra("explain", model(task), given, "--versus", other, "--to", str(tmp_path / name)).code == 0
    assert json.loads((tmp_path / "numbers.json").read_text("utf-8"))["steps"]
    refused = recurra("explain", model(task), given, "--versus", other, "--output", "1")
    assert "--output has no effect with --versus" in refused.err


def test_two_models_stand_side_by_side(recurra: CommandLine, tmp_path: Path) -> None:
    page = tmp_path / "two.html"
    one = model("translate")
    assert recurra("inspect", one, "red", "--versus", one, "--to", str(page)).code == 0
    data = page.read_text("utf-8").partition('id="recurra-trace">')[2].partition("</script>")[0]
    assert len(json.loads(data)) == 2


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--to", "page.txt"], "expected a name that ends in .html, .json or .npz, got 'page.txt'"),
        (["--versus", "other"], "--versus has no effect without a page"),
        (["--line", "0"], "must be at least 1"),
        (["--set", "training.epochs=3"], "training.epochs cannot be set for a trained model"),
    ],
)
def test_what_cannot_be_meant_is_refused(recurra: CommandLine, words: list[str], message: str) -> None:
    result = recurra("inspect", model("translate"), "red", *words)
    assert result.code == 2
    assert message in result.err


def test_what_the_task_does_not_have_is_refused(recurra: CommandLine, tmp_path: Path) -> None:
    for task, words, message in (
        ("classify", ["--target", "longer"], "unknown label 'longer'"),
        ("classify", ["--instead", "longer"], "unknown label 'longer'"),
        ("regress", ["--instead", "3"], "a number has no alternative"),
        ("translate", ["--instead", "re"], "is not one unit that the model can write"),
        ("translate", ["--output", "100"], "there is no output 100\n  There is 1 output, numbered from 1."),
        ("translate", ["--method", "gradients"], "gradient"),
    ):
        result = recurra("explain", model(task), INPUTS[task], *words)
        assert result.code == 2
        assert message in result.err, result.err
    for given, what in (("--target", "target"), ("--versus", "versus")):
        result = recurra("explain", model("forecast"), typed("forecast", tmp_path), given, "3")
        assert f"error: {what}: a forecast can only be traced as the model makes it" in result.err
    for nothing in ("", " , ", "ab " * 400):
        result = recurra("inspect", model("forecast"), nothing)
        assert (result.code, "expected a file or numbers" in result.err) == (2, True), result.err
    result = recurra("inspect", model("forecast"), "no-file.csv")
    assert result.code == 2
    assert "expected a file or numbers, got 'no-file.csv'" in result.err


def test_the_same_from_python(tmp_path: Path) -> None:
    opened = package.load(model("translate"))
    trace = opened.trace("red blue", gradients=True, attribution="gradient")
    for name in ("page.html", "trace.json"):
        trace.save(tmp_path / name)
    assert (tmp_path / "page.html").read_text("utf-8").startswith("<!DOCTYPE html>")
    assert Trace.load(tmp_path / "trace.json").prediction == trace.prediction
    assert "probability" in str(trace)
    assert "rests on" in str(opened.explain("red blue"))
    assert "<table" in opened.explain("red blue")._repr_html_()


@pytest.mark.parametrize(
    ("task", "settings", "rows", "typed"),
    [
        ("classify", {}, [([[0.1], [0.5], [0.2]], "up"), ([[0.5], [0.1], [0.3]], "down")], "0.1 0.5 0.3"),
        ("classify", {}, [([[0.1, 1], [0.5, 2]], "up"), ([[0.5, 1], [0.1, 0]], "down")], "0.1 1; 0.5 2"),
        ("forecast", {"data.window": 4, "model.horizon": 2}, [[float(k % 4) for k in range(60)]], "0 1 2 3 0 1 2 3"),
    ],
)
def test_a_series_can_be_typed(
    recurra: CommandLine, tmp_path: Path, task: str, settings: dict[str, object], rows: list[object], typed: str
) -> None:
    small = {"model.width": 8, "model.layers": 1, **settings}
    many = rows * 20 if task == "classify" else rows
    package.train(many, task=task, to=tmp_path / "m", epochs=1, settings=small, progress=False)
    result = recurra("inspect", str(tmp_path / "m"), typed)
    assert result.code == 0, result.err
    assert "rests on" in result.out
    uneven = recurra("inspect", str(tmp_path / "m"), "1; 2 3")
    assert "expected equally many numbers in each step, got 1, 2" in uneven.err
