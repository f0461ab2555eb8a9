"""What is refused, and how; tokens, rates, hosts; OpenAI's and LibreTranslate's addresses."""

from __future__ import annotations

import asyncio
import base64
import inspect
import io
import json
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from clients import Asking, events
from openai import AsyncOpenAI, BadRequestError, NotFoundError
from PIL import Image

import recurra
from recurra.errors import UsageError
from recurra.serving.failures import Refused
from recurra.serving.guard import Rates
from recurra.serving.models import Models
from recurra.serving.options import ServeOptions, serve_options, tokens_of
from recurra.serving.stops import Stops, cut_at
from recurra.serving.writing import growing
from recurra.turns import step_done

TOKEN = "correct-horse-battery"
JSON = {"content-type": "application/json"}


def message(response: httpx.Response) -> str:
    """What is said of a refusal: one object, always of the same form."""
    found = response.json()
    assert set(found) == {"error"}
    assert set(found["error"]) == {"message", "where", "fix"}
    return " ".join(filter(None, found["error"].values()))


async def asked(client: Asking, **body: Any) -> httpx.Response:
    return await client.post("/v1/predict", {"model": "en-de", "inputs": ["red"], **body})


async def test_each_limit_is_named_in_its_refusal(asking) -> None:
    client = asking(max_text=10, max_inputs=3, max_beam=4, max_nbest=2, max_tokens=20, max_body=300, max_inside=5)
    cases: list[tuple[int, str, dict[str, Any]]] = [
        (413, "max-text", {"inputs": ["r" * 11]}),
        (413, "max-inputs", {"inputs": ["red"] * 4}),
        (422, "max-beam", {"options": {"beam": 5}}),
        (422, "max-nbest", {"options": {"nbest": 3}}),
        (422, "max-tokens", {"options": {"max_length": 21}}),
        (422, "max-tokens", {"options": {"max_length": None}}),
    ]
    for status, limit, body in cases:
        response = await asked(client, **body)
        assert (response.status_code, limit in message(response)) == (status, True), body
    inside = await client.post("/v1/trace", {"model": "en-de", "input": "red blue"})
    assert inside.status_code == 413
    assert "max-inside" in message(inside)
    large = await asked(client, inputs=["r" * 300])
    assert large.status_code == 413
    assert "300 bytes" in message(large)
    assert (await asked(client)).status_code == 200


async def test_a_body_without_a_length_is_not_read_beyond_the_limit(asking) -> None:
    read = 0

    async def endless():
        nonlocal read
        yield b'{"inputs": ["'
        while read < 10_000_000:
            read += 1000
            yield b"x" * 1000

    response = await asking(max_body=5000).http.post("/v1/predict", content=endless(), headers=JSON)
    assert response.status_code == 413
    assert read < 10_000_000


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b'{"inputs": ["a"]}', "text/plain", 415),
        (b'{"inputs": ["a"]}', "", 415),
        (b"inputs=a", "application/x-www-form-urlencoded", 415),
        (b"[]", "application/json", 422),
        (b'{"inputs": []}', "application/json", 422),
        (b'{"inputs": "a"}', "application/json", 422),
        (b'{"inputs": ["a"], "input": 3}', "application/json", 422),
        (b'{"inputs": [null]}', "application/json", 422),
        (b'{"inputs": ["\\ud800"]}', "application/json", 422),
        (b'{"inputs": ["a"], "options": {"beam": NaN}}', "application/json", 422),
        (b'{"inputs": ["a"], "options": {"nonsense": 1}}', "application/json", 422),
        (b"\xff\xfe", "application/json", 400),
    ],
)
async def test_what_cannot_be_read_is_refused_in_one_form(body: bytes, kind: str, status: int, asking) -> None:
    response = await asking().http.post("/v1/predict", content=body, headers={"content-type": kind} if kind else {})
    assert (response.status_code, bool(message(response))) == (status, True)


DOORS_WITH_OPTIONS = {
    "/v1/predict": {"inputs": ["red"]},
    "/v1/evaluate": {"inputs": ["red"], "targets": ["rot"]},
    "/v1/generate": {"input": "red"},
    "/v1/trace": {"input": "red"},
    "/v1/explain": {"input": "red"},
    "/v1/what-if": {"input": "red", "changes": [{"change": "edit", "position": 0, "token": "a"}]},
    "/v1/flip": {"input": "red"},
}
METHODS = ("predict", "predict_iter", "evaluate", "generate", "stream", "trace", "explain", "what_if", "flip")
ARGUMENTS = {name for one in METHODS for name in inspect.signature(getattr(recurra.Model, one)).parameters}


@pytest.mark.parametrize("path", DOORS_WITH_OPTIONS)
async def test_options_are_those_of_answering_and_no_other_arguments_of_a_model(
    path: str, asking, tmp_path: Path
) -> None:
    """Some of which would be files of the server."""
    client = asking()
    secret = tmp_path / "secret.txt"
    secret.write_text("correct horse\n")
    assert {"target", "y", "format", "data", "options", "self"} < ARGUMENTS
    for name in sorted(ARGUMENTS):
        body = {"model": "en-de", **DOORS_WITH_OPTIONS[path], "options": {name: str(secret)}}
        response = await client.post(path, body)
        assert response.status_code == 422, name
        assert f"unknown option '{name}'" in message(response)
        assert "horse" not in response.text


def test_no_option_of_answering_is_called_like_another_argument(loaded: Models) -> None:
    for name, served in loaded.served.items():
        assert not served.option_names & ARGUMENTS, name
    assert loaded.served["tag"].option_names == frozenset()
    assert {"beam", "nbest", "length_penalty"} < loaded.served["en-de"].option_names
    assert {"length", "temperature"} < loaded.served["language-model"].option_names


async def test_a_table_without_steps_is_refused(asking) -> None:
    client = asking()
    response = await client.post("/v1/predict", {"model": "forecast", "inputs": [{}, {}]})
    assert response.status_code == 422
    assert "expected the steps of a series, got 2 rows without any" in message(response)


async def test_other_addresses_and_methods_are_refused_in_the_same_form(asking) -> None:
    client = asking()
    assert message(await client.get("/v2/predict"))
    assert (await client.get("/v1/predict")).status_code == 405
    missing = await asked(client, model="nobody")
    assert missing.status_code == 404
    assert "en-de" in message(missing)


async def test_no_text_that_is_sent_names_a_file(asking, tmp_path) -> None:
    file = tmp_path / "image.png"
    Image.new("L", (8, 8)).save(file)
    for given in (str(file), {"image": str(file)}, {"image": f"file://{file}"}):
        response = await asking().post("/v1/predict", {"model": "caption", "inputs": [given]})
        assert response.status_code == 422, response.text
        assert "base64" in message(response)


async def test_an_image_comes_as_its_bytes_and_never_as_a_path(asking, image_model, tmp_path) -> None:
    models = Models([image_model])
    models.reload()
    client = asking(models=models)
    picture, file, held = Image.new("L", (8, 8), 255), tmp_path / "image.png", io.BytesIO()
    picture.save(held, "PNG")
    picture.save(file)
    data = "data:image/png;base64," + base64.b64encode(held.getvalue()).decode()
    response = await client.post("/v1/predict", {"inputs": [{"image": data}, data]})
    assert response.status_code == 200, response.text
    wanted = models.served["pictures"].model.predict(picture).text
    assert [one["text"] for one in response.json()["answers"]] == [wanted] * 2
    damaged = (data[:-30], "data:image/png;base64,????", "data:image/png;base64,", "data:text/html;base64,aaaa")
    for given in (*damaged, str(file), f"file://{file}"):
        for sent in (given, {"image": given}, [given]):
            refused = await client.post("/v1/predict", {"inputs": [sent]})
            assert refused.status_code == 422, sent
            evaluated = await client.post("/v1/evaluate", {"inputs": [sent], "targets": ["dark"]})
            assert evaluated.status_code == 422, sent


async def test_who_has_no_token_may_look_at_the_page_and_at_nothing_else(asking) -> None:
    client = asking((TOKEN, "another-long-token"))
    assert (await asked(client)).status_code == 401
    for wrong in ("Bearer wrong", f"Basic {TOKEN}", "Bearer", f"Bearer {TOKEN}x", "Bearer é"):
        headers = {"authorization": wrong.encode()}
        assert (await client.post("/v1/predict", {"inputs": ["a"]}, headers=headers)).status_code == 401
    for path in ("/v1/models", "/metrics", "/openapi.json"):
        assert (await client.get(path)).status_code == 401, path
    for path in ("/", "/page/play.js", "/page/style.css", "/healthz", "/readyz"):
        assert (await client.get(path)).status_code == 200, path
    for token in (TOKEN, "another-long-token"):
        headers = {"authorization": f"Bearer {token}"}
        body = {"model": "en-de", "inputs": ["red"]}
        assert (await client.post("/v1/predict", body, headers=headers)).status_code == 200


async def test_a_page_elsewhere_cannot_call_the_server_by_another_name(asking) -> None:
    client = asking()
    for host in ("evil.example", "evil.example:8000", "127.0.0.1.evil.example", ""):
        assert (await client.get("/v1/models", headers={"host": host})).status_code == 421, host
    for host in ("localhost", "LOCALHOST:8000", "127.0.0.1:8000", "[::1]:8000"):
        assert (await client.get("/v1/models", headers={"host": host})).status_code == 200, host
    assert "access-control-allow-origin" not in (await client.get("/v1/models", headers={"origin": "http://a"})).headers


async def test_who_asks_too_often_is_told_when_to_come_again(asking) -> None:
    client = asking(rate=3)
    statuses = [(await asked(client)).status_code for _ in range(5)]
    assert statuses == [200, 200, 200, 429, 429]
    refused = await asked(client)
    assert 1 <= int(refused.headers["retry-after"]) <= 21
    assert (await client.get("/healthz")).status_code == 200


def test_rates_fill_again_and_forget_who_has_not_asked_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    rates = Rates(60)
    assert [rates.wait(b"a") for _ in range(61)][-1] == pytest.approx(1)
    now = 2.0
    assert [rates.wait(b"a") == 0 for _ in range(3)] == [True, True, False]
    for k in range(20_000):
        rates.wait(str(k).encode())
    assert len(rates._buckets) <= 10_000


async def test_what_takes_too_long_ends_with_504_and_is_given_up(asking) -> None:
    server = asking(deadline=0.1).server
    taken = []

    def slow() -> None:
        for _ in range(2000):
            taken.append(time.sleep(0.001))
            step_done()

    with pytest.raises(Refused, match=r"0\.1 seconds") as refused:
        await server.alone(SimpleNamespace(scope={}, is_disconnected=staying), slow)
    assert refused.value.status == 504
    await asyncio.sleep(0.1)
    assert server.engine.computing == 0
    assert len(taken) < 1000


async def staying() -> bool:
    """A client that waits."""
    return False


async def test_a_client_that_leaves_a_stream_ends_its_work(asking) -> None:
    client = asking()
    body = {"model": "language-model", "input": "", "stream": True, "options": {"length": 2000, "seed": 5}}
    request = SimpleNamespace(scope={})
    pieces = await growing(client.server, client.server.served("language-model"), "", body["options"], request)
    async for _ in pieces:
        break
    pieces.close()
    await asyncio.sleep(0.3)
    assert client.server.engine.computing == 0


async def test_it_is_ready_only_while_it_is(asking, model_folders) -> None:
    client = asking(models=Models([model_folders["classify"]]))
    assert (await client.get("/readyz")).json() == {"status": "loading"}
    early = await client.post("/v1/predict", {"inputs": ["a"]})
    assert early.status_code == 503
    assert early.headers["retry-after"]
    client.server.models.reload()
    assert (await client.get("/readyz")).status_code == 200
    client.server.draining = True
    ending = await client.get("/readyz")
    assert (ending.status_code, ending.json(), ending.headers["connection"]) == (503, {"status": "ending"}, "close")
    assert (await client.post("/v1/predict", {"inputs": ["a"]})).status_code == 200  # what comes is still answered


async def test_mistakes_of_the_server_are_counted_as_such(asking, monkeypatch) -> None:
    client = asking()

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("recurra.serving.doors.answering.rounded", broken)
    monkeypatch.setattr("recurra.serving.doors.answering.described", broken)
    assert (await client.post("/v1/predict", {"model": "tag", "inputs": ["red"]})).status_code == 500
    assert (await client.get("/v1/models")).status_code == 500
    text = (await client.get("/metrics")).text
    for path in ("/v1/predict", "/v1/models"):
        assert f'recurra_requests_total{{path="{path}",status="500"}} 1.0' in text


async def test_metrics_count_requests_and_what_is_computed_together(asking) -> None:
    client = asking()
    await asyncio.gather(*(asked(client) for _ in range(5)))
    text = (await client.get("/metrics")).text
    assert 'recurra_requests_total{path="/v1/predict",status="200"} 5.0' in text
    assert "recurra_batch_inputs_sum 5.0" in text


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/predict", {"model": "en-de", "inputs": ["red blue"]}),
        ("/v1/trace", {"model": "en-de", "input": "red blue"}),
        ("/v1/generate", {"model": "language-model", "input": "red blue", "stream": True}),
        ("/translate", {"q": "red blue", "source": "en", "target": "de"}),
    ],
)
async def test_the_log_has_texts_only_if_they_were_asked_for(
    path: str, body: Any, asking, capsys: pytest.CaptureFixture[str]
) -> None:
    for log_texts in (False, True):
        client = asking(log_texts=log_texts)
        object.__setattr__(client.server.options, "no_log", False)
        await client.post(path, body)
        line = json.loads(capsys.readouterr().err)
        assert (line["path"], line["status"]) == (path, 200)
        assert ("red blue" in json.dumps(line)) == log_texts


def test_options_come_from_flags_then_the_environment_then_the_defaults() -> None:
    found = serve_options({"port": 1}, {"RECURRA_PORT": "2", "RECURRA_MAX_BEAM": "7", "RECURRA_LOG_TEXTS": "yes"})
    assert (found.port, found.max_beam, found.log_texts, found.max_nbest) == (1, 7, True, ServeOptions().max_nbest)
    for environment in ({"RECURRA_PORT": "many"}, {"RECURRA_NO_LOG": "perhaps"}, {"RECURRA_PORT": "-1"}):
        with pytest.raises(UsageError):
            serve_options({}, environment)


def test_other_machines_need_a_token_that_cannot_be_guessed(tmp_path) -> None:
    with pytest.raises(UsageError, match="everybody may ask"):
        tokens_of(ServeOptions(host="0.0.0.0"))
    with pytest.raises(UsageError, match="at least 16"):
        tokens_of(ServeOptions(host="0.0.0.0", token="secret"))
    file = tmp_path / "tokens"
    file.write_text(f"# ours\n{TOKEN}\n\nanother-long-token\n")
    options = ServeOptions(host="0.0.0.0", token_file=str(file))
    assert tokens_of(options) == (TOKEN, "another-long-token")
    file.write_text("x" * 1_000_001)
    with pytest.raises(UsageError, match="more than 1,000,000 characters is not read"):
        tokens_of(options)
    assert TOKEN not in repr(ServeOptions(token=TOKEN))
    file.write_text("# none\n")
    with pytest.raises(UsageError, match="no token"):
        tokens_of(options)


# OpenAI's clients


@pytest.fixture
def openai(asking) -> AsyncOpenAI:
    return AsyncOpenAI(base_url="http://localhost/v1", api_key="unused", http_client=asking().http, max_retries=0)


async def test_openais_client_gets_a_reply_and_its_stream(openai: AsyncOpenAI, loaded) -> None:
    messages: Any = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "red blue"}]
    whole = await openai.chat.completions.create(model="chat", messages=messages)
    assert whole.choices[0].message.content == loaded.served["chat"].model.predict(("red blue",)).text
    assert whole.usage is not None
    assert whole.usage.total_tokens == whole.usage.prompt_tokens + whole.usage.completion_tokens
    drawn = {"model": "chat", "messages": messages, "temperature": 0.9, "seed": 3}
    whole = await openai.chat.completions.create(**drawn)
    stream = await openai.chat.completions.create(**drawn, stream=True, stream_options={"include_usage": True})
    chunks = [chunk async for chunk in stream]
    pieces = [chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices]
    assert "".join(pieces) == whole.choices[0].message.content
    assert chunks[-1].usage == whole.usage
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1] == whole.choices[0].finish_reason


async def test_openais_client_gets_continuations(openai: AsyncOpenAI, loaded) -> None:
    asked = {"model": "language-model", "prompt": "red", "max_tokens": 12, "seed": 2}
    whole = await openai.completions.create(**asked)
    answer = loaded.served["language-model"].model.generate("red", length=12, seed=2)
    assert "red" + whole.choices[0].text == answer.text
    assert whole.choices[0].finish_reason == ("stop" if answer.finished else "length")
    streamed = [chunk.choices[0].text async for chunk in await openai.completions.create(**asked, stream=True)]
    assert "".join(streamed) == whole.choices[0].text
    echoed = await openai.completions.create(**asked, echo=True, n=2)
    assert len(echoed.choices) == 2
    assert all(one.text.startswith("red") for one in echoed.choices)
    text = whole.choices[0].text
    stop = text[3:5]
    for stream in (False, True):
        found = await openai.completions.create(**asked, stop=stop, stream=stream)
        cut = "".join([chunk.choices[0].text async for chunk in found]) if stream else found.choices[0].text
        assert cut == text[: text.index(stop)]


async def test_a_list_of_prompts_is_answered_together_and_one_of_it_is_streamed(openai: AsyncOpenAI, asking) -> None:
    asked: Any = {"model": "language-model", "max_tokens": 8, "seed": 2, "echo": True}
    alone = [(await openai.completions.create(**asked, prompt=one)).choices[0].text for one in ("red", "blue")]
    both = await openai.completions.create(**asked, prompt=["red", "blue"])
    assert [one.text for one in both.choices] == alone
    stream = await openai.completions.create(**asked, prompt=["red"], stream=True)
    assert "".join([chunk.choices[0].text async for chunk in stream]) == alone[0]
    many = await asking(max_inputs=3).post("/v1/completions", {"model": "language-model", "prompt": ["red"] * 4})
    assert many.status_code == 413


async def test_openais_client_is_told_what_there_is_not(openai: AsyncOpenAI) -> None:
    assert {one.id async for one in openai.models.list()} >= {"chat", "language-model"}
    message: Any = [{"role": "user", "content": "red"}]
    for wrong in (
        {"presence_penalty": 1.0},
        {"tools": [{"type": "function", "function": {"name": "f"}}]},
        {"logprobs": True},
    ):
        with pytest.raises(BadRequestError, match="not supported"):
            await openai.chat.completions.create(model="chat", messages=message, **wrong)
    with pytest.raises(NotFoundError):
        await openai.chat.completions.create(model="gpt-4", messages=message)
    with pytest.raises(BadRequestError, match="for the task classify"):
        await openai.chat.completions.create(model="classify", messages=message)


@pytest.mark.parametrize("pieces", [["abcdef"], list("abcdef"), ["ab", "cd", "ef"], ["abc", "def"]])
def test_stops_cut_alike_in_whole_texts_and_in_pieces(pieces: list[str]) -> None:
    for stops in ([], ["x"], ["cd"], ["def", "bc"], ["f"], ["abcdef"], ["fg"], ["efg", "ex"]):
        cutter, found = Stops(stops), ""
        for piece in pieces:
            found += cutter.take(piece)
            if cutter.stopped:
                break
        found += "" if cutter.stopped else cutter.end()
        assert (found, cutter.stopped) == cut_at("abcdef", stops)


# LibreTranslate's clients


async def test_libretranslates_addresses(asking, loaded) -> None:
    client, model = asking(), loaded.served["en-de"].model
    assert (await client.get("/languages")).json() == [{"code": "en", "name": "English", "targets": ["de"]}]
    one = (await client.post("/translate", {"q": "red blue", "source": "en", "target": "de", "format": "text"})).json()
    assert one == {"translatedText": model.predict("red blue").text}
    several = {"q": ["red blue", "dark"], "source": "auto", "target": "de", "alternatives": 2}
    found = (await client.post("/translate", several)).json()
    answers = model.predict(["red blue", "dark"], nbest=3)
    assert found["translatedText"] == [answer.text for answer in answers]
    assert [len(others) for others in found["alternatives"]] == [2, 2]
    assert found["detectedLanguage"][0]["language"] == "en"
    form = await client.http.post("/translate", data={"q": "red blue", "source": "en", "target": "de"})
    assert form.json() == one
    assert (await client.post("/detect", {"q": "red"})).json() == [{"confidence": 100.0, "language": "en"}]
    for wrong in (
        {"target": "fr"},
        {"source": "fr"},
        {"format": "html"},
        {"alternatives": -1},
        {"alternatives": "many"},
    ):
        refused = await client.post("/translate", {"q": "red", "source": "en", "target": "de", **wrong})
        assert (refused.status_code, type(refused.json()["error"])) == (400, str), wrong


@pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/form-data; boundary=x"])
async def test_a_form_that_is_none_is_refused(kind: str, asking) -> None:
    client = asking()
    found = await client.http.post("/translate", content=b"\0--y\r\nred", headers={"content-type": kind})
    assert (found.status_code, type(found.json()["error"])) == (400, str)


async def test_libretranslates_token_comes_in_the_body(asking) -> None:
    client = asking((TOKEN,))
    body = {"q": "red", "source": "en", "target": "de"}
    assert (await client.post("/translate", body)).status_code == 403
    assert (await client.post("/translate", {**body, "api_key": "wrong"})).status_code == 403
    assert (await client.post("/translate", {**body, "api_key": TOKEN})).status_code == 200
    assert (await client.post("/translate", body, headers={"authorization": f"Bearer {TOKEN}"})).status_code == 200


async def test_the_languages_of_models_can_be_said(asking) -> None:
    client = asking(languages="pt-gl")
    assert [one["code"] for one in (await client.get("/languages")).json()] == ["pt"]
    assert events("event: a\ndata: {}\n\n") == [("a", {})]
