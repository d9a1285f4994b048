"""Translations of new sentences by a finished run of apps.translate."""

import sys
from dataclasses import replace


def translated(trained, config) -> list[dict]:
    """One dict per sentence: origin, source, translation, score, complete, unknown, and `top` with the n best.

    Says on stderr which sentences lack something: letters that the dictionary has not, or an end.

    Args:
        trained: `TrainedTranslator`.
        config: `apps.predict.Config`.

    Raises:
        DataError: A file is missing or no text, or a sentence is too long.
        ValueError: A setting of the search is out of range.
    """
    sentences, origins = sentences_of(config)
    top = config.top or 1
    found = trained.translator(search_of(trained.search, config, top), config.seed)(sentences, origins)
    rows = []
    for sentence, origin, one in zip(sentences, origins, found, strict=True):
        ranked = ranking(one, "translation", top)
        rows.append({"origin": origin, "source": sentence, **ranked[0], "unknown": one.unknown, "top": ranked})
        if one.unknown:
            print(f"{origin}: {one.unknown} pieces are in no dictionary of the run and were not read", file=sys.stderr)
        if not one.complete[0]:
            print(f"{origin}: the translation came to the limit of its length without an end", file=sys.stderr)
    return rows


def ranking(one, name: str, top: int) -> list[dict]:
    """The `top` best texts that a search has found for one record, each with its score and whether it is complete."""
    found = zip(one.texts, one.scores, one.complete, strict=True)
    return [{name: text, "score": float(f"{score:.6g}"), "complete": complete} for text, score, complete in found][:top]


def sentences_of(config) -> tuple[list[str], list[str]]:
    """The sentences to translate, and where each came from."""
    from data.parallel_text import clean, lines_of

    if config.text:
        return [clean(text) for text in config.text], [f"--text {n}" for n in range(1, len(config.text) + 1)]
    sentences, origins = [], []
    for path in config.files:
        lines, _ = lines_of(path)
        sentences += [clean(line) for line in lines]
        origins += [f"{path}:{number}" for number in range(1, len(lines) + 1)]
    return sentences, origins


def search_of(own, config, top: int):
    """The run's own search, changed as `config` says, with at least `top` hypotheses."""
    if config.seed and not config.sample:
        raise ValueError(f"`--seed` is for drawing at random: add `--sample`. Received: {config.seed}")
    beams = config.beams or max(own.beams, top)
    if config.sample:
        beams = config.beams or top
    if beams < top:
        raise ValueError(f"`--top` cannot be more than `--beams`. Received: --top {top} --beams {beams}")
    changed = {"beams": beams, "sample": config.sample}
    if config.sample:
        changed["no_repeat"] = 0  # which is of beam search
    changed |= {"temperature": config.temperature, "top_k": config.top_k, "top_p": config.top_p}
    if config.length_penalty is not None:
        changed["length_penalty"] = config.length_penalty
    return replace(own, **changed)
