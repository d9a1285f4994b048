"""The four models of benchmarks/training.py as Lamina trains them: recipes, pipeline and the trainer's defaults."""

import tempfile
from pathlib import Path

import numpy as np

from data.images.images import ImagePrepare
from data.pipeline import batches
from data.splits import Split
from models.convnet import ConvNet
from models.mlp import MLP
from models.resnet import ResNet
from training.compilation import compile_model
from training.devices import seed_everything, set_precision
from training.fit import fit
from training.losses import CrossEntropy
from training.plan import plan
from training.run_directory import RunDirectory
from training.trainer import Trainer

RECIPES = {
    "mlp": MLP((512, 512), dropout=0.2),
    "convnet": ConvNet((32, 64), convolutions=1, batch_norm=False),
    "convnet_bn": ConvNet((32, 64), convolutions=1),
    "resnet20": ResNet(20),
}


class LaminaTraining:
    """A model that trains some epochs by `training.fit.fit`, run directory, checkpoints and guards included."""

    def __init__(
        self, model: str, precision: str, images: np.ndarray, labels: np.ndarray, epochs: int, batch_size: int
    ):
        """`images` uint8, as the pipeline keeps them: it standardises each batch."""
        self.trainer = Trainer(preflight="off", epochs=epochs, batch_size=batch_size, precision=precision)
        self.split = Split({"image": images}, labels, np.array([f"made:{row}" for row in range(len(images))]))
        self.prepare = ImagePrepare(
            images.shape[1:3], images.shape[3], [127.5] * images.shape[3], [74.0] * images.shape[3]
        )
        self.plan = plan(self.trainer, len(images))
        seed_everything(0)
        set_precision(precision)
        self.model = RECIPES[model].build(images.shape[1:], 10)
        compile_model(self.model, self.trainer, self.plan, CrossEntropy(), ["accuracy"])
        self.num_parameters = sum(int(np.prod(w.shape)) for w in self.model.trainable_weights)
        self.settings = (
            f"jit_compile={self.model.jit_compile}, steps_per_execution={self.plan.steps_per_execution}, "
            f"batch {self.plan.batch_size}"
        )

    def train(self, epochs: int, batch_size: int) -> tuple[float, float]:
        """Loss and accuracy of the last epoch."""
        if (epochs, batch_size) != (self.plan.epochs, self.plan.batch_size):
            raise ValueError(f"the trainer's plan is {self.plan}. Received: epochs={epochs}, batch_size={batch_size}")
        with tempfile.TemporaryDirectory() as folder:
            run = RunDirectory(Path(folder))
            rows = fit(self.model, self._train, None, trainer=self.trainer, plan=self.plan, run=run).rows
        return rows[-1]["loss"], rows[-1]["accuracy"]

    def _train(self, first_epoch, first_step=0):
        return batches(
            self.split,
            self.prepare,
            self.plan.batch_size,
            seed=0,
            first_epoch=first_epoch,
            first_step=first_step,
            epochs=self.plan.epochs,
            steps_per_epoch=self.plan.steps_per_epoch,
        )
