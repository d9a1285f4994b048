"""Reads captioned images of a TensorFlow dataset, `tfds:NAME[/CONFIG][:VERSION]`, such as coco_captions."""

from data.captions.caption_json import SPLITS
from data.captions.raw_captions import CaptionRows
from data.errors import DataError, listing
from data.tfds import tfds_source

CAPTION_NAMES = ("captions", "caption", "text", "sentences", "raw")


def read(wanted, download):
    """Returns the name and part -> `RawCaptions` of a TensorFlow dataset.

    Args:
        wanted: what stands after "tfds:".
        download: whether it may be downloaded.

    Raises:
        DataError: the dataset is unknown, not prepared, too large, or does not hold images with captions.
    """
    with tfds_source.quiet():
        builder = tfds_source.prepared(wanted, download)
        size = sum(info.num_bytes for info in builder.info.splits.values())
        if size > tfds_source.LARGEST:
            raise DataError(
                f"tfds:{wanted} has {size / 1024**3:.1f} GiB, and records are held in memory: allowed are "
                f"{tfds_source.LARGEST / 1024**3:.0f} GiB. Give its image files and JSON instead."
            )
        image, captions = _features(builder, wanted)
        read = {}
        for split in builder.info.splits:
            part = SPLITS.get(split)
            if part:
                read.setdefault(part, CaptionRows(f"tfds:{wanted}/{split}"))
                _add(read[part], builder, split, image, captions, f"tfds:{wanted}/{split}")
    if "train" not in read:
        raise DataError(f"tfds:{wanted} has no training split. Received: {listing(builder.info.splits)}.")
    if "validation" in read and "test" not in read:
        read["test"] = read.pop("validation")
    name = "-".join(["tfds", builder.name, *([builder.builder_config.name] if builder.builder_config else [])])
    return name, {part: rows.finish() for part, rows in read.items()}


def _features(builder, wanted):
    """Returns the names of the image and of its captions: "captions" or, inside it, "captions.text"."""
    import tensorflow_datasets

    features = tensorflow_datasets.features
    images = [name for name, feature in builder.info.features.items() if isinstance(feature, features.Image)]
    texts = []
    for name, feature in builder.info.features.items():
        inner = getattr(feature, "feature", feature)  # of a sequence
        leaves = dict(inner.items()) if hasattr(inner, "items") else {"": inner}
        for leaf, kind in leaves.items():
            if isinstance(kind, features.Text) and {name, leaf} & set(CAPTION_NAMES):
                texts.append((name, leaf))
    if len(images) != 1 or len(texts) != 1:
        raise DataError(
            f"tfds:{wanted} has no images with captions: needed are one image and one text or sequence called "
            f"{listing(CAPTION_NAMES)}. Received: features {listing(builder.info.features)}."
        )
    return images[0], texts[0]


def _add(rows, builder, split, image, captions, origin):
    import tensorflow_datasets

    decoders = {image: tensorflow_datasets.decode.SkipDecoding()}
    config = tensorflow_datasets.ReadConfig(try_autocache=False, interleave_cycle_length=1)
    dataset = builder.as_dataset(split=split, decoders=decoders, read_config=config, shuffle_files=False)
    outer, leaf = captions
    for number, record in enumerate(tensorflow_datasets.as_numpy(dataset)):
        place = f"{origin}[{number}]"
        texts = record[outer][leaf] if leaf else record[outer]
        rows.name_image(place.replace(":", "-"), place)
        rows.contents[place.replace(":", "-")] = record[image]
        for text in [texts] if isinstance(texts, bytes) else texts:
            rows.add(place.replace(":", "-"), text.decode("utf-8", "replace"), place)
