"""Over HTTP a model answers what it answers in Python, for every task, and streams are the same texts in pieces."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from clients import events
from toy_tasks import TOYS

import recurra
from recurra.serving.rounded import rounded

DOCS = Path(__file__).parents[2] / "docs"


def sendable(value: Any) -> Any:
    """An input of a toy task as JSON."""
    return json.loads(json.dumps(value, default=lambda one: one.tolist()))


@pytest.mark.parametrize("task", [task for task in TOYS if task != "caption"])
async def test_predict_gives_the_answers_of_python_in_their_order(task, asking, loaded, model_folders) -> None:
    name = model_folders[task].name
    inputs = sendable(list(TOYS[task].inputs))
    response = await asking().post("/v1/predict", {"model": name, "inputs": inputs})
    assert response.status_code == 200, response.text
    wanted = [rounded(one.to_mapping()) for one in loaded.served[name].model.predict_iter(inputs)]
    assert response.json() == {"model": name, "answers": json.loads(json.dumps(wanted))}
    schema = json.loads((DOCS / "answer.schema.json").read_text("utf-8"))
    for answer in response.json()["answers"]:
        jsonschema.validate(answer, schema)


async def test_examples_to_click_are_different_and_answered(asking, loaded) -> None:
    for model in (await asking().get("/v1/models")).json()["models"]:
        every = model["examples"]
        assert every
        assert len({json.dumps(one) for one in every}) == len(every), every
        found = await asking().post("/v1/predict", {"model": model["name"], "inputs": every})
        assert found.status_code == 200, found.text


async def test_what_comes_together_has_the_texts_of_each_alone(asking, loaded) -> None:
    client = asking()
    model = loaded.served["en-de"].model
    texts = ["red blue", "dark", "quiz", "red", "blue dark red blue", "green " * 9]
    every = await asyncio.gather(
        *(client.post("/v1/predict", {"model": "en-de", "inputs": [one]}) for one in texts * 5)
    )
    found = [one.json()["answers"][0] for one in every]
    assert found == [json.loads(json.dumps(rounded(model.predict(one).to_mapping()))) for one in texts] * 5


@pytest.mark.parametrize("task", ["translate", "classify", "tag", "language-model", "forecast", "regress", "chat"])
async def test_trace_and_explain_give_what_python_gives(task, asking, loaded, model_folders) -> None:
    name = model_folders[task].name
    given = sendable(list(TOYS[task].inputs))[0]
    client, model = asking(), loaded.served[name].model
    traced = await client.post("/v1/trace", {"model": name, "input": given})
    assert traced.status_code == 200, traced.text
    assert traced.json() == json.loads(model.trace(given).to_json())
    explained = await client.post("/v1/explain", {"model": name, "input": given, "method": "gradient"})
    assert explained.status_code == 200, explained.text
    assert explained.json() == json.loads(model.explain(given, method="gradient").to_json())


async def test_evaluate_gives_the_measures_of_python(asking, loaded) -> None:
    rows = [("red blue", "der eulb"), ("dark", "krad")]
    body = {"model": "en-de", "inputs": [one for one, _ in rows], "targets": [other for _, other in rows]}
    found = (await asking().post("/v1/evaluate", body)).json()
    wanted = loaded.served["en-de"].model.evaluate(rows).to_mapping()
    assert found["measures"] == json.loads(json.dumps(wanted["measures"]))


@pytest.mark.parametrize("options", [{"seed": 1, "length": 30}, {"beam": 1, "length": 30}, {"beam": 3, "length": 30}])
async def test_a_stream_of_a_language_model_is_its_text_in_pieces(options, asking, loaded) -> None:
    client = asking()
    body = {"model": "language-model", "input": "", "options": options}
    whole = (await client.post("/v1/generate", body)).json()["answer"]
    streamed = events((await client.post("/v1/generate", {**body, "stream": True})).text)
    assert [name for name, _ in streamed] == ["token"] * (len(streamed) - 1) + ["answer"]
    assert "".join(data["text"] for name, data in streamed if name == "token") == whole["text"]
    assert streamed[-1][1]["answer"] == whole
    assert options.get("beam", 0) > 1 or len(streamed) > 2


async def test_a_caption_streams_as_it_is_predicted(asking) -> None:
    for given in sendable(TOYS["caption"].inputs):
        for options in ({"beam": 1}, {"sample": True, "seed": 3}, {"beam": 4}):
            body = {"model": "caption", "input": given, "options": options}
            streamed = events((await asking().post("/v1/generate", {**body, "stream": True})).text)
            asked = {"model": "caption", "inputs": [given], "options": options}
            [whole] = (await asking().post("/v1/predict", asked)).json()["answers"]
            assert [name for name, _ in streamed] == ["token"] * (len(streamed) - 1) + ["answer"]
            assert "".join(data["text"] for name, data in streamed if name == "token") == whole["text"]
            assert streamed[-1][1]["answer"] == whole
            assert options.get("beam") == 4 or len(streamed) > 2


async def test_chat_answers_the_last_turn_and_streams(asking, loaded) -> None:
    client, turns = asking(), list(TOYS["chat"].inputs[0])
    turns = [turns] if isinstance(TOYS["chat"].inputs[0], str) else turns
    body = {"model": "chat", "turns": turns}
    whole = (await client.post("/v1/chat", body)).json()["answer"]
    assert whole["text"] == loaded.served["chat"].model.predict(tuple(turns)).text
    sampled = {**body, "options": {"sample": True, "seed": 2}}
    streamed = events((await client.post("/v1/chat", {**sampled, "stream": True})).text)
    whole = (await client.post("/v1/chat", sampled)).json()["answer"]
    assert "".join(data["text"] for name, data in streamed if name == "token") == whole["text"]


async def test_a_mistake_before_the_first_piece_is_a_status_and_no_stream(asking) -> None:
    body = {"model": "language-model", "input": "a", "stream": True, "options": {"lenght": 3}}
    response = await asking().post("/v1/generate", body)
    assert response.status_code == 422
    assert "lenght" in response.json()["error"]["message"]


def test_streams_of_python_are_the_answers_in_pieces(loaded) -> None:
    model = loaded.served["language-model"].model
    for seed in range(8):
        pieces = list(model.stream("", seed=seed, length=40))
        assert "".join(pieces) == model.generate("", seed=seed, length=40).text
    with pytest.raises(recurra.errors.UsageError, match="does not write"):
        loaded.served["classify"].model.stream("a")
