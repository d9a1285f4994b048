"""The training of a captioner: cross-entropy, then, where so set, rewards and fine-tuning."""

from dataclasses import dataclass
from typing import Any

from models.decoding_settings import DecodingSettings
from tasks import members
from tasks.caption import neighbours, validation
from tasks.caption.inputs import PixelInputs
from tasks.caption.prepared import Prepared
from tasks.task import Learned
from tasks.warm_start import take_over
from training.run_directory import RunDirectory


@dataclass(frozen=True)
class Captioning(Learned):
    """A trained captioner.

    Attributes:
        network: `keras.Model` as it was trained last, from features or pixels; `model` is from pixels.
        inputs: What `network` takes: `ImageInputs` or `PixelInputs`.
        neighbours: `layers.Neighbours` that rank captions, or None.
    """

    network: Any = None
    inputs: Any = None
    neighbours: Any = None


def train(prepared: Prepared, run: RunDirectory) -> Captioning:
    """The trained network and a row of figures per epoch, those of fine-tuning last."""
    from models.captioner import with_backbone
    from tasks.caption.fine_tuning import fine_tune
    from training.hosts import alone

    network, fitted = members.train(train_one, prepared, run)
    alone(network)
    inputs, whole, (rows, kept) = prepared.inputs, network, fitted
    if inputs.backbone:
        whole = with_backbone(inputs.encoder, network)
        if prepared.encoder.fine_tune_epochs:
            later = fine_tune(prepared, whole, run)
            rows = [*rows, *({**row, "epoch": row["epoch"] + len(rows)} for row in later.rows)]
            kept = " ".join(filter(None, [kept, later.kept]))
            network, inputs = whole, PixelInputs(inputs.prepare)
    return Captioning(whole, rows, kept, {}, network, inputs, neighbours.write(prepared, network, inputs, run))


def train_one(prepared: Prepared, run: RunDirectory):
    """One trained network and a row of figures per epoch."""
    from tasks.caption.rewards import reward
    from tasks.caption.stages import learn

    model = prepared.build()
    if prepared.warm_start:
        take_over(prepared.warm_start, model)
    fitted = learn(prepared, model, run)
    if prepared.reward_epochs:
        reward(prepared, model, run)
    return model, fitted


def measure(prepared: Prepared, learned: Captioning) -> dict[str, float]:
    """`OBJECTIVES` on the validation images."""
    from training.token_cross_entropy import TokenCrossEntropy
    from training.validation import figures

    network, inputs = learned.network, learned.inputs
    scores = validation.scores(prepared, network, inputs, DecodingSettings(beams=1))()
    found = {f"val_{name}": value for name, value in scores.items()}
    return found | figures(network, prepared.validation(inputs), TokenCrossEntropy(), padding=0)
