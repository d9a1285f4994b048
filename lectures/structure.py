r"""Structure: what a network can use, and what it can ignore

Neighbouring pixels belong together, and a convolution knows it. Some inputs have nothing to do with the answer, and a
network that learns its features can leave them out where a fixed distance cannot.
"""

from itertools import pairwise

import numpy as np

from evaluation.figures import PALETTE, canvas
from lectures.drawing import panels
from lectures.question import Question
from lectures.shown import Shown, at_least, at_most, in_most, near


def similarity(x, y):
    """Structural similarity of 8x8 pictures, with the whole picture as the one window."""
    a, b = x.mean((1, 2), keepdims=True), y.mean((1, 2), keepdims=True)
    together = ((x - a) * (y - b)).sum((1, 2)) / 63
    a, b = a.ravel(), b.ravel()
    top = (2 * a * b + 0.01**2) * (2 * together + 0.03**2)
    bottom = (a**2 + b**2 + 0.01**2) * (x.var((1, 2), ddof=1) + y.var((1, 2), ddof=1) + 0.03**2)
    return (top / bottom).mean()


def convolutional(code):
    """8x8 pictures through convolutions to a code and back, in plain Keras."""
    from keras import Sequential, layers

    return Sequential(
        [
            layers.Input((8, 8, 1)),
            layers.Conv2D(16, 3, padding="same", activation="relu"),
            layers.Conv2D(32, 3, strides=2, padding="same", activation="relu"),
            layers.Flatten(),
            layers.Dense(code),
            layers.Dense(4 * 4 * 32, activation="relu"),
            layers.Reshape((4, 4, 32)),
            layers.Conv2DTranspose(16, 3, strides=2, padding="same", activation="relu"),
            layers.Conv2D(1, 3, padding="same", activation="sigmoid"),
        ]
    )


def s68_convolutional_autoencoder(code: int = 8, epochs: int = 15, seeds: int = 5):
    r"""A convolutional autoencoder rebuilds digits better than PCA with a code of the same size

    Eight numbers stand for a picture of 64 pixels. Principal components add up eight fixed pictures. The convolutional
    autoencoder draws strokes where they belong. On 450 digits that neither has seen its error is smaller, and by signal
    to noise and structural similarity it is ahead, too.

    Formula: \text{PSNR} = -10 \log_{10} \text{MSE}

    Source: the lectures, convolutional autoencoder; Masci and others 2011, Stacked convolutional auto-encoders for
    hierarchical feature extraction; Wang and others 2004, Image quality assessment

    Where: `models/conv_autoencoder.py`; `python -m apps.autoencode conv`; docs/autoencoding.md
    """
    import keras
    from sklearn.datasets import load_digits

    images = load_digits().images.astype("float32") / 16
    train, test = images[:1347], images[1347:]
    mean = train.mean(0).ravel()
    directions = np.linalg.svd(train.reshape(-1, 64) - mean, full_matrices=False)[2][:code]
    pca = ((test.reshape(-1, 64) - mean) @ directions.T @ directions + mean).reshape(-1, 8, 8)
    rebuilt = []
    for seed in range(seeds):
        keras.utils.set_random_seed(seed)
        model = convolutional(code)
        model.compile(keras.optimizers.Adam(0.003), "mse")
        model.fit(train[..., None], train[..., None], batch_size=32, epochs=epochs, verbose=0)
        rebuilt.append(np.asarray(model(test[..., None]))[..., 0])
    error = np.array([np.mean((one - test) ** 2) for one in rebuilt])
    pca_error = np.mean((pca - test) ** 2)
    alike, pca_alike = np.array([similarity(test, one) for one in rebuilt]), similarity(test, pca)
    # Picture
    figure, axes = panels(8, 3, width=8.0, height=3.4)
    rows = (("digit", test), (f"autoencoder\n{error.mean():.4f}", rebuilt[0]), (f"PCA\n{pca_error:.4f}", pca))
    for k, (name, pictures) in enumerate(rows):
        for column in range(8):
            one = axes[8 * k + column]
            one.imshow(pictures[column], cmap="gray_r", vmin=0, vmax=1)
            one.set(xticks=[], yticks=[])
            one.grid(visible=False)
            one.spines[:].set_visible(False)
        axes[8 * k].set_ylabel(name, rotation=0, ha="right", va="center")
    checks = [
        in_most("smaller mean squared error than PCA", error < pca_error),
        in_most("higher signal to noise", -10 * np.log10(error) > -10 * np.log10(pca_error) + 1),
        in_most("higher structural similarity", alike > pca_alike),
        at_most("error over PCA's, mean", error.mean() / pca_error, 0.8),
        at_least("structural similarity over PCA's, mean", alike.mean() / pca_alike, 1.02),
    ]
    return Shown(
        checks, figure, "The digits of the autoencoder are closer to the originals than the blurred ones of PCA."
    )


def deep(x, t, hidden=(32, 32), steps=200, rate=0.02, penalty=0.01):
    """Weights of tanh layers with a penalty on the first, one network for each seed: Adam on the squared error."""
    rng = np.random.default_rng(0)
    w = [rng.normal(0, a**-0.5, (len(x), a, b)) for a, b in pairwise((x.shape[2], *hidden, 1))]
    m, v = [0.0] * len(w), [0.0] * len(w)
    for step in range(1, steps + 1):
        signals = [x]
        for one in w[:-1]:
            signals.append(np.tanh(signals[-1] @ one))
        delta = (signals[-1] @ w[-1] - t[..., None]) / x.shape[1]
        for k in reversed(range(len(w))):
            g = signals[k].swapaxes(1, 2) @ delta + penalty * (k == 0) * w[k]
            delta = delta @ w[k].swapaxes(1, 2) * (1 - signals[k] ** 2)
            m[k], v[k] = 0.9 * m[k] + 0.1 * g, 0.999 * v[k] + 0.001 * g**2
            w[k] = w[k] - rate * m[k] / (1 - 0.9**step) / (np.sqrt(v[k] / (1 - 0.999**step)) + 1e-8)
    return w


def distances(a, b):
    """Squared distance of every row of a from every row of b, for each seed."""
    return (a**2).sum(-1)[:, :, None] + (b**2).sum(-1)[:, None] - 2 * a @ b.swapaxes(1, 2)


def s72_noise_features(rows: int = 400, most: int = 16, penalty: float = 0.1, seeds: int = 10):
    r"""Inputs that do not matter spoil a fixed distance, and a deep network learns to leave them out

    Whether a point lies in a circle depends on two inputs; up to 16 more are noise. A linear classifier cannot draw a
    circle with any number of inputs. A radial-basis machine compares points by their distance in all inputs, and with
    16 that do not matter the distance says little about the two that do. A network with two hidden layers learns its
    own features, gives the noise small weights, and loses less.

    Formula: k(x, x') = \exp\left(-\frac{\|x - x'\|^2}{2 \sigma^2}\right)

    Source: the lectures, linear against RBF against deep, "sensitive to irrelevant information"; planted data

    Where: `python -m apps.classify --data circles` with `logistic` and with `mlp`; lesson "features" of `python -m
    apps.playground`
    """
    counts = [n for n in (0, 2, 4, 8, 16) if n <= most]
    found = {"linear": [], "radial basis": [], "two hidden layers": []}
    for count in counts:
        x = np.array([np.random.default_rng(seed).uniform(-1, 1, (rows + 500, 2 + count)) for seed in range(seeds)])
        t = np.where((x[..., :2] ** 2).sum(-1) < 2 / np.pi, 1.0, -1.0)
        x = np.concatenate([x, np.ones((*x.shape[:2], 1))], 2)
        seen, new = x[:, :rows], x[:, rows:]
        linear = [np.linalg.lstsq(a, b, rcond=None)[0] for a, b in zip(seen, t[:, :rows], strict=True)]
        width = np.median(distances(seen, seen)) / 4
        kernel, kernel_new = np.exp(-distances(seen, seen) / (2 * width)), np.exp(-distances(new, seen) / (2 * width))
        answers = np.linalg.solve(kernel + penalty * np.eye(rows), t[:, :rows, None])
        signal = new
        *first, last = deep(seen, t[:, :rows])
        for one in first:
            signal = np.tanh(signal @ one)
        outputs = (
            np.einsum("srf,sf->sr", new, np.array(linear)),
            (kernel_new @ answers)[..., 0],
            (signal @ last)[..., 0],
        )
        for name, output in zip(found, outputs, strict=True):
            found[name].append((np.sign(output) == t[:, rows:]).mean(1))
    found = {name: np.array(values) for name, values in found.items()}
    # Picture
    figure, axes = canvas()
    for (name, values), colour in zip(found.items(), (1, 2, 0), strict=True):
        axes.fill_between(counts, values.min(1), values.max(1), color=PALETTE[colour], alpha=0.2)
        axes.plot(counts, values.mean(1), "o-", color=PALETTE[colour], label=name)
    axes.axhline(0.5, color="#777777", linestyle="--", linewidth=1)
    axes.set(xlabel="noise inputs beside the two that matter", ylabel="accuracy on new points", ylim=(0.4, 1.1))
    axes.legend(fontsize=8, loc="upper right", ncols=2)
    radial, net = found["radial basis"], found["two hidden layers"]
    checks = [
        near("linear, without noise inputs, mean", found["linear"][0].mean(), 0.5, 0.07),
        at_least("radial basis, without noise inputs, mean", radial[0].mean(), 0.95),
        at_least("two hidden layers, without noise inputs, mean", net[0].mean(), 0.95),
        in_most(f"with {most} noise inputs the network is ahead of radial basis", net[-1] > radial[-1]),
        at_least("points it is ahead by, mean", 100 * (net[-1] - radial[-1]).mean(), 3),
    ]
    return Shown(checks, figure, "With more noise inputs radial basis falls faster than the network; linear guesses.")


def questions(measured) -> list[Question]:
    ratio = measured["S68"]["error over PCA's, mean"]
    ahead = measured["S72"]["points it is ahead by, mean"]
    linear = 100 * measured["S72"]["linear, without noise inputs, mean"]
    return [
        Question(
            "A picture becomes eight numbers. What is the error of the convolutional autoencoder, beside PCA's?",
            ("the same", f"{ratio:.2f} times as large", "8 times as large"),
            1,
            "It can draw what a sum of eight fixed pictures cannot.",
        ),
        Question(
            "Why does a radial-basis machine lose with inputs that do not matter?",
            ("They change every distance.", "Its weights become too large.", "It has too few rows."),
            0,
            f"The network, whose features are learned, is {ahead:.0f} points ahead with 16 of them.",
        ),
        Question(
            "How well does a linear classifier tell the inside of a circle from an outside of equal area?",
            ("95%", "75%", f"{linear:.0f}%, near guessing"),
            2,
            "No line separates the inside of a circle from the outside.",
        ),
    ]
