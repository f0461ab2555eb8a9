"""A process that serves: it loads models, again on SIGHUP, and ends on SIGTERM without losing a request.

After SIGTERM or Ctrl-C it says that it is not ready, and asks clients to close their connections with the next answer,
for a while (--grace); then it listens no more, answers what has come, and ends with 0.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import selectors
import socket
import sys
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from functools import partial

import uvicorn

from recurra.errors import RecurraError
from recurra.say import say
from recurra.serving.app import create_app
from recurra.serving.data import files_of
from recurra.serving.engine import Engine
from recurra.serving.keys import Keys
from recurra.serving.languages import pairs_of
from recurra.serving.metrics import Metrics
from recurra.serving.models import Models
from recurra.serving.observed import ClientMessages
from recurra.serving.options import ServeOptions, tokens_of
from recurra.serving.server import Server
from recurra.serving.told import told

BACKLOG = 2048  # connections that wait to be taken
PAUSE, MOST = 0.02, 5.0  # seconds between two looks at whether something is still to be read, and of all looks
IDLE = 75  # seconds that a connection is kept without a request
SWITCH = 0.0002  # seconds after which a thread of Python makes room for another; with the 0.005 that it has by default,
# jobs and the event loop wait for each other half of the time


def run(models: Models, options: ServeOptions, listening: socket.socket, started: Callable[[], None]) -> int:
    """Serves until it is told to end, and gives the exit code.

    Args:
        listening: bound.
        started: is called when requests are answered.
    """
    sys.setswitchinterval(SWITCH)
    metrics = Metrics()
    engine = Engine(options.threads, options.max_waiting, metrics.seen)
    server = Server(models, engine, options, metrics, Keys(tokens_of(options)), files_of(options, models.names))
    app = create_app(server)
    logging.getLogger("uvicorn.error").addFilter(ClientMessages(options, metrics))
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # anybody could say in them to be somebody else
        backlog=BACKLOG,
        timeout_keep_alive=IDLE,
        timeout_graceful_shutdown=int(options.deadline) + 5,
        h11_max_incomplete_event_size=64_000,
        lifespan="on",
    )
    listener = Listener(config, server, options.grace)
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        return runner.run(listener.until_told(listening, started))


class Listener(uvicorn.Server):
    """uvicorn's server, which ends in two steps."""

    def __init__(self, config: uvicorn.Config, server: Server, grace: float) -> None:
        super().__init__(config)
        self.server, self.grace = server, grace

    async def until_told(self, listening: socket.socket, started: Callable[[], None]) -> int:
        """Serves; 1 if the models cannot be loaded."""
        self._loop = asyncio.get_running_loop()
        serving = asyncio.create_task(self.serve([listening]))
        try:
            await asyncio.to_thread(loaded, self.server.models)
            pairs_of(self.server.models.served, self.server.options.languages)
        except RecurraError as error:
            say(f"recurra: {error}")
            self.should_exit = True
            await serving
            return error.exit_code
        if not self.server.draining:
            started()
        await serving
        await asyncio.to_thread(self.server.engine.close)
        return 0

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """What signals do while it serves; uvicorn's own would end it at once."""
        tell = self._loop.call_soon_threadsafe
        with told(partial(tell, self._end), partial(tell, self._reload)):
            yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Takes the connections that wait and then no more, reads what has come over them, answers it, and ends."""
        await self._until(lambda: not readable(sockets or ()))
        for one in self.servers:
            one.close()
        await self._until(lambda: not readable(self._connected()))
        await super().shutdown(sockets)

    def _connected(self) -> Iterator[socket.socket]:
        return (one.transport.get_extra_info("socket") for one in self.server_state.connections)

    async def _until(self, done: Callable[[], bool]) -> None:
        """Lets the event loop go on until that is so, at most for a while."""
        end = self._loop.time() + MOST
        await asyncio.sleep(PAUSE)
        while not done() and self._loop.time() < end:
            await asyncio.sleep(PAUSE)

    def _end(self) -> None:
        if self.server.draining:  # told twice
            self.should_exit = self.force_exit = True
            return
        self.server.draining = True
        self._loop.call_later(self.grace, setattr, self, "should_exit", True)

    def _reload(self) -> None:
        self._reloading = self._loop.create_task(self._reloaded())

    async def _reloaded(self) -> None:
        try:
            await asyncio.to_thread(loaded, self.server.models)
            say(f"recurra: loaded again: {', '.join(self.server.models.served)}")
        except RecurraError as error:
            say(f"recurra: not loaded again, the models from before go on: {error}")


def loaded(models: Models) -> None:
    """Loads the models; what is there then is not searched for garbage while requests come.

    It is a quarter of a million objects, for which everything would stand still for a fifth of a second.
    """
    gc.unfreeze()
    models.reload()
    gc.collect()
    gc.freeze()


def readable(sockets: Iterable[socket.socket]) -> bool:
    """Whether over one of them something has come that was not read, or a connection that was not taken."""
    with selectors.DefaultSelector() as selector:
        for one in sockets:
            if one.fileno() >= 0:
                selector.register(one.fileno(), selectors.EVENT_READ)
        return bool(selector.get_map()) and bool(selector.select(0))


def bound(options: ServeOptions) -> socket.socket:
    """A socket at the address, from which no connection is taken yet.

    Raises:
        OSError: the address is not there, or taken.
    """
    [(family, *_, address), *_] = socket.getaddrinfo(options.host, options.port, type=socket.SOCK_STREAM)
    found = socket.socket(family, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    found.bind(address)
    found.set_inheritable(True)
    return found


def address_of(listening: socket.socket) -> str:
    """Where a browser finds it."""
    host, port = listening.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"
