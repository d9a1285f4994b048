"""For `make test` (pytest -p tests.quickly): TensorFlow does what is fast for graphs that run once or twice.

Its graph optimiser, which rewrites each of thousands before its first run, is off. An operation has one thread: there
are as many test processes as cores, and most tensors are small. `make test-slow` has TensorFlow's defaults.
"""


def pytest_configure(config):
    """In the processes that run tests, not in the one that deals them out."""
    if hasattr(config, "workerinput"):
        import tensorflow as tf

        tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
        tf.config.threading.set_intra_op_parallelism_threads(1)
