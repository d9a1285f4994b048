"""Where the windows of a pooling lie."""

from keras import ops

from layers.conv import pair


class Windows:
    """The windows of a pooling: how large, how far apart, how far beyond the image.

    Args:
        size: Height and width of a window, an integer or two.
        strides: From one window to the next, an integer or two; None for the size.
        padding: Pixels before and after the image, an integer of 0 or more, or two; at most half of the window.
        round_up: Whether a last window may hang over the end, as long as it begins inside the image or the padding
            before it (the rule of Caffe and PyTorch).

    Raises:
        ValueError: If an argument is not of those above.
    """

    def __init__(self, size, strides, padding, round_up: bool):
        self.size = pair("pool_size", size)
        self.strides = self.size if strides is None else pair("strides", strides)
        pads = (padding, padding) if isinstance(padding, int) else tuple(padding)
        allowed = [isinstance(pad, int) and 0 <= 2 * pad <= side for pad, side in zip(pads, self.size, strict=False)]
        if len(pads) != 2 or not all(allowed):
            raise ValueError(
                "`padding` must be an integer from 0 to half of the window, or two of them. "
                f"Received: padding={padding!r}, pool_size={self.size}"
            )
        self.padding = pads
        self.round_up = round_up

    def counts(self, shape):
        """How many windows there are (down, across) in images of `shape`; None along a side that is None."""
        return tuple(self._count(shape[1 + axis], axis) for axis in (0, 1))

    def added(self, shape):
        """Pixels ((above, below), (left, right)) that images of `shape` need around them for the windows to fit."""
        ends = [
            (count - 1) * s + size for count, s, size in zip(self.counts(shape), self.strides, self.size, strict=True)
        ]
        return tuple(
            (pad, larger(end - side - pad, 0)) for end, side, pad in zip(ends, shape[1:3], self.padding, strict=True)
        )

    def are_same(self, shape) -> bool:
        """Whether they lie as padding="same" lays them, which the backend does without a copy."""
        sides = shape[1:3]
        if not all(isinstance(side, int) for side in sides):
            return False
        counts = tuple(-(-side // stride) for side, stride in zip(sides, self.strides, strict=True))
        return counts == self.counts(shape) and all(0 <= after - before <= 1 for before, after in self.added(shape))

    def refuse(self, shape) -> None:
        """Raises ValueError where a window is larger than the padded image."""
        for side, size, pad in zip(shape[1:3], self.size, self.padding, strict=True):
            if side is not None and side + 2 * pad < size:
                raise ValueError(
                    f"The padded image must be no smaller than the window, here {size} pixels. "
                    f"Received: shape={tuple(shape)}, padding={self.padding}"
                )

    def _count(self, side, axis):
        if side is None:
            return None
        stride, pad = self.strides[axis], self.padding[axis]
        room = side + 2 * pad - self.size[axis]
        if not self.round_up:
            return room // stride + 1
        return smaller(-(-room // stride), (side + pad - 1) // stride) + 1


def smaller(a, b):
    """Of two sizes, each an integer or, where it is not known when a function is traced, a tensor."""
    return min(a, b) if isinstance(a, int) else ops.minimum(a, b)


def larger(a, b):
    """The larger of two, see `smaller`."""
    return max(a, b) if isinstance(a, int) else ops.maximum(a, b)
