r"""Data: what to hold back, what to scale, what to make of text

A score is honest only on rows that had no say in the choice. Two scores, on training and on validation rows, tell
whether a network is too weak or knows its rows by heart. Everything here is measured on the 1,797 handwritten digits
that scikit-learn brings along, on its table of breast cancer records, and on a small planted table.
"""

import csv
import io
import json

import numpy as np

from evaluation.figures import PALETTE, QUIET, canvas
from lectures.question import Question
from lectures.shown import Shown, at_least, at_most, in_most, near


def s50_three_parts(candidates: int = 200, rows: int = 100, seeds: int = 10):
    r"""A score on the rows that chose the model is too good

    Two hundred classifiers, each on 20 pixels drawn at random, are compared on one hundred test rows. The best of them
    scores there several points more than on 1,397 rows that nobody has looked at: it was chosen partly for its luck.
    The same choice made on validation rows leaves the test rows alone, and their score is then right on average.

    Formula: \max_k \hat a_k \text{ on the rows that choose} \;\ge\; \hat a_{k} \text{ on fresh rows, on average}

    Source: the lectures, "DO NOT TOUCH DURING TRAINING PHASE!"; Hastie, Tibshirani and Friedman 2009, The Elements of
    Statistical Learning, section 7.2

    Where: `data/splits.py`; searches see training and validation rows only
    """
    from sklearn.datasets import load_digits

    x, t = load_digits(return_X_y=True)
    chosen, fresh, fair = [], [], []
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        train, looked_at, unseen = np.split(rng.permutation(len(x)), [300, 300 + rows])
        right = []
        for _ in range(candidates):
            pixels = rng.choice(64, 20, replace=False)
            w = np.linalg.lstsq(x[train][:, pixels], np.eye(10)[t[train]], rcond=None)[0]
            right.append((x[:, pixels] @ w).argmax(1) == t)
        right = np.array(right)
        best = right[:, looked_at].mean(1).argmax()
        chosen.append(right[best, looked_at].mean())
        fresh.append(right[best, unseen].mean())
        fair.append(right[best, unseen[:rows]].mean())
    chosen, fresh, fair = np.array(chosen), np.array(fresh), np.array(fair)
    # Picture
    figure, axes = canvas()
    for k in range(seeds):
        axes.plot([fresh[k], chosen[k]], [k, k], color=QUIET, linewidth=1)
    axes.plot(chosen, range(seeds), "o", color=PALETTE[1], label="on the rows that chose")
    axes.plot(fresh, range(seeds), "s", color=PALETTE[0], label="on 1,397 fresh rows")
    axes.set(xlabel="accuracy of the chosen classifier", ylabel="seed", yticks=range(seeds), ylim=(-0.6, seeds + 1.8))
    axes.legend(loc="upper left", ncols=2, fontsize=8)
    checks = [
        in_most("the choosing rows flatter", chosen > fresh),
        at_least("points too many, mean", 100 * (chosen - fresh).mean(), 2),
        near("points too many on test rows that did not choose, mean", 100 * (fair - fresh).mean(), 0, 2),
    ]
    return Shown(checks, figure, "In every seed the accuracy on the rows that chose lies right of that on fresh rows.")


def s51_scaling(steps: int = 300, seeds: int = 10):
    r"""Inputs on one scale train faster and end better

    The thirty columns of the breast cancer table run from thousandths to thousands. One learning rate must serve all of
    them: small enough for the largest column, it is nothing for the smallest. With every column brought to mean 0 and
    standard deviation 1 the same number of steps ends better, even though the rate of the raw columns is the best of
    ten. Mean and deviation come from training rows alone and belong to the model.

    Formula: x' = \frac{x - \mu_{\text{train}}}{\sigma_{\text{train}}}

    Source: the lectures, "Scaling and pre-processing the input data"; LeCun, Bottou, Orr and Müller 1998, Efficient
    BackProp, section 4.3

    Where: `data/tables/table_features.py`; the exported model holds the scaling
    """
    from sklearn.datasets import load_breast_cancer

    x, t = load_breast_cancer(return_X_y=True)
    found = {"raw": [], "scaled": []}
    rates = 10.0 ** np.arange(-8, 2)
    for seed in range(seeds):
        train, test = np.split(np.random.default_rng(seed).permutation(len(x)), [400])
        scaled = (x - x[train].mean(0)) / x[train].std(0)
        for name, columns in (("raw", x), ("scaled", scaled)):
            inputs = np.hstack([columns, np.ones((len(x), 1))])
            w = np.zeros((31, len(rates)))
            for _ in range(steps):
                p = 1 / (1 + np.exp(-np.clip(inputs[train] @ w, -500, 500)))
                w -= rates * (inputs[train].T @ (p - t[train, None])) / len(train)
            found[name].append(((inputs[test] @ w > 0) == t[test, None]).mean(0))
    raw, scaled = np.array(found["raw"]), np.array(found["scaled"])
    # Picture
    figure, axes = canvas()
    for name, values, colour in (("raw columns", raw, 1), ("scaled columns", scaled, 0)):
        axes.fill_between(rates, values.min(0), values.max(0), color=PALETTE[colour], alpha=0.2)
        axes.plot(rates, values.mean(0), "o-", color=PALETTE[colour], label=name)
    axes.set(xlabel="learning rate", ylabel=f"test accuracy after {steps} steps", xscale="log")
    axes.legend(loc="lower right", fontsize=8)
    best = [values[:, values.mean(0).argmax()] for values in (raw, scaled)]
    checks = [
        in_most("scaled is better, each at its best rate", best[1] > best[0]),
        at_least("test accuracy, scaled, mean", best[1].mean(), 0.96),
        at_most("test accuracy, raw, mean", best[0].mean(), 0.94),
        at_least("largest column deviation over the smallest", x.std(0).max() / x.std(0).min(), 1e5),
    ]
    return Shown(checks, figure, "Scaled columns reach a higher accuracy than raw ones, over a wide range of rates.")


def s52_bias_and_variance(large: float = 0.05):
    r"""Two accuracies name the fault: high bias, high variance, or both

    Bias is how far the training accuracy lies below what can be reached, here 100%. Variance is how far the validation
    accuracy lies below the training accuracy. A distance of more than five points counts as large. The lectures' three
    cases follow from that rule, and the report of every run says the same of them.

    Formula: \text{bias} = 1 - a_{\text{train}}, \qquad \text{variance} = a_{\text{train}} - a_{\text{validation}}

    Source: the lectures, table of bias and variance; Ng 2018, Machine Learning Yearning, chapters 20 to 22

    Where: `evaluation/diagnosis.py`; the diagnosis in each report; lesson "overfitting" of `python -m
    apps.playground`
    """
    from evaluation.diagnosis import diagnose

    cases = {(0.99, 0.89): "high variance", (0.90, 0.89): "high bias", (0.89, 0.78): "high bias and high variance"}
    curve = {"loss": 0.3 + 2.0 * 0.7 ** np.arange(30)}
    by_rule, by_report = [], []
    for (train, validation), label in cases.items():
        faults = ["high bias"] * (1 - train > large) + ["high variance"] * (train - validation > large)
        by_rule.append(" and ".join(faults) == label)
        report = diagnose(curve, train_accuracy=train, validation_accuracy=validation)
        by_report.append(report.label == label)
    edge = diagnose(curve, train_accuracy=1.005 - large, validation_accuracy=1.01 - 2 * large)
    # Picture
    figure, axes = canvas(4.8, 3.6)
    train, validation = np.meshgrid(np.linspace(0.75, 1, 251), np.linspace(0.65, 1, 251))
    region = (1 - train > large) + 2.0 * (train - validation > large)
    colours = ["#d9f0e6", "#f7ddcc", "#d9e8f3", "#eedde8"]
    axes.contourf(train, validation, region, [-0.5, 0.5, 1.5, 2.5, 3.5], colors=colours)
    for place, text in (((0.957, 0.945), "healthy"), ((0.8, 0.93), "high bias"), ((0.957, 0.7), "high\nvariance"),
                        ((0.8, 0.7), "high bias and\nhigh variance")):  # fmt: skip
        axes.annotate(text, place, fontsize=8)
    for one in cases:
        axes.plot(*one, "o", color=PALETTE[6])
        axes.annotate(f"{100 * one[0]:.0f}/{100 * one[1]:.0f}", one, xytext=(4, 4), textcoords="offset points")
    axes.plot([0.75, 1], [0.75, 1], color=QUIET, linewidth=1)
    axes.set(xlabel="training accuracy", ylabel="validation accuracy", ylim=(0.65, 1), xlim=(0.75, 1))
    checks = [
        near("cases named as the lectures name them", sum(by_rule), 3, 0),
        near("cases that the suite's diagnosis names so", sum(by_report), 3, 0),
        near("a network just inside both limits is healthy", edge.label == "healthy", 1, 0),
    ]
    return Shown(checks, figure, "The three cases of the lectures fall into the regions bias, variance and both.")


def features(records, with_text=True):
    """Numbers as they are, a column for each material, and a column for each word of the notes."""
    materials = sorted({one["material"] for one in records})
    words = sorted({word for one in records for word in one.get("note", "").split()})
    found = []
    for one in records:
        note = one.get("note", "").split()
        row = [1.0, float(one["weight"])] + [float(one["material"] == name) for name in materials]
        found.append(row + [float(note.count(word)) for word in words] * with_text)
    return np.array(found)


def s71_kinds_of_data(rows: int = 300, seeds: int = 10):
    r"""Text inside a table becomes columns, and it can hold the answer

    A table is structured: every row has the same columns. JSON lines are half structured: a record may lack a field.
    Free text and pictures are unstructured. Here the same planted parcels are written as CSV and as JSON lines, where a
    parcel without a note has no such field. Numbers, categories and words become one matrix, the same from both files.
    Whether a parcel was sent back is said in the note only: without the text a linear classifier guesses.

    Formula: x = (\text{weight},\; [\text{material} = m]_m,\; [\text{count of word } v]_v)

    Source: the lectures, on structured, semi-structured and unstructured data; planted data

    Where: `data/tables/column_kinds.py`, `data/tables/json_lines.py`; `--data FILE --target NAME`
    """
    words = {"yes": ["broken", "scratched", "late", "leaking"], "no": ["fine", "quick", "tidy", "pretty"]}
    with_text, without, differences = [], [], []
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        records = []
        for _ in range(rows):
            one = {"weight": f"{rng.uniform(0, 5):.2f}", "material": str(rng.choice(["glass", "wood", "steel"]))}
            returned = str(rng.choice(["yes", "no"]))
            if rng.random() < 0.95:
                one["note"] = " ".join(rng.choice(words[returned] + ["parcel", "box"], 3))
            records.append(one | {"returned": returned})
        table = io.StringIO()
        writer = csv.DictWriter(table, ["weight", "material", "note", "returned"])
        writer.writeheader()
        writer.writerows(records)
        lines = "\n".join(json.dumps(one) for one in records)
        from_csv = list(csv.DictReader(io.StringIO(table.getvalue())))
        from_json = [json.loads(line) for line in lines.splitlines()]
        differences.append(np.abs(features(from_csv) - features(from_json)).max())
        t = np.array([one["returned"] == "yes" for one in from_csv])
        half = rows // 2
        for found, text in ((with_text, True), (without, False)):
            x = features(from_csv, text)
            w = np.linalg.lstsq(x[:half], t[:half] - 0.5, rcond=None)[0]
            found.append(np.mean((x[half:] @ w > 0) == t[half:]))
    # Picture
    figure, axes = canvas()
    for k, found in enumerate((without, with_text)):
        axes.barh(k, np.mean(found), color=PALETTE[k + 1], height=0.5, alpha=0.5)
        axes.plot(found, np.full(seeds, k), ".", color=PALETTE[6])
    axes.axvline(0.5, color=QUIET, linestyle="--")
    axes.annotate("guessing", (0.49, 1.35), ha="right", color=QUIET, fontsize=8)
    axes.set(xlabel="test accuracy (a dot is a seed)", xlim=(0, 1), yticks=[0, 1], ylim=(-0.5, 1.6))
    axes.set_yticklabels(["number and category", "number, category\nand text"])
    checks = [
        near("CSV and JSON lines give the same matrix, largest difference", np.max(differences), 0, 0),
        near("columns: constant, number, materials, words", features(from_csv).shape[1], 2 + 3 + 10, 0),
        in_most("the text gains 30 points", np.subtract(with_text, without) > 0.3),
        at_least("accuracy with the text, mean", np.mean(with_text), 0.9),
        at_most("accuracy without it, mean", np.mean(without), 0.56),
    ]
    return Shown(checks, figure, "Number and category alone guess; with the words of the note nearly all are right.")


def questions(measured) -> list[Question]:
    flattery = measured["S50"]["points too many, mean"]
    scaled = measured["S51"]["test accuracy, scaled, mean"]
    return [
        Question(
            "The best of 200 classifiers on 100 test rows is measured on fresh rows. What happens to its accuracy?",
            ("It stays as it is.", f"It falls by {flattery:.1f} points on average.", "It rises, as the rows are more."),
            1,
            "It was chosen for its score on those rows, and so partly for its luck there.",
        ),
        Question(
            "Training accuracy is 99%, validation accuracy 89%. What is it?",
            ("high bias", "high bias and high variance", "high variance"),
            2,
            "The training rows are fitted, and the distance to the validation rows is 10 points.",
        ),
        Question(
            f"Scaled inputs reached {100 * scaled:.1f}% on the test rows. Which rows give mean and deviation?",
            ("the training rows", "all rows", "training rows in training, test rows in the test"),
            0,
            "Anything else lets the test rows into the model, and a deployed model has no test rows to ask.",
        ),
    ]
