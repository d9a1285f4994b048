"""What a captioner takes of images: their pixels, or a backbone's features, computed once and kept on disk."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from data.captions.caption_pairs import Captions

STEM_SIZE, BACKBONE_SIZE = 96, 224  # pixels of a side, where neither the data nor the user says otherwise
IMAGES_AT_ONCE = 32  # through the backbone


@dataclass(frozen=True)
class ImageInputs:
    """From images to what the captioner learns from.

    Attributes:
        prepare: `ImagePrepare`: for a stem with the statistics of the training images, for a backbone plain pixels.
        backbone: Name of a backbone, or None for a stem.
        weights: Of the backbone.
        folder: Where features are kept.
    """

    prepare: object
    backbone: str | None
    weights: str
    folder: str

    @classmethod
    def of(cls, encoder, splits, folder: str) -> "ImageInputs":
        """For an `ImageEncoder` and `CaptionSplits`; "auto" is a stem for drawn images, mobilenet_v2 for files."""
        from data.images.images import ImagePrepare

        drawn = splits.train.images.ndim == 4
        name = {"auto": "stem" if drawn else "mobilenet_v2"}.get(encoder.encoder, encoder.encoder)
        size = splits.image_size or (STEM_SIZE if name == "stem" else BACKBONE_SIZE,) * 2
        prepare = ImagePrepare(size, 3, bits=splits.bits)
        if name != "stem":
            return cls(prepare, name, encoder.weights, folder)
        inputs = cls(prepare, None, "none", folder)
        return cls(prepare.standardized_by(inputs.values(splits.train)), None, "none", folder)

    @property
    def name(self) -> str:
        """Of the captioner's first input."""
        return "features" if self.backbone else "image"

    @cached_property
    def encoder(self):
        """The backbone as a `keras.Model`, None for a stem."""
        from models.image_encoder import backbone

        return backbone(self.backbone, self.weights, self.prepare.input_shape) if self.backbone else None

    @property
    def shape(self) -> tuple[int, int, int]:
        """Of what the captioner takes of one image."""
        return tuple(self.encoder.output_shape[1:]) if self.backbone else self.prepare.input_shape

    @property
    def finish(self):
        """What is still done to values in a batch; None for features."""
        return None if self.backbone else self.prepare.finish

    def values(self, captions: Captions, mirrored: bool = False) -> np.ndarray:
        """Of each image uint8 pixels, or float16 features (a memory map), (N, ...): computed at the first call."""
        key = f"values of {self.backbone} {self.prepare.config()['size']}{' mirrored' * mirrored}"
        if key not in captions.fixed:
            made = self._features(captions, mirrored) if self.backbone else self.pixels(captions, mirrored)
            captions.fixed[key] = made
        return captions.fixed[key]

    def finished(self, captions: Captions, rows=slice(None)) -> np.ndarray:
        """What the network takes of some images: standardised pixels float32, or features, (n, ...)."""
        values = self.values(captions)[rows]
        return values if self.backbone else np.asarray(self.finish(values))

    def pixels(self, captions: Captions, mirrored: bool = False) -> np.ndarray:
        """uint8 (N, height, width, 3)."""
        pixels = self.prepare.fixed({"image": captions.images}, captions.origins)
        return pixels[:, :, ::-1] if mirrored else pixels

    def _features(self, captions: Captions, mirrored: bool) -> np.ndarray:
        import sys

        from tqdm import tqdm

        from data.images import feature_cache

        described = {"name": self.backbone, "weights": self._weights(), "size": list(self.prepare.size)}
        if self.prepare.bits != 16:
            described |= {"bits": self.prepare.bits}
        if mirrored:
            described |= {"mirrored": True}

        def compute(images):
            pixels = self.prepare.fixed({"image": images})
            pixels = pixels[:, :, ::-1] if mirrored else pixels
            # Half precision halves the file; the features are about as exact as the pixels that they come from.
            return self.encoder.predict(pixels, batch_size=IMAGES_AT_ONCE, verbose=0).astype(np.float16)

        interactive = sys.stderr.isatty()
        which = "mirrored images" if mirrored else "images"
        with tqdm(total=len(captions), unit="image", desc=f"features of {which}", disable=not interactive) as bar:

            def told(done, total):
                bar.update(done - bar.n)
                if done == total and not interactive:
                    print(f"features of {total:,} {which} computed", file=sys.stderr, flush=True)

            return feature_cache.features(self.folder, captions.images, described, compute, progress=told)

    def _weights(self) -> str:
        """The weights as they are described to the cache: a file by its content; random ones by what they are."""
        import hashlib
        from pathlib import Path

        if self.weights == "imagenet":
            return self.weights
        if Path(self.weights).is_file():
            return hashlib.sha256(Path(self.weights).read_bytes()).hexdigest()[:16]
        digest = hashlib.sha256()
        for weight in self.encoder.get_weights():
            digest.update(np.ascontiguousarray(weight).tobytes())
        return digest.hexdigest()[:16]


@dataclass(frozen=True)
class PixelInputs:
    """What a network takes that holds its backbone: plain pixels. Attributes and methods are those of `ImageInputs`."""

    prepare: object
    name = "image"
    finish = None

    def values(self, captions: Captions, mirrored: bool = False) -> np.ndarray:
        key = f"pixels {self.prepare.config()['size']}"
        if key not in captions.fixed:
            captions.fixed[key] = self.prepare.fixed({"image": captions.images}, captions.origins)
        return captions.fixed[key][:, :, ::-1] if mirrored else captions.fixed[key]

    def finished(self, captions: Captions, rows=slice(None)) -> np.ndarray:
        return self.values(captions)[rows]
