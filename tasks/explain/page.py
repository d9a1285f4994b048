"""The report of a run that explains."""

from tasks.explain.prepared import Prepared
from tasks.explain.results import GIVEN, Outcome
from tasks.explain.training import Explained
from tasks.task import Page

FILES = {
    "references.json": "the training sentences of each class, that explanations are compared with",
    "classifier/": "figures of the picture classifier, by epoch",
    "language-model/": "figures of the language model whose states are the vectors of the classes",
    "sentence-classifier/": "figures of the network that reads sentences, and rewards",
    "rewards/": "figures of the stage of rewards, where the variant has one",
    "saved_model/": "image files in, class and explanation out, for TensorFlow Serving and others",
}


def page(prepared: Prepared, learned: Explained, outcome: Outcome) -> Page:
    """Scores, pictures with their explanations, the reward beside the truth, curves."""
    from evaluation import explanation_report, report
    from evaluation.model_summary import summary
    from models.explaining import Explaining
    from tasks.explain.looking import looked

    count = len(prepared.splits.test)
    test = outcome.results()["test"]
    systems = {"this network": outcome.predicted.figures, GIVEN: outcome.given.figures, **outcome.baselines}
    sections = [
        report.Section("Result on the test pictures", explanation_report.headline(test, systems, count)),
        report.Section("Explanations", explanation_report.gallery(tiles(prepared, outcome))),
    ]
    places = looked(prepared, Explaining.of(learned.model), outcome.predicted)
    sections.append(report.Section("Where the network looked", explanation_report.where(places)))
    if outcome.rewarded:
        sections.append(report.Section("Rewards", explanation_report.reward_blocks(outcome.rewarded, test)))
    curves = explanation_report.learning(learned.history, learned.best_epoch())
    sections.append(report.Section("Learning curves of the generator", curves))
    subtitle = f"Explaining ({prepared.variant}), scored on {count:,} test pictures"
    return Page(subtitle, sections, prepared.splits.notes, summary(learned.model))


def tiles(prepared: Prepared, outcome: Outcome) -> list:
    """Of some test pictures what was found, said, and true."""
    from data.birds.sentences import words
    from evaluation.explanation_report import spread, tile
    from evaluation.tiles import thumbnail

    part, judged = prepared.splits.test, outcome.predicted
    found = []
    rows = spread(len(part))
    pixels = prepared.prepare.fixed({"image": part.images[rows]}, part.origins[rows])
    for place, row in enumerate(rows):
        name, right, sentence = prepared.classes[judged.classes[row]], part.classes[row], judged.sentences[row]
        mentions, told = [], f"learned p {judged.told[row, judged.classes[row]]:.2f}"
        if judged.judgements:
            one, said = judged.judgements[row], words(sentence)
            mentions = [(" ".join(said[start:end]), is_true) for start, end, is_true in one.places]
            told += f", exact {one.posterior:.2f}"
        found.append(tile(thumbnail(pixels[place]), name, None if name == right else right, sentence, mentions, told))
    return found
