"""The Transformer of benchmarks/translation_training.py as Lamina trains it: recipe, batches and trainer of the app."""

import tempfile
from pathlib import Path

from data.text.pair_batches import PairBatches
from models.transformer import Transformer
from training.compilation import compile_model
from training.devices import seed_everything
from training.fit import fit
from training.plan import Plan
from training.run_directory import RunDirectory
from training.token_cross_entropy import TokenCrossEntropy
from training.trainer import Trainer


class LaminaTraining:
    """A network that trains an epoch by `training.fit.fit`, run directory, checkpoints and guards included."""

    def __init__(self, batches: PairBatches, vocabulary: int, rate: float, smoothing: float):
        self.batches = batches
        self.num_tokens = sum(len(ids) + 1 for ids in batches.targets)
        self.trainer = Trainer(epochs=1, learning_rate=1e-3, schedule="constant", beta_2=0.98)
        self.plan = Plan(self.num_tokens // batches.steps_per_epoch, 1, batches.steps_per_epoch, 1, "target_tokens")
        seed_everything(0)
        self.model = Transformer(dropout=rate).build(None, vocabulary)
        self.num_parameters = self.model.count_params()
        compile_model(self.model, self.trainer, self.plan, TokenCrossEntropy(smoothing), fused=True)

    def train(self) -> float:
        """The loss of one pass over the batches."""

        def batches(first_epoch, first_step):
            return self.batches.dataset(0, first_epoch=first_epoch, first_step=first_step, epochs=1)

        with tempfile.TemporaryDirectory() as folder:
            run = RunDirectory(Path(folder))
            return fit(self.model, batches, None, trainer=self.trainer, plan=self.plan, run=run)[-1]["loss"]
