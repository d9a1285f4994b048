"""Yields the real datasets that come with scikit-learn, so that a first run needs no network."""

import numpy as np

from data import duplicates
from data.images.images import ImagePrepare
from data.splits import Split, Splits
from data.splitting import THREE_PARTS, stratified


def digits(seed, prepare_for):
    """1,797 handwritten digits, 8x8 pixels in 17 grey levels, from 43 writers (UCI; Alpaydin and Kaynak, 1998).

    The levels 0-16 become `round(level * 255 / 16)`.

    Args:
        seed: of the stratified split.
        prepare_for: `(natural size, natural channels, training split) -> ImagePrepare`.
    """
    from sklearn.datasets import load_digits

    bunch = load_digits()
    images = np.round(bunch.images * (255 / 16)).astype(np.uint8)[..., None]
    labels = bunch.target.astype(np.int32)
    origins = np.array([f"digits[{row}]" for row in range(len(labels))], dtype=object)
    everything = Split({"image": images}, labels, origins)
    keys = duplicates.image_keys(images)
    parts = stratified(labels, THREE_PARTS, seed, groups=keys)
    train, validation, test = (everything.take(rows) for rows in parts)
    notes = ["Digits are split 64/16/20 into training, validation and test, stratified by class."]
    notes += duplicates.notes("image", [keys[rows] for rows in parts], (train, validation, test))
    return Splits(
        name="digits",
        kind="image",
        train=train,
        validation=validation,
        test=test,
        prepare=prepare_for((8, 8), 1, train),
        classes=tuple(str(digit) for digit in range(10)),
        notes=tuple(notes),
    )


def diabetes(seed):
    """442 patients: ten measurements, and the progression of the disease a year later, 25 to 346 (Efron et al., 2004).

    Args:
        seed: of the split, stratified by the target's deciles.
    """
    from sklearn.datasets import load_diabetes

    from data.settings import Data
    from data.tables import tables
    from data.tables.raw_table import RawTable
    from data.targets import NumberTarget

    bunch = load_diabetes(scaled=False)
    columns = {name: bunch.data[:, position] for position, name in enumerate(bunch.feature_names)}
    table = RawTable("diabetes", {**columns, "progression": bunch.target}, np.arange(len(bunch.target)), (), "{}[{}]")
    return tables.from_raw("diabetes", table, {}, Data("diabetes", target="progression"), seed, NumberTarget)


def prepare_images(image_size, channels, standardize):
    """Returns `prepare_for(natural size, natural channels, train, bits)`, with the wishes of user and model in it.

    Args:
        image_size: side of the square asked for, in pixels, or None for the natural size.
        channels: 1 or 3, or None for the natural number.
        standardize: whether to standardise by the statistics of the training split.
    """
    from data import pipeline

    def prepare_for(size, natural_channels, train, bits=16):
        wanted = (image_size, image_size) if image_size else size
        prepare = ImagePrepare(wanted, channels or natural_channels, bits=bits)
        if not standardize:
            return prepare
        if pipeline.fits_in_memory(train, prepare):
            return prepare.standardized_by(pipeline.fixed_part(train, prepare))
        most = min(2048, max(pipeline.MEMORY_LIMIT // int(np.prod(prepare.input_shape)), 1))
        sample = train.take(np.linspace(0, len(train) - 1, most).astype(int))
        return prepare.standardized_by(prepare.fixed(sample.inputs, sample.origins))

    return prepare_for
