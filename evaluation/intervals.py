"""How wide prediction intervals must be, found on rows that the members answering had not been trained on.

    calibrate(targets, outputs, *, members, level) -> (noise, width)

The way is that of conformal prediction, without its guarantee: the same rows chose the best epoch, and residuals are
rescaled to those of all members. Where rows are too few for `level` (fewer than level / (1 - level)), a guarantee would
need intervals without end; the largest ratio is taken then, and fewer new rows lie inside. A run reports the share
that its test rows have.

Reference: Lei et al. 2018, Distribution-free predictive inference for regression (arXiv:1604.04173), the locally
weighted form.
"""

from math import ceil

import numpy as np

SMALLEST = 1e-4  # standardised: no interval is narrower, so that no likelihood is infinite


def calibrate(targets, outputs, *, members: int, level: float) -> tuple[float, float]:
    """The noise that no member can predict, and the half width of an interval in deviations.

    Args:
        targets: (N,) standardised.
        outputs: (N, m, 1 or 2) standardised outputs of the m members that had not seen the row: means, and deviations
            where they give them.
        members: how many members answer for a new row; each row is judged here by m of them.
        level: share of new rows that the intervals shall hold, in (0, 1).

    Returns:
        `noise` and `width` of `export.regression_decoding.RegressionDecoding`.
    """
    outputs = np.asarray(outputs, np.float64)
    m = outputs.shape[1]
    residuals = np.asarray(targets, np.float64) - outputs[..., 0].mean(axis=1)
    disagreement = outputs[..., 0].var(axis=1, ddof=1) if m > 1 else np.zeros(len(residuals))
    if 1 < m < members:
        disagreement = shrunk(disagreement, m - 1)
    # The mean of all members errs less than that of m: of the variance V of one member, V/m is left with m of them.
    squared = np.mean(residuals**2)
    expected = max(squared - disagreement.mean() * (1 / m - 1 / members), SMALLEST**2)
    among_all = disagreement * (members - 1) / members
    if outputs.shape[-1] == 2:
        noise, aleatoric = 0.0, np.mean(outputs[..., 1] ** 2, axis=1)
    else:
        noise = float(np.sqrt(max(expected - among_all.mean(), SMALLEST**2)))
        aleatoric = noise**2
    ratios = np.abs(residuals) * np.sqrt(expected / max(squared, SMALLEST**2)) / np.sqrt(among_all + aleatoric)
    rank = min(ceil((len(ratios) + 1) * level), len(ratios))
    return noise, float(np.sort(ratios)[rank - 1])


def shrunk(variances, degrees: int) -> np.ndarray:
    """Variances (N,) from a few draws each, drawn towards their mean as far as chance explains their spread.

    With two members a row has one degree of freedom: its variance is near 0 by chance again and again, and a residual
    in such units is huge. All the members that answer for a new row give a variance without these accidents.

    Args:
        variances: sample variances of N rows.
        degrees: degrees of freedom of each.
    """
    mean = variances.mean()
    if mean == 0:
        return variances
    chance = 2 / degrees  # squared coefficient of variation of a sample variance of normal draws
    true = max((np.var(variances) / mean**2 - chance) / (1 + chance), 1e-9)
    prior = 2 / true  # degrees of freedom that the mean counts for
    return (degrees * variances + prior * mean) / (degrees + prior)
