"""What is counted, for Prometheus: requests, how long they take, how much waits, how much is computed together."""

from __future__ import annotations

import os
from collections.abc import Sequence

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
SEVERAL = "PROMETHEUS_MULTIPROC_DIR"  # where several processes count together


class Metrics:
    """The counters of one process; what is shown is the sum of all processes."""

    def __init__(self) -> None:
        own = self.registry = CollectorRegistry()

        def histogram(name: str, what: str, buckets: Sequence[float], labels: Sequence[str] = ()) -> Histogram:
            return Histogram(f"recurra_{name}", what, labels, registry=own, buckets=buckets)

        self.requests = Counter("recurra_requests", "Requests answered", ("path", "status"), registry=own)
        self.tokens = Counter("recurra_tokens", "Pieces of streamed outputs", registry=own)
        self.waiting = Gauge(
            "recurra_waiting_requests", "Requests that have not begun", registry=own, multiprocess_mode="livesum"
        )
        self.latency = histogram("request_seconds", "From a request to its answer", SECONDS, ("path",))
        self._answered: dict[tuple[str, int], tuple[Counter, Histogram]] = {}  # looked up once
        self.first = histogram("first_token_seconds", "From a request to its first token", SECONDS)
        self.batch = histogram("batch_inputs", "Inputs that were computed together", SIZES)
        self.computing = histogram("batch_seconds", "From the first step of a job to its end", SECONDS)

    def answered(self, path: str, status: int, seconds: float) -> None:
        """A request has been answered."""
        found = self._answered.get((path, status))
        if found is None:
            found = self.requests.labels(path, str(status)), self.latency.labels(path)
            self._answered[path, status] = found
        requests, latency = found
        requests.inc()
        latency.observe(seconds)

    def seen(self, inputs: int, seconds: float) -> None:
        """A job has ended."""
        self.batch.observe(inputs)
        self.computing.observe(seconds)

    def text(self) -> tuple[bytes, str]:
        """What Prometheus reads, and its content type."""
        registry = self.registry
        if SEVERAL in os.environ:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)
        return generate_latest(registry), CONTENT_TYPE_LATEST
