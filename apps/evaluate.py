"""Score a trained run on other data.

    python -m apps.evaluate runs/classify/NAME                          its own test split again
    python -m apps.evaluate runs/classify/NAME --data survey-2025.csv   every row of another table
    python -m apps.evaluate runs/classify/NAME --data photos/holiday    every image of another folder of class folders
    python -m apps.evaluate runs/classify/NAME --data tfds:mnist        the test split of a dataset
    python -m apps.evaluate runs/translate/NAME --data new.en new.de    every pair of two files, or of one with tabs
    python -m apps.evaluate runs/caption/NAME --data captions.csv       every image that the file names

Classes are matched by name; the target of a regression is in the units of training. The scores go to
evaluation-NAME.json in the run's folder (of other data of the same name to evaluation-NAME-2.json), the last line gives
them.
"""

<<<<<<< HEAD
from cli.run import run
from tasks.request import Evaluation
=======
import os
from dataclasses import dataclass
from itertools import count
from typing import Annotated

import numpy as np
import tyro

from apps.command import run
from apps.run_folder import data_name
>>>>>>> main


def main(config: Evaluation) -> dict[str, float]:
    """Score the run, print and write the scores, and return them."""
    from tasks.trained import read
    from training.devices import configure

    configure()
    trained = read(config.run)
<<<<<<< HEAD
    name, part = trained.part(config)
    scores, details = trained.score(part)
    file = f"evaluation-{name}.json"
    content = {"data": " ".join(config.data) or "own test split", "rows": len(part), "scores": scores, **details}
=======
    name, split = {"translate": pairs, "caption": captioned}.get(trained.task, labelled)(config, trained)
    scores, details = trained.score(split)
    settings = {"data": [os.path.abspath(one) if os.path.exists(one) else one for one in config.data]}
    settings |= {"source": config.source, "images": config.images, "target": config.target}
    file = file_for(trained.directory, name, settings)
    content = {"data": " ".join(config.data) or "own test split", "of": settings, "rows": len(split)}
    content |= {"scores": scores, **details}
>>>>>>> main
    trained.directory.write_json(file, content)
    print(f"written to {trained.directory / file}")
    print(" ".join([f"rows={len(part)}", *(f"{key}={value:.6g}" for key, value in scores.items())]))
    return scores


<<<<<<< HEAD
=======
def file_for(directory, name: str, settings: dict) -> str:
    """The record of the scores on data of this name: the one that has these settings, else the first that is free."""
    for number in count(1):
        file = f"evaluation-{name}.json" if number == 1 else f"evaluation-{name}-{number}.json"
        if not (directory / file).exists() or directory.read_json(file).get("of") == settings:
            return file


def labelled(config: Config, trained):
    """Name of the data, and the split of it to score, with labels as the run has them.

    Raises:
        DataError: The data is missing, of another kind, lacks columns, or has labels that the run does not know.
    """
    from data.errors import DataError
    from data.images import ImagePrepare
    from data.source import kind_of

    settings = trained.directory.read_json("config.json")
    if len(config.data) > 1 or config.source or config.images:
        raise DataError(
            f"Two files, or `--source`, are for translators, `--images` is for captioners, and {config.run} is a run "
            f"of apps.{trained.task}. Received: {' '.join(config.data)}"
        )
    data = config.data[0] if config.data else None
    if data is None:
        return "own-test", test_split(own_data(settings, trained), settings, trained)
    kind = kind_of(data, trained.task)
    is_image_run = isinstance(trained.prepare, ImagePrepare)
    if {"table": is_image_run, "toy": is_image_run, "folder": not is_image_run}.get(kind, False):
        wants = "images" if is_image_run else "a table"
        raise DataError(f"{data}: the run {config.run} was trained on {wants}, and this is a {kind}.")
    name = data_name(data)
    if kind == "table":
        return name, table_split(data, config.target or settings["data"].get("target"), trained)
    if kind == "folder":
        return name, folder_split(data, trained)
    from data.source import Data

    return name, test_split(Data(data, target=config.target, download=config.download), settings, trained)


def pairs(config: Config, trained):
    """Name of the data, and the `SentencePairs` to score: all of files, the test split of anything else.

    A run that writes no capitals is scored on references without them.

    Raises:
        DataError: The data is missing or holds no pairs of sentences.
    """
    from data import parallel_text
    from data.errors import DataError
    from data.sentence_pairs import SentencePairs
    from data.translation_source import TranslationData, resolve

    settings = trained.directory.read_json("config.json")
    seed = settings.get("trainer", {}).get("seed", 0)
    if config.images:
        raise DataError(f"`--images` is for captioners. Leave it out. Received: --images {config.images}")
    if not config.data:
        part = resolve(own_data(settings, trained, TranslationData), seed=seed).test
    elif len(config.data) == 1 and (config.data[0] == "phrases" or config.data[0].startswith("tfds:")):
        named = TranslationData(config.data, source=config.source, target=config.target, download=config.download)
        part = resolve(named, seed=seed).test
    else:
        read = parallel_text.read(config.data, config.source, config.target)
        part = SentencePairs.of(read.sources, read.targets, read.origins)
    name = data_name(config.data[0]) if config.data else "own-test"
    return name, part.in_lower_case() if settings.get("lower") else part


def captioned(config: Config, trained):
    """Name of the data, and the `Captions` to score: all of a file, the test split of anything else.

    Raises:
        DataError: The data is missing or holds no captions, or a flag is for another kind of run.
    """
    from data.caption_source import CaptionData, everything, resolve
    from data.errors import DataError

    settings = trained.directory.read_json("config.json")
    seed = settings.get("trainer", {}).get("seed", 0)
    if len(config.data) > 1 or config.source or config.target:
        raise DataError(
            f"A captioner is scored on one file of captions, without `--source` and `--target`: {config.run} is a run "
            f"of apps.caption. Received: {' '.join(config.data)}"
        )
    if not config.data:
        return "own-test", resolve(own_data(settings, trained, CaptionData), seed=seed).test
    given = CaptionData(config.data[0], images=config.images, download=config.download)
    return data_name(config.data[0]), everything(given, seed=seed)


def table_split(path: str, target: str | None, trained):
    """Every row of a table."""
    from data import raw_table, tables
    from data.errors import DataError, listing

    table = raw_table.read(path)
    if target is None and trained.task != "autoencode":
        raise DataError(f"{path}: which column holds the truth? Give --target: {listing(table.columns, 40)}")
    name = None if target is None else table.column_name(target, "--target")
    return tables.split(table, trained.target(name), trained.prepare.kinds)


def folder_split(root: str, trained):
    """Every image below the class folders of a folder, or of its train, val and test folders."""
    from data import image_folders
    from data.splits import Split

    labelled = trained.task == "classify" or trained.anomaly is not None
    parts = [image_folders.find(folder, [], labelled) for folder in image_folders.part_folders(root).values()]
    paths = np.concatenate([part.paths for part in parts])
    names = np.concatenate([part.names for part in parts])
    labels = matched(names, trained.classes, root) if labelled else np.zeros(len(paths), np.int32)
    return Split({"image": paths}, labels, paths)


def test_split(data, settings: dict, trained):
    """The test split of a dataset that has one, or as the run's seed makes it."""
    from data.errors import DataError
    from data.source import resolve
    from data.splits import Split

    splits = resolve(data, seed=settings.get("trainer", {}).get("seed", 0), task=trained.task, standardize=False)
    missing = sorted(set(trained.prepare.signature()) - set(splits.test.inputs))
    if missing:
        raise DataError(
            f"{data.data}: lacks {', '.join(missing)}, which the run was trained on. "
            f"Received: {', '.join(splits.test.inputs)}"
        )
    if not splits.classes or (trained.task == "autoencode" and trained.anomaly is None):
        return splits.test
    names = np.array(splits.classes, dtype=object)[splits.test.labels]
    return Split(splits.test.inputs, matched(names, trained.classes, data.data), splits.test.origins)


def own_data(settings: dict, trained, kind=None):
    """The data argument of the run, a `kind` or a `Data`. Raises RunError when config.json does not hold it."""
    from data.source import Data
    from training.run_directory import RunError

    try:
        given = {name: tuple(value) if isinstance(value, list) else value for name, value in settings["data"].items()}
        return (kind or Data)(**given)
    except (KeyError, TypeError) as error:
        raise RunError(
            f"{trained.directory / 'config.json'}: does not say what the run was trained on ({error}). Give --data."
        ) from error


def matched(names: np.ndarray, classes: tuple[str, ...], where: str) -> np.ndarray:
    """Class indices int32 (N,) of class names. Raises DataError on a name that is none of `classes`."""
    from data.errors import DataError, listing, suggestion

    unknown = sorted(set(names) - set(classes))
    if unknown:
        raise DataError(
            f"{where}: class {unknown[0]!r} is not one of the run's ({len(unknown)} such class(es))."
            f"{suggestion(unknown[0], classes)} Allowed: {listing(classes)}"
        )
    index = {name: position for position, name in enumerate(classes)}
    return np.array([index[name] for name in names], np.int32)


>>>>>>> main
if __name__ == "__main__":
    run(main, "python -m apps.evaluate")
