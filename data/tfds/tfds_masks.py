"""Reads pictures with masks of a TensorFlow dataset, `tfds:NAME[/CONFIG][:VERSION]`, such as oxford_iiit_pet."""

from data.captions.caption_json import SPLITS
from data.errors import DataError, listing
from data.masks.mask_sources import Pair, RawMasks
from data.tfds import tfds_source

MASK_NAMES = ("segmentation_mask", "segmentation_label", "segmentation", "mask", "annotation", "label")


def read(wanted: str, download: bool) -> RawMasks:
    """The pairs of a TensorFlow dataset, both as the bytes of their files.

    Args:
        wanted: What stands after "tfds:".
        download: Whether it may be downloaded.

    Raises:
        DataError: The dataset is unknown, not prepared, too large, or does not hold pictures with masks.
    """
    raw = RawMasks({}, None, f"tfds:{wanted}")
    with tfds_source.quiet():
        builder = tfds_source.prepared(wanted, download)
        size = sum(info.num_bytes for info in builder.info.splits.values())
        if size > tfds_source.LARGEST:
            raise DataError(
                f"tfds:{wanted} has {size / 1024**3:.1f} GiB, and records are held in memory: allowed are "
                f"{tfds_source.LARGEST / 1024**3:.0f} GiB. Give its files instead."
            )
        image, mask = _features(builder, wanted)
        for split in builder.info.splits:
            if part := SPLITS.get(split):
                raw.parts.setdefault(part, []).extend(_pairs(builder, split, image, mask, f"tfds:{wanted}/{split}"))
    if not raw.parts.get("train"):
        raise DataError(f"tfds:{wanted} has no training split. Received: {listing(builder.info.splits)}.")
    return raw


def _features(builder, wanted):
    """The names of the picture and of its mask."""
    import tensorflow_datasets

    kinds = tensorflow_datasets.features
    names = [name for name, kind in builder.info.features.items() if isinstance(kind, kinds.Image)]
    masks = [name for wish in MASK_NAMES for name in names if name == wish or name.endswith(f"_{wish}")]
    pictures = [name for name in names if name not in masks]
    if not masks or len(pictures) != 1:
        raise DataError(
            f"tfds:{wanted} has no pictures with masks: needed are two images, one of them called "
            f"{listing(MASK_NAMES)}. Received: features {listing(builder.info.features)}."
        )
    return pictures[0], masks[0]


def _pairs(builder, split, image, mask, origin):
    import tensorflow_datasets

    decoders = {name: tensorflow_datasets.decode.SkipDecoding() for name in (image, mask)}
    config = tensorflow_datasets.ReadConfig(try_autocache=False, interleave_cycle_length=1)
    dataset = builder.as_dataset(split=split, decoders=decoders, read_config=config, shuffle_files=False)
    for number, record in enumerate(tensorflow_datasets.as_numpy(dataset)):
        yield Pair(record[image], record[mask], f"{origin}[{number}]")
