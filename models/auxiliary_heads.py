"""Heads that help to train a deep network, and are cut off afterwards (Szegedy et al. 2015)."""

import threading

import keras


@keras.saving.register_keras_serializable(package="lamina")
class AuxiliaryLogits(keras.layers.Layer):
    """Passes the logits of a network on, and keeps those of its auxiliary heads for the loss.

    Call arguments:
        inputs: List of tensors (batch, classes): the logits of the network, then those of each head.
        training: Whether the heads count.

    Returns:
        The first of the inputs.
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.kept = threading.local()  # of the step being traced; replicas are traced in threads of their own
        self.built = True

    def call(self, inputs, training=False):
        self.kept.logits = inputs[1:] if training else []
        return inputs[0]

    def compute_output_shape(self, input_shape):
        return input_shape[0]


@keras.saving.register_keras_serializable(package="lamina")
class WithAuxiliaryHeads(keras.Model):
    """A functional model that ends in `AuxiliaryLogits`: in training its loss is `main + 0.3 (head 1 + head 2 + ...)`,
    otherwise that of the main logits alone.
    """

    SHARE = 0.3

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        loss = super().compute_loss(x, y, y_pred, sample_weight, training)
        heads = self.layers[-1].kept.logits if training else []
        function = keras.losses.get(self.loss)
        return loss + sum(self.SHARE * function(y, logits, sample_weight=sample_weight) for logits in heads)

    @property
    def main(self) -> keras.Model:
        """The network without its heads; it shares the weights."""
        return keras.Model(self.inputs, self.layers[-1].input[0], name=self.name)

    @property
    def training_only(self) -> set[str]:
        """Paths of the weights that no answer depends on."""
        answering = {weight.path for weight in self.main.weights}
        return {weight.path for weight in self.weights} - answering


def cut(model: keras.Model) -> keras.Model:
    """The model without its auxiliary heads, if it has any."""
    return model.main if isinstance(model, WithAuxiliaryHeads) else model
