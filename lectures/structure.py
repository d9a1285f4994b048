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


def windows():
    """(64, 256): gathers the sixteen windows of 4x4 pixels, two apart, of an 8x8 picture with a border of one."""
    place = np.pad(np.arange(64).reshape(8, 8), 1, constant_values=64)
    found = [place[i : i + 4, j : j + 4].ravel() for i in range(0, 8, 2) for j in range(0, 8, 2)]
    return np.eye(65)[:64, np.concatenate(found)]


def convolutional(x, x_new, code, filters, seeds, steps, rate=0.005, batch=64):
    """`x_new` through a convolution to a code, and back, one network for each seed: Adam on the squared error.

    A convolution is one small matrix for all windows; back, the windows are multiplied by another one and added up.
    """
    rng, gather = np.random.default_rng(0), windows()
    shapes = (16, filters), (16 * filters, code), (code, 16 * filters), (filters, 16)
    w = [rng.normal(0, a**-0.5, (seeds, a, b)) for a, b in shapes]
    m, v = [0.0] * 4, [0.0] * 4

    def forward(rows):
        seen = np.tile((rows @ gather).reshape(-1, 16), (seeds, 1, 1))
        h = np.tanh(seen @ w[0]).reshape(seeds, len(rows), -1)
        z = h @ w[1]
        g = np.tanh(z @ w[2])
        return seen, h, z, g, (g.reshape(seeds, -1, filters) @ w[3]).reshape(seeds, len(rows), 256) @ gather.T

    for step in range(1, steps + 1):
        rows = x[rng.integers(0, len(x), batch)]
        seen, h, z, g, out = forward(rows)
        error = (2 * (out - rows) / rows.size @ gather).reshape(seeds, -1, 16)
        back_g = (error @ w[3].swapaxes(1, 2)).reshape(g.shape) * (1 - g**2)
        back_z = back_g @ w[2].swapaxes(1, 2)
        back_h = (back_z @ w[1].swapaxes(1, 2) * (1 - h**2)).reshape(seeds, -1, filters)
        pairs = (seen, back_h), (h, back_z), (z, back_g), (g.reshape(seeds, -1, filters), error)
        for k, (signal, delta) in enumerate(pairs):
            gradient = signal.swapaxes(1, 2) @ delta
            m[k], v[k] = 0.9 * m[k] + 0.1 * gradient, 0.999 * v[k] + 0.001 * gradient**2
            now = rate * (1 - step / steps) / (1 - 0.9**step)
            w[k] = w[k] - now * m[k] / (np.sqrt(v[k] / (1 - 0.999**step)) + 1e-8)
    return forward(x_new)[-1]


def s68_convolutional_autoencoder(code: int = 8, filters: int = 16, steps: int = 1500, seeds: int = 5):
    r"""A convolutional autoencoder rebuilds digits better than PCA with a code of the same size

    Eight numbers stand for a picture of 64 pixels. Principal components add up eight fixed pictures. The convolutional
    autoencoder uses the same filters at every place, and bends. On 450 digits that neither has seen its error is
    smaller, and by signal to noise and structural similarity it is ahead, too.

    Formula: \text{PSNR} = -10 \log_{10} \text{MSE}

    Source: the lectures, convolutional autoencoder; Masci and others 2011, Stacked convolutional auto-encoders for
    hierarchical feature extraction; Wang and others 2004, Image quality assessment

    Where: `models/conv_autoencoder.py`; `python -m apps.autoencode conv`; docs/autoencoding.md
    """
    from sklearn.datasets import load_digits

    images = load_digits().data / 16
    mean = images[:1347].mean(0)
    train, test = images[:1347] - mean, images[1347:] - mean
    directions = np.linalg.svd(train, full_matrices=False)[2][:code]
    pca = test @ directions.T @ directions
    rebuilt = convolutional(train, test, code, filters, seeds, steps)
    error, pca_error = np.mean((rebuilt - test) ** 2, axis=(1, 2)), np.mean((pca - test) ** 2)
    test, pca = (test + mean).reshape(-1, 8, 8), (pca + mean).reshape(-1, 8, 8)
    rebuilt = (rebuilt + mean).reshape(seeds, -1, 8, 8)
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
        in_most("signal to noise higher by half a decibel", -10 * np.log10(error) > -10 * np.log10(pca_error) + 0.5),
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

    Where: `python -m apps.classify --data circles` with `logistic` and with `mlp`
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
