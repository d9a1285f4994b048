"""What a translation run has to show: scores beside baselines, attention, exports, the report."""

from dataclasses import asdict, dataclass

from apps.sentence_translator import SentenceTranslator, Translation
from data.evenly import evenly
from training.run_directory import RunDirectory

MAPS = 4  # sentences whose attention is drawn
VALIDATION_SENTENCES = 500  # that are translated after each epoch
LONGEST_MAP = 24  # pieces of a side that can be read with ease


@dataclass(frozen=True)
class Found:
    """Scores of test and validation pairs, the baselines on the test pairs, and the translations of these."""

    test: dict[str, float]
    validation: dict[str, float]
    interval: tuple[float, float]
    signatures: dict[str, str]
    baselines: list
    translations: list[Translation]
    translator: SentenceTranslator


def score(model, splits, source, target, config) -> Found:
    """Translate the validation and the test pairs by the search of `config`; the test pairs are read here first."""
    from evaluation import translation, translation_baselines

    translator = SentenceTranslator(model, source, target, config.search)
    print(f"translating {len(splits.validation):,} validation and {len(splits.test):,} test sentences", flush=True)
    figures, kept = {}, []
    for name in ("validation", "test"):
        pairs = getattr(splits, name)
        kept = translator(pairs.sources, pairs.origins)
        hypotheses = [one.texts[0] for one in kept]
        figures[name] = translation.scores(hypotheses, pairs.targets)
    simple = translation_baselines.score(
        splits.train.sources, splits.train.targets, splits.test.sources, splits.test.targets, seed=config.trainer.seed
    )
    interval = translation.bleu_interval(hypotheses, splits.test.targets)
    signatures = translation.signatures()
    return Found(figures["test"], figures["validation"], interval, signatures, simple, kept, translator)


def validation_bleu(model, pairs, source, target, search):
    """A function that gives the BLEU of what `search` finds for some validation pairs by the model as it then is."""
    from evaluation.translation import scores

    write, references = validation_translations(model, pairs, source, target, search)
    return lambda: {"bleu": scores(write(), references)["bleu"]}


def validation_of_each(model, pairs, source, target, search):
    """A function like that of `validation_bleu` that gives the BLEU (N,) of each sentence."""
    from evaluation.translation import sentence_bleu

    write, references = validation_translations(model, pairs, source, target, search)
    return lambda: sentence_bleu(write(), references)


def validation_translations(model, pairs, source, target, search):
    """A function that translates some validation sentences with the model as it then is, and their references."""
    pairs = pairs.take(evenly(len(pairs), VALIDATION_SENTENCES))
    translator = SentenceTranslator(model, source, target, search)
    return lambda: [one.texts[0] for one in translator(pairs.sources)], pairs.targets


def export_run(directory: RunDirectory, splits) -> dict[str, float]:
    """Write the checked SavedModel of a run just trained, and the test sentences that it is checked on."""
    from apps import export
    from export import examples

    examples.write(examples.take({"text": splits.test.sources}), directory / "examples.json")
    return export.main(export.Config(run=str(directory.path)))


def write_report(directory: RunDirectory, config, model, splits, rows: list[dict], found: Found, batches) -> None:
    """Write report.html of the run."""
    from apps import members
    from apps.command import typed
    from evaluation import translation_report
    from evaluation.model_summary import summary

    best = max(rows, key=lambda row: (row["val_bleu"], -row["val_loss"]))
    unfinished = sum(not one.complete[0] for one in found.translations)
    unknown = sum(one.unknown > 0 for one in found.translations)
    notes = [*splits.notes, *batches.notes()]
    notes.append(
        f"Of {len(found.translations)} test translations {unfinished} came to the limit of their length; {unknown} "
        "sources hold letters that the dictionary lacks."
    )
    if config.members.count > 1:
        notes.append(members.note(config.members.count))
    translation_report.write(
        directory / "report.html",
        title=f"{splits.name}, {model.name}",
        command=typed("python -m apps.translate"),
        notes=notes,
        history={name: [row[name] for row in rows] for name in rows[0] if name != "epoch"},
        sources=splits.test.sources,
        references=splits.test.targets,
        hypotheses=[one.texts[0] for one in found.translations],
        scores=found.test,
        signatures=found.signatures,
        interval=found.interval,
        baselines=found.baselines,
        attention=_attention(splits, found),
        search=_search(config),
        environment=directory.read_json("environment.json"),
        model_summary=summary(model),
        best_epoch=int(best["epoch"]),
        files=FILES,
        settings={**asdict(config.data), **asdict(config.trainer), **asdict(config.search)},
    )


FILES = {
    "config.json": "all settings of this run",
    "environment.json": "versions and machine",
    "preparing.json": "the dictionaries, SentencePiece's own files in them, and the search",
    "metrics.csv": "loss and validation BLEU per epoch",
    "timing.csv": "seconds and target tokens per second per epoch",
    "results.json": "all scores, with sacreBLEU's signatures",
    "model.keras": "the trained network, for Keras",
    "examples.json": "sentences that the export is checked on",
    "saved_model/": "sentences in, translations, scores and attention out, for TensorFlow Serving and others",
}


def _search(config) -> str:
    """The search in words."""
    search = config.search
    how = "greedy" if search.beams == 1 else f"beam search with {search.beams} hypotheses"
    return (
        f"{how}, compared by log probability / tokens ** {search.length_penalty:g}. Attention maps are of the last "
        "block of the decoder, the mean over its heads."
    )


def _attention(splits, found: Found) -> list:
    """Maps of the first test sentences of a length that can be read."""
    sources = splits.test.sources
    lengths = [len(ids) for ids in found.translator.source.encode(sources)]
    rows = [
        row
        for row, one in enumerate(found.translations)
        if 3 < len(one.ids) <= LONGEST_MAP and lengths[row] <= LONGEST_MAP
    ]
    rows = rows[:: max(len(rows) // MAPS, 1)][:MAPS]
    return found.translator.attention(sources[rows], [found.translations[row] for row in rows])


def table(results: dict) -> str:
    """The scores of the test pairs beside the baselines, as text."""
    test, (low, high) = results["test"], results["interval"]
    lines = [f"{'on the test split':<44}{'BLEU':>8}{'chrF':>8}{'TER':>8}{'exact match':>13}"]
    for name, figures in {"this network": test, **results["baselines"]}.items():
        scores = "".join(f"{figures[key]:>8.2f}" for key in ("bleu", "chrf", "ter"))
        lines.append(f"  {name:<42}{scores}{figures['exact_match']:>13.3f}")
    lines.append(f"BLEU of other test sets like this one lies between {low:.1f} and {high:.1f} (95%, bootstrap)")
    lines.append(f"BLEU without capitals: {test['bleu_lowercase']:.2f}   {results['signatures']['bleu']}")
    return "\n".join(lines)


def machine_line(results: dict) -> str:
    """The last line: names and values."""
    line = {f"test_{name}": value for name, value in results["test"].items()}
    line |= {
        "saved_model_difference": results["export"]["saved_model_difference"],
        "target_tokens_per_second": results["target_tokens_per_second"],
        "training_seconds": results["training_seconds"],
    }
    return " ".join(f"{name}={value:.6g}" for name, value in line.items())


def announce(results: dict, directory: RunDirectory) -> dict[str, float]:
    """Print the results, the machine-readable line last."""
    print(f"\n{table(results)}")
    print(f"report: {directory / 'report.html'}   SavedModel: {directory / 'saved_model'}\n")
    print(machine_line(results))
    return results["test"]
