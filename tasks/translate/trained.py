"""A finished run of apps.translate."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from data.text.subwords import Subwords
from models.decoding_settings import DecodingSettings
from tasks.records import own_data
from tasks.request import Evaluation, Prediction
from tasks.translate.translator import LONGEST, SentenceTranslator, Translation
from training.run_directory import RunDirectory
from training.run_lock import RunError


@dataclass(frozen=True)
class TrainedTranslator:
    """A translator with its dictionaries and the search that it was scored with.

    Attributes:
        directory: Where it lies.
        source, target: `Subwords`.
        search: `DecodingSettings`.
        languages: What source and target are called.
        tokenize: sacreBLEU's tokenizer of BLEU.
    """

    directory: RunDirectory
    source: Subwords
    target: Subwords
    search: DecodingSettings
    languages: tuple[str, str]
    tokenize: str

    formats = ("saved_model",)

    @classmethod
    def of(cls, directory: RunDirectory, preparing: dict) -> "TrainedTranslator":
        """The run of preparing.json's content. Raises KeyError or TypeError where that lacks or garbles something."""
        target = Subwords.from_config(preparing["target"])
        source = target if preparing["source"] is None else Subwords.from_config(preparing["source"])
        tokenize = preparing.get("bleu_tokenize", "13a")  # which runs of before it had, whatever the language
        return cls(
            directory, source, target, DecodingSettings(**preparing["search"]), tuple(preparing["languages"]), tokenize
        )

    @cached_property
    def model(self):
        """The network, in float32 whatever it was trained in."""
        from models.loading import in_float32, load

        model = in_float32(load(self.directory / "model.keras"))
        if not isinstance(model.input, dict) or model.output_shape[-1] != len(self.target):
            raise RunError(
                f"{self.directory.path}: model.keras and preparing.json are not of the same run (the network gives "
                f"{model.output_shape[-1]} scores, the dictionary has {len(self.target)}). Train again with `--fresh`."
            )
        return model

    def translator(self, search: DecodingSettings | None = None, seed: int = 0) -> SentenceTranslator:
        """Sentences to translations, by the run's own search or another."""
        return SentenceTranslator(self.model, self.source, self.target, search or self.search, seed)

    def answers(self, request: Prediction) -> list[dict]:
        """A dict per sentence, see `tasks.translate.predictions`."""
        from tasks.translate.predictions import translated

        return translated(self, request)

    def part(self, request: Evaluation):
        """Name of the data, and the `SentencePairs` to score: all of files, the test split of anything else.

        A run that writes no capitals is scored on references without them.

        Raises:
            DataError: The data is missing or holds no pairs of sentences.
        """
        from data.errors import DataError
        from data.settings import TranslationData
        from data.text import parallel_text
        from data.text.sentence_pairs import LinePairs
        from data.text.translation_source import resolve
        from tasks.folder import data_name

        settings = self.directory.read_json("config.json")
        seed = settings.get("trainer", {}).get("seed", 0)
        for flag in ("images", "image", "caption"):
            if given := getattr(request, flag):
                raise DataError(f"`--{flag}` is for captioners. Leave it out. Received: --{flag} {given}")
        if not request.data:
            part = resolve(own_data(self.directory, TranslationData), seed=seed).test
        elif len(request.data) == 1 and (request.data[0] == "phrases" or request.data[0].startswith("tfds:")):
            named = TranslationData(
                request.data, source=request.source, target=request.target, download=request.download
            )
            part = resolve(named, seed=seed).test
        else:
            read = parallel_text.read(request.data, request.source, request.target)
            part = LinePairs.of_file(read)
            for note in read.notes:
                print(note)
        name = data_name(request.data[0]) if request.data else "own-test"
        return name, part.in_lower_case() if settings.get("lower") else part

    def score(self, pairs) -> tuple[dict[str, float], dict]:
        """Print the scores of `SentencePairs`; return them, sacreBLEU's signatures, and the translations: of a file one
        for each line."""
        from evaluation import translation

        found = [one.texts[0] for one in self.translator()(pairs.sources, pairs.origins)]
        scores = translation.scores(found, pairs.targets, self.tokenize)
        for name, value in scores.items():
            print(f"{name:<20}{value:>12.6g}")
        signatures = translation.signatures(self.tokenize)
        print(signatures["bleu"])
        return scores, {"signatures": signatures, "translations": pairs.aligned(found)}

    def export(self, kind: str, inputs: dict[str, np.ndarray], folder: str | Path) -> tuple[Path, dict[str, float]]:
        """Write and check an export, see `export.checked.settle`.

        Raises ExportError on a kind other than saved_model: LiteRT and ONNX have no operations for text.
        """
        from export.checked import settle
        from export.errors import ExportError
        from export.formats import FORMATS
        from export.translation import TranslationExport

        if kind != "saved_model":
            raise ExportError(f"A translator is exported as saved_model: {kind} has no operations for text.")
        search, texts = self.search, inputs["text"]
        made = TranslationExport(self.model, self.source, self.target, search.beams, search.length_penalty, LONGEST)
        translator = self.translator()
        found = translator(texts)
        maps = translator.attention(texts, found)

        def alone(row):
            one = translator(texts[row : row + 1])
            return table(one), translator.attention(texts[row : row + 1], one)

        path = Path(folder) / FORMATS[kind].file
        return settle(path, made.write, lambda unchecked: made.check(unchecked, texts, table(found), maps, alone))


def table(found: list[Translation]) -> dict[str, np.ndarray]:
    """Translations as arrays: translation (objects), score and complete (N, beams), unknown (N,).

    A sentence without words has one, empty, translation: it is repeated.
    """
    beams = max(len(one.texts) for one in found)

    def column(name, dtype):
        rows = [getattr(one, name) for one in found]
        return np.array([list(row) * (beams if len(row) == 1 else 1) for row in rows], dtype)

    return {
        "translation": column("texts", object),
        "score": column("scores", "float32"),
        "complete": column("complete", bool),
        "unknown": np.array([one.unknown for one in found], np.int32),
    }
