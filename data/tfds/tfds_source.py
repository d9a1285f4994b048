"""Yields splits of a TensorFlow dataset, `tfds:NAME[/CONFIG][:VERSION]`: images with a class, or tables.

A prepared copy is looked for first (`TFDS_DATA_DIR`, else `~/tensorflow_datasets`); nothing is downloaded unless
the user said `--download`. Images stay encoded as they are stored, so that a record is the bytes of a file.
"""

import contextlib
import io
import logging
import os
import warnings
from dataclasses import replace

import numpy as np

from data import duplicates, splitting
from data.errors import DataError, MissingData, listing, suggestion
from data.images.folder_layout import PARTS
from data.images.image_sizes import FALLBACK_SIZE
from data.splits import Split, Splits
from data.tables import tables
from data.tables.raw_table import RawTable
from data.targets import ClassTarget, NoTarget, NumberTarget

LARGEST = 8 * 1024**3  # bytes on disk: records are held in memory
LONGEST_VECTOR = 1024  # numbers of one feature that become columns


def splits(config, seed, prepare_for, target=ClassTarget, kinds=None, text=None):
    """Yields the `Splits` of a TensorFlow dataset.

    Args:
        config: the `Data` fields data, target, download, image_size.
        seed: of the random split, where the dataset does not have it.
        prepare_for: `(natural size, natural channels, training split) -> ImagePrepare`.
        target: `ClassTarget`, `NumberTarget` or `NoTarget`; the last takes the classes along where the dataset has any.
        kinds, text: of tables, see `tables.from_raw`.

    Raises:
        DataError: the dataset is unknown, not prepared, too large, or of a kind that is not supported.
    """
    wanted = config.data.removeprefix("tfds:")
    with quiet():
        builder = prepared(wanted, config.download)
        size = sum(info.num_bytes for info in builder.info.splits.values())
        if size > LARGEST:
            raise DataError(
                f"tfds:{wanted} has {size / 1024**3:.1f} GiB, and records are held in memory: allowed are "
                f"{LARGEST / 1024**3:.0f} GiB. Export a part of it as a folder of images, or choose a smaller dataset."
            )
        name = "tfds-" + "-".join(part for part in (builder.name, _config_name(builder)) if part)
        parts = part_names(builder, wanted)
        if not _image_key(builder.info.features):
            return _table(name, wanted, builder, parts, config, seed, target, kinds, text)
        if config.columns or config.show_columns:
            raise DataError(f"--columns and --show-columns are for tables, and tfds:{wanted} holds images.")
        if target is NumberTarget:
            raise DataError(f"tfds:{wanted} holds images, and regression takes tables. For classes use apps.classify.")
        return _images(name, wanted, builder, parts, config, seed, prepare_for, target)


@contextlib.contextmanager
def quiet():
    """Keeps the console for the user: the library warns of its own plans, and logs every file it opens."""
    logger = logging.getLogger("absl")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)


def prepared(wanted, download):
    """Returns a builder whose data is on disk."""
    import tensorflow_datasets

    folder = os.path.expanduser(os.environ.get("TFDS_DATA_DIR") or os.path.join("~", "tensorflow_datasets"))
    dataset = wanted.split("/")[0].split(":")[0]
    known = tensorflow_datasets.list_builders(with_community_datasets=False)
    if dataset not in known and not os.path.isdir(os.path.join(folder, dataset)):  # else the library asks the network
        raise MissingData(
            f"tfds:{wanted}: there is no TensorFlow dataset called {dataset!r}.{suggestion(dataset, known)} "
            f"The list is at https://www.tensorflow.org/datasets/catalog."
        )
    try:
        builder = tensorflow_datasets.builder(wanted, data_dir=folder)
    except (ValueError, AssertionError, KeyError, RuntimeError) as error:
        reason = str(error).splitlines()[0].rsplit('}": ', 1)[-1].split(" Here are")[0]
        raise DataError(
            f"tfds:{wanted}: this configuration or version is not known ({reason.rstrip('.')[:200]}). "
            f"Allowed: tfds:NAME, tfds:NAME/CONFIG, tfds:NAME:VERSION."
        ) from error
    if not builder.info.splits:
        if not download:
            raise MissingData(
                f"tfds:{wanted} is not prepared in {folder}. Give --download to download it "
                f"({builder.info.download_size or 'size unknown'}), or set TFDS_DATA_DIR to a folder that holds it."
            )
        print(f"Downloading tfds:{wanted} to {folder} ({builder.info.download_size or 'size unknown'}).")  # noqa: T201
        try:
            builder.download_and_prepare()
        except Exception as error:
            raise DataError(
                f"tfds:{wanted}: the download or its preparation failed ({type(error).__name__}: "
                f"{str(error)[:300]}). Check the network, or prepare it elsewhere and set TFDS_DATA_DIR."
            ) from error
    return builder


def _config_name(builder):
    return builder.builder_config.name if builder.builder_config else ""


def part_names(builder, wanted):
    """Returns part -> name of the split in the dataset."""
    named = {}
    for split in builder.info.splits:
        part = PARTS.get(split)
        if part:
            named.setdefault(part, split)
    if "train" not in named:
        raise DataError(f"tfds:{wanted} has no training split. Received: {listing(builder.info.splits)}.")
    if "test" not in named and "validation" in named:
        named["test"] = named.pop("validation")
    return named


def _image_key(features):
    import tensorflow_datasets

    keys = [key for key, feature in features.items() if isinstance(feature, tensorflow_datasets.features.Image)]
    return keys[0] if len(keys) == 1 else None


def _label_key(builder, wanted, target):
    """Returns the feature to predict: the one asked for, or the one the dataset declares."""
    features = dict(_leaves(builder.info.features))
    if target:
        if target not in features:
            raise DataError(
                f"tfds:{wanted}: no feature {target!r} for --target.{suggestion(target, features)} "
                f"Allowed: {listing(features)}."
            )
        return target
    supervised = builder.info.supervised_keys
    if supervised and isinstance(supervised[1], str):
        return supervised[1]
    raise DataError(f"tfds:{wanted}: which feature is to be predicted? Give --target with one of {listing(features)}.")


def _class_key(builder, wanted, name, target):
    """Returns the feature that holds the class, or None where nothing is predicted and the dataset has no classes."""
    import tensorflow_datasets

    supervised = builder.info.supervised_keys
    if target is NoTarget and name is None and not (supervised and isinstance(supervised[1], str)):
        return None
    label = _label_key(builder, wanted, name)
    feature = dict(_leaves(builder.info.features))[label]
    if isinstance(feature, tensorflow_datasets.features.ClassLabel):
        return label
    if target is NoTarget and name is None:
        return None
    raise DataError(f"tfds:{wanted}: feature {label!r} is not a class ({feature}). Choose another --target.")


def _images(name, wanted, builder, named, config, seed, prepare_for, target):
    import tensorflow_datasets

    image, features = _image_key(builder.info.features), builder.info.features
    label = _class_key(builder, wanted, config.target, target)
    decoders = {image: tensorflow_datasets.decode.SkipDecoding()}
    wanted_columns = [image, label] if label else [image]
    read = {
        part: _split(columns_of(builder, split, wanted_columns, decoders), image, label, f"tfds:{wanted}/{split}")
        for part, split in named.items()
    }
    notes = []
    keys = {part: duplicates.image_keys(split.inputs["image"]) for part, split in read.items()}
    carve = splitting.missing_parts(read)
    if carve:
        train, train_keys = read["train"], keys["train"]
        fractions = splitting.fractions(carve, len(train))
        rows = splitting.stratified(train.labels, fractions, seed, groups=train_keys)
        for part, chosen in zip(("train", *carve), rows, strict=True):
            read[part], keys[part] = train.take(chosen), train_keys[chosen]
        held_out = " and ".join(carve).capitalize()
        notes.append(f"{held_out} held out of the training images at random with seed {seed}, stratified by class.")
    order = ("train", "validation", "test")
    notes.append(f"{' / '.join(str(len(read[part])) for part in order)} images for training / validation / test.")
    notes += duplicates.notes("image", [keys[part] for part in order], [read[part] for part in order])
    height, width, channels = features[image].shape
    size = (height, width) if height and width else (FALLBACK_SIZE,) * 2
    if not (height and width) and not config.image_size:
        notes.append("Sizes differ: cropped at the centre and resized to a square (--image-size sets its side).")
    prepare = prepare_for(size, 1 if channels == 1 else 3, read["train"])
    classes = tuple(dict(_leaves(features))[label].names) if label else ()
    return Splits(
        name, "image", **{part: read[part] for part in order}, prepare=prepare, classes=classes, notes=tuple(notes)
    )


def _split(columns, image, label, origin):
    images = columns[image]
    labels = columns[label].astype(np.int32) if label else np.zeros(len(images), np.int32)
    origins = np.array([f"{origin}[{row}]" for row in range(len(labels))], dtype=object)
    return Split({"image": images}, labels, origins)


def columns_of(builder, split, names, decoders=None):
    """Returns feature -> array (N,) of one split, in the order of the files."""
    import tensorflow as tf
    import tensorflow_datasets

    config = tensorflow_datasets.ReadConfig(try_autocache=False, interleave_cycle_length=1)
    dataset = builder.as_dataset(split=split, decoders=decoders, read_config=config, shuffle_files=False)
    dataset = dataset.map(lambda record: {name: _inside(record, name) for name in names}).batch(1024).prefetch(1)
    options = tf.data.Options()
    options.autotune.enabled = False
    pieces = list(dataset.with_options(options).as_numpy_iterator())
    return {name: np.concatenate([piece[name] for piece in pieces]) for name in names}


def _inside(record, name):
    """Returns what "outer.inner" names; a dot may also be part of a name."""
    while name not in record:
        outer, name = next((o, name[len(o) + 1 :]) for o in record if name.startswith(f"{o}."))
        record = record[outer]
    return record[name]


def _table(name, wanted, builder, named, config, seed, target, kinds, text):
    """A dataset without images: its scalar features are the columns."""
    if target is NoTarget:
        label = _class_key(builder, wanted, config.target, target)
    else:
        label = _label_key(builder, wanted, config.target)
    read = {part: _raw_table(builder, wanted, split) for part, split in named.items()}
    train = read.pop("train")
    if label and label not in train.columns:
        what = dict(_leaves(builder.info.features))[label]
        raise DataError(f"tfds:{wanted}: {label!r} is {what}. Allowed targets: {listing(train.columns)}.")
    return tables.from_raw(name, train, read, replace(config, target=label), seed, target, kinds, text)


def _raw_table(builder, wanted, split):
    """The scalars and short vectors of a split as a `RawTable`; nested features are called "outer.inner"."""
    features = dict(_leaves(builder.info.features))
    usable = {name: feature for name, feature in features.items() if _is_column(feature)}
    read = columns_of(builder, split, list(usable))
    columns = {}
    for name, feature in usable.items():
        values = read[name]
        if values.ndim == 2:
            columns |= {
                f"{name}.{position}": values[:, position].astype(np.float64) for position in range(values.shape[1])
            }
        elif hasattr(feature, "names"):
            known = [*feature.names, ""]  # -1 says that the class is not known
            columns[name] = np.array([known[value] for value in values], dtype=object)
        elif values.dtype == object:
            columns[name] = np.array([value.decode("utf-8", "replace").strip() for value in values], dtype=object)
        elif values.dtype == bool:
            columns[name] = np.where(values, "true", "false").astype(object)
        else:
            columns[name] = values.astype(np.float64)
    rows = len(next(iter(columns.values()))) if columns else 0
    left_out = sorted(set(features) - set(usable))
    notes = [f"Left out, since they are neither numbers nor text: {listing(left_out)}."] if left_out else []
    return RawTable(f"tfds:{wanted}/{split}", columns, np.arange(rows), tuple(notes), "{}[{}]")


def _leaves(features, prefix=""):
    """Pairs of a dotted name and a feature, over nested features."""
    for name, feature in features.items():
        if hasattr(feature, "items"):
            yield from _leaves(feature, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", feature


def _is_column(feature):
    """Whether a feature is a scalar, or a vector of numbers of a known, short length."""
    shape = feature.shape
    if not isinstance(shape, tuple) or not hasattr(feature, "np_dtype") or hasattr(feature, "feature"):
        return False
    numeric = np.issubdtype(feature.np_dtype, np.number)
    return shape == () or (len(shape) == 1 and shape[0] is not None and shape[0] <= LONGEST_VECTOR and numeric)
