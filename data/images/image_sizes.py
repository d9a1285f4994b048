"""How large the images of a folder are trained on, how many of their bits they use, and the sentences that say so."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import tensorflow as tf

from data.evenly import evenly
from data.images import image_files
from data.images.image_content import readable
from data.images.images import CORES

FALLBACK_SIZE = 64  # pixels, where the images differ in size, or are larger than `LARGEST_SIDE`
LARGEST_SIDE = 256  # pixels: larger images take gigabytes in a convolutional network, and hours on a CPU
MOST_LOOKED_AT = 2048  # training images whose values are looked at
UNSAID = 0.01  # share of an image that is cropped away without a word


def natural_size(sizes):
    """Returns the (height, width) to train on where none is asked for.

    Args:
        sizes: Counter of the (height, width) of all images.
    """
    common = next(iter(sizes))
    return common if len(sizes) == 1 and max(common) <= LARGEST_SIDE else (FALLBACK_SIZE, FALLBACK_SIZE)


def fitted(sizes, size, image_size):
    """Returns a sentence on how images of these sizes become images of `size`, and how much of them is cropped away.

    Args:
        sizes: Counter of the (height, width) of all images.
        size: (height, width) that they are trained on.
        image_size: what the user asked for, or None.
    """
    (height, width), count = sizes.most_common(1)[0]
    if len(sizes) == 1:
        found = f"all are {width} wide and {height} high"
        if size == (height, width):
            return f"{found}."
    else:
        found = f"sizes differ ({len(sizes)} of them, the most common {width}x{height}, {count} times)"
    how = "as asked" if image_size else "--image-size sets its side"
    lost = np.array([1 - min(h / w, size[0] / size[1]) / max(h / w, size[0] / size[1]) for h, w in sizes])
    mean, most = float(np.average(lost, weights=list(sizes.values()))), float(lost.max())
    cropped = "" if most < UNSAID else f" Cropping leaves out {mean:.0%} of an image on average, {most:.0%} at most."
    return f"{found}: cropped at the centre and resized to {size[1]}x{size[0]} ({how}).{cropped}"


def bits_used(train, headers):
    """Returns how many bits the values of 16-bit images use, 8 to 16, and sentences that say it.

    Many instruments write 10, 12 or 14 bits into files of 16, which are all but black if 65,535 is white.

    Args:
        train: paths or contents of the training images.
        headers: `Header`s of all images.
    """
    if not any(one.is_deep for one in headers):
        return 16, []
    with ThreadPoolExecutor(CORES) as pool:
        largest = max(pool.map(_largest, train[evenly(len(train), MOST_LOOKED_AT)]))
    if not largest:
        return 16, []
    bits = min(max(int(largest).bit_length(), 8), 16)
    return bits, [f"Images of 16 bits hold values up to {largest:,}: white is {2**bits - 1:,} ({bits} bits)."]


def _largest(image):
    """The largest value of a 16-bit image, a path or a content, without its transparency; 0 of any other."""
    content = readable(image_files.read(image) if isinstance(image, str) else image)
    if not (content.startswith(b"\x89PNG") and content[24] == 16):
        return 0
    with tf.device("CPU:0"):
        pixels = tf.io.decode_png(content, dtype=tf.uint16).numpy()
    return pixels[..., : 3 if pixels.shape[-1] > 2 else 1].max()
