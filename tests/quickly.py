"""For `make test` (pytest -p tests.quickly): TensorFlow's graph optimiser is off.

It rewrites each of the thousands of graphs before its first run, and most run once or twice: a tenth of the time of all
tests. `make test-slow` leaves it on.
"""


def pytest_configure(config):
    """In the processes that run tests, not in the one that deals them out."""
    if hasattr(config, "workerinput"):
        import tensorflow as tf

        tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
