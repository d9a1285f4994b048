"""TensorFlow datasets: prepared ones are read, others are refused without touching the network."""

import numpy as np
import pytest

from data import pipeline
from data.errors import DataError, MissingData


@pytest.fixture
def prepared(real_data, monkeypatch):
    monkeypatch.setenv("TFDS_DATA_DIR", f"{real_data}/tfds")


REFUSED = {
    "unknown": ("mnst", MissingData, ["'mnst'", "Did you mean 'mnist'?", "catalog"]),
    "not prepared": ("cifar10", MissingData, ["not prepared in", "--download", "TFDS_DATA_DIR"]),
    "unknown configuration": ("wine_quality/blue", DataError, ["blue", "tfds:NAME/CONFIG"]),
    "unknown version": ("mnist:9.9.9", DataError, ["9.9.9", "only: 3.0.1", "tfds:NAME:VERSION"]),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_read_is_refused_at_once(case, load, tmp_path, monkeypatch):
    import socket

    def no_network(*_):
        raise AssertionError("asked the network")

    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    name, error, parts = REFUSED[case]
    with pytest.raises(error) as caught:
        load(f"tfds:{name}")
    for part in parts:
        assert part in str(caught.value), str(caught.value)


def test_options_that_it_cannot_use_are_refused(load):
    with pytest.raises(DataError, match="--group cannot be used with 'tfds:mnist'"):
        load("tfds:mnist", group="x")


@pytest.mark.slow
@pytest.mark.data
def test_mnist_keeps_its_splits_and_carves_validation(prepared, load, capfd):
    splits = load("tfds:mnist")
    assert "arning" not in capfd.readouterr().err
    assert splits.name == "tfds-mnist"
    assert len(splits.train) + len(splits.validation) == 60000
    assert abs(len(splits.validation) - 5000) < 10
    assert len(splits.test) == 10000
    assert splits.input_shape == (28, 28, 1)
    assert splits.train.origins[0].startswith("tfds:mnist/train[")
    assert not splits.augmentation.flip
    assert np.bincount(splits.test.labels).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert splits.prepare.mean[0] / 255 == pytest.approx(0.1307, abs=1e-3)  # as published with every MNIST example
    x, y = next(iter(pipeline.batches(splits.train, splits.prepare, 128, seed=0)))
    assert (x.shape, y.shape) == ((128, 28, 28, 1), (128,))


@pytest.mark.data
def test_wine_quality_is_a_table(prepared, load):
    splits = load("tfds:wine_quality/red")
    assert splits.name == "tfds-wine_quality-red"
    assert splits.input_shape == (11,)
    assert "features.alcohol" in splits.prepare.kinds
    assert splits.classes == ("3", "4", "5", "6", "7", "8")
    assert len(splits.train) + len(splits.validation) + len(splits.test) == 1599


@pytest.mark.data
def test_an_unknown_target_names_the_features(prepared, load):
    with pytest.raises(DataError, match=r"'labl' for --target. Did you mean 'label'\?"):
        load("tfds:mnist", target="labl")
    with pytest.raises(DataError, match="87 different values|too many for classes"):
        load("tfds:wine_quality/red", target="features.alcohol")


@pytest.mark.data
def test_a_dataset_that_does_not_fit_is_refused_with_its_size(prepared, load, monkeypatch):
    monkeypatch.setattr("data.tfds.tfds_source.LARGEST", 1000)
    with pytest.raises(DataError, match="GiB, and records are held in memory"):
        load("tfds:mnist")
