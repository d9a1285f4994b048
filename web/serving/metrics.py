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

    def of_batches(self, model: str) -> Callable[[int], "BatchMeasures"]:
        """A function of the number of a version, which gives what its batches are told to."""
        return lambda version: BatchMeasures(
            (model, str(version)), self._rows, (self._batch, self._wait, self._compute)
        )

    def page(self) -> bytes:
        """All of it, as text."""
        return generate_latest(self._registry)


class BatchMeasures:
    """What the batches of a version took.

    Args:
        labels: Model and version.
        rows: Counter.
        metrics: Histograms of rows, of waits and of times to compute.
    """

    def __init__(self, labels: tuple[str, str], rows: Counter, metrics: tuple[Histogram, ...]):
        self._labels, self._metrics = labels, (rows, *metrics)

    def __call__(self, rows: int, wait: float, seconds: float) -> None:
        """Note a batch: its rows, its longest wait and its time to compute, in seconds."""
        counter, *histograms = (metric.labels(*self._labels) for metric in self._metrics)
        counter.inc(rows)
        for histogram, value in zip(histograms, (rows, wait, seconds), strict=True):
            histogram.observe(value)

    def forget(self) -> None:
        """Leave out a version that is served no more."""
        for metric in self._metrics:
            metric.remove(*self._labels)


def memory_of(process: int) -> int:
    """Bytes of memory that a process has; 0 where it has ended."""
    try:
        return psutil.Process(process).memory_info().rss
    except psutil.Error:
        return 0
