"""What all autoencoders share: a layer called `code`, a sub-model called `decoder`, and how to find both again."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from cli.errors import UserError

NoiseKind = Literal["gaussian", "masking"]
OutputName = Literal["auto", "identity", "sigmoid"]
CODE, DECODER = "code", "decoder"


@dataclass(frozen=True)
class Parts:
    """Both halves of an autoencoder as models of their own, with the same weights.

    Attributes:
        encoder: `keras.Model` from prepared records `(batch, *input_shape)` to codes `(batch, size)`.
        decoder: `keras.Model` from codes to records.
    """

    encoder: object
    decoder: object

    @property
    def code_size(self) -> int:
        """Numbers in a code."""
        return self.decoder.input_shape[-1]

    @cached_property
    def both(self):
        """`keras.Model` from records to [codes, reconstructions]."""
        import keras

        return keras.Model(self.encoder.inputs, [self.encoder.output, self.decoder(self.encoder.output)])

    def __call__(self, records):
        """Codes and reconstructions of prepared records, as NumPy arrays."""
        return self.both.predict_on_batch(records)

    def decode(self, codes):
        """Records of codes, as a NumPy array."""
        return self.decoder.predict_on_batch(codes.astype("float32"))


def parts(model) -> Parts:
    """The halves of an autoencoder, also of one that was loaded from a file. Raises UserError when it is none."""
    import keras

    names = {layer.name for layer in model.layers}
    if not {CODE, DECODER} <= names:
        raise UserError(f"`model` must have the layers {CODE} and {DECODER}. Received: {', '.join(sorted(names))}")
    return Parts(keras.Model(model.inputs, model.get_layer(CODE).output, name="encoder"), model.get_layer(DECODER))


def corrupted(inputs, noise: float, kind: NoiseKind):
    """The inputs with noise in training (Vincent et al. 2008); untouched where `noise` is 0.

    Gaussian noise has the deviation `noise`; masking sets the share `noise` of the inputs to zero.
    """
    from layers import Dropout, GaussianNoise

    if not noise:
        return inputs
    layer = GaussianNoise(noise, name="noise") if kind == "gaussian" else Dropout(noise, name="noise")
    return layer(inputs)


def check_noise(noise: float, kind: NoiseKind) -> None:
    """Raise UserError on noise that cannot be."""
    if noise < 0 or (kind == "masking" and noise >= 1):
        allowed = "in [0, 1) for masking" if kind == "masking" else "0 or more"
        raise UserError(f"`noise` must be {allowed}. Received: noise={noise}")


def check_code(size: int, input_shape: tuple[int, ...], name: str, held_back: bool) -> None:
    """Raise UserError on a code that could copy its input: as many numbers as it, and nothing that holds it back."""
    from math import prod

    if size >= prod(input_shape) and not held_back:
        raise UserError(
            f"`{name}`: a code of {size} numbers for records of {prod(input_shape)} learns to copy them. Use a smaller "
            f"code, or something that holds a large one back: `--noise`, or the models `sparse` and `variational`. "
            f"Received: code size {size}"
        )


def output_activation(output: OutputName, input_shape: tuple[int, ...]) -> str:
    """Sigmoid for images, whose pixels are between 0 and 1; nothing for tables, whose features have no bounds."""
    if output != "auto":
        return output
    return "sigmoid" if len(input_shape) == 3 else "identity"
