"""Keras layers of the same job as ours, where it takes several of Keras's to do it."""

import keras
from keras import ops


class LogitsTwin(keras.layers.ReversibleEmbedding):
    """The table of `Embedding(vocab_size, units)` used in reverse."""

    def __init__(self, vocab_size, units, **kwargs):
        super().__init__(vocab_size, units, **kwargs)

    def call(self, inputs, transposed):
        return super().call(inputs, reverse=transposed)

    def compute_output_spec(self, inputs, transposed):
        return super().compute_output_spec(inputs, reverse=transposed)


class EmbeddingBagTwin(keras.layers.Dense):
    """A dense layer on the rows that pairs of ids and weights stand for, written out."""

    def __init__(self, vocab_size, units, embeddings_initializer="uniform", embeddings_regularizer=None, **kwargs):
        super().__init__(
            units, kernel_initializer=embeddings_initializer, kernel_regularizer=embeddings_regularizer, **kwargs
        )
        self.vocab_size = vocab_size

    def build(self, inputs_shape):
        super().build((inputs_shape[0], self.vocab_size))
        self.input_spec = None

    def call(self, inputs, ids):
        return super().call(ops.einsum("bt,btv->bv", inputs, ops.one_hot(ids, self.vocab_size, dtype=inputs.dtype)))

    def compute_output_spec(self, inputs, ids):
        return keras.KerasTensor((inputs.shape[0], self.units), dtype=self.compute_dtype)


class PoolingTwin(keras.layers.Layer):
    """Keras's pooling over time: its mean knows masks; its maximum does not, and gets the least number there."""

    def __init__(self, mode, **kwargs):
        super().__init__(**kwargs)
        self.mode = mode
        pooling = {"mean": keras.layers.GlobalAveragePooling1D, "max": keras.layers.GlobalMaxPooling1D}[mode]
        self.pooling = pooling(dtype=self.dtype_policy)
        self.supports_masking = True

    def call(self, inputs, mask=None):
        if self.mode == "mean":
            return self.pooling(inputs, mask=mask)
        low = ops.where(ops.expand_dims(mask, -1), 0.0, -1e4) if mask is not None else 0.0
        return self.pooling(inputs + ops.cast(low, inputs.dtype))


class AdditiveTwin(keras.layers.Layer):
    """Keras's additive attention, which has no W and no U, behind two dense layers."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.query = keras.layers.Dense(units, use_bias=False, dtype=self.dtype_policy)
        self.key = keras.layers.Dense(units, use_bias=False, dtype=self.dtype_policy)
        self.attention = keras.layers.AdditiveAttention(dtype=self.dtype_policy)

    def build(self, query_shape, key_shape):
        self.query.build(query_shape)
        self.key.build(key_shape)
        width = (self.query.units,)
        self.attention.build([query_shape[:2] + width, key_shape, key_shape[:2] + width])

    def call(self, query, key, key_mask=None):
        return self.attention([self.query(query), key, self.key(key)], mask=[None, key_mask])


class MultiplicativeTwin(keras.layers.Layer):
    """Keras's dot-product attention, behind a dense layer for the general form."""

    def __init__(self, form, **kwargs):
        super().__init__(**kwargs)
        self.form = form
        self.attention = keras.layers.Attention(dtype=self.dtype_policy)

    def build(self, query_shape, key_shape):
        if self.form == "general":
            self.query = keras.layers.Dense(key_shape[-1], use_bias=False, dtype=self.dtype_policy)
            self.query.build(query_shape)
        self.attention.build([(*query_shape[:2], key_shape[-1]), key_shape])

    def call(self, query, key, key_mask=None):
        query = self.query(query) if self.form == "general" else query
        return self.attention([query, key], mask=[None, key_mask])


class BidirectionalTwin(keras.layers.Bidirectional):
    """Keras's wrapper around one of its layers of the same dtype."""

    def __init__(self, kind, merge_mode, dtype, **settings):
        super().__init__(kind(**settings, dtype=dtype), merge_mode=merge_mode, dtype=dtype)


class RecurrentDecoderTwin(keras.layers.Layer):
    """Keras's recurrent, dense and attention layers, one after another, without dropout."""

    def __init__(self, units, cell, attention, **kwargs):
        super().__init__(**kwargs)
        kind = {"gru": keras.layers.GRU, "lstm": keras.layers.LSTM}[cell]
        policy = {"dtype": self.dtype_policy}
        self.lower, self.upper = (kind(units, return_sequences=True, **policy) for _ in range(2))
        self.states = {"gru": 1, "lstm": 2}[cell]
        self.starts = [keras.layers.Dense(self.states * units, "tanh", **policy) for _ in range(2)]
        self.looked = (
            AdditiveTwin(units, **policy) if attention == "additive" else MultiplicativeTwin("general", **policy)
        )

    def build(self, inputs_shape, source_shape):
        units, features, entered = self.lower.units, source_shape[-1], inputs_shape[-1]
        self.lower.build(inputs_shape)
        self.upper.build((*inputs_shape[:2], units + features))
        for start in self.starts:
            start.build((None, features))
        self.looked.build((*inputs_shape[:2], units), source_shape)
        self.readout = keras.layers.Dense(entered, "tanh", dtype=self.dtype_policy)
        self.readout.build((*inputs_shape[:2], units + features + entered))

    def call(self, inputs, source, source_mask=None):
        mean = keras.layers.GlobalAveragePooling1D(dtype=self.dtype_policy)(source, mask=source_mask)
        states = [ops.split(start(mean), self.states, axis=-1) for start in self.starts]
        lower = self.lower(inputs, initial_state=states[0])
        context = self.looked(lower, source, key_mask=source_mask)
        upper = self.upper(ops.concatenate([lower, context], axis=-1), initial_state=states[1])
        return self.readout(ops.concatenate([upper, context, inputs], axis=-1))
