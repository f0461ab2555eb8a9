"""A load of HTTP requests, from one process that does as little as it can between the sockets.

Requests are bytes that were made before. What waits is found by epoll, and of an answer only its status and its length
are read: about 35 microseconds of CPU time a request, a good part of them the kernel's. Linux alone.
"""

from __future__ import annotations

import select
import socket
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median

LENGTH = b"content-length: "
LARGEST = 1 << 20


@dataclass
class Load:
    """What came of some requests."""

    waits: list[float] = field(default_factory=list[float])  # seconds from each to its answer
    failed: int = 0  # answers with another status than 200
    seconds: float = 0.0  # of all
    cpu: float = 0.0  # seconds of this process

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return (len(self.waits) - self.failed) / self.seconds

    @property
    def median_ms(self) -> float:
        """Half of the answers came within so many milliseconds."""
        return 1000 * median(self.waits)

    @property
    def p99_ms(self) -> float:
        """99 of 100 answers came within so many milliseconds."""
        return 1000 * sorted(self.waits)[int(0.99 * (len(self.waits) - 1))]


class Connections:
    """Connections to a port of this machine, each of which has at most one request under way."""

    def __init__(self, port: int, count: int) -> None:
        self._poll = select.epoll()
        self._sockets: dict[int, socket.socket] = {}
        self._begun: dict[int, bytes] = {}  # answers of which more is to come
        for _ in range(count):
            one = socket.create_connection(("127.0.0.1", port))
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            one.setblocking(False)
            self._sockets[one.fileno()] = one
            self._poll.register(one.fileno(), select.EPOLLIN)
        self.numbers = list(self._sockets)

    def send(self, number: int, request: bytes) -> None:
        """Sends a request, which is small."""
        self._sockets[number].send(request)

    def answered(self, seconds: float) -> Iterator[tuple[int, bool]]:
        """The numbers of connections over which an answer has come within this time, and whether it is a good one."""
        for number, _ in self._poll.poll(seconds):
            data = self._begun.pop(number, b"") + self._sockets[number].recv(LARGEST)
            if not data:
                raise SystemExit("the server has closed a connection")
            if is_whole(data):
                yield number, data.startswith(b"HTTP/1.1 200")
            else:
                self._begun[number] = data

    def close(self) -> None:
        """All of them."""
        self._poll.close()
        for one in self._sockets.values():
            one.close()


def is_whole(data: bytes) -> bool:
    """Whether an answer has all that its head announces."""
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return False
    begin = data.find(LENGTH) + len(LENGTH)
    return len(data) >= end + 4 + int(data[begin : data.index(b"\r\n", begin)])


def closed(port: int, requests: Sequence[bytes], clients: int) -> Load:
    """Each client asks again as soon as it has its answer."""
    found, connections, waiting = Load(), Connections(port, clients), iter(requests)
    clock = time.perf_counter
    began, cpu = clock(), time.process_time()
    since: dict[int, float] = {}
    for number, request in zip(connections.numbers, waiting, strict=False):
        since[number] = clock()
        connections.send(number, request)
    while since:
        for number, good in connections.answered(-1):
            now = clock()
            found.waits.append(now - since.pop(number))
            found.failed += not good
            for request in waiting:
                since[number] = now
                connections.send(number, request)
                break
    found.seconds, found.cpu = clock() - began, time.process_time() - cpu
    connections.close()
    return found


def opened(port: int, requests: Sequence[bytes], per_second: float) -> Load:
    """Requests come at fixed times, whatever has been answered; each waits from when it should have been sent."""
    clients = min(512, max(64, int(2 * per_second)))  # none is idle for so long that the server closes it
    found, connections, waiting = Load(), Connections(port, clients), iter(requests)
    free = deque(connections.numbers)  # used in turn, so that each process of the server gets its share
    clock = time.perf_counter
    began, cpu, sent = clock(), time.process_time(), 0
    due: dict[int, float] = {}
    while due or sent < len(requests):
        now = clock()
        while free and sent < len(requests) and began + sent / per_second <= now:
            number = free.popleft()
            due[number] = began + sent / per_second
            connections.send(number, next(waiting))
            sent += 1
        left = began + sent / per_second - clock() if free and sent < len(requests) else 1.0
        for number, good in connections.answered(max(0.0, left)):
            found.waits.append(clock() - due.pop(number))
            found.failed += not good
            free.append(number)
    found.seconds, found.cpu = clock() - began, time.process_time() - cpu
    connections.close()
    return found
