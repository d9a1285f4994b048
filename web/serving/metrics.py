"""What a server measures, as Prometheus reads it."""

from collections.abc import Callable, Iterator

import psutil
from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
ROWS = (1, 2, 4, 8, 16, 32)


class Metrics:
    """The page of metrics of a server.

    Args:
        models: `Models`, which are asked for their queues, versions and memory when the page is.
    """

    def __init__(self, models):
        self._models = models
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._registry.register(self)
        of_call, of_version = ("model", "call"), ("model", "version")
        self._requests = self._new(Counter, "requests", "Requests by status", (*of_call, "code"))
        self._latency = self._new(Histogram, "request_seconds", "Time to answer", of_call, SECONDS)
        self._rows = self._new(Counter, "rows", "Rows computed, without those that fill up a batch", of_version)
        self._batch = self._new(Histogram, "batch_rows", "Rows that were computed together", of_version, ROWS)
        self._wait = self._new(Histogram, "batch_wait_seconds", "Longest wait of a row of a batch", of_version, SECONDS)
        self._compute = self._new(Histogram, "batch_compute_seconds", "Time to compute a batch", of_version, SECONDS)

    def _new(self, kind, name: str, help_text: str, labels: tuple[str, ...], buckets: tuple = ()):
        more = {"buckets": buckets} if buckets else {}
        return kind(f"lamina_{name}", help_text, labels, registry=self._registry, **more)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """What is looked up when the page is asked for."""
        models = getattr(self._models, "by_name", {})
        waiting = GaugeMetricFamily("lamina_waiting", "Calls that wait or are computed", labels=["model", "version"])
        available = GaugeMetricFamily("lamina_available", "1 where a version is served", labels=["model", "version"])
        memory = GaugeMetricFamily("lamina_memory_bytes", "Memory of its process", labels=["model", "version"])
        for name, model in models.items():
            for number, version in model.versions.items():
                labels = [name, str(number)]
                waiting.add_metric(labels, version.waiting)
                available.add_metric(labels, version.state == "AVAILABLE")
                memory.add_metric(labels, version.memory)
        yield from (waiting, available, memory)

    def answered(self, model: str, call: str, code: int, seconds: float) -> None:
        """Count a request."""
        self._requests.labels(model, call, code).inc()
        self._latency.labels(model, call).observe(seconds)

    def of_batches(self, model: str) -> Callable[[int], Callable[[int, float, float], None]]:
        """A function of the number of a version, which gives the one that the batches of it are told to."""

        def of(version: int):
            labels = (model, str(version))
            parts = [metric.labels(*labels) for metric in (self._rows, self._batch, self._wait, self._compute)]

            def computed(rows: int, wait: float, seconds: float) -> None:
                parts[0].inc(rows)
                for part, value in zip(parts[1:], (rows, wait, seconds), strict=True):
                    part.observe(value)

            return computed

        return of

    def page(self) -> bytes:
        """All of it, as text."""
        return generate_latest(self._registry)


def memory_of(process: int) -> int:
    """Bytes of memory that a process has; 0 where it has ended."""
    try:
        return psutil.Process(process).memory_info().rss
    except psutil.Error:
        return 0
