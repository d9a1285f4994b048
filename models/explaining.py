"""One network of all that explains: a picture and the words so far in; its class, the next word, and what the words
tell of the class out. The generator is given the class that the picture classifier finds.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

PARTS = ("classifier", "generator", "sentence_classifier")
"""Names of the networks within the whole."""


def whole(classifier, class_vectors, typical, generator, sentence_classifier):
    """A `keras.Model` from {"image", "target"} to {"class", "next", "told"}, which shares its weights with the parts.

    Args:
        classifier: Of `Explainer.classifier`.
        class_vectors: float (classes, class_units).
        typical: float (classes, feature), the mean feature of the training pictures of each class.
        generator: Of `Explainer.build`.
        sentence_classifier: Of `Explainer.sentence_classifier`.
    """
    import keras

    from layers import Embedding

    inputs = {
        "image": keras.Input(classifier.input.shape[1:], name="image"),
        "target": keras.Input((None,), dtype="int32", name="target"),
    }
    # Not the models themselves: a network within another is saved with its optimizer.
    see = keras.Model(classifier.input, classifier.output, name=PARTS[0])
    write = keras.Model(generator.input, generator.output, name=PARTS[1])
    read = keras.Model(sentence_classifier.input, sentence_classifier.output, name=PARTS[2])
    feature, logits = see(inputs["image"])
    rows = np.concatenate([class_vectors, typical], axis=1)
    table = Embedding(*rows.shape, name="classes", dtype="float32")
    vector = table(keras.ops.argmax(logits, axis=-1))[:, : class_vectors.shape[1]]
    table.set_weights([rows])
    table.trainable = False
    features = keras.layers.Concatenate(name="features", dtype="float32")([feature, vector])
    outputs = {
        "class": logits,
        "next": write({"features": features, "target": inputs["target"]}),
        "told": read({"target": inputs["target"]}),
    }
    return keras.Model(inputs, outputs, name="explainer")


@dataclass(frozen=True, eq=False)
class Explaining:
    """The parts of a whole network, for answering.

    Attributes:
        model: The whole.
        classifier: `keras.Model` from standardised pixels to the feature of a picture and its class logits.
        classes: `Embedding` from class to its vector and the typical feature of its pictures.
        generator: `keras.Model` from {"features", "target"} to logits of the next token.
        sentence_classifier: `keras.Model` from tokens to class logits.
    """

    model: object
    classifier: object
    classes: object
    generator: object
    sentence_classifier: object

    @classmethod
    def of(cls, model) -> "Explaining":
        """The parts of what `whole` built."""
        classifier, generator, reader = (model.get_layer(name) for name in PARTS)
        return cls(model, classifier, model.get_layer("classes"), generator, reader)

    @property
    def num_classes(self) -> int:
        """How many classes there are."""
        return self.classes.vocab_size

    @property
    def class_units(self) -> int:
        """Size of the vector of a class."""
        return self.classes.units - self.classifier.output[0].shape[-1]

    @cached_property
    def writer(self):
        """The generator's `Captioner`."""
        from models.captioner import Captioner

        return Captioner.of(self.generator)

    def explain(self, pixels, foils, tokens, *, beams, length_penalty, length, no_repeat=0):
        """Why pictures are of their class, and what would make them of another.

        The latter sentence is written for the typical picture of the other class; of what beam search finds it is the
        one that tells that class from the first best, by the sentence classifier.

        Args:
            pixels: Standardised, float (batch, height, width, 3).
            foils: int (batch,), the other class; -1 for the next most probable one.
            tokens: `models.decoding.Tokens`.
            beams, length_penalty, length, no_repeat: See `models.captioner.Captioner.search`.

        Returns:
            A dict: "probabilities" (batch, classes), "own" and "foil" (batch,), "tokens" (batch, beams, length),
            "scores" and "complete" (batch, beams), "told" (batch,), p(own class | sentence) of the best, and "counter"
            (batch, length).
        """
        from keras import ops

        feature, logits = self.classifier(pixels, training=False)
        shares = ops.softmax(ops.cast(logits, "float32"))
        own = ops.cast(ops.argmax(shares, axis=-1), "int32")
        others = ops.where(ops.one_hot(own, self.num_classes) > 0, -np.inf, ops.cast(logits, "float32"))
        foil = ops.where(foils >= 0, foils, ops.cast(ops.argmax(others, axis=-1), "int32"))
        settings = {"beams": beams, "length_penalty": length_penalty, "length": length, "no_repeat": no_repeat}
        vector, typical = self.classes(own)[:, : self.class_units], self.classes(foil)
        given = ops.concatenate([ops.cast(feature, "float32"), vector], axis=-1)
        found, scores, complete = self.writer.search(given, tokens, **settings)
        swapped = ops.concatenate([typical[:, self.class_units :], typical[:, : self.class_units]], axis=-1)
        against, _, _ = self.writer.search(swapped, tokens, **settings)
        shape = ops.shape(against)
        told = self.told(ops.reshape(against, (-1, shape[2])), tokens)
        told = ops.reshape(told, (-1, shape[1], self.num_classes))
        margin = _at(told, ops.broadcast_to(foil[:, None], shape[:2])) - _at(
            told, ops.broadcast_to(own[:, None], shape[:2])
        )
        best = ops.argmax(margin, axis=1)[:, None, None]
        counter = ops.take_along_axis(against, ops.cast(best, "int32"), axis=1)[:, 0]
        return {
            "probabilities": shares,
            "own": own,
            "foil": foil,
            "tokens": found,
            "scores": scores,
            "complete": complete,
            "told": _at(self.told(found[:, 0], tokens), own),
            "counter": counter,
        }

    def told(self, sentences, tokens):
        """p(class | sentence) (n, classes) of the sentence classifier, of sentences int (n, length) with the end token
        last and 0 after it."""
        from keras import ops

        words = ops.where(ops.equal(sentences, tokens.end), 0, sentences)
        start = ops.full((ops.shape(words)[0], 1), tokens.start, "int32")
        words = ops.concatenate([start, ops.cast(words, "int32")], axis=1)
        return ops.softmax(ops.cast(self.sentence_classifier({"target": words}, training=False), "float32"))


def _at(shares, classes):
    """The share of each class asked: shares (..., classes), classes int (...)."""
    from keras import ops

    return ops.squeeze(ops.take_along_axis(shares, ops.cast(classes, "int32")[..., None], axis=-1), -1)
