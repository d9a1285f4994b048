"""What the autoencoders reach, beside principal components of the same code size; one table row per line.

    python -m benchmarks.autoencoding images           tfds:mnist and tfds:fashion_mnist, conv, code 32: 10 minutes
    python -m benchmarks.autoencoding banknote FILE    6 4 2 4 6 on a CSV file whose last column is the class: 1 minute
    python -m benchmarks.autoencoding anomalies        each class of Fashion-MNIST kept out in turn: 10 minutes
    python -m benchmarks.autoencoding speed            rows per second beside PyTorch: 1 minute

Every figure but those of `speed` comes from `apps.autoencode` as a user would type it, all included: reading, training,
scoring, report, checked export. Prints Markdown.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CLASSES = ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")


def run(*arguments: str) -> dict[str, float]:
    """The last line of a whole run of the app, and `seconds` from start to end."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        command = [sys.executable, "-m", "apps.autoencode", "--run-dir", f"{folder}/run", *arguments]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
    pairs = (pair.split("=") for pair in done.stdout.splitlines()[-1].split())
    return {name: float(value) for name, value in pairs} | {"seconds": time.perf_counter() - start}


def images(arguments) -> None:
    """Convolutional, code 32."""
    print("| data | seed | MSE | PCA | ratio | PSNR | PCA | SSIM | PCA | accuracy on the code | PCA | seconds |")
    print("|---|---|---|---|---|---|---|---|---|---|---|---|", flush=True)
    for data in arguments.data:
        f = run("--data", f"tfds:{data}", "--seed", str(arguments.seed), "conv", "--code", "32")
        cells = [f"{f['test_mse']:.5f}", f"{f['pca_mse']:.5f}", f"{f['test_mse'] / f['pca_mse']:.3f}"]
        cells += [f"{f['test_psnr']:.2f}", f"{f['pca_psnr']:.2f}", f"{f['test_ssim']:.3f}", f"{f['pca_ssim']:.3f}"]
        cells += [f"{f['test_code_accuracy']:.4f}", f"{f['pca_code_accuracy']:.4f}", f"{f['seconds']:.0f}"]
        print(f"| {data} | {arguments.seed} | {' | '.join(cells)} |", flush=True)


def banknote(arguments) -> None:
    """Dense 6, 4, 2, 4, 6 and tanh: errors on test rows and on all, and ten-fold accuracy on the 2-D code of all."""
    import numpy as np

    from data.settings import Data
    from evaluation.code_accuracy import fold_accuracy
    from evaluation.reconstruction import PrincipalComponents, squared_errors
    from models.autoencoder import parts
    from models.dense_autoencoder import DenseAutoencoder
    from tasks.autoencode import TASK
    from training.devices import configure
    from training.run_directory import RunDirectory
    from training.trainer import Trainer

    configure()
    print("| seed | MSE, test rows | PCA | MSE, all rows | PCA | accuracy on the code | on PCA's |")
    print("|---|---|---|---|---|---|---|", flush=True)
    for seed in range(3):
        trainer = Trainer(seed=seed, **BANKNOTE_TRAINER)
        data = Data(arguments.file, target="last")
        config = TASK.config(DenseAutoencoder((6, 4, 2), activation="tanh"), data, trainer)
        splits = TASK.load(config)
        with tempfile.TemporaryDirectory() as folder:
            halves = parts(TASK.train(TASK.prepare(config, splits), RunDirectory(folder)).model)
        rows = [
            np.asarray(splits.prepare.fixed(part.inputs)) for part in (splits.train, splits.validation, splits.test)
        ]
        everything = np.concatenate(rows)
        labels = np.concatenate([part.labels for part in (splits.train, splits.validation, splits.test)])
        pca, pca_of_all = (PrincipalComponents.fit(records, 2) for records in (rows[0], everything))
        cells = []
        for records, components in ((rows[2], pca), (everything, pca_of_all)):
            cells += [squared_errors(records, halves(records)[1]).mean()]
            cells += [squared_errors(records, components.reconstruct(records)).mean()]
        cells += [fold_accuracy(halves(everything)[0], labels), fold_accuracy(pca_of_all.encode(everything), labels)]
        print(f"| {seed} | {' | '.join(f'{cell:.4f}' for cell in cells)} |", flush=True)


BANKNOTE_TRAINER = {"epochs": 300, "batch_size": 16, "learning_rate": 0.03}


def anomalies(arguments) -> None:
    """Each class kept out in turn; short trainings."""
    print("| kept out | AUROC | PCA | seconds |")
    print("|---|---|---|---|", flush=True)
    total = [0.0, 0.0]
    for name in CLASSES:
        flags = ["--data", "tfds:fashion_mnist", "--seed", str(arguments.seed), "--anomaly", name]
        f = run(*flags, *ANOMALY_FLAGS)
        total = [total[0] + f["test_anomaly_auroc"], total[1] + f["pca_anomaly_auroc"]]
        print(
            f"| {name} | {f['test_anomaly_auroc']:.4f} | {f['pca_anomaly_auroc']:.4f} | {f['seconds']:.0f} |",
            flush=True,
        )
    print(f"| mean | {total[0] / len(CLASSES):.4f} | {total[1] / len(CLASSES):.4f} | |")


ANOMALY_FLAGS = ["--epochs", "2", "conv", "--code", "32"]


def speed(arguments) -> None:
    """Training rows per second of the dense autoencoder 784-256-128-32-128-256-784; medians of five runs."""
    import statistics

    found: dict[str, list[float]] = {"lamina": [], "torch": []}
    for _ in range(5):
        for system in found:
            command = [sys.executable, "-m", "benchmarks.autoencoding_speed", system]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
            found[system].append(float(done.stdout.split()[-1]))
            time.sleep(1)
    lamina, torch = (statistics.median(values) for values in found.values())
    print("| rows per second | Lamina | PyTorch | ratio |\n|---|---|---|---|")
    print(f"| dense autoencoder 784-256-128-32 | {lamina:,.0f} | {torch:,.0f} | {lamina / torch:.2f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parts = parser.add_subparsers(required=True)
    for job in (images, banknote, anomalies, speed):
        part = parts.add_parser(job.__name__, help=job.__doc__)
        part.set_defaults(job=job)
        part.add_argument("--seed", type=int, default=0)
        if job is images:
            part.add_argument("--data", nargs="+", default=["mnist", "fashion_mnist"])
        if job is banknote:
            part.add_argument("file")
    arguments = parser.parse_args()
    arguments.job(arguments)


if __name__ == "__main__":
    main()
