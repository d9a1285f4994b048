"""What a translator has to show: scores beside baselines."""

from dataclasses import asdict, dataclass

from tasks.task import Learned
from tasks.texts import diagnosis_line
from tasks.translate.prepared import Prepared
from tasks.translate.translator import SentenceTranslator, Translation


@dataclass(frozen=True, eq=False)
class Outcome:
    """Scores of test and validation pairs, baselines and diagnosis on the test pairs, and the translations of these;
    the interval of BLEU is None where the test pairs are too few."""

    test: dict[str, float]
    validation: dict[str, float]
    interval: tuple[float, float] | None
    signatures: dict[str, str]
    baselines: list
    diagnosis: object
    translations: list[Translation]
    translator: SentenceTranslator

    def results(self) -> dict:
        found = {"test": self.test, "validation": self.validation, "interval": self.interval}
        found |= {"baselines": {one.name: one.scores for one in self.baselines}, "signatures": self.signatures}
        return found | {"diagnosis": asdict(self.diagnosis)}


def score(prepared: Prepared, learned: Learned) -> Outcome:
    """Translate the validation and the test pairs by the search of the run; the test pairs are read here first."""
    from evaluation import translation, translation_baselines
    from evaluation.rivals import FEWEST_ROWS

    splits, tokenize = prepared.splits, prepared.tokenize
    translator = SentenceTranslator(learned.model, prepared.source, prepared.target, prepared.search)
    print(f"translating {len(splits.validation):,} validation and {len(splits.test):,} test sentences", flush=True)
    figures, kept = {}, []
    for name in ("validation", "test"):
        pairs = getattr(splits, name)
        kept = translator(pairs.sources, pairs.origins)
        hypotheses = [one.texts[0] for one in kept]
        figures[name] = translation.scores(hypotheses, pairs.targets, tokenize)
    train, test = splits.train, splits.test
    simple = translation_baselines.score(
        train.sources, train.targets, test.sources, test.targets, tokenize, seed=prepared.trainer.seed
    )
    interval = None  # of a handful of sentences it would say nothing
    if len(test) >= FEWEST_ROWS:
        interval = translation.bleu_interval(hypotheses, test.targets, tokenize)
    diagnosis = diagnosed(prepared, learned, hypotheses, figures["test"]["bleu"], simple)
    signatures = translation.signatures(tokenize)
    return Outcome(figures["test"], figures["validation"], interval, signatures, simple, diagnosis, kept, translator)


def diagnosed(prepared: Prepared, learned: Learned, hypotheses: list[str], bleu: float, simple: list):
    """The `Diagnosis` of the translations of the test pairs, beside those of the baselines by their chrF."""
    from evaluation.text_diagnosis import beside, diagnose_texts
    from evaluation.translation import sentence_scores
    from evaluation.translation_baselines import COPY

    references = prepared.splits.test.targets
    ours = sentence_scores(hypotheses, references)
    rivals = [
        beside(one.name, ours, sentence_scores(one.hypotheses, references), blind=one.name == COPY) for one in simple
    ]
    settings = {"measure": "BLEU", "score": bleu, "learning_rate": prepared.trainer.learning_rate}
    return diagnose_texts(learned.history, hypotheses, list(references), rivals, **settings)


def told(results: dict) -> tuple[str, dict[str, float]]:
    """The scores of the test pairs beside the baselines as text, and the figures of the last line."""
    test, interval = results["test"], results["interval"]
    lines = [f"{'on the test split':<44}{'BLEU':>8}{'chrF':>8}{'TER':>8}{'exact match':>13}"]
    for name, figures in {"this network": test, **results["baselines"]}.items():
        scores = "".join(f"{figures[key]:>8.2f}" for key in ("bleu", "chrf", "ter"))
        lines.append(f"  {name:<42}{scores}{figures['exact_match']:>13.3f}")
    if interval:
        low, high = interval
        lines.append(f"BLEU of other test sets like this one lies between {low:.1f} and {high:.1f} (95%, bootstrap)")
    else:
        lines.append("the test sentences are too few to tell what another test set would give")
    lines.append(f"BLEU without capitals: {test['bleu_lowercase']:.2f}   {results['signatures']['bleu']}")
    lines += diagnosis_line(results)
    line = {f"test_{name}": value for name, value in test.items()}
    return "\n".join(lines), line | {"target_tokens_per_second": results["target_tokens_per_second"]}
