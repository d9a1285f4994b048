"""What TensorFlow reads from the environment when it is imported, and never again."""

import os
import platform


def set_environment() -> None:
    """Hide TensorFlow's log, and let oneDNN compute its convolutions; comes before the first import of TensorFlow.

    What goes wrong is raised all the same. Its log calls errors what are none, such as oneDNN not taking uint8.

    By itself TensorFlow takes oneDNN only where a processor has AVX-512 VNNI or later instructions; on another with
    AVX2 it trains convolutional networks in half to three quarters of the time too. What is set already stays.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if platform.machine().lower() in ("x86_64", "amd64"):
        os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
