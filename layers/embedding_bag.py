"""The weighted sum of the vectors of the ids of a set: a linear layer over a sparse row."""

import keras
from keras import ops

from layers import initializers


@keras.saving.register_keras_serializable(package="lamina")
class EmbeddingBag(keras.layers.Layer):
    """Sums the vectors of ids: `y = b + sum_t w_t E[i_t]`, E of shape (vocab_size, units).

    It is `Dense` on a row of vocab_size numbers of which few are not 0, given as pairs of a place and a number: the
    work is that of the pairs. A pair of weight 0 fills up and changes nothing. The same in training and inference;
    masks are not needed.

    Args:
        vocab_size: Positive integer: ids are 0 to vocab_size - 1.
        units: Positive integer, the size of a vector.
        use_bias: Whether there is a b.
        embeddings_initializer: Of E: a name or an initializer, see `layers/initializers.py`.
        embeddings_regularizer: Penalty on E, such as `layers.L2(1e-4)`; None is none.

    Call arguments:
        inputs: Floats of shape (batch, length), the weights w.
        ids: Integers of shape (batch, length).

    Returns:
        Tensor of shape (batch, units).

    Raises:
        ValueError: If `vocab_size` or `units` is not a positive integer.

    Reference:
        Joulin et al. 2017, Bag of tricks for efficient text classification (arXiv:1607.01759), whose sum has equal
        weights.
    """

    def __init__(
        self,
        vocab_size: int,
        units: int,
        use_bias: bool = True,
        embeddings_initializer="uniform",
        embeddings_regularizer=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        for name, value in (("vocab_size", vocab_size), ("units", units)):
            if not isinstance(value, int) or value <= 0:
                raise ValueError(f"`{name}` must be a positive integer. Received: {name}={value!r}")
        self.vocab_size = vocab_size
        self.units = units
        self.use_bias = use_bias
        self.embeddings_initializer = initializers.get(embeddings_initializer)
        self.embeddings_regularizer = keras.regularizers.get(embeddings_regularizer)

    def build(self, inputs_shape, ids_shape=None):
        self.embeddings = self.add_weight(
            shape=(self.vocab_size, self.units),
            initializer=self.embeddings_initializer,
            regularizer=self.embeddings_regularizer,
            name="embeddings",
        )
        self.bias = self.add_weight(shape=(self.units,), initializer="zeros", name="bias") if self.use_bias else None

    def call(self, inputs, ids):
        vectors = ops.take(self.embeddings, ids, axis=0)  # (batch, length, units)
        outputs = ops.einsum("bt,btu->bu", inputs, ops.cast(vectors, inputs.dtype))
        return outputs if self.bias is None else outputs + ops.cast(self.bias, inputs.dtype)

    def compute_output_shape(self, inputs_shape, ids_shape=None):
        return (inputs_shape[0], self.units)

    def get_config(self):
        return {
            **super().get_config(),
            "vocab_size": self.vocab_size,
            "units": self.units,
            "use_bias": self.use_bias,
            "embeddings_initializer": keras.initializers.serialize(self.embeddings_initializer),
            "embeddings_regularizer": keras.regularizers.serialize(self.embeddings_regularizer),
        }
