"""Settings of the layer proofs."""


def pytest_configure(config):
    # Keras 3.15's own `Variable.numpy()` and `get_weights()` cause it with NumPy 2; nothing in the suite does.
    config.addinivalue_line("filterwarnings", "ignore:__array__ implementation doesn't accept a copy keyword")
