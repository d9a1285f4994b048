"""Reads off the data argument what pairs of sentences it names, and yields their splits."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from data.settings import TranslationData
    from data.text.sentence_pairs import TranslationSplits


def resolve(config: TranslationData, *, seed: int) -> TranslationSplits:
    """Yields the splits of what `config.data` names.

    Args:
        config: what the user said.
        seed: of the random splits, and of the phrases.

    Raises:
        DataError: the data cannot be used; the message says where and what to do.
    """
    from data import dataset_name
    from data.errors import DataError, MissingData, refuse_given, suggestion
    from data.text import pair_splits, parallel_text

    if config.longest < 1:
        raise DataError(f"--longest must be 1 or more characters. Received: {config.longest}.")
    if config.ratio < 1:
        raise DataError(f"--ratio must be 1 or more. Received: {config.ratio}.")
    first = config.data[0] if config.data else ""
    one = len(config.data) == 1
    if one and first == "phrases":
        from data.text import phrases

        refuse_given(config, ("validation", "test", "download"), "phrases, which has its own splits")
        return phrases.make(seed, config.source or "en", config.target or "de")
    if one and first.startswith("tfds:"):
        from data.tfds import tfds_pairs

        refuse_given(config, ("validation", "test"), f"{first}, which has its own splits")
        name, read, languages = tfds_pairs.read(first.removeprefix("tfds:"), config)
    else:
        refuse_given(config, ("download",), "files")
        if one and not os.path.exists(first) and not os.path.splitext(first)[1] and os.sep not in first:
            raise MissingData(
                f"--data {first!r} is neither bundled nor a file.{suggestion(first, ['phrases'])} Allowed: phrases; a "
                f"file with tabs between source and target, or a table of them (.csv .jsonl); two files; tfds:NAME."
            )
        paths = {"train": config.data, "validation": config.validation, "test": config.test}
        read = {part: parallel_text.read(given, config.source, config.target) for part, given in paths.items() if given}
        if not read.get("train"):
            raise DataError("--data names no file. Allowed: phrases; a file with tabs, a table; two files; tfds:NAME.")
        languages = read["train"].languages
        name = dataset_name.of_file(first, frozenset(["train", "training"]), "pairs")
        name += f"-{languages[0]}-{languages[1]}" if all(languages) else ""
    return pair_splits.make(name, read, languages, seed, longest=config.longest, ratio=config.ratio)
