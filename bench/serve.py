"""What a server answers over the loopback: requests a second, how long each waits, and how soon a first token comes.

    .venv/bin/python bench/serve.py [--tagger MODEL] [--translator MODEL] [--language-model MODEL] [--requests 8000]

Each model is served by `recurra serve`, and beside it, in the same run, by a plain FastAPI handler that decodes one
request at a time. Closed loop: so many clients, each of which asks again as soon as it has its answer. Open loop:
requests come at fixed times, whatever has been answered, and each is timed from when it should have been sent. The
clients take a share of the same cores.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from history import record

STORED = Path(__file__).resolve().parents[1] / "tests/stored_models"
PLAIN = """
import sys, uvicorn, torch, recurra
from fastapi import FastAPI
from pydantic import BaseModel
torch.set_num_threads(1)
model = recurra.load(sys.argv[1])
class Asked(BaseModel):
    inputs: list[str]
app = FastAPI()
@app.post("/v1/predict")
def predict(asked: Asked):
    return {"answers": [model.predict(one).to_mapping() for one in asked.inputs]}
@app.get("/readyz")
def ready(): return {}
uvicorn.run(app, port=int(sys.argv[2]), log_level="warning", access_log=False)
"""


class Timed(NamedTuple):
    """What a run gave."""

    per_second: float
    median_ms: float
    p99_ms: float
    failed: int


class Connection(asyncio.Protocol):
    """A connection over which one request at a time is sent: as little of Python as can be between the sockets."""

    def __init__(self) -> None:
        self.answered: asyncio.Future[bytes] | None = None
        self.held = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.held += data
        head, found, body = self.held.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        if len(body) >= length and self.answered is not None:
            self.held = b""
            self.answered.set_result(head[9:12])

    def connection_lost(self, exc: Exception | None) -> None:
        if self.answered is not None and not self.answered.done():
            self.answered.set_result(b"000")

    async def ask(self, request: bytes) -> bytes:
        """The status of the answer."""
        self.answered = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return await self.answered


def request_of(path: str, body: object) -> bytes:
    """A request as bytes."""
    content = json.dumps(body).encode()
    head = [
        f"POST {path} HTTP/1.1",
        "Host: 127.0.0.1",
        "Content-Type: application/json",
        f"Content-Length: {len(content)}",
    ]
    return "\r\n".join([*head, "", ""]).encode() + content


async def connections(port: int, count: int) -> list[Connection]:
    """So many."""
    loop = asyncio.get_running_loop()
    return [(await loop.create_connection(Connection, "127.0.0.1", port))[1] for _ in range(count)]


async def closed(port: int, requests: Sequence[bytes], clients: int) -> Timed:
    """Each client asks again at once."""
    waiting, waits, statuses = list(requests), list[float](), list[bytes]()

    async def client(connection: Connection) -> None:
        while waiting:
            one = waiting.pop()
            began = time.perf_counter()
            statuses.append(await connection.ask(one))
            waits.append(time.perf_counter() - began)

    every = await connections(port, clients)
    began = time.perf_counter()
    await asyncio.gather(*map(client, every))
    return timed(waits, statuses, time.perf_counter() - began)


async def opened(port: int, requests: Sequence[bytes], per_second: float) -> Timed:
    """Requests come at fixed times."""
    idle, waits, statuses = await connections(port, 256), list[float](), list[bytes]()
    free: asyncio.Queue[Connection] = asyncio.Queue()
    for one in idle:
        free.put_nowait(one)
    began = time.perf_counter()

    async def one_request(number: int, request: bytes) -> None:
        due = began + number / per_second
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        connection = await free.get()
        statuses.append(await connection.ask(request))
        waits.append(time.perf_counter() - due)
        free.put_nowait(connection)

    await asyncio.gather(*(one_request(number, request) for number, request in enumerate(requests)))
    return timed(waits, statuses, time.perf_counter() - began)


def timed(waits: list[float], statuses: list[bytes], seconds: float) -> Timed:
    """The figures of a run."""
    ordered = sorted(waits)
    failed = sum(status != b"200" for status in statuses)
    p99 = ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))]
    return Timed(
        round((len(waits) - failed) / seconds, 1), round(1000 * median(ordered), 2), round(1000 * p99, 2), failed
    )


async def first_tokens(port: int, model: str, clients: int, rounds: int) -> list[float]:
    """Milliseconds from a request to its first token, of clients that stream at the same time."""
    found: list[float] = []

    async def client(number: int) -> None:
        for turn in range(rounds):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            body = {
                "model": model,
                "input": "The ",
                "stream": True,
                "options": {"length": 60, "seed": 100 * number + turn},
            }
            began = time.perf_counter()
            writer.write(request_of("/v1/generate", body))
            await reader.readuntil(b"event: token")
            found.append(1000 * (time.perf_counter() - began))
            await reader.readuntil(b"event: answer")
            writer.close()

    await asyncio.gather(*map(client, range(clients)))
    return sorted(found)


class Serving:
    """A server in a process of its own."""

    def __init__(self, command: list[str], port: int) -> None:
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.port = port

    def __enter__(self) -> Serving:
        import urllib.error
        import urllib.request

        for _ in range(600):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz")
                return self
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.1)
        raise SystemExit("the server does not start")

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


def served(port: int, *models: str, more: Sequence[str] = ()) -> Serving:
    """Models by `recurra serve`."""
    command = [
        sys.executable,
        "-m",
        "recurra",
        "serve",
        *models,
        "--port",
        str(port),
        "--no-log",
        "--max-waiting",
        "1024",
    ]
    return Serving([*command, "--grace", "0", *more], port)


def plain(port: int, model: str) -> Serving:
    """A model by a handler that decodes one request at a time."""
    return Serving([sys.executable, "-c", PLAIN, model, str(port)], port)


def texts(path: str | None, fallback: Sequence[str]) -> list[str]:
    """Lines of a file, the first column of each."""
    if path is None:
        return list(fallback)
    return [line.split("\t")[0] for line in Path(path).read_text("utf-8").splitlines() if line.strip()]


def asked(model: str, lines: Sequence[str], count: int) -> list[bytes]:
    """So many requests of one input each."""
    every = [request_of("/v1/predict", {"model": model, "inputs": [line]}) for line in lines]
    return [every[k % len(every)] for k in range(count)]


def main() -> None:
    """Measures and prints, and adds a line to the history."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tagger", default=str(STORED / "tag-2/model"))
    parser.add_argument("--tagger-texts", help="one sentence in a line")
    parser.add_argument("--translator", default=str(STORED / "translate-2/model"))
    parser.add_argument("--translator-texts", help="one source in a line")
    parser.add_argument("--language-model", default=str(STORED / "language-model-2/model"))
    parser.add_argument("--requests", type=int, default=4000)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--port", type=int, default=8791)
    given = parser.parse_args()
    figures: dict[str, Any] = {"clients": given.clients, "workers": given.workers}
    rooms = [
        ("tagger", given.tagger, texts(given.tagger_texts, ["red blue dark", "quiz red", "blue"])),
        ("translator", given.translator, texts(given.translator_texts, ["red blue", "dark", "quiz"])),
    ]
    more = ["--workers", str(given.workers)]
    for name, model, lines in rooms:
        with served(given.port, model, more=more) as one, plain(given.port + 1, model) as other:
            own, theirs = (asked(Path(model).name, lines, count) for count in (given.requests, given.requests // 8))
            for turn in range(2):  # the first warms both
                found = asyncio.run(closed(one.port, own[: 400 if turn == 0 else None], given.clients))
                simple = asyncio.run(closed(other.port, theirs[: 100 if turn == 0 else None], given.clients))
            half = asyncio.run(opened(one.port, own[: len(own) // 2], found.per_second / 2))
        print(f"{name}: closed loop {found}, at half of that {half}; a plain handler {simple}", flush=True)
        figures |= {
            f"{name} requests/s": found.per_second,
            f"{name} p99 ms": found.p99_ms,
            f"{name} p99 ms at half": half.p99_ms,
            f"{name} failed": found.failed + half.failed,
            f"{name} times a plain handler": round(found.per_second / simple.per_second, 2),
        }
    with served(given.port, given.language_model) as one:
        name = Path(given.language_model).name
        asyncio.run(first_tokens(one.port, name, 2, 2))
        waits = asyncio.run(first_tokens(one.port, name, 8, 12))
    figures |= {
        "first token ms, median": round(median(waits), 1),
        "first token ms, p99": round(waits[int(0.99 * len(waits))], 1),
    }
    print(json.dumps(figures))
    record("serve", figures)


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
