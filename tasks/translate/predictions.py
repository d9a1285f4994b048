"""Translations of new sentences by a finished run of apps.translate."""

import sys

from tasks.request import Prediction
from tasks.texts import ranking, search_of


def translated(trained, request: Prediction) -> list[dict]:
    """One dict per sentence: origin, source, translation, score, complete, unknown, and `top` with the n best.

    Says on stderr which sentences lack something: letters that the dictionary has not, or an end.

    Args:
        trained: `TrainedTranslator`.
        request: What shall be translated, and how.

    Raises:
        DataError: A file is missing or no text, or a sentence is too long.
        UserError: A setting of the search is out of range.
    """
    sentences, origins = sentences_of(request)
    top = request.top or 1
    found = trained.translator(search_of(trained.search, request, top), request.seed)(sentences, origins)
    rows = []
    for sentence, origin, one in zip(sentences, origins, found, strict=True):
        ranked = ranking(one, "translation", top)
        rows.append({"origin": origin, "source": sentence, **ranked[0], "unknown": one.unknown, "top": ranked})
        if one.unknown:
            print(f"{origin}: {one.unknown} pieces are in no dictionary of the run and were not read", file=sys.stderr)
        if not one.complete[0]:
            print(f"{origin}: the translation came to the limit of its length without an end", file=sys.stderr)
    return rows


def sentences_of(request: Prediction) -> tuple[list[str], list[str]]:
    """The sentences to translate, and where each came from."""
    from data.text.parallel_text import clean, lines_of

    if request.text:
        return [clean(text) for text in request.text], [f"--text {n}" for n in range(1, len(request.text) + 1)]
    sentences, origins = [], []
    for path in request.files:
        lines, _ = lines_of(path)
        sentences += [clean(line) for line in lines]
        origins += [f"{path}:{number}" for number in range(1, len(lines) + 1)]
    return sentences, origins
