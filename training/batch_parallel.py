"""How Keras lays data out over several devices."""

from contextlib import contextmanager

import keras


class BatchParallel(keras.distribution.DataParallel):
    """Divides batches of training along their first axis; everything else, batches of validation too, is on every
    device. Those need not divide, so each row counts once.

    A training whose batches do not divide among the devices is computed whole by each.

    Args:
        hosts: Machines that train together.
    """

    def __init__(self, hosts: int):
        super().__init__(auto_shard_dataset=False)
        self.hosts = hosts
        self.dividing = False
        self._devices = self.device_mesh.devices.size

    def get_data_layout(self, data_shape):
        # Several machines each hold their part of a batch here.
        rows = data_shape[0] * self.hosts
        if self.dividing and rows % self._devices == 0:
            return super().get_data_layout(data_shape)
        return keras.distribution.TensorLayout([None] * len(data_shape), self.device_mesh)


class Dividing(keras.callbacks.Callback):
    """Lets the batches of validations within a training be whole on each device."""

    def __init__(self, distribution: BatchParallel):
        super().__init__()
        self.distribution = distribution

    def on_test_begin(self, logs=None):
        self.distribution.dividing = False

    def on_test_end(self, logs=None):
        self.distribution.dividing = True


@contextmanager
def dividing():
    """Batches are divided within; gives the callbacks that this needs."""
    distribution = keras.distribution.distribution()
    if not isinstance(distribution, BatchParallel):
        yield []
        return
    distribution.dividing = True
    try:
        yield [Dividing(distribution)]
    finally:
        distribution.dividing = False
