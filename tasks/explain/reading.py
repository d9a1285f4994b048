"""What the sentence classifier reads in sentences."""

import numpy as np

from data.text.subwords import END, START


def told_of(reader, tokens: np.ndarray) -> np.ndarray:
    """p(class | sentence) float32 (n, classes) of sentences, tokens int (n, length) with the end token last and 0 after
    it."""
    from keras import ops

    shown = np.where(tokens == END, 0, tokens).astype(np.int32)
    shown = np.concatenate([np.full((len(shown), 1), START, np.int32), shown], axis=1)
    parts = [np.asarray(reader({"target": shown[at : at + 512]}, training=False)) for at in range(0, len(shown), 512)]
    return np.asarray(ops.softmax(np.concatenate(parts).astype("float32")))
