"""For `make test` (pytest -p tests.quickly): what is fast for thousands of graphs that each run once or twice.

TensorFlow's graph optimiser, which rewrites each graph before its first run, is off. An operation has one thread: there
are as many test processes as cores, and most tensors are small. Python looks for garbage less often: tracing makes many
objects that live as long as their graph. The preflight of a training makes one update. `make test-slow` has the
defaults of all four.
"""

import gc

from training.devices import backend, limit_threads


def pytest_configure(config):
    """In the processes that run tests, not in the one that deals them out."""
    if not hasattr(config, "workerinput"):
        return
    gc.set_threshold(50_000, 10, 10)
    limit_threads(1)
    from training import preflight

    preflight.SECONDS = 0.0
    if backend() == "tensorflow":
        import tensorflow as tf

        tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
