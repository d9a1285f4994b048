"""Marks of tests that depend on the backend."""

import keras
import pytest


def whole_on_jax(test):
    """JAX compiles each operation for each shape: what is many of them is left to `make test-whole` there."""
    return pytest.mark.whole(test) if keras.backend.backend() == "jax" else test
