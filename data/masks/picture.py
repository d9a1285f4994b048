"""Pictures at their own size, or scaled down to a longest side: from the bytes of a file to the pixels of a network."""

import numpy as np
import tensorflow as tf

from cli.errors import UserError
from data.errors import DataError
from data.images import exif, file_structure, image_content, image_files
from data.images.images import ImagePrepare


class PicturePrepare:
    """Decoding, and scaling down of what is larger than `longest`; nothing is cropped or stretched.

    Args:
        longest: Pixels of the longer side, of larger pictures; None leaves all as they are.
        bits: 8 to 16: how many of their bits pictures of 16 bits use.
    """

    channels = 3

    def __init__(self, longest: int | None, bits: int = 16):
        if longest is not None and longest < 8:
            raise UserError(f"`longest` must be at least 8 pixels. Received: longest={longest}")
        self.longest = None if longest is None else int(longest)
        self.bits = int(bits)
        self._decoder = ImagePrepare((1, 1), self.channels, bits=self.bits)

    def size(self, height: int, width: int) -> tuple[int, int]:
        """Height and width of a picture of this size once it is scaled."""
        side = max(height, width)
        if self.longest is None or side <= self.longest:
            return int(height), int(width)
        return tuple(max(int(np.floor(one * self.longest / side + 0.5)), 1) for one in (height, width))

    def decode(self, data):
        """Scalar string (the bytes of a file) -> uint8 (height, width, 3) at its own size, inside a graph."""
        orientation, is_taken = file_structure.described(data)
        refused = f"this kind of image is not decoded here; allowed: {file_structure.TAKEN}. Save it as PNG"
        with tf.control_dependencies([tf.debugging.Assert(is_taken, [refused])]):
            data = tf.identity(data)
        return self._upright(data, orientation)

    def _upright(self, data, orientation):
        colours = self._decoder.coloured(file_structure.upright(self._decoder.pixels(data), orientation))
        return tf.ensure_shape(tf.cast(tf.round(tf.clip_by_value(colours, 0.0, 255.0)), tf.uint8), [None, None, 3])

    def scaled(self, pixels):
        """uint8 (height, width, 3) -> the same at the size that `size` says, inside a graph too."""
        if self.longest is None:
            return pixels
        height, width = tf.unstack(tf.shape(pixels)[:2])
        side = tf.maximum(height, width)

        def smaller():
            share = tf.cast(self.longest, tf.float64) / tf.cast(side, tf.float64)
            sides = tf.cast(tf.stack([height, width]), tf.float64) * share
            size = tf.maximum(tf.cast(tf.floor(sides + 0.5), tf.int32), 1)
            found = tf.image.resize(tf.cast(pixels, tf.float32), size, antialias=True)
            return tf.cast(tf.round(tf.clip_by_value(found, 0.0, 255.0)), tf.uint8)

        return tf.cond(side > self.longest, smaller, lambda: tf.convert_to_tensor(pixels))

    def read(self, image, origin: object = "") -> np.ndarray:
        """A picture of any kind that is read, uint8 (height, width, 3), not scaled.

        Args:
            image: Path (str), bytes of a file, or uint8 (height, width, 3).
            origin: What a message calls it.

        Raises:
            DataError: It cannot be read or decoded; the message names it.
        """
        if isinstance(image, np.ndarray):
            return image
        try:
            content = image_content.readable(image_files.read(image) if isinstance(image, str) else image)
            turn = tf.constant(exif.orientation(content, image_content.kind_of(content)))
            with tf.device("CPU:0"):
                return self._upright(tf.constant(content), turn).numpy()
        except DataError as error:
            reason = str(error)
        except tf.errors.OpError as error:
            reason = image_content.told(error)
        raise DataError(
            f"{origin or image}: the picture cannot be decoded ({reason}). Allowed: whole {image_content.KINDS} files. "
            f"Repair or remove it."
        )

    def __call__(self, image, origin: object = "") -> np.ndarray:
        """The same scaled, uint8 (height, width, 3): what a network sees."""
        with tf.device("CPU:0"):
            return np.asarray(self.scaled(self.read(image, origin)))

    def config(self) -> dict:
        return {"longest": self.longest, "bits": self.bits}

    @classmethod
    def from_config(cls, config: dict) -> "PicturePrepare":
        return cls(config["longest"], config["bits"])
