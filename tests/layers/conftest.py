"""Settings of the layer proofs."""

import os

# Compiling is most of the time of these tests on JAX, and the formulas are the same. Read when JAX is imported.
os.environ.setdefault("JAX_DISABLE_MOST_OPTIMIZATIONS", "1")


def pytest_configure(config):
    # Keras 3.15's own `Variable.numpy()` and `get_weights()` cause it with NumPy 2; nothing in the suite does.
    config.addinivalue_line("filterwarnings", "ignore:__array__ implementation doesn't accept a copy keyword")
