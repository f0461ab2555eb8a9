"""What a server answers over the loopback: requests a second, how long each waits, and how soon a first token comes.

    .venv/bin/python bench/serve.py [--models FOLDER] [--workers 1,2] [--requests 6000] [--clients 64]

The models are those of the demos: a tagger of dates, a translator of dates, a language model of characters. They are
trained once, a minute each, and kept in FOLDER (build/bench-serve). Each is served by `recurra serve`, and beside it,
in the same run, by a plain FastAPI handler that answers one request at a time. Closed loop: so many clients, each of
which asks again as soon as it has its answer; and an eighth as many, which ask for 16 texts at a time. Open loop:
requests come at fixed times, half as many a second, whatever has been answered, and each is timed from when it should
have been sent.

The requests come from this process (load.py), on the same cores. What they cost is in the table: CPU time of the server
and of this process, in microseconds a request. Where other work runs on the machine, these figures hold more or less,
and those by the clock do not. A run takes three minutes, beside the training.
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
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from random import Random
from statistics import median
from typing import Any, NamedTuple

from history import ROOT, record
from load import Load, closed, opened

from recurra.demos import dates, tag

DEMOS = ("tag", "dates", "language-model")
TEXTS = 500  # different ones
TOGETHER = 16  # texts of a request, where there are several
MAKE: dict[str, Callable[[], list[str]]] = {
    "tag": lambda: [" ".join(one.parts.tokens) for one in islice(tag.dates_in(tag.SEEN, Random(1)), TEXTS)],
    "dates": lambda: [source for source, _ in dates.split(0, TEXTS).held_out],
}
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
uvicorn.run(app, port=int(sys.argv[2]), log_level="warning", access_log=False, timeout_keep_alive=600)
"""


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
    """A server in a process of its own, which may have others below it."""

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

    def cpu(self) -> float:
        """Seconds of CPU time that it has used."""
        return sum(cpu_seconds(one) for one in processes(self.process.pid))


def processes(pid: int) -> Iterator[int]:
    """A process and those below it."""
    yield pid
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from processes(int(child))


def cpu_seconds(pid: int) -> float:
    """What the system counts for a process, its threads that have ended included."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def served(port: int, model: Path, workers: int = 1) -> Serving:
    """A model by `recurra serve`."""
    command = [sys.executable, "-m", "recurra", "serve", str(model), "--port", str(port), "--workers", str(workers)]
    return Serving([*command, "--no-log", "--max-waiting", "1024", "--grace", "0"], port)


def plain(port: int, model: Path) -> Serving:
    """A model by a handler that answers one request at a time."""
    return Serving([sys.executable, "-c", PLAIN, str(model), str(port)], port)


def trained(folder: Path, demo: str) -> Path:
    """The model of a demo."""
    if not (folder / demo / "config.json").exists():
        print(f"training the model of the demo {demo}, once", flush=True)
        command = [sys.executable, "-m", "recurra", "demo", demo, "--to", str(folder / demo)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return folder / demo


class Row(NamedTuple):
    """A line of the table."""

    what: str
    load: Load
    server_us: float

    def __str__(self) -> str:
        one = self.load
        times = f"{one.per_second:9,.0f} /s   median {one.median_ms:6.1f} ms   p99 {one.p99_ms:6.1f} ms"
        costs = f"server {self.server_us:5.0f} us   client {self.client_us:4.0f} us"
        return f"{self.what:40}{times}   {costs}   failed {one.failed}"

    @property
    def client_us(self) -> float:
        """CPU time of this process, for each request."""
        return 1e6 * self.load.cpu / len(self.load.waits)


def measured(what: str, server: Serving, run: Callable[[], Load]) -> Row:
    """A run, with what it has cost."""
    before = server.cpu()
    load = run()
    row = Row(what, load, 1e6 * (server.cpu() - before) / len(load.waits))
    print(row, flush=True)
    return row


def figures_of(name: str, model: Path, lines: Sequence[str], given: argparse.Namespace, workers: int) -> dict[str, Any]:
    """A model in closed and in open loop, and beside a plain handler."""
    port, clients, count = given.port, given.clients, given.requests
    every = [request_of("/v1/predict", {"model": model.name, "inputs": [line]}) for line in lines]
    own = [every[k % len(every)] for k in range(count)]
    begins = [k * TOGETHER % (len(lines) - TOGETHER) for k in range(count // TOGETHER)]
    lists = [request_of("/v1/predict", {"model": model.name, "inputs": lines[k : k + TOGETHER]}) for k in begins]
    with served(port, model, workers) as one:
        closed(port, own[:500], clients)  # warms it
        whole = measured(f"{name}, {workers} worker{'s' * (workers > 1)}", one, lambda: closed(port, own, clients))
        rate = whole.load.per_second / 2
        half = measured(f"{name}, at half of that", one, lambda: opened(port, own, rate))
        several = measured(
            f"{name}, {TOGETHER} texts a request", one, lambda: closed(port, lists, max(1, clients // 8))
        )
    with plain(port, model) as one:
        few = own[: max(clients, count // 50)]
        closed(port, few[:clients], clients)
        other = measured(f"{name}, a plain handler", one, lambda: closed(port, few, clients))
    return {
        f"{name} requests/s": round(whole.load.per_second, 1),
        f"{name} p99 ms": round(whole.load.p99_ms, 2),
        f"{name} p99 ms at half": round(half.load.p99_ms, 2),
        f"{name} texts/s, {TOGETHER} a request": round(TOGETHER * several.load.per_second, 1),
        f"{name} failed": whole.load.failed + half.load.failed + several.load.failed,
        f"{name} times a plain handler": round(whole.load.per_second / other.load.per_second, 2),
        f"{name} server us": round(whole.server_us, 1),
        f"{name} client us": round(whole.client_us, 1),
    }


def main() -> None:
    """Measures and prints, and adds a line to the history for each number of processes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=Path, default=ROOT / "build/bench-serve")
    parser.add_argument("--requests", type=int, default=6000)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--workers", default="1,2", help="numbers of processes")
    parser.add_argument("--port", type=int, default=8791)
    given = parser.parse_args()
    tagger, translator, writer = (trained(given.models, demo) for demo in DEMOS)
    texts = {name: find() for name, find in MAKE.items()}
    with served(given.port, writer) as one:
        asyncio.run(first_tokens(one.port, writer.name, 2, 2))
        waits = asyncio.run(first_tokens(one.port, writer.name, 8, 12))
    first = {
        "first token ms, median": round(median(waits), 1),
        "first token ms, p99": round(waits[int(0.99 * len(waits))], 1),
    }
    print(f"first token of 8 streams: {first}", flush=True)
    for workers in map(int, given.workers.split(",")):
        figures: dict[str, Any] = {"clients": given.clients, "workers": workers}
        figures |= figures_of("tagger", tagger, texts["tag"], given, workers)
        figures |= figures_of("translator", translator, texts["dates"], given, workers)
        record("serve", {**figures, **(first if workers == 1 else {})})


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
