"""How close reconstructions are to their records, and how principal components of the same number do.

    squared_errors(records, outputs) -> (N,)
    peak_signal_to_noise(errors) -> (N,)            structural_similarity(images, outputs) -> (N,)
    PrincipalComponents.fit(records, size, seed=0)

Records are prepared: standardised features of a table (N, F), or pixels between 0 and 1 (N, H, W, C).
"""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import uniform_filter
from sklearn.metrics import roc_auc_score
from threadpoolctl import threadpool_limits

from evaluation.evenly import evenly

WINDOW = 7  # pixels on a side of the windows of the structural similarity
SMALLEST_ERROR = 1e-10  # a record without error would have an infinite ratio of signal to noise: it is 100 dB
MOST_VALUES = 2**26  # of the records on which principal components are fitted: a quarter of a gigabyte


def squared_errors(records, outputs) -> np.ndarray:
    """Mean squared difference of each record from its reconstruction: (N,). Its mean is the MSE."""
    records, outputs = np.asarray(records, np.float64), np.asarray(outputs, np.float64)
    if records.shape != outputs.shape or records.ndim < 2:
        raise ValueError(
            "`records` and `outputs` must have one shape, (N, ...). "
            f"Received: records.shape={records.shape}, outputs.shape={outputs.shape}"
        )
    return ((records - outputs) ** 2).reshape(len(records), -1).mean(axis=1)


def peak_signal_to_noise(errors) -> np.ndarray:
    """Decibels (N,) of images between 0 and 1 with mean squared errors (N,): `-10 log10(error)`; more is better."""
    return -10 * np.log10(np.maximum(np.asarray(errors, np.float64), SMALLEST_ERROR))


def structural_similarity(images, outputs) -> np.ndarray:
    """SSIM (N,) of images between 0 and 1, mean over 7x7 windows and channels; 1 for equal images.

    `(2 a b + c1)(2 s_ab + c2) / ((a^2 + b^2 + c1)(s_aa + s_bb + c2))` per window, with its means a and b, its unbiased
    (co)variances s, c1 = 0.01^2 and c2 = 0.03^2.

    Args:
        images, outputs: (N, H, W, C); H and W at least 7.

    Reference:
        Wang et al. 2004, Image quality assessment: from error visibility to structural similarity.
    """
    x, y = np.asarray(images, np.float64), np.asarray(outputs, np.float64)
    if x.shape != y.shape or x.ndim != 4 or min(x.shape[1:3]) < WINDOW:
        raise ValueError(
            f"`images` and `outputs` must have one shape, (N, H, W, C), with sides of at least {WINDOW}. "
            f"Received: {x.shape} and {y.shape}"
        )

    def mean(values):
        return uniform_filter(values, (1, WINDOW, WINDOW, 1))

    a, b = mean(x), mean(y)
    unbiased = WINDOW**2 / (WINDOW**2 - 1)
    s_aa, s_bb, s_ab = (unbiased * (mean(p * q) - m * n) for p, q, m, n in ((x, x, a, a), (y, y, b, b), (x, y, a, b)))
    c1, c2 = 0.01**2, 0.03**2
    similarity = (2 * a * b + c1) * (2 * s_ab + c2) / ((a**2 + b**2 + c1) * (s_aa + s_bb + c2))
    edge = WINDOW // 2
    return similarity[:, edge:-edge, edge:-edge].mean(axis=(1, 2, 3))


def has_windows(shape: tuple[int, ...]) -> bool:
    """Whether records of this shape, (N, ...), are images large enough for the structural similarity."""
    return len(shape) == 4 and min(shape[1:3]) >= WINDOW


def scores(errors, similarity, normal, is_image: bool) -> dict[str, float]:
    """`mse`, for images `psnr` and `ssim`, and, where there are anomalies, `anomaly_auroc`.

    Args:
        errors: (N,) squared errors, which are the anomaly scores.
        similarity: (N,) structural similarity, or None.
        normal: (N,) boolean; records that are no anomaly, which alone count for the first three.
        is_image: whether the records are images.
    """
    found = {"mse": float(errors[normal].mean())}
    if is_image:
        found["psnr"] = float(peak_signal_to_noise(errors[normal]).mean())
    if similarity is not None:
        found["ssim"] = float(similarity[normal].mean())
    if not normal.all() and normal.any():
        found["anomaly_auroc"] = float(roc_auc_score(~normal, errors))
    return found


@dataclass(frozen=True, eq=False)
class PrincipalComponents:
    """The linear autoencoder of least squared error: mean (F,) and orthonormal components (K, F)."""

    mean: np.ndarray
    components: np.ndarray

    @classmethod
    def fit(cls, records, size: int, seed: int = 0) -> "PrincipalComponents":
        """Fits `size` components, or as many as there can be, on records (N, ...); on a part of very many values."""
        from sklearn.decomposition import PCA

        rows = np.asarray(records, np.float32).reshape(len(records), -1)
        most = max(MOST_VALUES // rows.shape[1], 2 * size)
        if len(rows) > most:
            rows = rows[evenly(len(rows), most)]
        with threadpool_limits(1):  # two threads wait for each other where another process is at work
            pca = PCA(min(size, *rows.shape), random_state=seed).fit(rows)
        return cls(pca.mean_.astype(np.float64), pca.components_.astype(np.float64))

    def encode(self, records) -> np.ndarray:
        """Codes (N, K) of records (N, ...)."""
        rows = np.asarray(records, np.float64)
        return (rows.reshape(len(rows), -1) - self.mean) @ self.components.T

    def centre(self, shape: tuple[int, ...]) -> np.ndarray:
        """The mean record, of the shape (N, ...) of records."""
        return np.broadcast_to(self.mean.reshape(1, *shape[1:]), shape)

    def reconstruct(self, records) -> np.ndarray:
        """Reconstructions of records, of the same shape; pixels are not clipped."""
        return (self.encode(records) @ self.components + self.mean).reshape(np.shape(records))
