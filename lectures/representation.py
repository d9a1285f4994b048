r"""Representation: what hidden layers find

An autoencoder rebuilds its input through a narrow layer. What stands in that layer is a code, found without a teacher.
It can be a binary number, it can bend where principal components are flat, and it can ignore what does not matter.
"""

import warnings
from itertools import pairwise

import numpy as np

from evaluation.figures import MARKERS, PALETTE
from lectures.drawing import panels
from lectures.question import Question
from lectures.shown import Shown, at_most, in_most, near


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def s66_mitchell(eta: float = 0.3, spread: float = 0.1, epochs: int = 5000, seeds: int = 20):
    r"""Three hidden units invent a binary code

    Eight inputs, each a single 1, go through three sigmoid units and must come out again. With 59 weights drawn from
    U(-0.1, 0.1) and 5000 steps on all eight rows, 17 of 20 networks find three numbers near 0 or 1 that differ for all
    eight: a binary code that nobody asked for. The other three put two rows into one corner, and their outputs are
    largest in the right place all the same. The share hangs on the first weights; of 200 networks 138 succeed.

    Formula: \Delta w = \eta\, \delta\, x, \qquad \delta_k = o_k (1 - o_k)(t_k - o_k), \quad \delta_h = h (1 - h) \sum_k
    w_{kh} \delta_k

    Source: Mitchell 1997, Machine Learning, section 4.6.4

    Where: `python -m apps.autoencode --data one_hot_8`; `python -m benchmarks.mitchell`
    """
    first = np.array([np.random.default_rng(seed).uniform(-spread, spread, 59) for seed in range(seeds)])
    w1, b1, w2, b2 = np.split(first.astype("float32").astype(float), [24, 27, 51], axis=1)
    w1, b1, w2, b2 = w1.reshape(-1, 8, 3), b1.reshape(-1, 1, 3), w2.reshape(-1, 3, 8), b2.reshape(-1, 1, 8)
    x = np.eye(8)
    for _ in range(epochs):
        h = sigmoid(x @ w1 + b1)
        o = sigmoid(h @ w2 + b2)
        delta = o * (1 - o) * (x - o)
        back = h * (1 - h) * (delta @ w2.swapaxes(1, 2))
        w2, b2 = w2 + eta * h.swapaxes(1, 2) @ delta, b2 + eta * delta.sum(1, keepdims=True)
        w1, b1 = w1 + eta * x.T @ back, b1 + eta * back.sum(1, keepdims=True)
    h = sigmoid(x @ w1 + b1)
    o = sigmoid(h @ w2 + b2)
    distinct = np.array([len(np.unique(np.round(one), axis=0)) for one in h])
    error = ((o - x) ** 2).sum((1, 2))
    # Picture
    figure, axes = panels(2, width=8.4, height=3.6)
    good = int(np.flatnonzero(distinct == 8)[0]) if (distinct == 8).any() else 0
    axes[0].imshow(h[good], cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for row in range(8):
        for unit in range(3):
            dark = h[good, row, unit] > 0.5
            axes[0].text(unit, row, f"{h[good, row, unit]:.2f}", ha="center", va="center", color="w" if dark else "k")
    axes[0].set(xlabel="hidden unit", ylabel="row", xticks=range(3), yticks=range(8), title=f"codes of seed {good}")
    axes[0].grid(visible=False)
    axes[1].bar(range(seeds), distinct, color=[PALETTE[0] if one == 8 else PALETTE[1] for one in distinct])
    axes[1].set(xlabel="seed", ylabel="different rounded codes", title=f"{(distinct == 8).sum()} of {seeds} find all 8")
    axes[1].set_xticks(range(0, seeds, 2))
    weights = sum(one[0].size for one in (w1, b1, w2, b2))
    checks = [
        near("weights", weights, 59, 0),
        near("seeds of 20 with eight different codes", (distinct == 8).sum(), 17, 0),
        near("seeds of 20 with all outputs largest in the right place", (o.argmax(2) == range(8)).all(1).sum(), 20, 0),
        near("sum of squared errors, mean", error.mean(), 0.0894, 0.0005),
    ]
    return Shown(
        checks, figure, "A network's eight codes are all the binary numbers of three digits; 17 of 20 find them."
    )


def autoencoder(x, hidden, seeds, steps, rate=0.03, batch=32):
    """Codes and outputs of tanh autoencoders, one for each seed: Adam on the mean squared error of mini-batches."""
    rng, sizes = np.random.default_rng(0), (x.shape[1], *hidden, x.shape[1])
    w = [rng.normal(0, a**-0.5, (seeds, a, b)) for a, b in pairwise(sizes)] + [
        np.zeros((seeds, 1, b)) for b in sizes[1:]
    ]
    m, v, count, last = [0.0] * len(w), [0.0] * len(w), len(sizes) - 1, len(sizes) - 2

    def signals(rows):
        found = [np.broadcast_to(rows, (seeds, *rows.shape))]
        for k in range(count):
            z = found[-1] @ w[k] + w[count + k]
            found.append(z if k in (last, len(hidden) // 2) else np.tanh(z))
        return found

    for step in range(1, steps + 1):
        found = signals(x[rng.integers(0, len(x), batch)])
        delta, gradient = 2 * (found[-1] - found[0]) / found[0][0].size, [None] * len(w)
        for k in reversed(range(count)):
            delta = delta if k in (last, len(hidden) // 2) else delta * (1 - found[k + 1] ** 2)
            gradient[k], gradient[count + k] = found[k].swapaxes(1, 2) @ delta, delta.sum(1, keepdims=True)
            delta = delta @ w[k].swapaxes(1, 2)
        for k, g in enumerate(gradient):
            m[k], v[k] = 0.9 * m[k] + 0.1 * g, 0.999 * v[k] + 0.001 * g**2
            now = rate * (1 - step / steps)
            w[k] = w[k] - now * m[k] / (1 - 0.9**step) / (np.sqrt(v[k] / (1 - 0.999**step)) + 1e-8)
    found = signals(x)
    return found[len(hidden) // 2 + 1], found[-1], sum(one[0].size for one in w)


def on_code(code, labels):
    """Share of right answers of a small network on the code, over ten folds."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.model_selection import StratifiedKFold, cross_val_score
    from sklearn.neural_network import MLPClassifier

    code = (code - code.mean(0)) / code.std(0)
    network = MLPClassifier((32,), learning_rate_init=0.01, max_iter=200, random_state=0)
    folds = StratifiedKFold(10, shuffle=True, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return cross_val_score(network, code, labels, cv=folds).mean()


def s67_pca_and_autoencoder(data: str = "iris", steps: int = 6000, seeds: int = 5):
    r"""A bent code of two numbers keeps more than two principal components

    Four standardised columns are squeezed into two numbers and rebuilt. Principal components do it with a plane, which
    is the best that is flat. The autoencoder 4, 6, 4, 2, 4, 6, 4 has 138 parameters and can bend. On the iris table it
    leaves a smaller error than PCA. On the banknote table (`--data FILE`), whose two classes wind around each other,
    it leaves less than half of PCA's error, and a small network on its code tells the classes apart better.

    Formula: \hat x = g(f(x)), \qquad f: \mathbb{R}^4 \to \mathbb{R}^2, \quad g: \mathbb{R}^2 \to \mathbb{R}^4

    Source: the lectures, autoencoder on UCI banknote authentication (Lohweg 2013); Fisher's iris table where no file is
    named

    Where: `python -m apps.autoencode --data FILE --target last dense --hidden 6 4 2`; docs/autoencoding.md
    """
    if data == "iris":
        from sklearn.datasets import load_iris

        columns, labels = load_iris(return_X_y=True)
    else:
        columns, labels = np.split(np.loadtxt(data, delimiter=","), [4], axis=1)
        labels = labels.ravel()
    x = (columns - columns.mean(0)) / columns.std(0)
    _, sizes, directions = np.linalg.svd(x, full_matrices=False)
    pca_code = x @ directions[:2].T
    pca = np.mean((x - pca_code @ directions[:2]) ** 2)
    codes, outputs, parameters = autoencoder(x, (6, 4, 2, 4, 6), seeds, steps)
    errors = np.mean((outputs - x) ** 2, axis=(1, 2))
    # Picture
    figure, axes = panels(2, width=8.6, height=3.4)
    best = errors.argmin()
    for one, code, name in (
        (axes[0], pca_code, f"PCA, error {pca:.4f}"),
        (axes[1], codes[best], f"autoencoder, error {errors[best]:.4f}"),
    ):
        for k, label in enumerate(np.unique(labels)):
            rows = labels == label
            one.plot(*code[rows].T, MARKERS[k], color=PALETTE[k], markersize=4, alpha=0.7, label=f"class {label:.0f}")
        one.set(xlabel="first number of the code", ylabel="second number", title=name)
    axes[0].legend(fontsize=8)
    checks = [
        near("parameters", parameters, 138, 0),
        near("PCA-2: error is the share of the other two components", (sizes[2:] ** 2).sum() / x.size - pca, 0, 1e-9),
    ]
    if data == "iris":
        checks += [
            near("PCA-2: mean squared error", pca, 0.041868, 0.0002),
            in_most("the autoencoder's error is smaller", errors < pca),
            at_most("autoencoder's error over PCA's, mean", errors.mean() / pca, 0.75),
        ]
    else:
        accuracy, pca_accuracy = [on_code(code, labels) for code in codes], on_code(pca_code, labels)
        checks += [
            near("PCA-2: mean squared error", pca, 0.1317, 0.0002),
            in_most("autoencoder's error between 0.02 and 0.06", (errors > 0.02) & (errors < 0.06)),
            near("accuracy on the code of PCA", pca_accuracy, 0.83, 0.02),
            in_most("accuracy on the code of the autoencoder is higher", [one > pca_accuracy for one in accuracy]),
            near("accuracy on the code of the autoencoder, mean", np.mean(accuracy), 0.95, 0.04),
        ]
    return Shown(checks, figure, "The plane of PCA and the bent code of the autoencoder: the second leaves less error.")


def questions(measured) -> list[Question]:
    found = measured["S66"]["seeds of 20 with eight different codes"]
    ratio = measured["S67"]["autoencoder's error over PCA's, mean"]
    return [
        Question(
            "Of twenty 8-3-8 networks, how many invent eight different binary codes?",
            ("all 20", f"{found:.0f}", "about 3"),
            1,
            "The others put two rows into one corner; which ones do depends on the first weights.",
        ),
        Question(
            "PCA with two components and an autoencoder with a code of two rebuild four columns. What do they leave?",
            ("The same error.", "The autoencoder leaves more.", f"The autoencoder leaves {ratio:.2f} of PCA's error."),
            2,
            "PCA is the best plane; a bent surface can only do better, where the training finds it.",
        ),
        Question(
            "How many parameters has the network 4, 6, 4, 2, 4, 6, 4?",
            ("138", "112", "59"),
            0,
            "112 weights between the layers and 26 biases.",
        ),
    ]
