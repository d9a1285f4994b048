"""Multiplicative attention (Luong, Pham and Manning 2015)."""

import keras
from keras import ops

from layers import initializers
from layers.soft_lookup import soft_lookup

FORMS = ("general", "dot")


@keras.saving.register_keras_serializable(package="lamina")
class MultiplicativeAttention(keras.layers.Layer):
    """Looks for each query at all keys, and returns their mean, weighted by the products of query and keys.

    `score(q, k) = q W k^T` ("general", W of shape (query size, key size)) or `q k^T` ("dot": one size for both),
    `a = softmax(score)` over the keys, `context = sum_k a_k k`.

    The same in training and inference. Masking: masked keys get no weight, and what stands in them has no effect; a
    query whose keys are all masked gets zeros. The mask of the query passes through to the context.

    Args:
        form: "general" or "dot", which has no weights.
        return_weights: Whether to return a too.
        kernel_initializer: Of W: a name or an initializer, see `layers/initializers.py`.

    Call arguments:
        query: Tensor of shape (batch, queries, query size).
        key: Tensor of shape (batch, positions, key size), such as an encoder's outputs.
        key_mask: None, or a boolean tensor of shape (batch, positions): True where a key counts. Keras fills it in
            where the keys carry a mask.

    Returns:
        The context, a tensor of shape (batch, queries, key size); with `return_weights` the tuple of it and a, of shape
        (batch, queries, positions).

    Raises:
        ValueError: If `form` is unknown, `query` or `key` has not three axes, or they differ in size with "dot".

    Reference:
        Luong, Pham and Manning 2015, Effective approaches to attention-based neural machine translation.
    """

    def __init__(
        self, form: str = "general", return_weights: bool = False, kernel_initializer="glorot_uniform", **kwargs
    ):
        super().__init__(**kwargs)
        if form not in FORMS:
            raise ValueError(f"`form` must be {' or '.join(FORMS)}. Received: form={form!r}")
        self.form = form
        self.return_weights = return_weights
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.supports_masking = True

    def build(self, query_shape, key_shape):
        if len(query_shape) != 3 or len(key_shape) != 3:
            raise ValueError(
                "`query` and `key` must have three axes: (batch, queries or positions, size). "
                f"Received: shapes {query_shape} and {key_shape}"
            )
        sizes = (query_shape[-1], key_shape[-1])
        if self.form == "dot" and sizes[0] != sizes[1]:
            raise ValueError(
                "With form='dot' query and keys must have one size; form='general' allows two. "
                f"Received: shapes {query_shape} and {key_shape}"
            )
        self.kernel = None
        if self.form == "general":
            self.kernel = self.add_weight(name="kernel", shape=sizes, initializer=self.kernel_initializer)

    def call(self, query, key, key_mask=None):
        if self.form == "general":
            query = ops.matmul(query, self.kernel)
        context, weights = soft_lookup(ops.matmul(query, ops.transpose(key, (0, 2, 1))), key, key_mask)
        return (context, weights) if self.return_weights else context

    def compute_output_shape(self, query_shape, key_shape):
        context = (*query_shape[:2], key_shape[-1])
        return (context, (*query_shape[:2], key_shape[1])) if self.return_weights else context

    def get_config(self):
        return {
            **super().get_config(),
            "form": self.form,
            "return_weights": self.return_weights,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
        }
