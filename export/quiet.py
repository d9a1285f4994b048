"""Silence for the converters, which print hundreds of lines that nobody asked for."""

import contextlib
import io
import logging
import os
import warnings

from cli.frameworks import set_environment


@contextlib.contextmanager
def quiet():
    """Hide prints, warnings and log lines below error, Python's and TensorFlow's own, inside the block."""
    set_environment()
    loggers = [logging.getLogger(name) for name in ("tensorflow", "absl", "tf2onnx")]
    levels = [logger.level for logger in loggers]
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()), _no_stderr():
        warnings.simplefilter("ignore")
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        try:
            yield
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)


@contextlib.contextmanager
def _no_stderr():
    """Point the file descriptor of stderr elsewhere: the converters' C++ writes to it directly."""
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
