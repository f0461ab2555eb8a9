"""/v1/what-if answers as Python does, and refuses what is no change."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import recurra
from recurra.tracing import WhatIf

pytest.importorskip("fastapi", reason="recurra[serve] is not installed")

STORED = Path(__file__).parents[1] / "stored_models"


@pytest.fixture(scope="module")
def client() -> Any:
    from fastapi.testclient import TestClient

    from recurra.serving.app import create_app
    from recurra.serving.engine import Engine
    from recurra.serving.metrics import Metrics
    from recurra.serving.models import Models
    from recurra.serving.options import ServeOptions
    from recurra.serving.server import Server

    models = Models([STORED / "translate-2" / "model"])
    models.reload()
    return TestClient(create_app(Server(models, Engine(), ServeOptions(), Metrics())), "http://127.0.0.1:8000")


def test_it_answers_as_python_does(client: Any) -> None:
    changes = [recurra.Force(0, "der"), recurra.SetUnit("decoder.first", 0), recurra.SetAttention(0, {1: 1.0})]
    body = {
        "input": "red blue",
        "options": {"beam": 1},
        "changes": [one.to_mapping() for one in changes],
        "layers": True,
    }
    answer = client.post("/v1/what-if", json=body)
    assert answer.status_code == 200
    found = recurra.load(STORED / "translate-2" / "model").what_if("red blue", *changes, beam=1)
    assert answer.text == found.to_json()
    short = client.post("/v1/what-if", json={**body, "layers": False}).json()
    assert short["now"]["layers"] == []
    assert WhatIf.of_mapping(short).pairs == found.pairs


@pytest.mark.parametrize(
    ("changes", "where", "words"),
    [
        ([{"change": "force", "step": 99, "token": "der"}], "force", "there is no step 99"),
        ([{"change": "forse"}], "what-if", "unknown change 'forse'"),
        ([{"change": "decode", "settings": {"beam": 10_000}}], "options.beam", "beam is 10000"),
        ([{"change": "input", "given": "x" * 100_000}], "inputs[0]", "100,000 characters"),
        ("force", "changes", "list"),
    ],
)
def test_what_is_no_change_is_refused(client: Any, changes: object, where: str, words: str) -> None:
    answer = client.post("/v1/what-if", json={"input": "red blue", "changes": changes})
    assert answer.status_code in (413, 422)
    assert answer.json()["error"]["where"] == where
    assert words in answer.json()["error"]["message"]


def test_the_smallest_change_is_that_of_python(client: Any) -> None:
    answer = client.post("/v1/flip", json={"input": "red blue"})
    assert answer.json() == recurra.load(STORED / "translate-2" / "model").flip("red blue").to_mapping()
    refused = client.post("/v1/flip", json={"input": "red blue", "threshold": 3})
    assert (refused.status_code, refused.json()["error"]["where"]) == (422, "threshold")
