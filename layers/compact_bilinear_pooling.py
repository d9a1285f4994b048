"""Compact bilinear pooling (Gao et al. 2016): the products of all pairs of channels, in few numbers."""

import random

import keras
import numpy as np
from keras import ops

TINY = 1e-4  # keeps the slope of the square root finite at 0, and the length of a vector of zeros


@keras.saving.register_keras_serializable(package="lamina")
class CompactBilinearPooling(keras.layers.Layer):
    """Sums the outer products of the channels with themselves over all places, and sketches the sum.

    Each of two copies of the channels has random buckets h1, h2 in {0..d-1} and signs s1, s2 in {-1, 1}:

        z[k] = sum over places of sum over i, j with (h1[i] + h2[j]) mod d = k of s1[i] s2[j] x[i] x[j]
        y = r / ||r||  with  r = sign(z) sqrt(|z|)

    The expected inner product of two z is the sum over pairs of their places of (x . x')^2: that of all products of two
    channels, C x C numbers, in d.

    The paper convolves the count sketches of both copies by three Fourier transforms for each place. The convolution is
    linear in the outer product, so the outer products are summed over the places first, which is one product of
    matrices, and their C x C sums are dealt to the d buckets once: the same numbers to rounding, without complex
    numbers, and for fewer than about 1,000 channels with fewer operations. It computes in float32 whatever the
    precision around it: sums of so many products need it.

    The same in training and inference. Buckets and signs are weights that do not learn, so they are saved.

    Args:
        dimension: Positive integer d.
        normalize: Whether to take the signed square root and divide by the length; without, y = z.
        seed: Integer of the buckets and signs, or None to draw one from Python's `random`.

    Call arguments:
        inputs: Tensor of shape (batch, rows, columns, channels), or (batch, places, channels).

    Returns:
        Tensor of shape (batch, d).

    Raises:
        ValueError: `dimension` is no positive integer, or the inputs have another number of axes.

    References:
        Gao et al. 2016, Compact bilinear pooling (arXiv:1511.06062); Pham and Pagh 2013, Fast and scalable polynomial
        kernels via explicit feature maps, for the tensor sketch.
    """

    def __init__(self, dimension: int, normalize: bool = True, seed: int | None = None, **kwargs):
        super().__init__(**kwargs)
        if not isinstance(dimension, int) or isinstance(dimension, bool) or dimension <= 0:
            raise ValueError(f"`dimension` must be a positive integer. Received: dimension={dimension!r}")
        self.dimension = dimension
        self.normalize = normalize
        self.seed = seed

    def build(self, input_shape):
        if len(input_shape) not in (3, 4):
            raise ValueError(
                "`inputs` must be of shape (batch, rows, columns, channels) or (batch, places, channels). "
                f"Received: shape={tuple(input_shape)}"
            )
        channels = input_shape[-1]
        seed = random.randrange(2**31) if self.seed is None else self.seed
        buckets, signs = sketches(channels, self.dimension, seed)
        fixed = {"shape": (2, channels), "trainable": False}
        for name, values in (("buckets", buckets), ("signs", signs)):
            drawn = {"initializer": lambda *_, values=values, **__: ops.convert_to_tensor(values, "int32")}
            setattr(self, name, self.add_weight(name=name, dtype="int32", **drawn, **fixed))

    def call(self, inputs):
        exact = keras.backend.result_type(self.compute_dtype, "float32")
        channels = inputs.shape[-1]
        x = ops.cast(ops.reshape(inputs, (-1, int(np.prod(inputs.shape[1:-1])), channels)), exact)
        signs = ops.cast(self.signs, exact)
        products = ops.matmul(ops.transpose(x * signs[0], (0, 2, 1)), x * signs[1])
        place = (self.buckets[0][:, None] + self.buckets[1][None, :]) % self.dimension
        by_pair = ops.transpose(ops.reshape(products, (-1, channels * channels)))
        sums = ops.segment_sum(by_pair, ops.reshape(place, (-1,)), num_segments=self.dimension)
        z = ops.transpose(sums)
        if self.normalize:
            z = z / ops.sqrt(ops.abs(z) + TINY)
            z = z / ops.sqrt(ops.sum(ops.square(z), axis=-1, keepdims=True) + TINY)
        return ops.cast(z, self.compute_dtype)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.dimension)

    def get_config(self):
        return {
            **super().get_config(),
            "dimension": self.dimension,
            "normalize": self.normalize,
            "seed": self.seed,
        }


def sketches(channels: int, dimension: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Buckets in [0, dimension) and signs -1 or 1 of both copies: int (2, channels) each."""
    generator = np.random.default_rng(seed)
    return generator.integers(0, dimension, (2, channels)), generator.choice([-1, 1], (2, channels))
