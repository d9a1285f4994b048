"""Seeds for random layers that are copied to several devices.

With `tf.distribute` each copy of a layer keeps the same seed state, so that stock Keras drops the same units on each
device: the copies see different examples through one and the same mask.
"""

import keras


class ReplicaSeed(keras.random.SeedGenerator):
    """A `keras.random.SeedGenerator` that gives each replica of `tf.distribute` a stream of its own.

    On one device, and on JAX (where an array spread over devices is one array with one mask), it is the stock
    generator, number for number.

    Args:
        seed: Integer, or None to draw one from Python's `random`.
        name: Name of the generator.
    """

    def next(self, ordered: bool = True):
        """Returns the next seed, a tensor of two integers, and moves the state on."""
        seed = super().next(ordered)
        # TensorFlow branch, for correctness: replicas exist only there.
        if keras.backend.backend() == "tensorflow":
            import tensorflow as tf

            context = tf.distribute.get_replica_context()
            if context is not None and context.num_replicas_in_sync > 1:
                replica = tf.cast(context.replica_id_in_sync_group, seed.dtype)
                # A prime apart: seeds that users choose by hand (1, 2, 3) do not meet another replica's.
                seed = seed + tf.stack([replica * 7919, tf.zeros_like(replica)])
        return seed
