"""What searches gain, and what they cost beside KerasTuner alone. Prints Markdown.

    python -m benchmarks.tuning gain                        12 trials of every app: best and default
    python -m benchmarks.tuning gain --apps regress --data concrete.csv --target last
    python -m benchmarks.tuning gain --apps translate caption --epochs 4
    python -m benchmarks.tuning cost                        60 trials of nearly nothing: seconds and memory per trial
    python -m benchmarks.tuning strategies                  coarse-to-fine beside random on digits, 10 seeds
    python -m benchmarks.tuning strategies --data concrete.csv --target last

`gain` types the commands that a user would. `cost` trains 16 hidden units for 2 epochs on 192 rows, so that what is
left is what a trial costs whatever it trains; KerasTuner's `RandomSearch` trains the same network of stock Keras layers
on arrays in memory. Memory is that of the process that was started, when the second trial ends and at its largest.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APPS = ("classify", "regress", "autoencode", "translate", "caption")
TEST = {"classify": "accuracy", "regress": "rmse", "autoencode": "mse", "translate": "bleu", "caption": "cider"}
ROWS, COLUMNS = 192, 8


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    tasks = parser.add_subparsers(required=True)
    task = tasks.add_parser("gain")
    task.add_argument("--apps", nargs="+", choices=APPS, default=list(APPS))
    task.add_argument("--trials", default="12")
    task.add_argument("--jobs", default="2")
    task.add_argument("--strategy", default="coarse-to-fine")
    task.add_argument("--epochs", help="of each training; otherwise what the app takes, and searched")
    add_data(task)
    task.set_defaults(do=gain)
    task = tasks.add_parser("cost")
    task.add_argument("--trials", type=int, default=60)
    task.set_defaults(do=cost)
    task = tasks.add_parser("strategies")
    task.add_argument("--seeds", type=int, default=10)
    task.add_argument("--trials", default="12")
    task.add_argument("--epochs", type=int, default=20)
    task.add_argument("--jobs", type=int, default=2)
    add_data(task)
    task.set_defaults(do=strategies)
    task = tasks.add_parser("worker")
    task.add_argument("system", choices=["lamina", "keras_tuner"])
    task.add_argument("trials", type=int)
    task.add_argument("jobs", type=int)
    task.set_defaults(do=work)
    arguments = parser.parse_args()
    arguments.do(arguments)


def add_data(task) -> None:
    task.add_argument("--data", help="a table for apps.regress; otherwise each app's own data")
    task.add_argument("--target", default="last")


def last_line(module: str, *arguments: str) -> dict[str, float]:
    """The figures of the last line that a command prints, and `seconds` from start to end."""
    began = time.perf_counter()
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
    figures = dict(pair.split("=") for pair in done.stdout.splitlines()[-1].split())
    return {name: float(value) for name, value in figures.items()} | {"seconds": time.perf_counter() - began}


def gain(arguments) -> None:
    """Best and default of a search by each app."""
    print(
        "| app | objective | default | best trial | default, retrained | best, retrained | test, default | best | s |"
    )
    print("|---|---|---|---|---|---|---|---|---|", flush=True)
    for app in arguments.apps:
        data = ["--data", str(Path(arguments.data).resolve()), "--target", arguments.target] if arguments.data else []
        data += ["--epochs", arguments.epochs] if arguments.epochs else []
        how = ["--strategy", arguments.strategy, "--trials", arguments.trials, "--jobs", arguments.jobs]
        with tempfile.TemporaryDirectory() as folder:
            found = last_line(f"tuning.{app}", *how, "--run-dir", f"{folder}/search", *data)
            usual = last_line(f"apps.{app}", "--run-dir", f"{folder}/usual", *data)
        objective = next(iter(found)).removeprefix("best_")
        names = [f"default_{objective}", f"best_{objective}"]
        cells = [found.get(name, float("nan")) for name in (*names, *(f"{name}_retrained" for name in names))]
        cells += [usual[f"test_{TEST[app]}"], found[f"test_{TEST[app]}"]]
        shown = " | ".join(f"{cell:.4g}" for cell in cells)
        print(f"| {app} | {objective} | {shown} | {found['seconds']:.0f} |", flush=True)


def cost(arguments) -> None:
    """Seconds and memory of trials that train nearly nothing."""
    print(f"{arguments.trials} trials of 2 epochs on {ROWS} rows\n")
    print("| system | seconds in all | per trial | memory, second trial | largest |\n|---|---|---|---|---|")
    for system, jobs in (("keras_tuner", 1), ("lamina", 1), ("lamina", 2)):
        command = [sys.executable, "-m", "benchmarks.tuning", "worker", system, str(arguments.trials), str(jobs)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
        found = json.loads(done.stdout.splitlines()[-1])
        name = f"{system}, {jobs} at once" if system == "lamina" else system
        each = found["seconds"] / arguments.trials
        memory = f"{found['start']:.0f} MiB | {found['largest']:.0f} MiB"
        print(f"| {name} | {found['seconds']:.1f} | {each:.2f} | {memory} |", flush=True)


def work(arguments) -> None:
    """One system in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        seconds, memory = {"lamina": lamina, "keras_tuner": keras_tuner}[arguments.system](arguments, Path(folder))
    print(json.dumps({"seconds": seconds, "start": memory[1], "largest": max(memory[1:])}))


def rows():
    """Columns (192, 8) and classes (192,)."""
    import numpy as np

    random = np.random.default_rng(0)
    x = random.normal(size=(ROWS, COLUMNS)).astype("float32")
    return x, (x[:, 0] + x[:, 1] > 0).astype("int32")


def held() -> float:
    """Memory that this process holds now, MiB (Linux)."""
    status = Path("/proc/self/status").read_text("utf-8")
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024


def lamina(arguments, folder: Path):
    """Seconds of a search, and the memory of its parent when each trial ends."""
    import tuning.display
    from data.settings import Data
    from models.mlp import MLP
    from tasks.classify.config import Config
    from training.trainer import Trainer
    from tuning.runner import Runner
    from tuning.settings import Search

    x, y = rows()
    lines = [",".join([*(f"x{i}" for i in range(COLUMNS)), "y"])]
    lines += [",".join([*map(str, row), "ab"[label]]) for row, label in zip(x, y, strict=True)]
    (folder / "rows.csv").write_text("\n".join(lines) + "\n", "utf-8")
    trainer = Trainer(epochs=2, batch_size=32)
    config = Config(MLP((16,)), Data(str(folder / "rows.csv"), target="y"), trainer, run_dir=str(folder / "search"))
    memory, tell = [], tuning.display.Display.tell

    def told(display, trial):
        tell(display, trial)
        memory.append(held())

    tuning.display.Display.tell = told
    began = time.perf_counter()
    with Runner("tuning.classify", config, Search(trials=str(arguments.trials), jobs=arguments.jobs)) as runner:
        found = runner.search()
        seconds = time.perf_counter() - began
    if any(trial.status != "completed" for trial in found.trials):
        raise SystemExit(f"trials failed: {[trial.error for trial in found.trials if trial.error]}")
    return seconds, memory


def keras_tuner(arguments, folder: Path):
    """Seconds of KerasTuner's random search, and the memory of its process when each trial begins."""
    import keras
    import keras_tuner

    x, y = rows()
    memory = []

    def build(hp):
        memory.append(held())
        layers = [keras.layers.Input((COLUMNS,)), keras.layers.Dense(16, hp.Choice("activation", ["relu", "elu"]))]
        if hp.Boolean("batch_norm"):
            layers.append(keras.layers.BatchNormalization())
        layers += [keras.layers.Dropout(hp.Float("dropout", 0.0, 0.5)), keras.layers.Dense(2)]
        model = keras.Sequential(layers)
        rate = hp.Float("learning_rate", 3e-5, 1e-2, sampling="log")
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(keras.optimizers.Adam(rate), loss, metrics=["accuracy"])
        return model

    began = time.perf_counter()
    tuner = keras_tuner.RandomSearch(build, "val_loss", max_trials=arguments.trials, directory=str(folder), seed=1)
    tuner.search(x[:160], y[:160], validation_data=(x[160:], y[160:]), epochs=2, batch_size=32, verbose=0)
    return time.perf_counter() - began, [*memory[1:], held()]


def strategies(arguments) -> None:
    """The best validation score of both strategies, same splits and budget, by seed."""
    from data.settings import Data
    from models.mlp import MLP
    from tuning.search import search
    from tuning.settings import Search

    if arguments.data:
        from tasks.regress.config import Config

        app, data = "regress", Data(str(Path(arguments.data).resolve()), target=arguments.target)
    else:
        from tasks.classify.config import Config

        app, data = "classify", Data("digits")
    base = replace(Config(model=MLP((64, 64))), data=data)
    print(f"mlp, {arguments.trials} trials of {arguments.epochs} epochs\n")
    print("| seed | default | random | coarse-to-fine |\n|---|---|---|---|", flush=True)
    best = {"random": [], "coarse-to-fine": []}
    for seed in range(arguments.seeds):
        trainer = replace(base.trainer, seed=seed, epochs=arguments.epochs)
        for strategy, scores in best.items():
            with tempfile.TemporaryDirectory() as folder:
                config = replace(base, trainer=trainer, run_dir=f"{folder}/search")
                settings = Search(strategy=strategy, trials=arguments.trials, jobs=arguments.jobs)
                found = search(f"tuning.{app}", config, settings)
                scores.append(found.best.score)
        cells = " | ".join(f"{scores[-1]:.5g}" for scores in best.values())
        print(f"| {seed} | {found.default.score:.5g} | {cells} |", flush=True)
    cells = [f"{statistics.fmean(one):.5g} +- {statistics.stdev(one):.2g}" for one in best.values()]
    wins = sum(ours < theirs for theirs, ours in zip(best["random"], best["coarse-to-fine"], strict=True))
    print(f"| mean and spread | | {cells[0]} | {cells[1]} |\n\ncoarse-to-fine ahead in {wins} of {arguments.seeds}")


if __name__ == "__main__":
    main()
