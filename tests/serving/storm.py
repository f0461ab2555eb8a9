"""A server in a process of its own, and what happens to servers: ends under load, clients that break off, bytes that
are no HTTP, more requests than it can answer. The tests do a little of it; by the hundred:

    python tests/serving/storm.py --ends 200 --minutes 15
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

R = TypeVar("R")

STORED = Path(__file__).parents[1] / "stored_models"
TRANSLATE, CLASSIFY = STORED / "translate-2/model", STORED / "classify-2/model"
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1"}


class Running:
    """`recurra serve` with some arguments, ready for requests."""

    def __init__(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "recurra", "serve", *arguments, "--port", "0"]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT)
        assert self.process.stderr is not None
        self.said: list[str] = []
        for line in self.process.stderr:
            self.said.append(line)
            if " at http://" in line:
                break
        else:
            raise AssertionError(f"the server does not start: {''.join(self.said)}")
        self.port = int(self.said[-1].rpartition(":")[2].strip().rstrip("/"))
        for _ in range(300):
            if self.status("GET /readyz") == 200:
                self._reading = threading.Thread(target=self._read, daemon=True)
                self._reading.start()
                return
            time.sleep(0.1)
        raise AssertionError("the server does not get ready")

    def _read(self) -> None:
        """What it says, as it says it: where nobody reads, whoever writes waits."""
        assert self.process.stderr is not None
        self.said += self.process.stderr

    def status(self, line: str, body: object = None) -> int:
        """The status of one request; 0 if there is no answer."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=20) as connection:
                connection.sendall(request(line, body, close=True))
                return status_of(connection.recv(65536))
        except OSError:
            return 0

    def memory(self) -> float:
        """Megabytes that it holds."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    def end(self, number: int = signal.SIGTERM, patience: float = 60) -> int:
        """Ends it, and gives its exit code."""
        self.process.send_signal(number)
        code = self.process.wait(patience)
        self._reading.join(patience)
        return code

    def __enter__(self) -> Running:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(30)
        self._reading.join(30)
        if self.process.stderr is not None:
            self.process.stderr.close()


def request(line: str, body: object = None, *, close: bool = False) -> bytes:
    """A request of HTTP as bytes."""
    content = b"" if body is None else json.dumps(body).encode()
    head = f"{line} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n"
    return (head + ("Connection: close\r\n" if close else "") + "\r\n").encode() + content


def status_of(answer: bytes) -> int:
    """The status of an answer; 0 if it is none."""
    return int(answer[9:12]) if answer.startswith(b"HTTP/1.1 ") else 0


PREDICT = request("POST /v1/predict", {"inputs": ["red blue"]})


async def asked(port: int, bytes_sent: bytes = PREDICT, times: int = 1, pause: float = 0.0) -> list[int]:
    """The statuses of requests over one connection, as long as that is kept; 0 where one was sent and not answered.

    A connection that is closed with an answer, or refused, is none that was lost.
    """
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return []
    found: list[int] = []
    try:
        for _ in range(times):
            writer.write(bytes_sent)
            await writer.drain()
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            await reader.readexactly(length)
            found.append(status_of(head))
            if b"connection: close" in head.lower():
                break
            await asyncio.sleep(pause)
    except (OSError, asyncio.IncompleteReadError):
        found.append(0)
    finally:
        writer.close()
    return found


def run(coroutine: Coroutine[object, object, R]) -> R:
    """What a coroutine gives, run in a thread of its own: in this one the loop of a browser may be running."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


async def load_until(port: int, clients: int, end: asyncio.Event) -> Counter[int]:
    """Statuses of clients that ask again and again until they are told to stop, by the server or by us."""
    found: Counter[int] = Counter()

    async def client() -> None:
        while not end.is_set():
            statuses = await asked(port, times=20)
            found.update(statuses)
            if len(statuses) < 20:  # it closes connections: it ends
                return

    await asyncio.gather(*(client() for _ in range(clients)))
    return found


async def ends_under_load(
    running: Running, clients: int = 16, after: float = 0.3, number: int = signal.SIGTERM
) -> tuple[Counter[int], int]:
    """A signal while clients ask: what they were answered, and the exit code."""
    end = asyncio.Event()
    load = asyncio.create_task(load_until(running.port, clients, end))
    await asyncio.sleep(after)
    code = await asyncio.to_thread(running.end, number)
    end.set()
    return await load, code


# What is sent by clients that mean no good, or that broke off.
NOISE: Sequence[bytes] = (
    b"",
    b"\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(256)),  # the beginning of TLS
    b"GET / HTTP/9.9\r\n\r\n",
    b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + b"X: " + b"y" * 200_000,
    b"GET / HTTP/1.1\r\n" + b"".join(b"X-%d: 1\r\n" % k for k in range(5000)) + b"\r\n",
    b"POST /v1/predict HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{",
    b"POST /v1/predict HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: -5\r\n\r\n{}",
    b"POST /v1/predict HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    b"POST /v1/predict HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    b"POST /v1/predict HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFF\r\n{}",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"GET /page/../../../../etc/passwd HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"GET /page/%2e%2e%2f%2e%2e%2fserving%2fkeys.py HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    PREDICT[:-3],
    PREDICT + PREDICT[:40],
    PREDICT * 20,
)


def noise(port: int, seed: int, count: int) -> Counter[str]:
    """Sends noise and breaks off in one of several ways; what came back, by its first line."""
    choose = random.Random(seed)
    found: Counter[str] = Counter()
    for _ in range(count):
        content = bytearray(choose.choice(NOISE))
        for _ in range(choose.choice((0, 0, 1, 3))):
            if content:
                content[choose.randrange(len(content))] = choose.randrange(256)
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            try:
                cut = choose.randrange(len(content) + 1)
                connection.sendall(content[:cut])
                connection.sendall(content[cut:])
                how = choose.choice(("close", "half", "reset", "read"))
                if how == "half":
                    connection.shutdown(socket.SHUT_WR)
                elif how == "reset":
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
                if how in ("half", "read"):
                    connection.settimeout(0.3)
                    found[connection.recv(4096).partition(b"\r\n")[0].decode("latin-1")[:40]] += 1
            except OSError as error:
                found[type(error).__name__] += 1
    return found


def main() -> int:
    """The large run."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--ends", type=int, default=200)
    parser.add_argument("--minutes", type=float, default=15)
    given = parser.parse_args()
    lost, codes = 0, Counter[int]()
    for number in range(given.ends):
        with Running(str(CLASSIFY), "--no-log", "--grace", "0.5") as running:
            found, code = asyncio.run(ends_under_load(running, after=0.1 + 0.5 * (number % 7) / 7))
        lost += found[0]
        codes[code] += 1
        print(f"end {number + 1}: exit code {code}, {found[200]} answered, {found[0]} lost", flush=True)
    with Running(str(TRANSLATE), "--no-log") as running:
        began, before, sizes, answered = time.monotonic(), running.memory(), [], Counter[int]()
        while time.monotonic() - began < 60 * given.minutes:
            answered += asyncio.run(load_for(running.port, 32, 10))
            noise(running.port, int(time.monotonic()), 50)
            sizes.append(running.memory())
            print(f"{(time.monotonic() - began) / 60:.1f} minutes: {sizes[-1]:.0f} MB", flush=True)
        code = running.end()
    print(f"{lost} of all accepted requests lost, exit codes {dict(codes)} and {code}")
    print(f"{answered[200]:,} answered in {given.minutes:g} minutes, statuses {dict(answered)}")
    print(f"memory: {before:.0f} MB at first, then from {min(sizes):.0f} to {max(sizes):.0f}, at last {sizes[-1]:.0f}")
    return 1 if lost or set(codes) - {0} or code else 0


async def load_for(port: int, clients: int, seconds: float) -> Counter[int]:
    """Statuses of clients that ask for a while."""
    end = asyncio.Event()
    load = asyncio.create_task(load_until(port, clients, end))
    await asyncio.sleep(seconds)
    end.set()
    return await load


if __name__ == "__main__":
    sys.exit(main())
