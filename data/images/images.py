"""Yields images as numbers: the one function from the bytes of an image file to model input.

Decoding covers JPEG, PNG, GIF and WEBP (first frame) and BMP, 8 and 16 bits, grey or colour, with or without
transparency (laid on white); what else `image_content` reads, it hands on as PNG. The image is turned as EXIF says. One
of another shape is cropped at its centre to the wanted aspect ratio, then resized with anti-aliased bilinear
interpolation, so nothing is stretched.
"""

import os

import numpy as np
import tensorflow as tf

from cli.errors import UserError
from data.errors import DataError
from data.images import exif, file_structure, image_content, image_files

CORES = os.cpu_count() or 1
GREY = (0.299, 0.587, 0.114)  # ITU-R BT.601: how bright red, green and blue look


class ImagePrepare:
    """Decoding, cropping, resizing and standardisation of images: `finish(fixed(raw))`.

    `fixed` is the part worth caching (uint8); `finish` gives `(x - mean) / std` per channel in float32.

    Args:
        size: (height, width) in pixels.
        channels: 1 (grey) or 3 (colour).
        mean: per channel, in pixel values 0-255; zeros leave the pixels as they are.
        std: per channel; ones leave the pixels as they are.
        bits: 8 to 16: how many of their bits images of 16 bits use; white is 2 ** bits - 1.
    """

    def __init__(self, size, channels, mean=None, std=None, bits=16):
        if channels not in {1, 3}:
            raise UserError(f"`channels` must be 1 (grey) or 3 (colour). Received: channels={channels}")
        self.size = (int(size[0]), int(size[1]))
        self.channels = int(channels)
        self.bits = int(bits)
        self.mean = [0.0] * channels if mean is None else [float(value) for value in mean]
        self.std = [1.0] * channels if std is None else [float(value) for value in std]
        self._shift = np.asarray(self.mean, np.float32)
        self._scale = (1.0 / np.asarray(self.std, np.float64)).astype(np.float32)

    @property
    def input_shape(self):
        return (*self.size, self.channels)

    def standardized_by(self, pixels):
        """Returns the same preparation with mean and deviation of `pixels`, uint8 (N, height, width, channels)."""
        count = pixels.shape[0] * pixels.shape[1] * pixels.shape[2]
        levels = np.arange(256, dtype=np.float64)
        mean, std = [], []
        for channel in range(self.channels):
            histogram = np.zeros(256)
            for start in range(0, len(pixels), 4096):
                histogram += np.bincount(pixels[start : start + 4096, ..., channel].ravel(), minlength=256)
            mean.append(float(histogram @ levels / count))
            std.append(float(np.sqrt(histogram @ (levels - mean[-1]) ** 2 / count)) or 1.0)
        return ImagePrepare(self.size, self.channels, mean, std, self.bits)

    def in_unit_range(self):
        """Returns the same preparation with pixels between 0 and 1, whatever the training images are."""
        return ImagePrepare(self.size, self.channels, std=[255.0] * self.channels, bits=self.bits)

    def restore(self, finished):
        """float32 (N, height, width, channels) as `finish` gives it -> pixels float32, clipped to 0-255."""
        return {"image": tf.clip_by_value(finished / self._scale + self._shift, 0.0, 255.0)}

    def decode(self, data):
        """Scalar string tensor (the bytes of a file) -> uint8 (height, width, channels), inside a graph."""
        orientation, is_taken = file_structure.described(data)
        refused = f"this kind of image is not decoded here; allowed: {file_structure.TAKEN}. Save it as PNG"
        with tf.control_dependencies([tf.debugging.Assert(is_taken, [refused])]):
            data = tf.identity(data)
        return self._shaped(file_structure.upright(self.pixels(data), orientation))

    def _shaped(self, image):
        """uint8 (any height, any width, 1 to 4 channels) -> uint8 (height, width, channels)."""
        shape = tf.shape(image)
        ready = tf.reduce_all(shape == tf.constant(self.input_shape))
        image = tf.cond(ready, lambda: image, lambda: self._fitted(image))
        return tf.ensure_shape(image, self.input_shape)

    def pixels(self, data):
        """Scalar string tensor -> uint8 (any height, any width, 1 to 4 channels)."""

        def plain():
            image = tf.io.decode_image(data, channels=0, expand_animations=False)
            image.set_shape([None, None, None])
            return image

        if self.bits == 16:
            return plain()

        def deep():
            image = tf.cast(tf.io.decode_png(data, dtype=tf.uint16), tf.int32)
            planes = tf.shape(image)[-1]
            is_alpha = (planes % 2 == 0) & (tf.range(planes) == planes - 1)
            image = tf.bitwise.right_shift(image, tf.where(is_alpha, 8, self.bits - 8))
            return tf.cast(tf.minimum(image, 255), tf.uint8)

        return tf.cond(file_structure.is_deep(data), deep, plain)

    def _fitted(self, image):
        """uint8 (any height, any width, 1 to 4 channels) -> uint8 (height, width, channels)."""
        return self._resized(self.coloured(image))

    def coloured(self, image):
        """uint8 (any height, any width, 1 to 4 channels) -> float32 (same height, same width, channels)."""
        planes = tf.shape(image)[-1]
        pixels = tf.cast(image, tf.float32)
        transparent = tf.logical_or(planes == 2, planes == 4)
        alpha = tf.where(transparent, pixels[..., -1:] / 255.0, tf.ones_like(pixels[..., :1]))
        colours = pixels[..., : tf.where(planes > 2, 3, 1)]
        colours = colours * alpha + 255.0 * (1.0 - alpha)
        if self.channels == 3:
            colours = tf.broadcast_to(colours, tf.concat([tf.shape(colours)[:2], [3]], 0))
        else:
            weights = tf.cond(tf.shape(colours)[-1] == 3, lambda: tf.constant(GREY), lambda: tf.constant([1.0]))
            colours = tf.reduce_sum(colours * weights, -1, keepdims=True)
        return colours

    def _resized(self, pixels):
        """float32 (..., height, width, channels) -> uint8 of the wanted size: cropped at the centre, then resized."""
        height, width = self.size
        rows, columns = tf.unstack(tf.shape(pixels)[-3:-1])
        kept_rows = tf.clip_by_value(tf.cast(tf.round(columns * height / width), tf.int32), 1, rows)
        kept_columns = tf.clip_by_value(tf.cast(tf.round(rows * width / height), tf.int32), 1, columns)
        top, left = (rows - kept_rows) // 2, (columns - kept_columns) // 2
        pixels = pixels[..., top : top + kept_rows, left : left + kept_columns, :]
        pixels = tf.image.resize(pixels, self.size, antialias=True)
        return tf.cast(tf.round(tf.clip_by_value(pixels, 0.0, 255.0)), tf.uint8)

    def reader(self, values):
        """The function from one of `values`, as a scalar string tensor, to uint8 (height, width, channels).

        It takes files of every kind that is read, and calls Python for that, so no export holds it.

        Args:
            values: (N,) paths (str), or (N,) bytes of files.
        """
        of_path = len(values) and isinstance(values[0], str)

        def content(value):
            found = image_content.readable(image_files.read(value.decode()) if of_path else value)
            return found, np.int32(exif.orientation(found, image_content.kind_of(found)))

        def read(value):
            data, orientation = tf.numpy_function(content, [value], [tf.string, tf.int32], stateful=False)
            data, orientation = tf.ensure_shape(data, []), tf.ensure_shape(orientation, [])
            return self._shaped(file_structure.upright(self.pixels(data), orientation))

        return read

    def fixed(self, inputs, origins=None):
        """Returns uint8 (N, height, width, channels) for raw images.

        Args:
            inputs: `{"image": array}` with (N,) bytes, (N,) paths or uint8 (N, any height, any width, channels).
            origins: (N,) optional names of the records, for the message about one that cannot be read.

        Raises:
            DataError: an image cannot be decoded; it is named.
        """
        values = inputs["image"]
        if values.ndim == 4:
            return self._fixed_arrays(values)
        out = np.empty((len(values), *self.input_shape), np.uint8)
        options = tf.data.Options()
        options.autotune.enabled = False
        images = tf.data.Dataset.from_tensor_slices(tf.constant(values.tolist(), tf.string, shape=[len(values)]))
        images = (
            images.map(self.reader(values), num_parallel_calls=CORES, deterministic=True)
            .batch(self._at_once())
            .prefetch(1)
        )
        done = 0
        try:
            for batch in images.with_options(options):
                out[done : done + len(batch)] = batch
                done += len(batch)
        except tf.errors.OpError:
            self._refuse_unreadable(values, done, origins)
            raise
        return out

    def _at_once(self):
        """Images that are copied at once: 256, of large ones as many as have 64 MB."""
        return min(256, max(2**26 // int(np.prod(self.input_shape)), 1))

    def _refuse_unreadable(self, values, start, origins):
        for position in range(start, len(values)):
            value = values[position]
            try:
                content = image_files.read(value) if isinstance(value, str) else value
                self.decode(image_content.readable(content))
                continue
            except DataError as error:
                reason = str(error)
            except tf.errors.OpError as error:
                reason = image_content.told(error)
            origin = origins[position] if origins is not None else f"image {position}"
            raise DataError(
                f"{origin}: the image cannot be decoded ({reason}). Allowed: whole {image_content.KINDS} files. "
                f"Repair or remove it."
            )

    def _fixed_arrays(self, values):
        if values.shape[1:] == self.input_shape:
            return values
        pieces = []
        for start in range(0, len(values), 256):
            pixels = tf.cast(values[start : start + 256], tf.float32)
            if pixels.shape[-1] == 1 and self.channels == 3:
                pixels = tf.repeat(pixels, 3, axis=-1)
            elif pixels.shape[-1] == 3 and self.channels == 1:
                pixels = tf.reduce_sum(pixels * GREY, -1, keepdims=True)
            pieces.append(self._resized(pixels).numpy())
        return np.concatenate(pieces)

    def finish(self, fixed):
        """uint8 (or float) (..., height, width, channels) -> float32, standardised per channel."""
        return (tf.cast(fixed, tf.float32) - self._shift) * self._scale

    def model_input(self, inputs, origins=None):
        """Raw images -> model input, float32 array (N, height, width, channels); arguments as of `fixed`."""
        return np.asarray(self.finish(self.fixed(inputs, origins)))

    def graph(self, raw):
        """`{"image": string (N,)}` (bytes) -> uint8 (N, height, width, channels), inside a graph."""
        spec = tf.TensorSpec(self.input_shape, tf.uint8)
        return tf.map_fn(self.decode, raw["image"], fn_output_signature=spec, parallel_iterations=CORES)

    def __call__(self, raw):
        """`{"image": string (N,)}` (the bytes of image files) -> float32 (N, height, width, channels)."""
        return self.finish(self.graph(raw))

    def signature(self):
        """The raw record as tensors: the bytes of N image files."""
        return {"image": tf.TensorSpec([None], tf.string, name="image")}

    def config(self):
        bits = {} if self.bits == 16 else {"bits": self.bits}
        return {"size": list(self.size), "channels": self.channels, "mean": self.mean, "std": self.std} | bits

    @classmethod
    def from_config(cls, config):
        return cls(config["size"], config["channels"], config["mean"], config["std"], config.get("bits", 16))
