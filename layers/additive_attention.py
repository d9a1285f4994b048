"""Additive attention (Bahdanau, Cho and Bengio 2015)."""

import keras
from keras import ops

from layers import initializers
from layers.apart import apart
from layers.soft_lookup import soft_lookup


@keras.saving.register_keras_serializable(package="lamina")
class AdditiveAttention(keras.layers.Layer):
    """Looks for each query at all keys, and returns their mean, weighted by how well a small network finds they fit.

    `score(q, k) = sum_u v_u tanh(q W + k U)_u`, `a = softmax(score)` over the keys, `context = sum_k a_k k`, with W
    (query size, units), U (key size, units) and v (units,). Query and key may differ in size.

    The same in training and inference. Masking: masked keys get no weight, and what stands in them has no effect; a
    query whose keys are all masked gets zeros. The mask of the query passes through to the context.

    A decoder that asks step by step computes `k U` once: `attend(query, project_keys(key), key, mask)`.

    Args:
        units: Positive integer, the width of the small network.
        return_weights: Whether to return a too.
        kernel_initializer: Of W, U and v: a name or an initializer, see `layers/initializers.py`.

    Call arguments:
        query: Tensor of shape (batch, queries, query size).
        key: Tensor of shape (batch, positions, key size), such as an encoder's outputs.
        key_mask: None, or a boolean tensor of shape (batch, positions): True where a key counts. Keras fills it in
            where the keys carry a mask.

    Returns:
        The context, a tensor of shape (batch, queries, key size); with `return_weights` the tuple of it and a, of shape
        (batch, queries, positions).

    Raises:
        ValueError: If `units` is not a positive integer, or `query` or `key` has not three axes.

    Reference:
        Bahdanau, Cho and Bengio 2015, Neural machine translation by jointly learning to align and translate.
    """

    def __init__(self, units: int, return_weights: bool = False, kernel_initializer="glorot_uniform", **kwargs):
        super().__init__(**kwargs)
        if not isinstance(units, int) or units <= 0:
            raise ValueError(f"`units` must be a positive integer. Received: units={units!r}")
        self.units = units
        self.return_weights = return_weights
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.supports_masking = True

    def build(self, query_shape, key_shape):
        if len(query_shape) != 3 or len(key_shape) != 3:
            raise ValueError(
                "`query` and `key` must have three axes: (batch, queries or positions, size). "
                f"Received: shapes {query_shape} and {key_shape}"
            )

        def add(name, *shape):
            return self.add_weight(name=name, shape=shape, initializer=apart(self.kernel_initializer, name))

        self.query_kernel = add("query_kernel", query_shape[-1], self.units)
        self.key_kernel = add("key_kernel", key_shape[-1], self.units)
        self.score = add("score", self.units)

    def call(self, query, key, key_mask=None):
        context, weights = self.attend(query, self.project_keys(key), key, key_mask)
        return (context, weights) if self.return_weights else context

    def project_keys(self, key):
        """`k U`, of shape (batch, positions, units)."""
        return ops.matmul(key, self.key_kernel)

    def attend(self, query, projected, key, key_mask=None):
        """The context and the weights, given `project_keys(key)`."""
        asked = ops.expand_dims(ops.matmul(query, self.query_kernel), 2)  # (batch, queries, 1, units)
        fit = ops.tanh(asked + ops.expand_dims(projected, 1))  # (batch, queries, positions, units)
        scores = ops.squeeze(ops.matmul(fit, ops.expand_dims(ops.convert_to_tensor(self.score), -1)), -1)
        return soft_lookup(scores, key, key_mask)

    def compute_output_shape(self, query_shape, key_shape):
        context = (*query_shape[:2], key_shape[-1])
        return (context, (*query_shape[:2], key_shape[1])) if self.return_weights else context

    def get_config(self):
        return {
            **super().get_config(),
            "units": self.units,
            "return_weights": self.return_weights,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
        }
