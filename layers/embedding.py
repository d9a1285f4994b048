"""The table of word vectors, which can give the output logits too (Bengio et al. 2003; Press and Wolf 2017)."""

import keras
from keras import ops

from layers import initializers


@keras.saving.register_keras_serializable(package="lamina")
class Embedding(keras.layers.Layer):
    """Looks up a vector for each token: `y = E[token]`, E of shape (vocab_size, units).

    Called with `transposed=True` it does the reverse with the same E, "tied": `logits = x E^T`, the likeness of x to
    each token's vector. Both calls can stand in one functional model, which keeps the table once when it is saved.

    The same in training and inference. With `mask_zero` token 0 is padding: the outputs carry the mask `token != 0`,
    and whatever the layers after it make of row 0, no gradient comes from positions that they mask. The transposed
    call passes a mask through unchanged. E is stored in the layer's variable dtype; logits are float32 at least.

    Args:
        vocab_size: Positive integer, the number of tokens: they are 0 to vocab_size - 1.
        units: Positive integer, the size of a vector.
        mask_zero: Whether token 0 is padding.
        embeddings_initializer: Of E: a name or an initializer, see `layers/initializers.py`. For a tied table
            `Normal(stddev=units**-0.5)` keeps the logits near 1.
        embeddings_regularizer: Penalty on E, such as `layers.L2(1e-4)`; None is none.

    Call arguments:
        inputs: Integer tensor of shape (batch, ...); where `transposed`, floats of shape (batch, ..., units).
        transposed: Whether to give logits.

    Returns:
        Tensor of shape (batch, ..., units); where `transposed`, (batch, ..., vocab_size).

    Raises:
        ValueError: If `vocab_size` or `units` is not a positive integer, the tokens are not integers, or the last axis
            of transposed inputs is not `units`. A token out of range fails on the CPU under TensorFlow; JAX and GPUs
            do not check.

    Reference:
        Bengio et al. 2003, A neural probabilistic language model. Press and Wolf 2017, Using the output embedding to
        improve language models.
    """

    def __init__(
        self,
        vocab_size: int,
        units: int,
        mask_zero: bool = False,
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
        self.mask_zero = mask_zero
        self.embeddings_initializer = initializers.get(embeddings_initializer)
        self.embeddings_regularizer = keras.regularizers.get(embeddings_regularizer)
        self.autocast = False  # a table in half precision would be cast whole; only the rows looked up are
        self.supports_masking = True

    def build(self, input_shape=None):
        self.embeddings = self.add_weight(
            name="embeddings",
            shape=(self.vocab_size, self.units),
            initializer=self.embeddings_initializer,
            regularizer=self.embeddings_regularizer,
        )

    def call(self, inputs, transposed=False):
        if transposed:
            self._check_units(inputs)
            logits = ops.matmul(
                ops.cast(inputs, self.compute_dtype), ops.transpose(ops.cast(self.embeddings, self.compute_dtype))
            )
            return ops.cast(logits, self._logits_dtype())
        if not keras.backend.is_int_dtype(inputs.dtype):
            raise ValueError(
                "Tokens must be integers: give the input an integer dtype, keras.Input(shape, dtype='int32'). "
                f"Received: dtype={keras.backend.standardize_dtype(inputs.dtype)}"
            )
        return ops.cast(ops.take(self.embeddings, inputs, axis=0), self.compute_dtype)

    def _check_units(self, inputs):
        if inputs.shape[-1] != self.units:
            raise ValueError(
                f"The last axis of transposed inputs must be {self.units}. Received: shape={tuple(inputs.shape)}"
            )

    def _logits_dtype(self):
        return keras.backend.result_type(self.compute_dtype, "float32")

    def compute_mask(self, inputs, previous_mask=None):
        if self.mask_zero and keras.backend.is_int_dtype(inputs.dtype):
            return ops.not_equal(inputs, 0)
        return previous_mask

    def compute_output_shape(self, input_shape, transposed=False):
        return (*input_shape[:-1], self.vocab_size) if transposed else (*input_shape, self.units)

    def compute_output_spec(self, inputs, transposed=False):
        if transposed:
            self._check_units(inputs)
        dtype = self._logits_dtype() if transposed else self.compute_dtype
        return keras.KerasTensor(self.compute_output_shape(inputs.shape, transposed), dtype=dtype)

    def get_config(self):
        return {
            **super().get_config(),
            "vocab_size": self.vocab_size,
            "units": self.units,
            "mask_zero": self.mask_zero,
            "embeddings_initializer": keras.initializers.serialize(self.embeddings_initializer),
            "embeddings_regularizer": keras.regularizers.serialize(self.embeddings_regularizer),
        }
