"""Random crops of pictures with their masks: both are moved alike, the light is changed on the picture alone.

Every choice is random by the seed alone, so that a resumed run sees the same crops. A crop is read by one operation
that moves, scales and mirrors; masks take the nearest pixel, so that no id is made.
"""

import math
from dataclasses import dataclass

import tensorflow as tf

from data.images.augmentation import sided_reason
from data.masks.masked_images import VOID

MARGIN = 1e-3  # pixels that a crop keeps from the edge: beyond it there is nothing to read
GREY = 127.0  # what lies outside of a picture


@dataclass(frozen=True)
class MaskAugmentation:
    """Random variation of crops.

    Attributes:
        scale: Least and largest change of scale.
        flip: Mirror left and right with probability one half.
        light: Largest change of brightness and of contrast, as a share.
    """

    scale: tuple[float, float] = (1.0, 1.0)
    flip: bool = False
    light: float = 0.0

    def __call__(self, pictures, classes, rows, sizes, side: int, seed):
        """Crops of some pictures.

        Args:
            pictures: uint8 (N, height, width, 3); smaller pictures are filled up below and on the right.
            classes: uint8 (N, height, width, 1).
            rows: int32 (n,), which of them.
            sizes: int32 (n, 2), their own heights and widths.
            side: Of the crops, in pixels.
            seed: int (2,) tensor; equal seeds give equal crops.

        Returns:
            float32 (n, side, side, 3), pixel values 0-255, and uint8 (n, side, side), `VOID` outside of a picture.
        """
        boxes, light = self._drawn(rows, tf.cast(sizes, tf.float32), side, seed, pictures.shape[1:3])
        found = tf.image.crop_and_resize(pictures, boxes, rows, (side, side), extrapolation_value=GREY)
        truth = tf.image.crop_and_resize(classes, boxes, rows, (side, side), "nearest", extrapolation_value=VOID)
        if self.light:
            contrast, brightness = 1.0 + self.light * light[0], 255.0 * self.light * light[1]
            middle = tf.reduce_mean(found, [1, 2, 3], keepdims=True)
            found = (found - middle) * contrast[:, None, None, None] + middle + brightness[:, None, None, None]
            found = tf.clip_by_value(found, 0.0, 255.0)
        return found, tf.cast(truth[..., 0], tf.uint8)

    def _drawn(self, rows, sizes, side, seed, canvas):
        """Boxes (n, 4) as `crop_and_resize` takes them, and two numbers from -1 to 1 for each crop."""
        draws = tf.random.stateless_uniform([6, tf.shape(rows)[0]], tf.cast(seed, tf.int64))
        low, high = (math.log(one) for one in self.scale)
        scale = tf.exp(low + (high - low) * draws[0])
        window = side / scale  # pixels of the picture
        edges = []
        for axis, draw in enumerate((draws[1], draws[2])):
            room = sizes[:, axis] - window
            start = tf.where(room > 0, tf.minimum(tf.floor(draw * (room + 1)), room), tf.floor(room / 2))
            # The middles of the first and the last pixel of the crop, in pixels of the picture.
            first, last = start + 0.5 / scale - 0.5, start + (side - 0.5) / scale - 0.5
            inside = room >= 0
            first = tf.where(inside, tf.maximum(first, MARGIN), first)
            last = tf.where(inside, tf.minimum(last, sizes[:, axis] - 1 - MARGIN), last)
            edges.append((first / (canvas[axis] - 1), last / (canvas[axis] - 1)))
        (top, bottom), (left, right) = edges
        mirrored = (draws[3] < 0.5) if self.flip else tf.zeros_like(draws[3], tf.bool)
        left, right = tf.where(mirrored, right, left), tf.where(mirrored, left, right)
        return tf.stack([top, left, bottom, right], 1), 2.0 * draws[4:] - 1.0


NAMED = {
    "none": MaskAugmentation(),
    "flip": MaskAugmentation(flip=True),
    "scale": MaskAugmentation((0.75, 1.5), flip=True, light=0.2),
    "strong": MaskAugmentation((0.5, 2.0), flip=True, light=0.4),
}


def choose(augment: str, classes: tuple[str, ...], is_drawn: bool = False) -> tuple[MaskAugmentation, str]:
    """The variation of crops for a dataset, and a sentence on it.

    Args:
        augment: "auto" or a name in `NAMED`; "auto" mirrors unless a class names a side.
        classes: Names of the classes.
        is_drawn: Whether the pictures are drawn scenes, which have all sizes and colours already.
    """
    if augment != "auto":
        return NAMED[augment], f"Augmentation: {augment}, as asked."
    if is_drawn:
        return NAMED["flip"], "Augmentation: mirror images; the scenes have all sizes and colours already."
    reason = sided_reason("", [one for one in classes if len(one) > 1])
    if reason:
        return MaskAugmentation((0.75, 1.5), light=0.2), f"Augmentation: scale and light, no mirror images ({reason})."
    return NAMED["scale"], "Augmentation: scale from 0.75 to 1.5, mirror images, light (--augment none leaves it out)."
