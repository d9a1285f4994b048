"""Images in, captions out: a trained network for captioning with its dictionary and its search."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from data.text.subwords import PADDING, START, Subwords
from models.decoding_settings import DecodingSettings

IMAGES_AT_ONCE = 64


@dataclass(frozen=True)
class Caption:
    """What a search found for one image, the best first.

    Attributes:
        texts: The captions.
        scores: Of each: log probability / tokens ** length penalty.
        complete: Of each: whether it ended by itself, not at the limit of its length.
        ids: Tokens of the best, the end token last where it is complete.
    """

    texts: tuple[str, ...]
    scores: tuple[float, ...]
    complete: tuple[bool, ...]
    ids: np.ndarray


class ImageCaptioner:
    """Writes captions with a network, in batches.

    Args:
        model: `keras.Model` that a recipe of captioning built.
        prepare: `ImagePrepare`; None where the network takes features.
        subwords: `Subwords`.
        search: `DecodingSettings`.
        longest: The most tokens of a caption, the end token counted.
        seed: Of drawing at random.
        neighbours: `layers.Neighbours`, which order what beam search finds; or None.
    """

    def __init__(
        self,
        model,
        prepare: object,
        subwords: Subwords,
        search: DecodingSettings,
        longest: int,
        seed: int = 0,
        neighbours=None,
    ):
        from models.captioner import Captioner

        self.prepare, self.subwords, self.search = prepare, subwords, search
        self.longest, self.seed = longest, seed
        self.model, self.parts = model, Captioner.of(model, neighbours)

    def __call__(self, images, origins=None) -> list[Caption]:
        """The captions of images, in their order.

        Args:
            images: Paths (N,), bytes (N,) or pixels uint8 (N, any height, any width, 3).
            origins: Names of the images for messages.

        Raises:
            DataError: An image cannot be decoded; it is named.
        """
        return [one for _, values in self.prepared(images, origins) for one in self.of_values(values)]

    def prepared(self, images, origins=None):
        """Yields (slice, what the network takes) of images, some at a time."""
        for start in range(0, len(images), IMAGES_AT_ONCE):
            part = slice(start, min(start + IMAGES_AT_ONCE, len(images)))
            named = None if origins is None else origins[part]
            yield part, np.asarray(self.prepare.finish(self.prepare.fixed({"image": images[part]}, named)))

    def of_values(self, values) -> list[Caption]:
        """The captions of what the network takes: finished pixels, or features, (N, ...)."""
        found = []
        for tokens, scores, complete in self.searched(values, np.random.default_rng(self.seed)):
            texts = self.subwords.decode(tokens.reshape(-1, tokens.shape[-1]))
            beams = tokens.shape[1]
            for row in range(len(tokens)):
                best = tokens[row, 0]
                found.append(
                    Caption(
                        tuple(texts[row * beams : (row + 1) * beams]),
                        tuple(float(score) for score in scores[row]),
                        tuple(bool(ended) for ended in complete[row]),
                        best[best != PADDING],
                    )
                )
        return found

    def searched(self, values, random: np.random.Generator):
        """Yields tokens (n, beams, length), scores and complete (n, beams) of what the network takes, some at a time.

        Args:
            values: Finished pixels, or features, (N, ...).
            random: What captions are drawn with, where they are drawn.
        """
        for start in range(0, len(values), IMAGES_AT_ONCE):
            batch = np.asarray(values[start : start + IMAGES_AT_ONCE], "float32")
            arguments = whole_batch(batch)
            if self.search.sample:
                arguments += (random.random((len(arguments[0]), self.search.beams, self.longest), "float32"),)
            yield tuple(np.asarray(one)[: len(batch)] for one in self._compiled(*arguments))

    def attention(self, values, found: list[Caption]) -> list[tuple[list[str], np.ndarray]]:
        """Of each image the pieces of its best caption, and where each looked: (pieces, rows, columns).

        Args:
            values: What the network takes, (N, ...).
            found: The captions of these.
        """
        maps = []
        for start in range(0, len(found), IMAGES_AT_ONCE):
            some = found[start : start + IMAGES_AT_ONCE]
            target = np.full((len(some), max(len(one.ids) for one in some)), PADDING, np.int32)
            for row, one in enumerate(some):
                target[row, 0], target[row, 1 : len(one.ids)] = START, one.ids[:-1]
            batch = np.asarray(values[start : start + len(some)], "float32")
            weights = np.asarray(self.parts.attention(batch, target))
            for row, one in enumerate(some):
                pieces = [self.subwords.pieces[piece] for piece in one.ids]
                maps.append((pieces, weights[row, : len(pieces)].reshape(-1, *self.parts.grid)))
        return maps

    @cached_property
    def _compiled(self):
        """The search as one graph."""
        from export.found_texts import TOKENS
        from training.devices import compiled

        search = self.search
        images = ("float32", (None, *self.parts.encoder.input.shape[1:]))
        if search.sample:
            settings = {"temperature": search.temperature, "top_k": search.top_k, "top_p": search.top_p}
            return compiled(
                lambda images, noise: self.parts.draw(images, TOKENS, noise, **settings),
                images,
                ("float32", 3),
                variables=self.model.variables,
            )
        settings = {"beams": search.beams, "length_penalty": search.length_penalty, "length": self.longest}
        settings["no_repeat"] = search.no_repeat
        held = self.parts.neighbours.variables if self.parts.neighbours else []
        return compiled(
            lambda images: self.parts.search(images, TOKENS, **settings),
            images,
            variables=[*self.model.variables, *held],
        )


def whole_batch(values: np.ndarray) -> tuple[np.ndarray]:
    """The batch as it is; on JAX, which compiles for each shape, filled up to one size."""
    import keras

    if keras.backend.backend() != "jax" or len(values) == IMAGES_AT_ONCE:
        return (values,)
    return (np.concatenate([values, np.repeat(values[-1:], IMAGES_AT_ONCE - len(values), axis=0)]),)
