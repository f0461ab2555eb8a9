"""What computes: requests that wait for the same are computed together, and long work lets short work pass.

Work is of a *kind*: the same model, the same question, the same options, inputs of about the same size. The requests of
one kind that wait when a core becomes free are one *job*. A job that computes is asked between its steps (turns.py)
whether others wait: then, after its slice of time, it waits at the end of the line of those that have begun. The first
slice of what comes in pieces ends with the first of them. New jobs and those that have begun take turns, and the
slices of the latter are the shorter, the more new ones wait. So whoever comes waits for a slice of one long job or
two, however many there are, and long jobs go on however many come. While jobs compute, requests gather, and the next
job takes all of them, with those that arrive in quick succession before it begins: whoever has just got an answer often
asks again, and a large batch costs little more than a small one. Batches grow by themselves where much is asked, and
nobody waits for a batch to fill.

Each job has a thread of its own, of which as many compute at a time as there are cores to use; the others stand still.
What is short is computed in the thread of the event loop (short.py).
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol

import torch
from typing_extensions import TypeVar

from recurra.errors import RecurraError
from recurra.serving.short import Short
from recurra.text.counted import counted
from recurra.turns import GivenUp, between_steps

SLICE = 0.004  # seconds that a job computes before others have their turn
FIRST = 0.02  # seconds at most of the first slice of what comes in pieces
THREADS = 64  # at least; a job that waits to go on keeps its own
GATHERED = 0.01  # seconds at most in which requests are gathered although a core is free
TURNS = 3  # of the event loop without a request: one takes a connection, one begins to read it, one reads it
AGAIN = 0.05  # seconds after which what was expected to be short is begun again in a thread of its own
MOST_INPUTS = 256  # of one job

R = TypeVar("R", default=Any)  # what comes of an input
R_co = TypeVar("R_co", default=Any, covariant=True)
Outcome = Sequence[object] | BaseException  # the results of a request, or why there are none


class Work(Protocol[R_co]):
    """How requests of one kind are computed."""

    def __call__(self, inputs: Sequence[Any], /) -> Sequence[R_co]:
        """A result for each input, in their order.

        Raises:
            RecurraError: what a user can mend; then each request is computed by itself, so that others do not suffer.
        """
        ...


@dataclass(eq=False)
class Request(Generic[R]):
    """What one client waits for.

    Args:
        inputs: at least one.
        done: the results, or why there are none.
        told: whether there is a piece of the result; None: it comes whole.
    """

    inputs: Sequence[object]
    done: asyncio.Future[Sequence[R]]
    told: threading.Event | None = None
    given_up: bool = False


@dataclass(eq=False)
class Job:
    """Requests of one kind, from when the first has come until all have their results."""

    kind: Hashable
    work: Work
    alone: bool  # of a kind of its own, to which no other request belongs
    requests: list[Request] = field(default_factory=list[Request])
    size: int = 0  # inputs of all its requests
    turn: threading.Event | None = None  # of a job that has begun, and waits to go on
    began: float = 0.0
    since: float = 0.0  # when its slice began

    def add(self, request: Request) -> None:
        """Takes a request, as long as it has not begun."""
        self.requests.append(request)
        self.size += len(request.inputs)

    def cut(self, most: int) -> Job:
        """Keeps the first requests, of so many inputs at most but one request at least; the others, as a job."""
        rest = Job(self.kind, self.work, self.alone)
        while self.size > most and len(self.requests) > 1:
            self.size -= len(self.requests[-1].inputs)
            rest.add(self.requests.pop())
        rest.requests.reverse()
        return rest


Seen = Callable[[int, float], None]


def unseen(inputs: int, seconds: float) -> None:
    """Nobody counts the jobs."""


class Overloaded(Exception):
    """So many requests wait that no other is taken."""


class Engine:
    """Computes requests, in as many threads at a time as it may.

    Args:
        cores: so many jobs compute at a time.
        most_waiting: so many requests are taken that have not begun; more are refused.
        seen: is told of each job that ended: its inputs, its seconds.
    """

    def __init__(self, cores: int = 1, most_waiting: int = 256, seen: Seen = unseen) -> None:
        self.cores, self.most_waiting, self.seen = cores, most_waiting, seen
        self._lock = threading.Lock()
        self._new: deque[Job] = deque()  # jobs that have not begun
        self._begun: deque[Job] = deque()  # jobs that wait to go on
        self._came = 0  # requests, all that ever did
        self._gathers = False  # whether requests that arrive in quick succession are being gathered
        self._went_on = True  # whether the last turn was of one that had begun
        self._fresh: dict[Hashable, Job] = {}  # the new ones that take further requests
        self._short = Short()
        self._waiting = 0  # requests of jobs that have not begun, also of those that are full
        self._computing = 0
        self._threads = max(THREADS, 2 * most_waiting, cores + 1)
        self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="job")
        torch.set_num_threads(1)  # of each job; torch's own division among threads changes last digits

    @property
    def waiting(self) -> int:
        """Requests that have not begun."""
        return self._waiting

    @property
    def computing(self) -> int:
        """Jobs that compute."""
        return self._computing

    def submit(
        self, kind: Hashable | None, work: Work[R], inputs: Sequence[object], told: threading.Event | None = None
    ) -> Request[R]:
        """Takes a request; called in the thread of the event loop.

        Args:
            kind: requests of one are computed together; None: this one is computed alone.
            told: is set when the first piece of the result is there, where it comes in pieces.

        Raises:
            Overloaded: too many wait.
        """
        request = Request[R](inputs, asyncio.get_running_loop().create_future(), told)
        with self._lock:
            if self._waiting >= self.most_waiting:
                raise Overloaded
            self._job_of(kind, work, len(inputs)).add(request)
            self._waiting += 1
            self._came += 1
            begins = self._computing < self.cores and not self._gathers  # else a job that ends lets others begin
        if begins:
            self._gathers = True
            request.done.get_loop().call_soon(self._begin, self._came, time.monotonic())
        return request

    def _job_of(self, kind: Hashable | None, work: Work, inputs: int) -> Job:
        """The new job that takes so many more inputs of a kind; the lock is held."""
        job = None if kind is None else self._fresh.get(kind)
        if job is None or job.size + inputs > MOST_INPUTS:
            job = Job(object() if kind is None else kind, work, alone=kind is None)
            self._new.append(job)
            if kind is not None:
                self._fresh[kind] = job
        return job

    def give_up(self, request: Request) -> None:
        """Nobody waits for it any more: what no other request needs ends at its next step."""
        request.given_up = True

    def close(self) -> None:
        """Waits for what is computed."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _begin(self, came: int, since: float, turns: int = 0) -> None:
        """Lets new jobs begin when some turns of the event loop have brought no further request, or soon anyway."""
        turns = turns + 1 if came == self._came else 0
        if turns < TURNS and time.monotonic() - since < GATHERED:
            asyncio.get_running_loop().call_soon(self._begin, self._came, since, turns)
            return
        self._gathers = False
        with self._lock:
            most = self._short_inputs()
            job = self._first_short(most) if most else None
            if job is None:
                self._fill()
        if job is not None:
            self._compute_here(job)

    def _go_on(self) -> None:
        """Lets others compute: where all that wait are new, once requests have been gathered; the lock is held."""
        if not self._new or self._begun or self._computing:
            self._fill()
        elif not self._gathers:
            self._gathers = True
            loop = self._new[0].requests[0].done.get_loop()
            loop.call_soon_threadsafe(self._begin, self._came, time.monotonic())

    def _fill(self) -> None:
        """Lets the first in line compute, as long as there are cores; the lock is held."""
        while (self._new or self._begun) and self._computing < self.cores:
            job = self._first()
            if job.turn is not None:
                job.turn.set()
            else:
                self._pool.submit(self._compute, job)

    def _first(self) -> Job:
        """The first in line, which computes from now on; the lock is held."""
        job = self._next()
        self._computing += 1
        job.since = time.monotonic()
        if job.turn is None:
            job.began = job.since
            self._waiting -= len(job.requests)
            if self._fresh.get(job.kind) is job:
                del self._fresh[job.kind]
        return job

    def _short_inputs(self) -> int:
        """How many inputs of the first in line are short; 0 where something else computes, too; the lock is held."""
        if self.cores > 1 or self._computing or self._begun or not self._new:
            return 0
        job = self._new[0]
        most = 0 if job.alone else self._short.inputs(job.kind, job.size)
        return most if len(job.requests[0].inputs) <= most else 0

    def _first_short(self, most: int) -> Job:
        """The first in line, or as much of it as is short; the rest is the last then; the lock is held."""
        job = self._new[0]
        rest = job.cut(most)
        if rest.requests:
            self._new.append(rest)
            if self._fresh.get(job.kind) is job:
                self._fresh[job.kind] = rest
        return self._first()

    def _next(self) -> Job:
        """A new job and one that has begun in turn: neither waits for all of the others.

        None begins as long as there is no thread for it; then those that have begun go on, till one has ended.
        """
        room = len(self._begun) + self._computing < self._threads
        new = bool(self._new) and (not self._begun or (self._went_on and room))
        self._went_on = not new
        return (self._new if new else self._begun).popleft()

    def _compute_here(self, job: Job) -> None:
        """A whole job that is expected to be short, in the thread of the event loop."""

        def on_time() -> None:
            if time.monotonic() - job.since > AGAIN:
                raise GivenUp

        try:
            results = self._computed(job, on_time)
        except GivenUp:
            self._short.took_too_long(job.kind)
            self._pool.submit(self._compute, job)
            return
        self._short.took(job.kind, job.size, time.monotonic() - job.since)
        self._ended(job)
        tell(results)

    def _compute(self, job: Job) -> None:
        """A whole job, in a thread of its own."""
        began, results = time.thread_time(), list[tuple[Request, Outcome]]()
        try:
            results = self._computed(job, lambda: self._between(job))
            if results and not job.alone:
                self._short.took_beside(job.kind, job.size, time.thread_time() - began)
        except GivenUp:
            pass
        finally:
            self._ended(job, results)

    def _computed(self, job: Job, between: Callable[[], None]) -> list[tuple[Request, Outcome]]:
        """What comes of those requests of a job for which somebody waits.

        Raises:
            GivenUp: `between` has raised it.
        """
        job.requests = [request for request in job.requests if not request.given_up]
        job.size = sum(len(request.inputs) for request in job.requests)
        with between_steps(between):
            return self._results(job.work, job.requests)

    def _ended(self, job: Job, results: Sequence[tuple[Request, Outcome]] = ()) -> None:
        """Counts it, tells its results from a thread of its own, and lets others compute.

        In this order: whoever has an answer finds it counted, and asks again before others begin.
        """
        self.seen(job.size, time.monotonic() - job.began)
        try:
            if results:
                results[0][0].done.get_loop().call_soon_threadsafe(tell, results)
        finally:
            with self._lock:
                self._computing -= 1
                self._go_on()

    def _results(self, work: Work, requests: Sequence[Request]) -> list[tuple[Request, Outcome]]:
        """Of all requests together; of each by itself where that does not go."""
        if not requests:
            return []
        try:
            inputs = [one for request in requests for one in request.inputs]
            every = list(work(inputs))
            if len(every) != len(inputs):
                raise RuntimeError(f"{counted(len(every), 'result')} of {counted(len(inputs), 'input')}")
            each = iter(every)
            return [(request, [next(each) for _ in request.inputs]) for request in requests]
        except RecurraError as error:
            if len(requests) == 1:
                return [(requests[0], error)]
        except Exception as error:
            return [(request, error) for request in requests]
        return [found for request in requests for found in self._results(work, [request])]

    def _between(self, job: Job) -> None:
        """Between two steps of a job.

        Raises:
            GivenUp: nobody waits for it any more.
        """
        if all(request.given_up for request in job.requests):
            raise GivenUp
        if not (self._new or self._begun) or time.monotonic() - job.since < self._slice(job):
            return
        with self._lock:
            if all(other.kind == job.kind for other in (*self._new, *self._begun)):
                return
            job.turn = threading.Event()
            self._went_on |= not self._begun  # then the one that goes on would be this one again
            self._begun.append(job)
            self._computing -= 1
            self._fill()
        job.turn.wait()

    def _slice(self, job: Job) -> float:
        """Seconds that it computes at a time."""
        if job.turn is not None:
            return SLICE / (1 + len(self._new))
        told = job.requests[0].told  # a job of pieces has one request
        return SLICE if told is None else 0.0 if told.is_set() else FIRST


def tell(results: Sequence[tuple[Request, Outcome]]) -> None:
    """Gives each request what has come of it, in the thread of the event loop."""
    for request, found in results:
        if request.done.done():
            continue
        if isinstance(found, BaseException):
            request.done.set_exception(found)
        else:
            request.done.set_result(found)
