"""Reads a folder of many small pictures, trains an epoch on them and scores it: seconds, and the peak of memory.

    python -m benchmarks.image_inputs --images 50000
    python -m benchmarks.image_inputs --images 1000 --side 64 --kind JPEG

The pictures are made in a temporary folder: two classes, a brighter left or right half. Beside it stands what Pillow
takes to decode the files one by one. The peak is that of the process so far, libraries included.
"""

import argparse
import io
import tempfile
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from cli.frameworks import set_environment


def write_pictures(folder: Path, images: int, side: int, kind: str) -> None:
    """`images` files, half of them in each of the class folders left/ and right/."""
    random = np.random.default_rng(0)
    for name in ("left", "right"):
        (folder / name).mkdir(parents=True)
    for number in range(images):
        pixels = random.integers(0, 156, (side, side), dtype=np.uint8)
        name = ("left", "right")[number % 2]
        pixels[:, slice(0, side // 2) if name == "left" else slice(side // 2, side)] += 100
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, kind)
        (folder / name / f"{number}.{kind.lower()}").write_bytes(file.getvalue())


def peak() -> float:
    """The most memory that this process has held, in MiB."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@contextmanager
def stage(what: str, images: int):
    """Prints seconds, the time for an image, and the peak at the end of a block."""
    start = time.perf_counter()
    yield
    seconds = time.perf_counter() - start
    print(f"{what:<34}{seconds:>9.2f} s {1e6 * seconds / images:>9.1f} us an image {peak():>9.0f} MiB", flush=True)


def decode_with_pillow(folder: Path) -> None:
    """Decode every file, one after the other, and keep none."""
    for path in sorted(folder.rglob("*.*")):
        with Image.open(path) as image:
            image.load()


def measure(images: int, side: int, kind: str) -> None:
    """Print a line for each stage."""
    from training.devices import configure
    from training.trainer import Trainer

    configure()
    from data.settings import Data
    from models.mlp import MLP
    from tasks.classify import TASK
    from training.run_directory import RunDirectory

    with tempfile.TemporaryDirectory() as temporary:
        folder, run = Path(temporary) / "pictures", RunDirectory(Path(temporary) / "run")
        run.path.mkdir()
        with stage("making the pictures", images):
            write_pictures(folder, images, side, kind)
        with stage("Pillow alone", images):
            decode_with_pillow(folder)
        config = replace(TASK.tiny, data=Data(str(folder)), model=MLP((16,)), trainer=Trainer(epochs=1))
        with stage("reading", images):
            prepared = TASK.prepare(config, TASK.load(config))
        with stage("an epoch", images):
            learned = TASK.train(prepared, run)
        with stage("scores, baselines and their figures", images):
            TASK.score(prepared, learned)


def main(arguments: list[str] | None = None) -> None:
    """Parse the command line and measure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.image_inputs", description=__doc__.partition("\n")[0])
    parser.add_argument("--images", type=int, default=50_000, help="pictures; default: 50000")
    parser.add_argument("--side", type=int, default=8, help="pixels of a side; default: 8")
    parser.add_argument("--kind", choices=("PNG", "JPEG", "WEBP", "BMP", "TIFF"), default="PNG", help="of files")
    asked = parser.parse_args(arguments)
    measure(asked.images, asked.side, asked.kind)


if __name__ == "__main__":
    set_environment()
    main()
