"""Kills trainings with -9 in the middle of random updates, starts them again, and compares the weights at the end.

    python -m benchmarks.interruption --kills 20
    python -m benchmarks.interruption --kills 5 --apps bag textcnn segment explain
    KERAS_BACKEND=jax python -m benchmarks.interruption --kills 5 --apps classify

Names: classify (pictures), bag and textcnn (classify with text), transfer (classify with a pretrained backbone),
regress, autoencode, translate, caption, rewards (caption, with rewards at the end), fine_tuning (caption, with a
backbone that learns), segment (ENet: its encoder, then all of it), explain. Each trains once alone; then, for each
kill, anew, killed at a random moment, and started again with the same settings. The weights that are saved at the end
must be the same to the bit. The processes are forked from one that has imported TensorFlow and run nothing of it.
"""

import argparse
import importlib
import multiprocessing
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
import traceback
from dataclasses import replace
from pathlib import Path

import numpy as np

from cli.frameworks import set_environment

CHECKPOINT_MINUTES = 0.002  # every eighth of a second, so that a kill finds checkpoints of many ages


def configurations(folder: Path) -> dict:
    """Name to task and settings of seconds, which have all that a state can hold: averages of weights,
    early stopping, dropout, augmentation, schedules, stages."""
    from data.settings import CaptionData, Data, SegmentationData
    from models.bag import Bag
    from models.convnet import ConvNet
    from models.decoding_settings import DecodingSettings
    from models.enet_segmenter import ENetSegmenter
    from models.image_encoder import ImageEncoder
    from models.pretrained import Pretrained
    from models.show_attend_tell import ShowAttendTell
    from models.text_cnn import TextCNN
    from models.transformer import Transformer
    from models.variational_autoencoder import VariationalAutoencoder
    from tasks import autoencode, caption, classify, explain, regress, segment, translate
    from training.trainer import Trainer

    captions, photos = folder / "captions" / "captions.csv", folder / "photos"
    tiny = caption.TASK.config(
        model=ShowAttendTell(16, 16, dropout=0.2),
        data=CaptionData(str(captions), image_size=16),
        trainer=Trainer(epochs=4, learning_rate=0.01, batch_size=16, average=2, jit="off"),
        search=DecodingSettings(beams=1),
        encoder=ImageEncoder("stem"),
        buckets=2,
        longest_tokens=16,
        features=str(folder / "features"),
    )
    texts = Data(str(folder / "texts.csv"), target="colour")
    backbone = ImageEncoder("mobilenet_v2", "none", fine_tune_epochs=2, fine_tune_learning_rate=1e-3)
    found = {
        "classify": (
            classify.TASK,
            classify.TASK.config(
                model=ConvNet(filters=(8, 16), dropout=0.2), trainer=Trainer(epochs=6, ema=0.95, patience=2)
            ),
        ),
        "translate": (
            translate.TASK,
            replace(
                translate.TASK.tiny,
                model=Transformer(units=32, num_layers=1, num_heads=2, feed_forward_units=64, dropout=0.1),
                trainer=replace(translate.TASK.tiny.trainer, average=2),
                subword_dropout=0.1,
            ),
        ),
        "regress": (regress.TASK, regress.TASK.tiny),
        "autoencode": (
            autoencode.TASK,
            autoencode.TASK.config(
                model=VariationalAutoencoder(), trainer=Trainer(epochs=3, schedule="cosine", clip_norm=1.0)
            ),
        ),
        "caption": (caption.TASK, tiny),
        "rewards": (caption.TASK, replace(tiny, trainer=replace(tiny.trainer, epochs=1), reward_epochs=3)),
        "fine_tuning": (
            caption.TASK,
            replace(
                tiny,
                encoder=backbone,
                data=replace(tiny.data, image_size=32),
                trainer=replace(tiny.trainer, epochs=1),
            ),
        ),
        "transfer": (
            classify.TASK,
            classify.TASK.config(
                model=Pretrained(weights="none", size=32, fine_tune_epochs=2, fine_tune_learning_rate=1e-3),
                data=Data(str(photos), image_size=32),
                trainer=Trainer(epochs=3, batch_size=16, jit="off"),
            ),
        ),
        "bag": (classify.TASK, classify.TASK.config(model=Bag(), data=texts, trainer=Trainer(epochs=6, batch_size=8))),
        "textcnn": (
            classify.TASK,
            classify.TASK.config(
                model=TextCNN(units=16, filters=8, widths=(2, 3)), data=texts, trainer=Trainer(epochs=4, batch_size=16)
            ),
        ),
        "segment": (
            segment.TASK,
            segment.TASK.config(
                model=ENetSegmenter(width=0.25),
                data=SegmentationData(str(folder / "regions"), crop=32),
                trainer=Trainer(epochs=5, batch_size=16, optimizer="adamw", weight_decay=1e-4, jit="off"),
            ),
        ),
        "explain": (explain.TASK, explain.TASK.tiny),
    }
    return {
        name: (task, replace(config, trainer=replace(config.trainer, checkpoint_minutes=CHECKPOINT_MINUTES)))
        for name, (task, config) in found.items()
    }


def write_data(folder: Path) -> None:
    """Pictures of two colours, with captions, a folder for each colour, masks, and a table of texts."""
    from PIL import Image

    draw = np.random.default_rng(0)
    lines, texts = ["image,caption"], ["text,colour"]
    for place in ("captions/images", "photos/red", "photos/blue", "regions/images", "regions/masks"):
        (folder / place).mkdir(parents=True)
    for number in range(96):
        colour = ("red", "blue")[number % 2]
        pixels = draw.integers(0, 60, (32, 32, 3)).astype(np.uint8)
        half = ("left", "right")[number // 2 % 2]
        pixels[:, slice(0, 16) if half == "left" else slice(16, 32), 0 if colour == "red" else 2] += 160
        for place in ("captions/images", f"photos/{colour}", "regions/images"):
            Image.fromarray(pixels).save(folder / place / f"{number}.png")
        mask = np.where(pixels.max(axis=-1) >= 160, 1 + number % 2, 0).astype(np.uint8)
        Image.fromarray(mask).save(folder / "regions" / "masks" / f"{number}.png")
        texts += [
            f"The {half} half of picture {number} is {colour}.,{colour}",
            f"It is not {half} but {colour}.,{colour}",
        ]
        lines += [f"{number}.png,The {half} half is {colour}.", f"{number}.png,It is {colour} on the {half}."]
    (folder / "texts.csv").write_text("\n".join(texts) + "\n", "utf-8")
    (folder / "captions" / "captions.csv").write_text("\n".join(lines) + "\n", "utf-8")


def train(task, config, run: Path, weights: Path, kill_at: int | None, delay: float, calls) -> None:
    """Train as the command does until the network is saved, and write its weights down. Ends this process.

    Args:
        kill_at: Number of the call of the training step during which the process kills itself with -9; None for never.
        delay: How far into that call, as a share of the time of the call before.
        calls: Shared number that is raised by one at each call.
    """
    from models.loading import load
    from tasks import course
    from training.progress import Progress

    original, times = Progress.on_train_batch_end, [time.perf_counter()]

    def counted(self, batch, logs=None):
        original(self, batch, logs)
        calls.value += 1
        times.append(time.perf_counter())
        if calls.value == kill_at:
            wait = delay * (times[-1] - times[-2])
            threading.Timer(wait, os.kill, (os.getpid(), signal.SIGKILL)).start()

    Progress.on_train_batch_end = counted
    nowhere = os.open(run.with_suffix(".log"), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    try:
        course.run(task, replace(config, run_dir=str(run)), until="trained")
        partial = weights.with_suffix(".partial.npz")
        np.savez(partial, *load(run / "model.keras").get_weights())
        os.replace(partial, weights)
        os._exit(0)
    except BaseException:
        traceback.print_exc()
    os._exit(1)


def started(task, config, run: Path, kill_at: int | None = None, delay: float = 0.0) -> tuple[int, list | None, int]:
    """Run `train` in a process of its own: (its exit code, the weights or None, calls of the training step)."""
    forked = multiprocessing.get_context("fork")
    calls, weights = forked.Value("q", 0), run.with_suffix(".npz")
    process = forked.Process(target=train, args=(task, config, run, weights, kill_at, delay, calls))
    process.start()
    process.join()
    if not weights.exists():
        return process.exitcode, None, calls.value
    with np.load(weights) as file:
        return process.exitcode, [file[name] for name in file.files], calls.value


def identical(ours: list | None, theirs: list) -> bool:
    """Whether two lists of weights are the same to the bit."""
    return (
        ours is not None
        and len(ours) == len(theirs)
        and all(one.tobytes() == other.tobytes() for one, other in zip(ours, theirs, strict=True))
    )


def judged(name: str, task, config, kills: int, folder: Path, seed: int) -> int:
    """Kill and resume; print what each kill came to; return how many ended with the same weights."""
    code, whole, calls = started(task, config, folder / name)
    if whole is None:
        log = (folder / name).with_suffix(".log").read_text()
        sys.exit(f"{name} failed when it was left alone, with code {code}:\n{log[-2000:]}")
    same, draw = 0, random.Random(f"{seed} {name}")
    for number in range(kills):
        run = folder / f"{name}-{number}"
        at, delay = draw.randint(1, calls), draw.random()
        killed, early, _ = started(task, config, run, at, delay)
        ended, weights, again = (killed, early, 0) if early else started(task, config, run)
        right = identical(weights, whole)
        same += right
        what = "finished before the kill came" if early else f"{again} calls after it"
        print(f"{name:<12} killed in call {at + 1:>4} of {calls} (code {killed}), {what}: ", end="")
        print("the same weights" if right else f"OTHER WEIGHTS (code {ended}, {run}.log)", flush=True)
        if right:
            shutil.rmtree(run, ignore_errors=True)
    print(f"{name:<12} {same} of {kills} with weights identical to those of the training left alone", flush=True)
    return same


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--apps", nargs="+", metavar="NAME", help="of those in the text above; by default all")
    parser.add_argument("--kills", type=int, default=5, help="of each app")
    parser.add_argument("--seed", type=int, default=0, help="of the moments of the kills")
    parser.add_argument("--keep", help="folder for runs and logs that stays; by default a passing one")
    given = parser.parse_args()
    set_environment()
    for module in ("keras", "tensorflow", "training.trainer", "data.pipeline", "data.text.subwords", "sentencepiece"):
        importlib.import_module(module)
    with tempfile.TemporaryDirectory() as passing:
        folder = Path(given.keep or passing)
        write_data(folder)
        known = configurations(folder)
        if unknown := set(given.apps or known) - set(known):
            parser.error(f"--apps must be of {', '.join(known)}. Received: {', '.join(sorted(unknown))}")
        results = {name: judged(name, *known[name], given.kills, folder, given.seed) for name in given.apps or known}
    print(" ".join(f"{name}_identical={same}/{given.kills}" for name, same in results.items()))
    sys.exit(0 if all(same == given.kills for same in results.values()) else 1)


if __name__ == "__main__":
    main()
