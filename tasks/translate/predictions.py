"""Translations of new sentences by a finished run of apps.translate."""

import os
import sys
from dataclasses import replace

from cli.errors import Incomplete
from tasks.answers import require_ending
from tasks.request import Prediction
from tasks.texts import ranking, search_of
from tasks.translate.translator import LONGEST, refuse_long


def translated(trained, request: Prediction) -> list[dict]:
    """One dict per sentence: origin, source, translation, score, complete, unknown, and `top` with the n best.

    Says on stderr which sentences lack something: letters that the dictionary has not, or an end. One that is too long
    gets an empty translation, so that lines stay beside their lines.

    Args:
        trained: `TrainedTranslator`.
        request: What shall be translated, and how.

    Raises:
        DataError: A file is missing or no text, or all sentences are too long.
        Incomplete: Some sentences are too long; it has all rows.
        UserError: A setting of the search is out of range.
    """
    require_ending(request.output, plain=True)
    sentences, origins = sentences_of(request)
    top = request.top or 1
    translator = trained.translator(search_of(trained.search, request, top), request.seed)
    hopeless = too_long(trained, sentences, origins)
    found = translator(["" if origin in hopeless else text for text, origin in zip(sentences, origins, strict=True)])
    rows = []
    for sentence, origin, one in zip(sentences, origins, found, strict=True):
        if origin in hopeless:
            one = replace(one, complete=(False,))
        ranked = ranking(one, "translation", top)
        rows.append({"origin": origin, "source": sentence, **ranked[0], "unknown": one.unknown, "top": ranked})
        if one.unknown:
            print(f"{origin}: {one.unknown} pieces are in no dictionary of the run and were not read", file=sys.stderr)
        if origin not in hopeless and not one.complete[0]:
            print(f"{origin}: the translation came to the limit of its length without an end", file=sys.stderr)
    if hopeless:
        raise Incomplete(f"{len(hopeless)} of {len(rows)} sentences were too long, and are left empty", rows)
    return rows


def too_long(trained, sentences: list[str], origins: list[str]) -> set[str]:
    """Origins of the sentences that cannot be translated; told on stderr, and so are those longer than in training.

    Raises DataError where all are.
    """
    usual = trained.directory.read_json("config.json").get("longest_tokens", LONGEST)
    lengths = [len(ids) + 1 for ids in trained.source.encode(sentences)]
    hopeless = {origin for origin, length in zip(origins, lengths, strict=True) if length > LONGEST}
    if hopeless and len(hopeless) == len(sentences):
        refuse_long(trained.source.encode(sentences), origins)
    for origin, length in zip(origins, lengths, strict=True):
        if length > LONGEST:
            what = f"skipped, {length - 1} tokens, and at most {LONGEST - 1} can be translated at once"
        elif length > usual:
            what = f"{length - 1} tokens, and no training sentence had more than {usual}: some may be lost"
        else:
            continue
        print(f"{origin}: {what}. Split the text into sentences, one a line", file=sys.stderr)
    return hopeless


def sentences_of(request: Prediction) -> tuple[list[str], list[str]]:
    """The sentences to translate, and where each came from."""
    from data.text.parallel_text import clean

    if request.text:
        return [clean(text) for text in request.text], [f"--text {n}" for n in range(1, len(request.text) + 1)]
    sentences, origins = [], []
    for path in request.files:
        lines = lines_of(path)
        sentences += [clean(line) for line in lines]
        origins += [f"{path}:{number}" for number in range(1, len(lines) + 1)]
    return sentences, origins


def lines_of(path: str) -> list[str]:
    """The lines of a file. Those of one with nothing but empty lines count as well: the translations are empty."""
    from data import unpacked
    from data.text import parallel_text

    if os.path.isfile(path) and (content := unpacked.read_bytes(path)) and not content.strip():
        return [""] * len(content.splitlines())
    return parallel_text.lines_of(path)[0]
