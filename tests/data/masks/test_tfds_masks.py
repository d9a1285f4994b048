"""A TensorFlow dataset of pictures with masks, made here as oxford_iiit_pet is, gives the ids that it was made of."""

import numpy as np
import pytest

from data.errors import DataError
from data.masks.mask_source import resolve
from data.settings import SegmentationData
from data.tfds import tfds_masks
from tests.data.masks.sources import ids, picture

NAME = "tfds:tiny_masks"


@pytest.fixture(autouse=True, scope="module")
def prepared(tmp_path_factory):
    """A folder with the prepared dataset: 20 pictures to train, 5 to test."""
    import tensorflow_datasets
    from tensorflow_datasets import features

    class TinyMasks(tensorflow_datasets.core.GeneratorBasedBuilder):
        VERSION = tensorflow_datasets.core.Version("1.0.0")
        name = "tiny_masks"

        def _info(self):
            image, mask = features.Image(encoding_format="png"), features.Image(shape=(None, None, 1))
            names = {"file_name": features.Text(), "image": image, "label": features.ClassLabel(num_classes=2)}
            return self.dataset_info_from_configs(features=features.FeaturesDict(names | {"segmentation_mask": mask}))

        def _split_generators(self, manager):
            return {"train": self._generate_examples(range(20)), "test": self._generate_examples(range(20, 25))}

        def _generate_examples(self, numbers):
            for number in numbers:
                yield (
                    number,
                    {
                        "file_name": f"{number}.jpg",
                        "image": picture(number),
                        "label": number % 2,
                        "segmentation_mask": ids(number)[..., None] + 1,  # from 1, as there
                    },
                )

    folder = tmp_path_factory.mktemp("tfds")
    TinyMasks(data_dir=folder).download_and_prepare()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TFDS_DATA_DIR", str(folder))
        yield


def test_its_masks_are_those_that_were_written():
    splits = resolve(SegmentationData(NAME), seed=0)
    assert splits.name == "tfds-tiny_masks" and splits.classes == ("1", "2", "3")
    parts = splits.train, splits.validation, splits.test
    assert [len(part) for part in parts] == [18, 2, 5]
    found = [part.truth(row) for part in parts for row in range(len(part))]
    for number in range(25):
        assert sum(np.array_equal(truth, ids(number)) for truth in found) == 1
    assert splits.test.origins[0].startswith(f"{NAME}/test[")


def test_other_datasets_are_refused(monkeypatch):
    with pytest.raises(DataError, match="--test cannot be used with tfds:tiny_masks"):
        resolve(SegmentationData(NAME, test="masks"), seed=0)
    with pytest.raises(DataError, match="no TensorFlow dataset called 'tiny_maks'.*tiny_masks"):
        resolve(SegmentationData("tfds:tiny_maks"), seed=0)
    monkeypatch.setattr(tfds_masks, "MASK_NAMES", ("depth",))
    with pytest.raises(DataError, match="has no pictures with masks.*'depth'.*Received: features 'file_name', 'image'"):
        resolve(SegmentationData(NAME), seed=0)
    monkeypatch.setattr(tfds_masks.tfds_source, "LARGEST", 10)
    with pytest.raises(DataError, match="records are held in memory"):
        resolve(SegmentationData(NAME), seed=0)
