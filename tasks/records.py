"""Raw records and labels for finished runs on images or tables: what to predict, and what to score."""

import os
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from cli.errors import UserError
from tasks import asked_images, asked_rows, asked_texts
from tasks.answers import require_ending
from tasks.folder import data_name
from tasks.request import Evaluation, Prediction
from training.run_directory import RunDirectory
from training.run_lock import RunError


def refuse_text_flags(request: Prediction) -> None:
    """Raises UserError on a flag that is for runs that write texts."""
    default = Prediction(run=request.run, files=("x",))
    for name in ("beams", "length_penalty", "sample", "temperature", "top_k", "top_p", "seed"):
        if getattr(request, name) != getattr(default, name):
            flag = f"--{name.replace('_', '-')}"
            raise UserError(f"`{flag}` is for runs that write texts, and {request.run} is none. Leave it out.")
    require_ending(request.output)


def requested(request: Prediction, prepare, skipped: list[str]) -> Iterator[tuple[dict[str, np.ndarray], np.ndarray]]:
    """Yields raw inputs and origins: one pair for all images that can be read, one for `--text`, or one per table.

    A file of lines is a table of one column of text, where that is all that the run needs. Images and rows that cannot
    be read are added to `skipped`. Raises DataError on a file of the other kind.
    """
    from data.errors import DataError
    from data.images.images import ImagePrepare
    from data.tables import table_file

    is_image_run, files = isinstance(prepare, ImagePrepare), request.files
    if request.text:
        yield asked_rows.whole(asked_texts.of_arguments(request, prepare), prepare, skipped)
        return
    for name in files:
        if is_image_run and os.path.isfile(name) and table_file.extension(name) in table_file.FORMATS:
            raise DataError(f"{name}: a table, and this run was trained on images. Give image files or folders.")
        if not is_image_run and os.path.isdir(name):
            raise DataError(f"{name}: a folder, and this run was trained on a table. Give files with its columns.")
    if is_image_run:
        paths = asked_images.whole(files, skipped)
        yield {"image": paths}, paths
        return
    for path, name in zip(files, table_file.told_apart(files), strict=True):
        table = asked_texts.of_file(path, prepare) or table_file.read(path, wanted=prepare.kinds)
        yield asked_rows.whole(replace(table, name=name), prepare, skipped)


def labelled(request: Evaluation, trained):
    """Name of the data, and the split of it to score, with labels as the run has them.

    Args:
        request: What shall be scored.
        trained: A `TrainedNetwork`.

    Raises:
        DataError: The data is missing, of another kind, lacks columns, or has labels that the run does not know.
    """
    from data.errors import DataError
    from data.images.images import ImagePrepare
    from data.settings import Data
    from data.source import kind_of

    if len(request.data) > 1:
        raise DataError(
            f"Two files are for translators, and {request.run} is a run on images or a table. Received: "
            f"{' '.join(request.data)}"
        )
    for flag in ("source", "images", "image", "caption"):
        if value := getattr(request, flag):
            owner = "translators" if flag == "source" else "captioners"
            raise DataError(f"`--{flag}` is for {owner}, and {request.run} is none. Received: --{flag} {value}")
    settings = trained.directory.read_json("config.json")
    seed = settings.get("trainer", {}).get("seed", 0)
    if not request.data:
        return "own-test", test_split(own_data(trained.directory, Data), seed, trained)
    (data,) = request.data
    kind = kind_of(data, trained.target_type)
    is_image_run = isinstance(trained.prepare, ImagePrepare)
    if {"table": is_image_run, "toy": is_image_run, "folder": not is_image_run}.get(kind, False):
        wants = "images" if is_image_run else "a table"
        raise DataError(f"{data}: the run {request.run} was trained on {wants}, and this is a {kind}.")
    name = data_name(data)
    if kind == "table":
        return name, table_split(data, request.target or settings["data"].get("target"), trained)
    if kind == "folder":
        return name, folder_split(data, trained)
    return name, test_split(Data(data, target=request.target, download=request.download), seed, trained)


def table_split(path: str, target: str | None, trained):
    """Every row of a table."""
    from data.errors import DataError, listing
    from data.tables import table_file, tables
    from data.targets import NoTarget

    table = table_file.read(path, wanted=trained.prepare.kinds)
    if target is None and trained.target_type is not NoTarget:
        raise DataError(f"{path}: which column holds the truth? Give --target: {listing(table.columns, 40)}")
    name = None if target is None else table.column_name(target, "--target")
    return tables.split(table, trained.target(name), trained.prepare.kinds)


def folder_split(root: str, trained):
    """Every image below the class folders of a folder, or of its train, val and test folders."""
    from data.images import folder_layout, image_folders
    from data.splits import Split

    notes: list[str] = []
    folders = folder_layout.part_folders(root, notes, trained.labelled).values()
    parts = [image_folders.find(folder, notes, trained.labelled) for folder in folders]
    print("\n".join(notes), end="\n" * bool(notes))
    paths = np.concatenate([part.paths for part in parts])
    names = np.concatenate([part.names for part in parts])
    labels = matched(names, trained.classes, root) if trained.labelled else np.zeros(len(paths), np.int32)
    return Split({"image": paths}, labels, paths)


def test_split(data, seed: int, trained):
    """The test split of a dataset that has one, or as the seed makes it."""
    from data.errors import DataError
    from data.images.images import ImagePrepare
    from data.source import resolve
    from data.splits import Split

    kinds = None if isinstance(trained.prepare, ImagePrepare) else trained.prepare.kinds
    splits = resolve(data, trained.target_type, seed=seed, standardize=False, kinds=kinds)
    missing = sorted(set(trained.prepare.signature()) - set(splits.test.inputs))
    if missing:
        raise DataError(
            f"{data.data}: lacks {', '.join(missing)}, which the run was trained on. "
            f"Received: {', '.join(splits.test.inputs)}"
        )
    if not splits.classes or not trained.labelled:
        return splits.test
    names = np.array(splits.classes, dtype=object)[splits.test.labels]
    return Split(splits.test.inputs, matched(names, trained.classes, data.data), splits.test.origins)


def own_data(directory: RunDirectory, kind: type):
    """What a run was trained on, a `kind` of data settings.

    Raises RunError when config.json does not hold it, or files have another content by now: their test split would be
    another one, with rows that the run was trained on.
    """
    from data.fingerprint import fingerprint

    settings = directory.read_json("config.json")
    try:
        given = {name: tuple(value) if isinstance(value, list) else value for name, value in settings["data"].items()}
        data = kind(**given)
    except (KeyError, TypeError, AttributeError) as error:
        raise RunError(
            f"{directory / 'config.json'}: does not say what the run was trained on ({error}). Give --data."
        ) from error
    known = settings.get("files")
    for name, content in known.items() if isinstance(known, dict) else ():
        paths = given.get(name.removeprefix("data.")) if name.startswith("data.") else None
        paths = paths if isinstance(paths, tuple) else (paths,)
        if fingerprint(*paths) not in (content, None):
            raise RunError(
                f"{' '.join(map(str, paths))}: has changed since {directory.path} was trained on it, so its test split "
                "is another one. Give --data with what shall be scored."
            )
    return data


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
