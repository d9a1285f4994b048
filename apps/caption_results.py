"""What a captioning run has to show: scores beside baselines, attention, exports, the report."""

from dataclasses import asdict, dataclass

import numpy as np

from apps.image_captioner import Caption, ImageCaptioner
from data.evenly import evenly
from training.run_directory import RunDirectory

STRIPS = 6  # images whose attention is drawn
VALIDATION_IMAGES = 300  # that are captioned after each epoch
MEASURED_LOOKS = 200  # images on which it is measured where nouns look

FILES = {
    "results.json": "all scores",
    "metrics.csv, timing.csv": "a row per epoch",
    "config.json, environment.json": "settings, versions",
    "preparing.json": "how images are prepared, the dictionary, the search",
    "model.keras": "the network, for Keras",
    "neighbours.npz": "with `--neighbours`: vectors and captions of training images",
    "examples.json": "images that the export is checked on",
    "saved_model/": "image files in, captions, scores and attention out, for TensorFlow Serving and others",
}


@dataclass(frozen=True)
class Found:
    """Scores of each part by name, the baselines on the test images, the captions of these, and where nouns look."""

    scores: dict[str, dict[str, float]]
    baselines: list
    captions: list[Caption]
    captioner: ImageCaptioner
    overlap: object
    captions_per_second: float


def describe(splits, subwords, batches, inputs, config, directory: RunDirectory) -> None:
    """Say what will run on what."""
    from apps.caption import recipe_for

    print(f"data    {splits.name}")
    for note in (*splits.notes, *batches.notes()):
        print(f"        {note}")
    side = "x".join(map(str, inputs.prepare.size))
    print(f"images  {side} pixels, {inputs.backbone or 'a stem that is learned with the captions'}")
    print(f"words   {len(subwords)} subwords")
    print(f"model   {recipe_for(config)}")
    print(f"run     {directory.path}", flush=True)


def finish(directory: RunDirectory, config, model, splits, subwords, inputs, rows: list[dict], batches) -> dict:
    """Score, save, export and report a network just trained; return the results."""
    from apps import caption_neighbours
    from apps.image_inputs import PixelInputs
    from models.captioner import with_backbone

    whole, seen = (with_backbone(inputs.encoder, model), inputs) if inputs.backbone else (model, inputs)
    if config.encoder.fine_tune_epochs and inputs.backbone:
        from apps.caption_fine_tuning import fine_tune

        later = fine_tune(whole, config, splits, subwords, inputs, directory)
        rows = [*rows, *({**row, "epoch": row["epoch"] + len(rows)} for row in later)]
        model, seen = whole, PixelInputs(inputs.prepare)
    whole.save(directory / "model.keras")
    neighbours = caption_neighbours.write(directory, config, model, splits.train, subwords, seen)
    found = score(model, splits, subwords, inputs, seen, config, neighbours)
    differences = export_run(directory, splits)
    write_report(directory, config, whole, splits, inputs, seen, rows, found, batches)
    timing = directory.read_rows("timing.csv")
    results = {"test": found.scores["test"], "validation": found.scores["validation"]}
    results |= {"others": {name: figures for name, figures in found.scores.items() if name in splits.others}}
    results |= {"baselines": {one.name: one.scores for one in found.baselines}, "export": differences}
    results |= {"attention": asdict(found.overlap) if found.overlap else None}
    results |= {"captions_per_second": round(found.captions_per_second, 1)}
    speeds = sorted(row["examples_per_second"] for row in timing)
    results |= {"training_seconds": round(sum(row["seconds"] for row in timing), 1)}
    return results | {"examples_per_second": float(speeds[len(speeds) // 2])}


def validation_scores(config, model, part, subwords, inputs, search):
    """A function that gives the scores of what `search` finds for some validation images by the model as it then is."""
    from evaluation.captioning import scores

    write, references = validation_captions(config, model, part, subwords, inputs, search)

    def measure() -> dict[str, float]:
        figures = scores(write(), references)
        return {name: figures[name] for name in ("cider", "bleu4", "exact_match")}

    return measure


def validation_of_each(config, model, part, subwords, inputs, search, by: str):
    """A function like that of `validation_scores` that gives the score (N,) of each image: "cider" or "exact_match"."""
    from evaluation.captioning import cider, exact

    write, references = validation_captions(config, model, part, subwords, inputs, search)
    score = {"cider": cider, "exact_match": exact}[by]
    return lambda: score(write(), references).astype(float)


def validation_captions(config, model, part, subwords, inputs, search):
    """A function that writes captions of some validation images with the model as it then is, and their references."""
    chosen = evenly(len(part), VALIDATION_IMAGES)
    values, references = inputs.finished(part, chosen), [part.captions[row] for row in chosen]
    captioner = ImageCaptioner(model, None, subwords, search, config.longest_tokens)
    return lambda: [one.texts[0] for one in captioner.of_values(values)], references


def score(model, splits, subwords, inputs, seen, config, neighbours=None) -> Found:
    """Caption the parts by the search of `config`, the training images excepted; test images are captioned here first.

    Args:
        model: The network from pixels or features, as it was trained last.
        inputs: `ImageInputs`.
        seen: What `model` takes: `inputs`, or `PixelInputs`.
        neighbours: `layers.Neighbours` that order captions, or None.
    """
    from time import perf_counter

    from evaluation import caption_baselines, captioning

    settings = (config.search, config.longest_tokens, config.trainer.seed, neighbours)
    captioner = ImageCaptioner(model, None, subwords, *settings)
    figures, kept, speed = {}, {}, 0.0
    for name in ("validation", "test", *splits.others):
        part = splits.parts[name]
        values = seen.finished(part)
        print(f"captioning {len(part):,} images: {name}", flush=True)
        started = perf_counter()
        kept[name] = captioner.of_values(values)
        speed = max(speed, len(part) / (perf_counter() - started))
        figures[name] = captioning.scores([one.texts[0] for one in kept[name]], part.captions)
    simple = caption_baselines.score(
        inputs.values(splits.train),
        splits.train.captions,
        inputs.values(splits.test),
        splits.test.captions,
        seed=config.trainer.seed,
    )
    overlap = looks(captioner, splits.test, seen, kept["test"])
    return Found(figures, simple, kept["test"], captioner, overlap, speed)


def looks(captioner: ImageCaptioner, part, inputs, found: list[Caption]):
    """How often nouns look at their things, where these are known: `Overlap`, or None."""
    from evaluation.attention_overlap import overlap, word_maps

    if part.regions is None or captioner.parts.grid == (1, 1):
        return None
    rows = np.arange(min(len(part), MEASURED_LOOKS))
    maps = captioner.attention(inputs.finished(part, rows), [found[row] for row in rows])
    pairs = []
    for row, (pieces, weights) in zip(rows, maps, strict=True):
        words, seen = word_maps(pieces, weights)
        for place, thing in part.regions.nouns(row, " ".join(words)):
            pairs.append((seen[place], part.regions.masks[row, thing]))
    return overlap(pairs)


def export_run(directory: RunDirectory, splits) -> dict[str, float]:
    """Write the checked SavedModel of a run just trained, and the test images that it is checked on."""
    from apps import export
    from export import examples

    examples.write(examples.take({"image": splits.test.images}), directory / "examples.json")
    return export.main(export.Config(run=str(directory.path)))


def write_report(directory, config, model, splits, inputs, seen, rows: list[dict], found: Found, batches) -> None:
    """Write report.html of the run."""
    from apps import members
    from apps.caption import best_by
    from apps.command import typed
    from evaluation import caption_report
    from evaluation.model_summary import summary

    best = max(rows, key=lambda row: (row[f"val_{best_by(config)}"], -row["val_loss"]))
    pixels = inputs.pixels(splits.test)
    unfinished = sum(not one.complete[0] for one in found.captions)
    notes = [f"Of {len(found.captions)} test captions {unfinished} came to the limit of their length."]
    if config.members.count > 1:
        notes.append(members.note(config.members.count))
    beams = config.search.beams
    how = "greedy" if beams == 1 else f"beam search with {beams} hypotheses"
    asked = f", then by their likeness to the captions of the {config.neighbours} most similar training images"
    order = asked if config.neighbours else ""
    caption_report.write(
        directory / "report.html",
        title=f"{splits.name}, {model.name}",
        command=typed("python -m apps.caption"),
        notes=[*splits.notes, *batches.notes(), *notes],
        history={name: [row[name] for row in rows] for name in rows[0] if name != "epoch"},
        images=pixels,
        references=splits.test.captions,
        captions=[one.texts[0] for one in found.captions],
        scores=found.scores["test"],
        baselines=found.baselines,
        search=f"Captions by {how}, compared by log probability / tokens ** {config.search.length_penalty:g}{order}.",
        attention=_strips(pixels, splits.test, seen, found),
        overlap=found.overlap,
        others={name: found.scores[name] for name in splits.others},
        environment=directory.read_json("environment.json"),
        model_summary=summary(model),
        best_epoch=int(best["epoch"]),
        files=FILES,
        settings={**asdict(config.data), **asdict(config.trainer), **asdict(config.search)},
    )


def _strips(pixels, part, inputs, found: Found) -> list:
    """Of some test images, spread evenly, the pixels, the words written, and where each looked."""
    from evaluation.attention_overlap import word_maps

    if found.captioner.parts.grid == (1, 1):
        return []
    rows = evenly(len(part), STRIPS)
    maps = found.captioner.attention(inputs.finished(part, rows), [found.captions[row] for row in rows])
    strips = []
    for row, (pieces, weights) in zip(rows, maps, strict=True):
        words, seen = word_maps(pieces, weights)
        if words:
            strips.append((pixels[row], words, seen))
    return strips


def table(results: dict) -> str:
    """The scores of the test images beside the baselines, as text."""
    lines = [f"{'on the test images':<48}{'BLEU-1':>8}{'BLEU-4':>8}{'ROUGE-L':>9}{'CIDEr-D':>9}{'exact match':>13}"]
    systems = {"this network": results["test"], **results["baselines"]}
    systems |= {f"this network on {name}": figures for name, figures in results["others"].items()}
    for name, figures in systems.items():
        lines.append(
            f"  {name:<46}{figures['bleu1']:>8.2f}{figures['bleu4']:>8.2f}{figures['rouge_l']:>9.3f}"
            f"{figures['cider']:>9.3f}{figures['exact_match']:>13.3f}"
        )
    if looked := results["attention"]:
        lines.append(
            f"attention: the strongest look of {looked['hits']:.1%} of {looked['nouns']} nouns is on the thing that "
            f"they name (by chance {looked['chance']:.1%})"
        )
    return "\n".join(lines)


def machine_line(results: dict) -> str:
    """The last line: names and values."""
    test = results["test"]
    line = {f"test_{name}": test[name] for name in ("exact_match", "bleu4", "cider")}
    line |= {f"test_{name}": value for name, value in test.items()}
    for name, figures in results["others"].items():
        line[f"{name}_exact_match"] = figures["exact_match"]
    if results["attention"]:
        line["attention_hits"] = results["attention"]["hits"]
    line["saved_model_difference"] = results["export"]["saved_model_difference"]
    line |= {name: results[name] for name in ("captions_per_second", "examples_per_second", "training_seconds")}
    return " ".join(f"{name}={value:.6g}" for name, value in line.items())


def announce(results: dict, directory: RunDirectory) -> dict[str, float]:
    """Print the results, the machine-readable line last."""
    print(f"\n{table(results)}")
    print(f"report: {directory / 'report.html'}   SavedModel: {directory / 'saved_model'}\n")
    print(machine_line(results))
    return results["test"]
