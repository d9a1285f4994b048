"""Looks words up in a vocabulary inside a graph, without a lookup table.

A `StaticHashTable` is a resource that every exporter must track and initialise; a session loader that misses it
fails. A sorted constant of 64-bit fingerprints and a binary search need neither. (Two of 10,000 words share a
fingerprint with a chance of 5e-12, and a vocabulary in which they do is refused.)
"""

import numpy as np
import tensorflow as tf

from cli.errors import UserError

BUCKETS = 2**63 - 1


class Vocabulary:
    """Maps words to their position in `words`, and any other word to `len(words)`."""

    def __init__(self, words):
        with tf.init_scope():  # a column may be used inside a graph first: an export of a run read from its files
            constant = tf.constant(list(words), tf.string, shape=[len(words)])
            fingerprints = tf.strings.to_hash_bucket_fast(constant, BUCKETS).numpy()
        if len(np.unique(fingerprints)) != len(words):
            raise UserError("`words` must be different from each other and have different fingerprints.")
        self.words = tuple(words)
        order = np.argsort(fingerprints)
        self._fingerprints = fingerprints[order]
        self._positions = order.astype(np.int32)

    def __len__(self):
        return len(self.words)

    def find(self, words):
        """String tensor of any shape -> int32 tensor of the same shape."""
        if not self.words:
            return tf.zeros_like(words, tf.int32)
        wanted = tf.strings.to_hash_bucket_fast(words, BUCKETS)
        place = tf.searchsorted(self._fingerprints, tf.reshape(wanted, [-1]))
        place = tf.reshape(tf.minimum(place, len(self.words) - 1), tf.shape(wanted))
        found = tf.gather(self._fingerprints, place) == wanted
        return tf.where(found, tf.gather(self._positions, place), len(self.words))
