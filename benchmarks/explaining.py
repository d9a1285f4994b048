"""Whether occlusion and Grad-CAM point into the object, on drawn pictures where the right place is known.

python -m benchmarks.explaining                       convnets and a resnet, objects alone and among others, 3 seeds
python -m benchmarks.explaining --seeds 1 --pictures 50

The pointing game (Zhang et al. 2016, arXiv:1608.00507): a map hits where its maximum lies in the object's box. Beside
it the same of the network before its training, and the rank correlation of the two maps (Adebayo et al. 2018,
arXiv:1810.03292): a map that does not depend on what was learned explains nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from benchmarks.drawn_objects import OBJECTS, SIDE, DrawnObjects, draw
from cli.run import run

MAPS = ("occlusion", "occlusion_contrast", "grad_cam", "grad_cam_contrast")
RECIPES = ("convnet", "averaged", "resnet")


@dataclass(frozen=True)
class Config:
    """The pointing game."""

    seeds: int = 3
    """Drawings and trainings of each case."""
    pictures: int = 200
    """Test pictures whose maps are looked at."""
    training: int = 2000
    """Training pictures."""
    epochs: int = 8
    """Passes over these."""
    recipes: tuple[str, ...] = RECIPES
    """convnet, averaged (a convnet with a global average instead of a dense layer), resnet."""


@dataclass(frozen=True)
class Found:
    """Of one network.

    Attributes:
        accuracy: On the test pictures.
        hits: Of each of `MAPS` the share whose maximum lies in the object's box.
        random_hits: The same of the network before its training.
        correlation: Of each of `MAPS` the mean rank correlation of the map and that before the training.
        chance: Mean share of a picture that the box takes.
    """

    accuracy: float
    hits: dict[str, float]
    random_hits: dict[str, float]
    correlation: dict[str, float]
    chance: float


def pointing(recipe, others: int, seed: int, config: Config) -> Found:
    """Train a recipe on drawn objects, each among so many others, and look where its maps point."""
    import keras
    from scipy.stats import spearmanr

    from data.images.images import ImagePrepare

    keras.utils.set_random_seed(seed)
    random = np.random.default_rng([seed, others])
    train, test = draw(config.training, others, random), draw(config.pictures, others, random)
    prepare = ImagePrepare((SIDE, SIDE), 3).standardized_by(train.pictures)
    model = recipe.build((SIDE, SIDE, 3), len(OBJECTS))
    untrained = keras.models.clone_model(model)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.AdamW(3e-3), loss, metrics=["accuracy"])
    model.fit(np.asarray(prepare.finish(train.pictures)), train.labels, batch_size=32, epochs=config.epochs, verbose=0)
    inputs = np.asarray(prepare.finish(test.pictures))
    accuracy = float((model.predict(inputs, verbose=0).argmax(axis=1) == test.labels).mean())
    maps, before = (maps_of(subject_of(one, prepare), test) for one in (model, untrained))
    correlation = {}
    for name in MAPS:
        pairs = [(a.ravel(), b.ravel()) for a, b in zip(maps[name], before[name], strict=True)]
        alive = [spearmanr(a, b).statistic for a, b in pairs if np.ptp(a) and np.ptp(b)]
        correlation[name] = float(np.mean(alive)) if alive else 0.0
    return Found(accuracy, hits(maps, test), hits(before, test), correlation, float(test.boxes.mean()))


def subject_of(model, prepare):
    """A network as it is asked why."""
    from tasks.classify.results import softmax
    from tasks.subject import Subject

    return Subject(model, prepare, lambda logits: softmax(logits.astype(np.float64)), OBJECTS, "", no_background)


def no_background():
    """Pictures are held against none: nothing asks for it."""
    raise ValueError("pictures have no background")


def maps_of(subject, test: DrawnObjects) -> dict[str, list[np.ndarray]]:
    """`MAPS` of each picture, of its predicted class."""
    from tasks.explaining import explain

    origins = np.array([f"drawn[{row}]" for row in range(len(test.labels))])
    found = explain(subject, {"image": test.pictures}, origins)
    return {name: [getattr(one.places, name) for one in found] for name in MAPS}


def hits(maps: dict[str, list[np.ndarray]], test: DrawnObjects) -> dict[str, float]:
    """Of each kind of map the share that has its maximum in the object's box; a map without any maximum has none."""
    shares = {}
    for name, some in maps.items():
        inside = [
            bool(box.flat[heat.argmax()]) and np.ptp(heat) > 0 for heat, box in zip(some, test.boxes, strict=True)
        ]
        shares[name] = float(np.mean(inside))
    return shares


def built(name: str) -> Callable:
    """The recipe of a name."""
    from models.convnet import ConvNet
    from models.resnet import ResNet

    recipes = {
        "convnet": ConvNet((16, 32, 64), dense=64),
        "averaged": ConvNet((16, 32, 64), dense=0),
        "resnet": ResNet(),
    }
    return recipes[name]


def main(config: Config) -> None:
    for name in config.recipes:
        for others in (0, 2):
            found = [pointing(built(name), others, seed, config) for seed in range(config.seeds)]
            accuracy = ", ".join(f"{one.accuracy:.3f}" for one in found)
            print(f"\n{name}, {f'among {others} others' if others else 'alone'}: accuracy {accuracy}")
            print(f"  {'':<22}{'hits':>8}{'(seeds)':>24}{'untrained':>11}{'rank correlation':>18}{'chance':>8}")
            for kind in MAPS:
                own, random = ([one.hits[kind] for one in found], [one.random_hits[kind] for one in found])
                seeds = " ".join(f"{share:.3f}" for share in own)
                rank = np.mean([one.correlation[kind] for one in found])
                print(
                    f"  {kind:<22}{np.mean(own):>8.3f}{seeds:>24}{np.mean(random):>11.3f}{rank:>18.2f}"
                    f"{np.mean([one.chance for one in found]):>8.3f}",
                    flush=True,
                )


if __name__ == "__main__":
    run(main, "python -m benchmarks.explaining")
