"""A sixth task, for tests: whether a digit is odd."""

from dataclasses import asdict, dataclass, field, replace
from functools import partial

import numpy as np

from data.settings import Data
from data.targets import ClassTarget
from models.mlp import MLP
from tasks.describe import data_lines
from tasks.task import Learned, Page, Task
from tasks.trained import TrainedNetwork
from training.plan import Plan, plan
from training.run_directory import RunDirectory
from training.trainer import Trainer

CLASSES = ("even", "odd")


@dataclass(frozen=True)
class Config:
    """Tell odd digits from even ones."""

    model: MLP = MLP((16,))
    data: Data = field(default_factory=Data)
    trainer: Trainer = field(default_factory=lambda: Trainer(epochs=3, learning_rate=5e-3))
    run_dir: str | None = field(default=None, metadata={"names_run": False})
    """Folder of this run."""
    fresh: bool = field(default=False, metadata={"names_run": False})
    """Train anew."""


@dataclass(frozen=True, eq=False)
class Prepared:
    splits: object
    recipe: MLP
    trainer: Trainer
    plan: Plan

    @property
    def name(self) -> str:
        return self.splits.name

    def notes(self) -> list[str]:
        return data_lines(self.splits, "odd or even")

    def record(self) -> dict:
        return {"kind": self.splits.kind, "classes": CLASSES, "prepare": self.splits.prepare.config()}

    def examples(self) -> dict:
        return self.splits.test.inputs

    def build(self):
        from training.compilation import compile_model
        from training.devices import seed_everything
        from training.losses import CrossEntropy

        seed_everything(self.trainer.seed)
        model = self.recipe.build(self.splits.input_shape, len(CLASSES))
        compile_model(model, self.trainer, self.plan, CrossEntropy(), ["accuracy"])
        return model


def load(config: Config):
    from data.source import resolve

    splits = resolve(config.data, ClassTarget, seed=config.trainer.seed)
    parts = {name: getattr(splits, name) for name in ("train", "validation", "test")}
    odd = {name: replace(part, labels=(part.labels % 2).astype(np.int32)) for name, part in parts.items()}
    return replace(splits, classes=CLASSES, **odd)


def prepare(config: Config, splits) -> Prepared:
    return Prepared(splits, config.model, config.trainer, plan(config.trainer, len(splits.train)))


def train(prepared: Prepared, run: RunDirectory) -> Learned:
    from data.pipeline import batches
    from training.fit import fit

    splits, chosen = prepared.splits, prepared.plan
    training = partial(
        batches,
        splits.train,
        splits.prepare,
        chosen.batch_size,
        seed=prepared.trainer.seed,
        epochs=chosen.epochs,
        steps_per_epoch=chosen.steps_per_epoch,
    )
    model, validation = prepared.build(), batches(splits.validation, splits.prepare, 512)
    return Learned(model, *fit(model, training, validation, trainer=prepared.trainer, plan=chosen, run=run))


def measure(prepared: Prepared, learned: Learned) -> dict[str, float]:
    from data.pipeline import batches
    from training.losses import CrossEntropy
    from training.validation import figures

    splits = prepared.splits
    return figures(learned.model, batches(splits.validation, splits.prepare, 512), CrossEntropy(), ["accuracy"])


@dataclass(frozen=True)
class Outcome:
    accuracy: float

    def results(self) -> dict:
        return {"test": asdict(self)}


def score(prepared: Prepared, learned: Learned) -> Outcome:
    from data.pipeline import batches

    test = prepared.splits.test
    logits = learned.model.predict(batches(test, prepared.splits.prepare, 512), verbose=0)
    return Outcome(float((logits.argmax(axis=1) == test.labels).mean()))


def page(prepared: Prepared, learned: Learned, outcome: Outcome) -> Page:
    from evaluation.report import Section, Text

    sections = [Section("Result", [Text([f"{outcome.accuracy:.1%} of the digits are told apart."])])]
    return Page("odd or even", sections, prepared.splits.notes, "")


def told(results: dict) -> tuple[str, dict[str, float]]:
    return "odd or even", {"test_accuracy": results["test"]["accuracy"]}


class TrainedParity(TrainedNetwork):
    target_type = ClassTarget
    labelled = True
    classes = CLASSES

    @staticmethod
    def decoding(preparing: dict):
        from export.decoding import ClassDecoding

        return ClassDecoding(CLASSES)

    def fits(self, output_shape: tuple) -> bool:
        return output_shape[1:] == (2,)

    def answered(self, inputs, origins, top: int) -> list[dict]:
        odd = self.decode.reference(self.outputs(inputs, origins))["probabilities"].argmax(axis=1)
        return [{"origin": str(origin), "label": CLASSES[k]} for origin, k in zip(origins, odd, strict=True)]

    def part(self, request):
        return "digits", load(Config()).test

    def score(self, split) -> tuple[dict[str, float], dict]:
        odd = self.outputs(split.inputs, split.origins).argmax(axis=1)
        return {"accuracy": float((odd == split.labels).mean())}, {}


TASK = Task(
    name="parity",
    config=Config,
    tiny=Config(),
    objectives={"val_loss": "min", "val_accuracy": "max"},
    files={"saved_model/": "images in, odd or even out"},
    load=load,
    prepare=prepare,
    train=train,
    measure=measure,
    score=score,
    page=page,
    told=told,
    restore=TrainedParity.of,
)
