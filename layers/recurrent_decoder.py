"""A recurrent decoder with attention (Bahdanau, Cho and Bengio 2015; two layers as in Wu et al. 2016)."""

import keras
from keras import ops

from layers import initializers
from layers.additive_attention import AdditiveAttention
from layers.apart import apart
from layers.dense import Dense
from layers.dropout import Dropout
from layers.gru import GRU
from layers.lstm import LSTM
from layers.multiplicative_attention import MultiplicativeAttention

CELLS = {"gru": GRU, "lstm": LSTM}
ATTENTIONS = ("additive", "multiplicative")


@keras.saving.register_keras_serializable(package="lamina")
class RecurrentDecoder(keras.layers.Layer):
    """Makes of the vectors of a text so far, and of a source, the features that give the next token.

    With v the vectors and s the source, of which m is the mean over the positions that count:

        a = recurrent(dropout(v)),                  from the state tanh(m A)
        c = attention(a, s)                         what fits each step
        b = recurrent(dropout([a, c])),             from the state tanh(m B)
        y = dropout(tanh([b, c, v] W))

    Only the lower recurrent layer is needed to ask, so each layer runs over all steps at once: in a decoder whose
    context of one step enters the next, nothing could be computed ahead.

    Training: drops at random. Inference: nothing. Masking: masked positions of the source get no attention and have no
    part in m; the mask of the inputs passes through.

    Decoding step by step (the contract of `models/decoding.py`): `start` once, then `step` for each position.

    Args:
        units: Positive integer, the size of the recurrent states.
        cell: "gru" or "lstm".
        attention: "additive" or "multiplicative".
        dropout: Float in [0, 1), the rate of all three.
        kernel_initializer: Of all kernels but the recurrent ones: a name or an initializer, see
            `layers/initializers.py`.
        seed: Integer for a fixed sequence of dropped entries, or None.

    Call arguments:
        inputs: Tensor of shape (batch, length, features), the vectors of the tokens.
        source: Tensor of shape (batch, positions, source features), what the encoder made.
        inputs_mask: Booleans of shape (batch, length); not needed, as padding comes last.
        source_mask: Booleans of shape (batch, positions), True where a position counts; None is all, or Keras's own
            mask of `source`.
        return_weights: Whether to return where each step looked, too.
        training: Whether to drop.

    Returns:
        Tensor of the shape of `inputs`; with `return_weights` a pair of it and the attention, of shape
        (batch, length, positions).

    Raises:
        ValueError: If an argument is not as above.

    Reference:
        Bahdanau, Cho and Bengio 2015, Neural machine translation by jointly learning to align and translate. Wu et al.
        2016, Google's neural machine translation system.
    """

    def __init__(
        self,
        units: int,
        cell: str = "gru",
        attention: str = "additive",
        dropout: float = 0.0,
        kernel_initializer="glorot_uniform",
        seed: int | None = None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if not isinstance(units, int) or units <= 0:
            raise ValueError(f"`units` must be a positive integer. Received: units={units!r}")
        if cell not in CELLS:
            raise ValueError(f"`cell` must be {' or '.join(CELLS)}. Received: cell={cell!r}")
        if attention not in ATTENTIONS:
            raise ValueError(f"`attention` must be {' or '.join(ATTENTIONS)}. Received: attention={attention!r}")
        if not 0 <= dropout < 1:
            raise ValueError(f"`dropout` must be in [0, 1). Received: dropout={dropout}")
        self.units = units
        self.cell = cell
        self.attention = attention
        self.dropout = dropout
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.seed = seed
        self.lower, self.upper = (
            CELLS[cell](
                units,
                return_sequences=True,
                return_state=True,
                kernel_initializer=apart(self.kernel_initializer, name),
                name=name,
                dtype=self.dtype_policy,
            )
            for name in ("lower", "upper")
        )
        self.lower_start, self.upper_start = (
            Dense(
                units * self.lower.STATES,
                "tanh",
                kernel_initializer=apart(self.kernel_initializer, f"{name}_start"),
                name=f"{name}_start",
                dtype=self.dtype_policy,
            )
            for name in ("lower", "upper")
        )
        initializer = apart(self.kernel_initializer, "attention")
        form = {"return_weights": True, "kernel_initializer": initializer, "dtype": self.dtype_policy}
        if attention == "additive":
            self.looked = AdditiveAttention(units, name="attention", **form)
        else:
            self.looked = MultiplicativeAttention(name="attention", **form)
        self.input_dropped, self.middle_dropped, self.output_dropped = (
            Dropout(dropout, None if seed is None else seed + number, name=name, dtype=self.dtype_policy)
            for number, name in enumerate(("input_dropout", "middle_dropout", "output_dropout"))
        )
        self.supports_masking = True

    def build(self, inputs_shape, source_shape):
        batch, length, features = inputs_shape
        source_features = source_shape[-1]
        self.lower.build(inputs_shape)
        self.lower_start.build((batch, source_features))
        self.looked.build((batch, length, self.units), source_shape)
        self.upper.build((batch, length, self.units + source_features))
        self.upper_start.build((batch, source_features))
        initializer = apart(self.kernel_initializer, "readout")
        self.readout = Dense(features, "tanh", kernel_initializer=initializer, name="readout", dtype=self.dtype_policy)
        self.readout.build((batch, length, self.units + source_features + features))

    def call(self, inputs, source, inputs_mask=None, source_mask=None, return_weights=False, training=False):
        projected = self._project(source)
        starts = self._starts(source, source_mask)
        features, _, weights = self._run(inputs, source, projected, source_mask, starts, training)
        return (features, weights) if return_weights else features

    def _project(self, source):
        return self.looked.project_keys(source) if self.attention == "additive" else source

    def _starts(self, source, source_mask):
        """The states of both recurrent layers before the first step, (batch, units) each."""
        if source_mask is None:
            mean = ops.mean(source, axis=1)
        else:
            counts = ops.cast(source_mask, source.dtype)[..., None]
            mean = ops.sum(source * counts, axis=1) / ops.maximum(ops.sum(counts, axis=1), 1)
        parts = self.lower.STATES
        return tuple(
            tuple(ops.split(start(mean), parts, axis=-1)) if parts > 1 else (start(mean),)
            for start in (self.lower_start, self.upper_start)
        )

    def _run(self, inputs, source, projected, source_mask, states, training=False):
        """Features, the states after the last step, and the attention."""
        lower, *below = self.lower(self.input_dropped(inputs, training=training), initial_state=states[0])
        if self.attention == "additive":
            context, weights = self.looked.attend(lower, projected, source, source_mask)
        else:
            context, weights = self.looked(lower, source, key_mask=source_mask)
        joined = ops.concatenate([lower, context], axis=-1)
        upper, *above = self.upper(self.middle_dropped(joined, training=training), initial_state=states[1])
        features = self.readout(ops.concatenate([upper, context, inputs], axis=-1))
        return self.output_dropped(features, training=training), (tuple(below), tuple(above)), weights

    def start(self, source, source_mask, beams, length):
        """Makes what the steps need.

        Args:
            source: Tensor of shape (batch, positions, source features).
            source_mask: Booleans of shape (batch, positions), or None.
            beams: Number of hypotheses for each element of the batch, also a tensor.
            length: The largest number of steps; not needed here.

        Returns:
            What all steps share, and the state before the first: tensors of shape (batch, beams, units).
        """
        source = ops.cast(source, self.compute_dtype)
        batch = ops.shape(source)[0]

        def repeated(state):
            return ops.broadcast_to(state[:, None], (batch, beams, self.units))

        states = tuple(tuple(map(repeated, part)) for part in self._starts(source, source_mask))
        return (source, self._project(source), source_mask), states

    def step(self, inputs, memory, state, position, parents, ancestors):
        """Decodes one position, in inference; all positions in turn give what `call` gives for all at once.

        Args:
            inputs: Tensor of shape (batch, beams, features), the vector of the token before, of each hypothesis.
            memory: What all steps share, from `start`.
            state: From `start`, or from the step before.
            position, ancestors: Not needed here.
            parents: Integers of shape (batch, beams): which hypothesis of the step before each one continues.

        Returns:
            Features of the shape of `inputs`, and the state.
        """
        source, projected, source_mask = memory
        shape = ops.shape(inputs)
        first = ops.arange(shape[0]) * shape[1]
        index = ops.reshape(parents + ops.cast(first[:, None], parents.dtype), (-1,))

        def continued(part):
            """(batch, beams, units) to (batch * beams, units), each hypothesis with its parent's state."""
            return ops.take(ops.reshape(part, (-1, self.units)), index, axis=0)

        def separate(part):
            return ops.reshape(part, (-1, *ops.shape(inputs)[1:2], self.units))

        states = tuple(tuple(map(continued, part)) for part in state)
        lower, *below = self.lower(ops.reshape(inputs, (-1, 1, shape[2])), initial_state=states[0])
        # All hypotheses of an element look at the same source: for attention they are queries of one batch row.
        lower = separate(lower)
        if self.attention == "additive":
            context, _ = self.looked.attend(lower, projected, source, source_mask)
        else:
            context, _ = self.looked(lower, source, key_mask=source_mask)
        joined = ops.concatenate([lower, context], axis=-1)
        joined = ops.reshape(joined, (-1, 1, joined.shape[-1]))
        upper, *above = self.upper(joined, initial_state=states[1])
        features = self.readout(ops.concatenate([separate(upper), context, inputs], axis=-1))
        return features, (tuple(map(separate, below)), tuple(map(separate, above)))

    def compute_output_shape(self, inputs_shape, source_shape):
        return inputs_shape

    def compute_output_spec(
        self, inputs, source, inputs_mask=None, source_mask=None, return_weights=False, training=False
    ):
        outputs = keras.KerasTensor(inputs.shape, self.compute_dtype)
        if not return_weights:
            return outputs
        return outputs, keras.KerasTensor((*inputs.shape[:2], source.shape[1]), self.compute_dtype)

    def get_config(self):
        return {
            **super().get_config(),
            "units": self.units,
            "cell": self.cell,
            "attention": self.attention,
            "dropout": self.dropout,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
            "seed": self.seed,
        }
