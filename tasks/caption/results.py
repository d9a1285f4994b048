"""What a captioner has to show: scores beside baselines, and where nouns look."""

from dataclasses import asdict, dataclass
from time import perf_counter

import numpy as np

from tasks.caption.prepared import Prepared
from tasks.caption.training import Captioning
from tasks.captioner import Caption, ImageCaptioner
from tasks.texts import diagnosis_line

MEASURED_LOOKS = 200  # images on which it is measured where nouns look


@dataclass(frozen=True, eq=False)
class Outcome:
    """Scores of each part by name, baselines and diagnosis on the test images, their captions, and where nouns look."""

    scores: dict[str, dict[str, float]]
    baselines: list
    diagnosis: object
    captions: list[Caption]
    captioner: ImageCaptioner
    overlap: object
    captions_per_second: float

    @property
    def others(self) -> dict[str, dict[str, float]]:
        """Scores of the parts beside validation and test."""
        return {name: figures for name, figures in self.scores.items() if name not in ("validation", "test")}

    def results(self) -> dict:
        found = {"test": self.scores["test"], "validation": self.scores["validation"], "others": self.others}
        found |= {"baselines": {one.name: one.scores for one in self.baselines}}
        found |= {"attention": asdict(self.overlap) if self.overlap else None, "diagnosis": asdict(self.diagnosis)}
        return found | {"captions_per_second": round(self.captions_per_second, 1)}


def score(prepared: Prepared, learned: Captioning) -> Outcome:
    """Caption the parts by the search of the run, training images excepted; test images are captioned here first."""
    from evaluation import caption_baselines, captioning

    splits, seed = prepared.splits, prepared.trainer.seed
    settings = (prepared.search, prepared.longest, seed, learned.neighbours)
    captioner = ImageCaptioner(learned.network, None, prepared.subwords, *settings)
    figures, kept, speed = {}, {}, 0.0
    for name in ("validation", "test", *splits.others):
        part = splits.parts[name]
        values = learned.inputs.finished(part)
        print(f"captioning {len(part):,} images: {name}", flush=True)
        started = perf_counter()
        kept[name] = captioner.of_values(values)
        speed = max(speed, len(part) / (perf_counter() - started))
        figures[name] = captioning.scores([one.texts[0] for one in kept[name]], part.captions)
    simple = caption_baselines.score(
        prepared.inputs.values(splits.train),
        splits.train.captions,
        prepared.inputs.values(splits.test),
        splits.test.captions,
        seed=seed,
    )
    written = [one.texts[0] for one in kept["test"]]
    diagnosis = diagnosed(prepared, learned, written, figures["test"]["cider"], simple)
    overlap = looks(captioner, splits.test, learned.inputs, kept["test"])
    return Outcome(figures, simple, diagnosis, kept["test"], captioner, overlap, speed)


def diagnosed(prepared: Prepared, learned: Captioning, written: list[str], cider: float, simple: list):
    """The `Diagnosis` of the captions of the test images, beside those of the baselines."""
    from evaluation import captioning
    from evaluation.caption_baselines import TYPICAL
    from evaluation.text_diagnosis import beside, diagnose_texts

    references = prepared.splits.test.captions
    ours = captioning.cider(written, references)
    rivals = [
        beside(one.name, ours, captioning.cider(one.captions, references), blind=one.name == TYPICAL) for one in simple
    ]
    settings = {"measure": "CIDEr-D", "score": cider, "learning_rate": prepared.trainer.learning_rate}
    return diagnose_texts(learned.history, written, [some[0] for some in references], rivals, **settings)


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


def told(results: dict) -> tuple[str, dict[str, float]]:
    """The scores of the test images beside the baselines as text, and the figures of the last line."""
    test, others = results["test"], results["others"]
    lines = [f"{'on the test images':<48}{'BLEU-1':>8}{'BLEU-4':>8}{'ROUGE-L':>9}{'CIDEr-D':>9}{'exact match':>13}"]
    systems = {"this network": test, **results["baselines"]}
    systems |= {f"this network on {name}": figures for name, figures in others.items()}
    for name, figures in systems.items():
        lines.append(
            f"  {name:<46}{figures['bleu1']:>8.2f}{figures['bleu4']:>8.2f}{figures['rouge_l']:>9.3f}"
            f"{figures['cider']:>9.3f}{figures['exact_match']:>13.3f}"
        )
    lines += diagnosis_line(results)
    line = {f"test_{name}": test[name] for name in ("exact_match", "bleu4", "cider")}
    line |= {f"test_{name}": value for name, value in test.items()}
    line |= {f"{name}_exact_match": figures["exact_match"] for name, figures in others.items()}
    if looked := results["attention"]:
        lines.append(
            f"attention: for {looked['hits']:.1%} of {looked['nouns']} nouns it peaks on the object named "
            f"(by chance {looked['chance']:.1%})"
        )
        line["attention_hits"] = looked["hits"]
    return "\n".join(lines), line | {name: results[name] for name in ("captions_per_second", "examples_per_second")}
