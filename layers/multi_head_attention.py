"""Scaled dot-product attention with several heads (Vaswani et al. 2017)."""

import keras
from keras import ops

from layers import attention_mask, initializers
from layers.apart import apart
from layers.dense import Dense
from layers.dropout import Dropout
from layers.rotary import rotate


@keras.saving.register_keras_serializable(package="lamina")
class MultiHeadAttention(keras.layers.Layer):
    """Averages values, for each query, with weights that tell how well their keys fit the query; several heads do so.

    For head h, with `Q = query Wq[h] + bq[h]`, `K = key Wk[h] + bk[h]`, `V = value Wv[h] + bv[h]`:

        weights[h] = softmax(Q K^T / sqrt(head_units))      (over the keys that count)
        y = concatenate(weights[1] V, ..., weights[num_heads] V) Wo + bo

    Training: `dropout` sets weights to zero at random (those that are returned, too). Inference: none. The softmax runs
    in float32 at least, whatever the precision of the rest.

    Masking: keys whose entry of `key_mask` is False get the weight 0, exactly; so do, with `causal`, keys behind the
    query. A query that no key is left for gets weights 0 and the output bo. Keras's own mask of `key`, if it has one,
    is `key_mask`; that of `query` passes through.

    Step by step: `project_keys` makes K and V once, `attend` uses them (see `layers/key_value_cache.py`). `call` is
    `attend(query, *project_keys(key, value), ...)`.

    Args:
        num_heads: Positive integer.
        head_units: Positive integer, the size of each head's queries, keys and values.
        dropout: Float in [0, 1), the share of weights to drop in training.
        rotary: Whether Q and K are turned by their positions, see `layers/rotary.py`; `head_units` must then be even.
        kernel_initializer: Of Wq, Wk, Wv, Wo: a name or an initializer, see `layers/initializers.py`.
        bias_initializer: Of the four biases.
        seed: Integer for a fixed sequence of dropped weights, or None.

    Call arguments:
        query: Tensor of shape (batch, queries, features).
        key: Tensor of shape (batch, keys, key features); `query` again for self-attention.
        value: Tensor of shape (batch, keys, value features); None is `key`.
        key_mask: Booleans of shape (batch, keys), True for keys that count; None is all.
        causal: Whether query i sees the keys 0..i only; there must be as many keys as queries.
        return_weights: Whether to return the weights as well.
        training: Whether to drop weights.

    Returns:
        Tensor of shape (batch, queries, features); with `return_weights` a pair of it and the weights, of shape
        (batch, num_heads, queries, keys).

    Raises:
        ValueError: If an argument is not as above, or the lengths of keys, values and masks do not fit.

    Reference:
        Vaswani et al. 2017, Attention is all you need.
    """

    def __init__(
        self,
        num_heads: int,
        head_units: int,
        dropout: float = 0.0,
        rotary: bool = False,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        seed: int | None = None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        for name, size in (("num_heads", num_heads), ("head_units", head_units)):
            if not isinstance(size, int) or size <= 0:
                raise ValueError(f"`{name}` must be a positive integer. Received: {name}={size!r}")
        if not 0 <= dropout < 1:
            raise ValueError(f"`dropout` must be in [0, 1). Received: dropout={dropout}")
        if rotary and head_units % 2:
            raise ValueError(f"`head_units` must be even if `rotary` is set. Received: head_units={head_units}")
        self.num_heads = num_heads
        self.head_units = head_units
        self.dropout = dropout
        self.rotary = rotary
        self.seed = seed
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        units = num_heads * head_units
        self.query_projection = self._dense(units, "query")
        self.key_projection = self._dense(units, "key")
        self.value_projection = self._dense(units, "value")
        self.dropped = Dropout(dropout, seed, name="dropout", dtype=self.dtype_policy)
        self.supports_masking = True

    def _dense(self, units, name):
        return Dense(
            units,
            kernel_initializer=apart(self.kernel_initializer, name),
            bias_initializer=apart(self.bias_initializer, name),
            name=name,
            dtype=self.dtype_policy,
        )

    def build(self, query_shape, key_shape, value_shape=None):
        self.output_projection = self._dense(query_shape[-1], "output")
        self.query_projection.build(query_shape)
        self.key_projection.build(key_shape)
        self.value_projection.build(value_shape or key_shape)
        self.output_projection.build((*query_shape[:-1], self.num_heads * self.head_units))

    def _split(self, vectors, length=None):
        """Splits (batch, length, num_heads * head_units), or where a length is given (batch * length, num_heads *
        head_units), into (batch, num_heads, length, head_units)."""
        length = ops.shape(vectors)[1] if length is None else length
        return ops.transpose(ops.reshape(vectors, (-1, length, self.num_heads, self.head_units)), (0, 2, 1, 3))

    def _rotate(self, vectors, positions):
        if not self.rotary:
            return vectors
        return rotate(vectors, ops.arange(ops.shape(vectors)[2]) if positions is None else positions)

    def project_keys(self, key, value=None, positions=None, length=None):
        """Makes what queries need of keys and values, so that it is made once for many calls of `attend`.

        Args:
            key, value: As for `call`.
            positions: Integers of shape (keys,) or (1,), used if `rotary` is set; None is 0, 1, 2 ...
            length: The number of keys; given where `key` and `value` are rows, of shape (batch * keys, features).

        Returns:
            K and V, tensors of shape (batch, num_heads, keys, head_units).
        """
        value = key if value is None else value
        if length is None and None not in (key.shape[1], value.shape[1]) and key.shape[1] != value.shape[1]:
            raise ValueError(
                f"`value` must be as long as `key`. Received: {key.shape[1]} keys and {value.shape[1]} values"
            )
        keys = self._rotate(self._split(self.key_projection(key), length), positions)
        return keys, self._split(self.value_projection(value), length)

    def attend(
        self, query, keys, values, mask=None, causal=False, positions=None, length=None, some=False, training=False
    ):
        """Attends to projected keys and values.

        Args:
            query: Tensor of shape (batch, queries, features).
            keys, values: What `project_keys` returned, or a cache of it.
            mask: Booleans of shape (batch, keys), or (batch, queries, keys) where queries see different keys.
            causal: As for `call`.
            positions: Integers of shape (queries,) or (1,), used if `rotary` is set; None is 0, 1, 2 ...
            length: The number of queries; given where `query` is rows, of shape (batch * queries, features).
            some: Whether it is known that every query sees some key, which spares looking for those that see none.
            training: As for `call`.

        Returns:
            Outputs of the shape of `query` and weights of shape (batch, num_heads, queries, keys).
        """
        queries = self.query_projection(query) * self.head_units**-0.5
        queries = self._rotate(self._split(queries, length), positions)
        scores = ops.matmul(queries, ops.transpose(keys, (0, 1, 3, 2)))
        scores = ops.cast(scores, keras.backend.result_type(scores.dtype, "float32"))
        visible = attention_mask.combine(scores, mask, causal)
        weights = ops.cast(attention_mask.masked_softmax(scores, visible, some), values.dtype)
        weights = self.dropped(weights, training=training)
        heads = ops.transpose(ops.matmul(weights, values), (0, 2, 1, 3))
        lengths = (-1, ops.shape(query)[1]) if length is None else (-1,)
        joined = ops.reshape(heads, (*lengths, self.num_heads * self.head_units))
        return self.output_projection(joined), weights

    def call(self, query, key, value=None, key_mask=None, causal=False, return_weights=False, training=False):
        keys, values = self.project_keys(key, value)
        outputs, weights = self.attend(query, keys, values, key_mask, causal, training=training)
        return (outputs, weights) if return_weights else outputs

    def compute_output_shape(self, query_shape, key_shape, value_shape=None):
        return query_shape

    def compute_output_spec(
        self, query, key, value=None, key_mask=None, causal=False, return_weights=False, training=False
    ):
        outputs = keras.KerasTensor(query.shape, self.compute_dtype)
        if not return_weights:
            return outputs
        shape = (query.shape[0], self.num_heads, query.shape[1], key.shape[1])
        return outputs, keras.KerasTensor(shape, self.compute_dtype)

    def get_config(self):
        return {
            **super().get_config(),
            "num_heads": self.num_heads,
            "head_units": self.head_units,
            "dropout": self.dropout,
            "rotary": self.rotary,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
            "bias_initializer": keras.initializers.serialize(self.bias_initializer),
            "seed": self.seed,
        }
