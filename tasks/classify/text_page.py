"""What the report of a classifier of texts shows besides: telling words, mistakes with their words marked, lengths."""

import numpy as np

from tasks.classify.prepared import Prepared

MARKED = 12  # mistakes


def text_sections(prepared: Prepared, network, outputs: np.ndarray, mistakes: list[dict]) -> list:
    """Sections of `evaluation.report`.

    Args:
        prepared: The run.
        network: The trained network.
        outputs: Test probabilities (N, K).
        mistakes: As the page has them, with "row".
    """
    from evaluation import telling_words, text_report

    splits, test = prepared.splits, prepared.splits.test
    names = list(splits.prepare.forms)
    lengths = sum(np.array([len(text) for text in test.inputs[name]]) for name in names)
    right = outputs.argmax(axis=1) == test.labels
    return [
        *text_report.telling_section(telling_words.telling(splits.train, splits.prepare, splits.classes)),
        *text_report.marked_section(
            "Mistakes, with the words that they rest on", _explained(prepared, network, mistakes)
        ),
        *text_report.lengths_section(lengths, right),
    ]


def _explained(prepared: Prepared, network, mistakes: list[dict]) -> list:
    """Of each mistake a line, the pieces of its longest text, and its origin."""
    from data.splits import Split
    from evaluation.telling_words import rests_on
    from tasks.classify.results import probabilities

    prepare, classes = prepared.splits.prepare, prepared.splits.classes
    chosen = mistakes[:MARKED]
    found = []
    for mistake in chosen:
        name = max(prepare.forms, key=lambda one: len(mistake["row"][one]))
        found.append((mistake, name))
    results: list = [None] * len(found)
    for name in dict.fromkeys(name for _, name in found):
        places = [place for place, (_, own) in enumerate(found) if own == name]

        def scores(texts, owners, name=name, places=places):
            rows = [found[places[owner]][0] for owner in owners]
            raw = {
                column: np.array([row["raw"][column] for row in rows], dtype=values.dtype)
                for column, values in prepared.splits.test.inputs.items()
            }
            raw[name] = np.array(texts, dtype=object)
            answers = np.array([row["predicted"] for row in rows], np.int32)
            variants = Split(raw, answers, np.array(texts, dtype=object))
            return np.log(np.maximum(probabilities(network, variants, prepare)[np.arange(len(rows)), answers], 1e-12))

        texts = [found[place][0]["row"][name] for place in places]
        whole_words = prepare.forms[name] != "characters"
        for place, shares in zip(places, rests_on(texts, whole_words, scores), strict=True):
            mistake = found[place][0]
            line = f"is {classes[mistake['truth']]}, taken for {classes[mistake['predicted']]}"
            results[place] = (line, shares, [f"{mistake['confidence']:.1%} sure · {mistake['origin']}"])
    return results
