"""/openapi.json says what there is: every address, every status, bodies that work as they stand."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from recurra.serving import request_examples
from recurra.serving.answered import Answer
from recurra.serving.models import Models
from recurra.tasks import TASKS

DOCS = Path(__file__).parents[2] / "docs"
TOKEN = "correct-horse-battery"
BESIDE = {"$schema", "$id", "title", "description", "$defs", "default"}  # keys that say nothing of the shape


def shape(schema: Any, every: dict[str, Any]) -> Any:
    """What a schema allows, however it is written: without references and texts, alternatives in order."""
    if "$ref" in schema:
        return shape(every[schema["$ref"].removeprefix("#/$defs/")], every)
    alternatives = schema.get("oneOf") or schema.get("anyOf")
    if isinstance(schema.get("type"), list):
        rest = {key: value for key, value in schema.items() if key != "type"}
        alternatives = [{"type": kind, **({} if kind == "null" else rest)} for kind in schema["type"]]
    if alternatives:
        found = [shape(one, every) for one in alternatives]
        return sorted(
            chain.from_iterable(one if isinstance(one, list) else [one] for one in found),
            key=lambda one: json.dumps(one, sort_keys=True),
        )
    kept = {key: value for key, value in schema.items() if key not in BESIDE}
    for key in ("items", "additionalProperties"):
        if isinstance(kept.get(key), dict):
            kept[key] = shape(kept[key], every)
    if "properties" in kept:
        kept["properties"] = {name: shape(one, every) for name, one in sorted(kept["properties"].items())}
    return kept | ({"required": sorted(kept["required"])} if "required" in kept else {})


def test_answers_are_described_as_their_schema_describes_them() -> None:
    stored = json.loads((DOCS / "answer.schema.json").read_text("utf-8"))
    told = TypeAdapter(Answer).json_schema()
    assert shape(told, told["$defs"]) == shape(stored, stored["$defs"])


@pytest.fixture
def description(asking) -> dict[str, Any]:
    client = asking()
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, client.get("/openapi.json")).result().json()


def operations(description: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """Every address with its method."""
    return [(path, method, one) for path, found in description["paths"].items() for method, one in found.items()]


async def test_every_address_says_what_it_answers_and_how_it_refuses(description) -> None:
    tags = {tag["name"] for tag in description["tags"]}
    for path, method, one in operations(description):
        for status, response in one["responses"].items():
            assert response["description"]
            for kind, content in response.get("content", {}).items():
                assert content["schema"], (path, status, kind)
        assert set(one["tags"]) <= tags, path
        assert one["summary"]
        assert one["description"]
        refused = {"400", "401", "404", "413", "415", "421", "422", "429", "500", "503", "504"}
        assert method == "get" or refused <= one["responses"].keys(), path
        for status in refused & one["responses"].keys():
            [content] = one["responses"][status]["content"].values()
            plain = path in ("/translate", "/detect", "/languages")
            wanted = "Status" if path == "/readyz" else "PlainlyFailed" if plain else "Failed"
            assert content["schema"]["$ref"].endswith("/" + wanted), (path, status)


async def test_streams_and_forms_are_described(description) -> None:
    paths = description["paths"]
    for path in ("/v1/generate", "/v1/chat", "/v1/chat/completions", "/v1/completions"):
        assert set(paths[path]["post"]["responses"]["200"]["content"]) == {"application/json", "text/event-stream"}
    for path in ("/translate", "/detect"):
        kinds = set(paths[path]["post"]["requestBody"]["content"])
        assert kinds == {"application/json", "application/x-www-form-urlencoded", "multipart/form-data"}
    assert set(paths["/metrics"]["get"]["responses"]["200"]["content"]) == {"text/plain"}


async def test_it_says_whether_a_token_is_needed(asking, description) -> None:
    assert description["security"] == []
    headers = {"authorization": f"Bearer {TOKEN}"}
    closed = (await asking((TOKEN,)).get("/openapi.json", headers=headers)).json()
    assert closed["security"] == [{"token": []}]
    assert closed["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    assert closed["paths"]["/readyz"]["get"]["security"] == []


def test_there_are_examples_of_every_task() -> None:
    for examples in (request_examples.PREDICT, request_examples.ONE, request_examples.EXPLAIN):
        assert {name.partition(",")[0] for name in examples} >= set(TASKS)


async def test_every_example_is_answered_by_a_model_of_its_task(asking, description, image_model) -> None:
    client, pictures = asking(), Models([image_model])
    pictures.reload()
    of_images, sent = asking(models=pictures), 0
    for path, _, one in operations(description):
        content = one.get("requestBody", {}).get("content", {}).get("application/json", {})
        for name, example in content.get("examples", {}).items():
            body, task = example["value"], name.partition(",")[0]
            if "image" in task:
                response = await of_images.post(path, body)
            else:
                model = {"translate": "en-de"}.get(task, task)
                asked = body if path in ("/translate", "/detect") else {**body, "model": model}
                response = await client.post(path, asked)
            assert response.status_code == 200, (path, name, response.text)
            sent += 1
    assert sent > 35


ODD = [
    '"<script>alert(1)</script>"', '"\\u0000"', '"\\ud800"', '"\\u202e\\u05d0"', "1e400", "NaN", "1" + "0" * 400,
    "[" * 12 + "]" * 12, "[" * 900 + "]" * 900, "[" * 5000 + "]" * 5000, '{"a":' * 200 + "1" + "}" * 200, "null", "{}",
    "[]", "0.5", '{"a": 1, "a": 2}', '{"\\ud800": 1}', "[1e308, 1e308]", '"\\" onload=\\"x"',
]  # fmt: skip
PLACES = [
    ("/v1/predict", '{"model": "MODEL", "inputs": [ODD]}'),
    ("/v1/predict", '{"model": ODD, "inputs": ["red"]}'),
    ("/v1/predict", '{"model": "MODEL", "inputs": ["red"], "options": {"seed": ODD}}'),
    ("/v1/predict", '{"model": "MODEL", "inputs": ["red"], "options": ODD}'),
    ("/v1/predict", '{"inputs": ["red"], ODD: 1}'),
    ("/v1/generate", '{"model": "MODEL", "input": ODD, "stream": true}'),
    ("/v1/trace", '{"model": "MODEL", "input": "red", "target": ODD}'),
    ("/v1/explain", '{"model": "MODEL", "input": "red", "target": ODD, "method": "gradient"}'),
    ("/v1/evaluate", '{"model": "MODEL", "inputs": ["red"], "targets": [ODD]}'),
    ("/v1/what-if", '{"model": "MODEL", "input": "red", "changes": [{"change": ODD}]}'),
    ("/v1/what-if", '{"model": "MODEL", "input": "a", "changes": [{"change": "force", "step": 0, "token": ODD}]}'),
    ("/v1/what-if", '{"model": "en-de", "input": "a", "changes": [{"change": "unit", "unit": 0, "layer": ODD}]}'),
    ("/v1/chat/completions", '{"model": "chat", "messages": [{"role": "user", "content": ODD}], "stream": true}'),
    ("/v1/completions", '{"model": "language-model", "prompt": [ODD]}'),
    ("/v1/completions", '{"model": "language-model", "prompt": "red", "seed": ODD}'),
    ("/translate", '{"q": ODD, "source": "en", "target": "de"}'),
    ("/translate", '{"q": "red", "source": ODD, "target": "de"}'),
]  # fmt: skip


@pytest.mark.parametrize("model", ["en-de", "classify", "tag", "forecast", "caption"])
async def test_odd_values_are_answered_as_texts_or_refused(model, asking, capsys: pytest.CaptureFixture[str]) -> None:
    client = asking(log_texts=True)
    object.__setattr__(client.server.options, "no_log", False)  # texts are written into the log, too
    headers = {"content-type": "application/json"}
    # What names no model is the same for all of them.
    for path, body in [one for one in PLACES if "MODEL" in one[1] or model == "en-de"]:
        for odd in ODD:
            sent = body.replace("MODEL", model).replace("ODD", odd)
            response = await client.http.post(path, content=sent.encode(), headers=headers)
            assert response.status_code < 500, (sent[:200], response.text[:200])
            assert response.headers["content-type"].partition(";")[0] in ("application/json", "text/event-stream")
            response.content.decode("utf-8")
    assert all(json.loads(line) for line in capsys.readouterr().err.splitlines())


async def test_names_that_are_odd_are_shown_as_texts(asking, tmp_path) -> None:
    names = ["<script>", 'a"b', "a\nb", b"\xff".decode("utf-8", "surrogateescape"), "\u202eabc"]
    folder = odd_folders(tmp_path, names)
    models = Models(folder)
    models.reload()
    client = asking(models=models)
    listed = (await client.get("/v1/models")).json()
    for one in listed["models"]:
        response = await client.post("/v1/predict", {"model": one["name"], "inputs": ["red"]})
        assert (response.status_code, response.json()["model"]) == (200, one["name"])
    assert len(listed["models"]) == len(names)


def odd_folders(folder: Path, names: list[str]) -> list[Path]:
    """A model under each of these names."""
    stored = DOCS.parent / "tests" / "stored_models"
    for name, task in zip(names, ("classify", "regress", "tag", "translate", "chat"), strict=True):
        (folder / name).symlink_to(stored / f"{task}-2" / "model", target_is_directory=True)
    return [folder / name for name in names]
