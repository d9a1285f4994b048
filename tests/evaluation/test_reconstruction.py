"""Errors and similarities against scikit-image and formulas; principal components against scikit-learn."""

import numpy as np
import pytest
from skimage.metrics import peak_signal_noise_ratio
from skimage.metrics import structural_similarity as reference
from sklearn.decomposition import PCA
from sklearn.metrics import roc_auc_score

from evaluation import reconstruction
from evaluation.code_accuracy import fold_accuracy, split_accuracy

RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.uniform(size=(6, 11, 9, 3))
BLURRED = np.clip(IMAGES + 0.2 * RANDOM.normal(size=IMAGES.shape), 0, 1)


def test_structural_similarity_is_that_of_scikit_image():
    found = reconstruction.structural_similarity(IMAGES, BLURRED)
    expected = [reference(a, b, channel_axis=-1, data_range=1.0) for a, b in zip(IMAGES, BLURRED, strict=True)]
    np.testing.assert_allclose(found, expected, rtol=1e-9)
    np.testing.assert_allclose(reconstruction.structural_similarity(IMAGES, IMAGES), 1)


def test_signal_to_noise_is_that_of_scikit_image():
    errors = reconstruction.squared_errors(IMAGES, BLURRED)
    expected = [peak_signal_noise_ratio(a, b, data_range=1.0) for a, b in zip(IMAGES, BLURRED, strict=True)]
    np.testing.assert_allclose(reconstruction.peak_signal_to_noise(errors), expected, rtol=1e-12)
    assert reconstruction.peak_signal_to_noise([0.0])[0] == 100


def test_errors_are_means_over_the_record():
    x = np.array([[[1.0, 2], [3, 4]], [[0, 0], [0, 0]]])
    np.testing.assert_allclose(reconstruction.squared_errors(x, np.zeros_like(x)), [7.5, 0])


@pytest.mark.parametrize(
    ("function", "left", "right", "message"),
    [
        ("squared_errors", (3, 4), (3, 5), "must have one shape, .* records.shape=\\(3, 4\\)"),
        ("squared_errors", (3,), (3,), "must have one shape"),
        ("structural_similarity", (2, 6, 9, 1), (2, 6, 9, 1), "sides of at least 7. Received: \\(2, 6, 9, 1\\)"),
    ],
)
def test_refusals(function, left, right, message):
    with pytest.raises(ValueError, match=message):
        getattr(reconstruction, function)(np.zeros(left), np.zeros(right))


def test_principal_components_are_those_of_scikit_learn():
    x = (RANDOM.normal(size=(50, 12)) @ RANDOM.normal(size=(12, 12))).reshape(50, 3, 4).astype("float32")
    new = x[:7] + 1
    ours, theirs = reconstruction.PrincipalComponents.fit(x, 4), PCA(4).fit(x.reshape(50, 12))
    expected = theirs.inverse_transform(theirs.transform(new.reshape(7, 12)))
    np.testing.assert_allclose(ours.reconstruct(new), expected.reshape(7, 3, 4), atol=1e-4)
    np.testing.assert_allclose(ours.encode(new), theirs.transform(new.reshape(7, 12)), atol=1e-4)
    np.testing.assert_allclose(ours.centre(new.shape)[3], x.mean(axis=0), atol=1e-5)
    assert reconstruction.PrincipalComponents.fit(x, 40).encode(x).shape == (50, 12)  # no more than there are


def test_scores_leave_the_anomaly_out_and_judge_it():
    errors, normal = np.array([0.1, 0.2, 0.15, 0.9, 0.12]), np.array([True, True, True, False, False])
    found = reconstruction.scores(errors, None, normal, is_image=True)
    assert set(found) == {"mse", "psnr", "anomaly_auroc"}
    assert found["mse"] == pytest.approx(0.15)
    assert found["anomaly_auroc"] == roc_auc_score(~normal, errors)
    assert "anomaly_auroc" not in reconstruction.scores(errors, None, np.ones(5, bool), is_image=False)


def test_a_code_that_tells_the_labels_is_worth_more():
    labels = np.arange(200) % 2
    good = np.stack([labels + 0.1 * RANDOM.normal(size=200), RANDOM.normal(size=200)], axis=1)
    bad = RANDOM.normal(size=(200, 2))
    assert split_accuracy(good[:150], labels[:150], good[150:], labels[150:]) == 1
    assert split_accuracy(bad[:150], labels[:150], bad[150:], labels[150:]) < 0.75
    assert fold_accuracy(good, labels, folds=4) == 1
    with pytest.raises(ValueError, match="two classes or more"):
        split_accuracy(good, np.zeros(200), good, np.zeros(200))
