"""Where in a training one is."""

from typing import NamedTuple


class Place(NamedTuple):
    """Finished epochs, and the updates done in the epoch after them."""

    epoch: int = 0
    step: int = 0

    def done_before(self, epoch: int) -> int:
        """Updates that were done in `epoch` before the training started from this place."""
        return self.step if epoch == self.epoch else 0
