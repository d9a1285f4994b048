"""Generating Visual Explanations (Hendricks et al. 2016): the networks, and one network of them all.

    picture classifier   picture -> feature, class
    language model       words -> the next word; its mean state over a class's sentences is the class's vector
    sentence classifier  words -> class; frozen, it rewards
    generator            feature and class vector, words -> the next word

Two recurrent layers write: the lower one reads the words, the upper one reads the lower one's states and the static
input, which is the feature of the picture and the vector of the class. They are `layers.RecurrentDecoder` with a source
of one position. Beside the paper's network the lower one starts from the static input, too.

Reference:
    Hendricks et al. 2016, Generating visual explanations (arXiv:1603.08507).
"""

from dataclasses import dataclass
from typing import Literal

from models.settings import POSITIVE, SHARE, check

STEM = ((48, 4, 4), (64, 3, 2), (96, 3, 1))
"""Filters, kernel size and stride of the convolutions of the picture classifier, which makes regions of 8x8 pixels."""
SEES = {
    "definition": ("class",),
    "description": ("picture",),
    "explanation-label": ("picture", "class"),
    "explanation-dis": ("picture",),
    "explanation": ("picture", "class"),
}
"""Variant -> what its generator is given."""


@dataclass(frozen=True)
class Explainer:
    """A picture classifier, and a generator of sentences that say why."""

    units: int = 128
    """Size of the states of both recurrent layers that write."""
    embedding_units: int = 64
    """Size of the vectors of words."""
    class_units: int = 64
    """Size of the vectors of classes, which are mean states of a language model."""
    pooling: Literal["bilinear", "average"] = "bilinear"
    """What makes one feature of a picture: compact bilinear pooling, or the plain mean over the regions."""
    feature_units: int = 512
    """Numbers of the compact bilinear feature; the paper has 8,192 for the 512 channels of VGG."""
    dropout: float = 0.15
    """Fraction of vectors, of static inputs and of outputs dropped in training, in [0, 1)."""

    def __post_init__(self):
        check(self, units=POSITIVE, embedding_units=POSITIVE, class_units=POSITIVE, feature_units=POSITIVE,
              dropout=SHARE)  # fmt: skip

    def classifier(self, shape: tuple[int, int, int], num_classes: int, num_phrases: int, seed: int = 0):
        """A `keras.Model` from standardised pixels (batch, *shape) to what the generator sees, (batch, pooled +
        phrases), and class logits (batch, classes).

        What it sees are the pooled regions and the probabilities of phrases that people use of such pictures, as in You
        et al. 2016 (arXiv:1603.03925). The layer "phrase_logits" gives their logits. `seed` is of the sketches.
        """
        import keras

        from layers import Activation, BatchNorm, CompactBilinearPooling, Conv2D, Dense, Dropout, HeNormal

        x = inputs = keras.Input(shape, name="image")
        for number, (filters, size, stride) in enumerate(STEM):
            form = {"padding": "same", "use_bias": False, "kernel_initializer": HeNormal()}
            x = Conv2D(filters, size, stride, name=f"convolution_{number}", **form)(x)
            x = BatchNorm(momentum=0.9, name=f"norm_{number}")(x)
            x = Activation("relu", name=f"relu_{number}")(x)
        if self.pooling == "bilinear":
            x = CompactBilinearPooling(self.feature_units, seed=seed, name="pooled", dtype="float32")(x)
            # Of a vector of length 1 each number is small; what reads it shall not need large weights.
            x = keras.layers.Rescaling(self.feature_units**0.5, name="regions", dtype="float32")(x)
        else:
            x = keras.layers.GlobalAveragePooling2D(name="regions", dtype="float32")(x)
        dropped = Dropout(self.dropout, name="regions_dropout")(x)
        logits = Dense(num_classes, name="class_logits", dtype="float32")(dropped)
        told = Dense(num_phrases, name="phrase_logits", dtype="float32")(dropped)
        phrases = Activation("sigmoid", name="phrases", dtype="float32")(told)
        feature = keras.layers.Concatenate(name="feature", dtype="float32")([x, phrases])
        return keras.Model(inputs, [feature, logits], name="classifier")

    def language_model(self, vocab_size: int):
        """A `keras.Model` from tokens int (batch, length) to logits of the next (batch, length, vocabulary); the layer
        "state" gives its states, `class_units` each."""
        import keras

        from layers import LSTM, Dense, Dropout, Embedding

        inputs = keras.Input((None,), dtype="int32", name="target")
        x = Embedding(vocab_size, self.class_units, True, name="words")(inputs)
        x = LSTM(self.class_units, return_sequences=True, name="state")(x)
        x = Dropout(self.dropout, name="dropped")(x)
        logits = Dense(vocab_size, name="next", dtype="float32")(x)
        return keras.Model({"target": inputs}, logits, name="language_model")

    def sentence_classifier(self, vocab_size: int, num_classes: int):
        """A `keras.Model` from a sentence, tokens int (batch, length) of which the first is the start token, to logits
        (batch, classes)."""
        import keras

        from layers import LSTM, Dense, Dropout, Embedding, MaskedPooling

        inputs = keras.Input((None,), dtype="int32", name="target")
        x = Embedding(vocab_size, self.embedding_units, True, name="vectors")(inputs)
        x = MaskedPooling("max", name="largest")(LSTM(self.embedding_units, return_sequences=True, name="reader")(x))
        x = Dropout(self.dropout, name="dropped")(x)
        logits = Dense(num_classes, name="told_logits", dtype="float32")(x)
        return keras.Model({"target": inputs}, logits, name="sentence_classifier")

    def build(self, features: int, target_size: int, sees: tuple[str, ...]):
        """The generator: a `keras.Model` from {"features", "target"} to float32 logits of the next token.

        Args:
            features: Size of the feature of a picture; `class_units` numbers of the class follow it.
            target_size: Number of tokens; 0 is padding.
            sees: "picture", "class" or both; the rest of the features is not looked at.
        """
        import keras

        from layers import Dense, Dropout, Embedding, Normal, RecurrentDecoder
        from models.part_names import ENCODED

        inputs = {
            "features": keras.Input((features + self.class_units,), name="features"),
            "target": keras.Input((None,), dtype="int32", name="target"),
        }
        parts = {"picture": inputs["features"][:, :features], "class": inputs["features"][:, features:]}
        static = [Dense(self.units, "relu", name=f"from_{name}")(parts[name]) for name in sees]
        x = static[0] if len(static) == 1 else keras.layers.Concatenate(name="static")(static)
        x = keras.layers.Reshape((1, x.shape[-1]), name="whole")(x)
        x = Dropout(self.dropout, name=ENCODED)(x)
        small = Normal(stddev=self.embedding_units**-0.5)
        embedding = Embedding(target_size, self.embedding_units, True, small, name="target_embedding")
        decoder = RecurrentDecoder(self.units, "lstm", "additive", self.dropout, name="decoder")
        logits = embedding(decoder(embedding(inputs["target"]), x), transposed=True)
        return keras.Model(inputs, logits, name="explainer")
