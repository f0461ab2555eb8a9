"""What the server says of many examples is what Python says, for every task; of files those it was started with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from examples_files import FILES, write_files
from test_answers import check
from toy_tasks import TOYS

import recurra

pytest.importorskip("fastapi", reason="recurra[serve] is not installed")

STORED = Path(__file__).parents[1] / "stored_models"
ROWS = {task: toy.rows for task, toy in TOYS.items() if task not in ("forecast", "language-model", "caption")}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("data")
    write_files(made)
    return made


@pytest.fixture(scope="module")
def client(folder: Path) -> Any:
    from fastapi.testclient import TestClient

    from recurra.serving.app import create_app
    from recurra.serving.data import DataFiles
    from recurra.serving.engine import Engine
    from recurra.serving.metrics import Metrics
    from recurra.serving.models import Models
    from recurra.serving.options import ServeOptions
    from recurra.serving.server import Server

    stored = {task: STORED / f"{task}-2" / "model" for task in TOYS}
    models = Models(list(stored.values()), lambda path: recurra.load(path))
    models.reload()
    data = DataFiles([folder / name for name in FILES.values()])
    server = Server(models, Engine(), ServeOptions(), Metrics(), data=data)
    made = TestClient(create_app(server), "http://127.0.0.1:8000")
    names = [one["name"] for one in made.get("/v1/models").json()["models"]]
    made.named = dict(zip(stored, names, strict=True))  # type: ignore[attr-defined]
    return made


def ask(client: Any, path: str, task: str, **body: Any) -> Any:
    answer = client.post(path, json={"model": client.named[task], **body})
    assert answer.status_code == 200, answer.text
    return answer.json()


def model(task: str) -> recurra.Model:
    return recurra.load(STORED / f"{task}-2" / "model")


def sent(task: str) -> dict[str, Any]:
    """Examples as a program sends them."""
    if task == "chat":
        return {"inputs": ROWS[task], "targets": None}
    inputs, targets = zip(*ROWS[task], strict=True)
    return {"inputs": list(inputs), "targets": list(targets)}


def test_the_files_are_listed(client: Any) -> None:
    assert [one["name"] for one in client.get("/v1/data").json()["data"]] == list(FILES.values())


@pytest.mark.parametrize("task", FILES)
def test_over_a_file_it_says_what_python_says(client: Any, folder: Path, task: str) -> None:
    path, own = folder / FILES[task], model(task)
    given = "red blue" if task != "forecast" else {"a": [1.0, 2.0, 3.0, 2.0] * 5, "b": [0.0, 1.0, 0.0, 1.0] * 5}
    near = ask(client, "/v1/nearest", task, data=path.name, input=given, count=3, by="euclid")
    assert near == own.nearest(given, path, count=3, by="euclid", examples=20_000).to_mapping()
    check(near, "neighbours.schema.json")
    states = ask(client, "/v1/states", task, data=path.name, examples=20)
    drawn = own.states(path, examples=20)
    assert states == drawn.to_mapping()
    check(states, "states.schema.json")
    beside = ask(client, "/page/beside", task, data=path.name, input=given, plane=20)
    assert beside["point"] == pytest.approx(drawn.plane.points(own.vectors([given]))[0].tolist(), abs=1e-5)
    measured = ask(client, "/v1/evaluate", task, data=path.name)
    assert measured == own.evaluate(path, examples=1000).to_mapping()
    table = ask(client, "/page/table", task, data=path.name)
    assert table["record"] == measured
    assert len(table["table"]["rows"]) == table["total"]
    if task not in ("forecast", "tag", "chat"):  # files of examples, not of inputs alone
        pattern = ask(client, "/v1/pattern", task, data=path.name, input=given, span=[0, 1], threshold=0.0, alone=False)
        expected = own.pattern(given, (0, 1), own.read(path), threshold=0.0, alone=False, examples=200)
        assert pattern == expected.to_mapping()


@pytest.mark.parametrize("task", ROWS)
def test_over_examples_that_are_sent_it_says_what_python_says(client: Any, task: str) -> None:
    own, rows = model(task), sent(task)
    given = rows["inputs"][4][:1] if task == "chat" else rows["inputs"][4]
    near = ask(client, "/v1/nearest", task, **rows, input=given, count=2)
    assert near == own.nearest(given, own.states(rows["inputs"], rows["targets"], answers=False), count=2).to_mapping()
    assert near["found"][0]["distance"] == 0
    table = ask(client, "/page/table", task, **rows)
    assert table["record"] == own.evaluate(rows["inputs"], rows["targets"]).to_mapping()


def test_a_file_that_has_changed_is_read_again(client: Any, folder: Path) -> None:
    path = folder / FILES["classify"]
    before = path.read_text("utf-8")
    count = ask(client, "/v1/evaluate", "classify", data=path.name)["count"]
    path.write_text(before + "dark red\tlong\n", "utf-8")
    assert ask(client, "/v1/evaluate", "classify", data=path.name)["count"] == count + 1
    path.write_text(before, "utf-8")


@pytest.mark.parametrize(
    ("path", "body", "status", "words"),
    [
        ("/v1/states", {}, 422, "there are no examples"),
        ("/v1/states", {"data": "pairs.tsv", "options": {"beam": 3}}, 422, "Extra inputs are not permitted"),
        (
            "/v1/nearest",
            {"data": "pairs.tsv", "input": "a", "options": {"beam": 3}},
            422,
            "Extra inputs are not permitted",
        ),
        (
            "/v1/pattern",
            {"data": "pairs.tsv", "input": "red", "span": [0, 1], "options": {"beam": 3}},
            422,
            "Extra inputs are not permitted",
        ),
        ("/v1/states", {"data": "../secret.tsv"}, 404, "there are no data '../secret.tsv'"),
        ("/v1/states", {"data": "pairs.tsv", "inputs": ["a"]}, 422, "both data and inputs"),
        ("/v1/states", {"data": "pairs.tsv", "targets": ["a"]}, 422, "targets without inputs"),
        ("/v1/evaluate", {"inputs": ["a"]}, 422, "expected (source, target)"),
        ("/v1/evaluate", {"inputs": ["a"], "targets": ["a", "b"]}, 422, "y has 2"),
        ("/v1/evaluate", {"inputs": ["a"] * 300, "targets": ["a"] * 300}, 413, "300 inputs"),
        (
            "/v1/evaluate",
            {"inputs": ["a", "red a " * 3000], "targets": ["a", "b"]},
            422,
            "more than the 5,000 that are decoded",
        ),
        ("/v1/nearest", {"data": "pairs.tsv", "input": " "}, 422, "the input is empty"),
        ("/v1/nearest", {"data": "pairs.tsv", "input": "a", "count": 0}, 422, "greater than or equal to 1"),
        ("/v1/nearest", {"data": "pairs.tsv", "input": "x" * 30_000}, 413, "30,000 characters"),
        ("/v1/pattern", {"data": "pairs.tsv", "input": "red", "span": [0, 99]}, 422, "steps 0 to 99 of a text"),
        ("/v1/pattern", {"data": "pairs.tsv", "input": "red", "span": [0, 1], "layer": "x"}, 422, "unknown layer 'x'"),
    ],
)
def test_what_cannot_be_is_refused(client: Any, path: str, body: Any, status: int, words: str) -> None:
    answer = client.post(path, json={"model": client.named["translate"], **body})
    assert (answer.status_code, words in answer.json()["error"]["message"]) == (status, True), answer.text


def test_files_are_given_once_and_must_be_there(folder: Path, tmp_path: Path) -> None:
    from recurra.errors import DataError, UsageError
    from recurra.serving.data import DataFiles, Kept

    other = tmp_path / "pairs.tsv"
    other.write_text("a\tb\n")
    with pytest.raises(UsageError, match="two files are called"):
        DataFiles([folder / "pairs.tsv", other])
    with pytest.raises(DataError, match="no such file"):
        DataFiles([tmp_path / "nowhere"])
    with pytest.raises(UsageError, match="unknown model 'dates'"):
        DataFiles([f"dates={folder / 'pairs.tsv'}"], ["date"])
    assert DataFiles([f"date={folder / 'pairs.tsv'}"], ["date"]).files["pairs.tsv"].model == "date"
    kept, computed = Kept(2), []
    for key in (1, 2, 1, 3, 1, 2):
        kept.get(key, lambda key=key: computed.append(key))
    assert computed == [1, 2, 3, 2]
