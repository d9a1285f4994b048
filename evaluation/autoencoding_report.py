"""The page of an autoencoder's run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evaluation import report
from evaluation.autoencoding_plots import code_map, image_rows, score_histogram
from evaluation.curve_plots import learning_curves
from evaluation.diagnosis import Diagnosis
from evaluation.report_blocks import cell, diagnosis_blocks, first_columns
from evaluation.tiles import thumbnail

NAMES = {
    "mse": "MSE",
    "psnr": "PSNR (dB)",
    "ssim": "SSIM",
    "explained": "variance kept",
    "anomaly_auroc": "AUROC of the anomaly",
    "code_accuracy": "accuracy on the code",
}
MEANINGS = {
    "mse": "MSE: mean squared difference of record and reconstruction; images have pixels from 0 to 1, columns of a "
    "table are standardised. Less is better, in all the others more.",
    "psnr": "PSNR: -10 log10 of an image's MSE, its mean over the images; 10 dB more is a tenth of the error.",
    "ssim": "SSIM: how alike structures are in windows of 7x7 pixels; 1 for equal images (Wang et al. 2004).",
    "explained": "Variance kept: 1 - MSE / variance of the records around the training mean.",
    "anomaly_auroc": "AUROC: the chance that a record of the class that was kept out of training has a larger error "
    "than another; 0.5 is guessing.",
    "code_accuracy": "Accuracy on the code: of a small classifier (32 hidden units) that sees the code alone.",
}


@dataclass(frozen=True)
class Records:
    """Some records in several versions: name to uint8 images (N, H, W, C), or to rows (dictionaries) of a table."""

    versions: Mapping[str, Sequence]
    origins: Sequence[str] = ()
    errors: Sequence[float] = ()

    @property
    def are_images(self) -> bool:
        return isinstance(next(iter(self.versions.values())), np.ndarray)


def sections(
    *,
    classes: Sequence[str],
    anomaly: str | None,
    history: Mapping[str, Sequence[float]],
    scores: Mapping[str, float],
    code_size: int,
    codes: np.ndarray,
    labels: np.ndarray,
    errors: np.ndarray,
    pairs: Records,
    surprising: Records,
    walks: Sequence[Records] = (),
    samples: Records | None = None,
    diagnosis: Diagnosis | None = None,
    best_epoch: int | None = None,
) -> list[report.Section]:
    """What this kind of run has to show.

    Args:
        anomaly: the class that was kept out of training, one of `classes`, or None.
        history: one number an epoch by name (see curve_plots.learning_curves).
        scores: of the test split; those of PCA with the same code size have `pca_` before the name.
        codes, labels, errors: (N, size), (N,) and (N,) of the test split.
        pairs: versions "original", "network", "PCA" of some test records.
        surprising: versions "original" and "network" of those with the largest errors, with origins and errors.
        walks: each the records on a straight line between the codes of two test records.
        samples: records made from random codes.
        best_epoch: counted from 1; the weights of which epoch were kept; None where it is of no epoch.
    """
    found = [
        report.Section("Result on the test data", headline(scores, code_size)),
        *([report.Section("Diagnosis", diagnosis_blocks(diagnosis))] if diagnosis else []),
        report.Section("Originals and reconstructions", record_blocks(pairs, "Test records, evenly spread.")),
        report.Section("The codes", code_blocks(codes, labels, classes)),
    ]
    if walks or samples:
        found.append(report.Section("New records", new_blocks(walks, samples)))
    if anomaly is not None:
        normal = np.asarray(labels) != list(classes).index(anomaly)
        text = f"Class {anomaly} was never seen in training. The better it is told apart, the less the two overlap."
        blocks = [report.Text([text]), report.Pictures([score_histogram(errors, normal, anomaly)])]
        found.append(report.Section("Anomaly", blocks))
    found += [
        report.Section("Most surprising records", surprising_blocks(surprising)),
        report.Section("Learning curves", [report.Pictures(learning_curves(history, best_epoch))]),
    ]
    return found


def headline(scores: Mapping[str, float], code_size: int) -> list:
    """The large figures, then the network beside principal components, the better of each column stressed."""
    ratio = scores["mse"] / max(scores["pca_mse"], np.finfo(float).tiny)
    cards = [
        report.Number("MSE", f"{scores['mse']:.3g}", f"PCA {scores['pca_mse']:.3g}"),
        report.Number("of PCA's error", f"{ratio:.2f}", f"a code of {code_size:,} numbers in both"),
    ]
    for name, digits in (("ssim", 3), ("anomaly_auroc", 3), ("code_accuracy", 3)):
        if name in scores:
            hint = f"PCA {scores[f'pca_{name}']:.{digits}f}"
            cards.append(report.Number(NAMES[name], f"{scores[name]:.{digits}f}", hint))
    keys = [key for key in NAMES if key in scores]
    values = np.array([[scores[key] for key in keys], [scores[f"pca_{key}"] for key in keys]])
    best = np.where([key == "mse" for key in keys], values.argmin(axis=0), values.argmax(axis=0))
    # An error spans orders of magnitude: three digits after the point would make many of them 0.
    named = zip(("this network", "PCA"), values, strict=True)
    rows = [[name, f"{row[0]:.4g}", *map(float, row[1:])] for name, row in named]
    strong = frozenset((int(row), column) for column, row in enumerate(best, start=1))
    return [
        report.Numbers(cards),
        report.Table(["", *(NAMES[key] for key in keys)], rows, strong),
        report.Folded("What the columns mean", [report.Text([MEANINGS[key] for key in keys])]),
    ]


def record_blocks(records: Records, text: str) -> list:
    """Versions of records: images in rows below each other, rows of tables in turns."""
    if records.are_images:
        count = len(next(iter(records.versions.values())))
        alt = f"{count} images, in rows: {', '.join(records.versions)}."
        return [report.Text([text]), report.Pictures([image_rows(records.versions, alt)])]
    header, rows, more = [], [], []
    for position in range(len(next(iter(records.versions.values())))):
        for version, found in records.versions.items():
            row = found[position]
            if not header:
                columns, more = first_columns(list(row))
                header = ["", *columns]
            rows.append([version, *(cell(row.get(column)) for column in header[1:])])
    return [report.Text([text]), *more, report.Table(header, rows)]


def code_blocks(codes, labels, classes: Sequence[str]) -> list:
    """The map."""
    text = "Records that the network holds to be alike lie close together."
    if classes:
        text += " The colours are the labels, which it has never seen."
    return [report.Text([text]), report.Pictures([code_map(codes, labels, classes)])]


def new_blocks(walks: Sequence[Records], samples: Records | None) -> list:
    """Records between records, and records from nowhere."""
    between = "From one test record to another, on a straight line between their codes."
    blocks = []
    if samples:
        blocks += record_blocks(samples, "Made from codes that were drawn at random: no record is behind them.")
    if walks and walks[0].are_images:
        joined = {f"{number}": walk.versions["between"] for number, walk in enumerate(walks, start=1)}
        blocks += record_blocks(Records(joined), between)
    else:
        for walk in walks:
            blocks += record_blocks(walk, between)
    return blocks


def surprising_blocks(surprising: Records) -> list:
    """Images as tiles of original and reconstruction; rows of a table in turns."""
    text = "The largest errors: look here for damaged records, rare kinds and what the network cannot draw."
    if not surprising.are_images:
        lines = [f"{origin}: {error:.3g}" for origin, error in zip(surprising.origins, surprising.errors, strict=True)]
        where = report.Folded("Where they are, and their errors", [report.Text(lines)])
        return [*record_blocks(surprising, text), where]
    tiles = []
    for position, (origin, error) in enumerate(zip(surprising.origins, surprising.errors, strict=True)):
        both = [images[position] for images in surprising.versions.values()]
        gap = np.full((both[0].shape[0], max(1, both[0].shape[1] // 14), both[0].shape[2]), 255, np.uint8)
        side_by_side = thumbnail(np.concatenate([both[0], gap, both[1]], axis=1))
        tiles.append(report.Tile(side_by_side, f"error {error:.3g}", [str(origin)]))
    return [report.Text([f"{text} Left the original, right the reconstruction."]), report.Tiles(tiles)]
