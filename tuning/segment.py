"""Search the hyperparameters of a segmentation.

    python -m tuning.segment                                             drawn shapes
    python -m tuning.segment --data street/ --time-limit 4h --trials 20 lraspp
    python -m tuning.segment --data street/ --strategy bayesian --class-weights median deeplab

What you name is kept, as the class weights here; the rest is searched.
"""

from dataclasses import replace

from models.deeplab import DeepLab
from models.enet_segmenter import ENetSegmenter
from models.lraspp import LRASPP
from models.unet import UNet
from tasks.segment import TASK
from tasks.segment.config import Config
from tuning.space import among, layers, linear, no_space, settled_by, training


def sample(hp, base: Config) -> Config:
    """A configuration near `base`."""
    found = replace(base, model=network(hp, base.model), trainer=training(hp, base.trainer))
    augment = among(hp, "augment", base.data.augment, ("auto", "flip", "strong"))
    weights = among(hp, "class_weights", base.loss.class_weights, ("none", "median", "enet"))
    return replace(found, data=replace(base.data, augment=augment), loss=replace(base.loss, class_weights=weights))


def network(hp, model):
    """A network of the same kind."""
    match model:
        case UNet():
            return replace(model, filters=layers(hp, "filters", model.filters, most=4, factor=2))
        case LRASPP():
            return replace(
                model,
                channels=among(hp, "channels", model.channels, (64, 128, 256)),
                backbone_rate=among(hp, "backbone_rate", model.backbone_rate, (0.1, 0.3, 0.6)),
            )
        case DeepLab():
            return replace(
                model,
                channels=among(hp, "channels", model.channels, (64, 128, 256)),
                backbone_rate=among(hp, "backbone_rate", model.backbone_rate, (0.1, 0.3, 0.6)),
                dropout=linear(hp, "dropout", model.dropout, 0.0, 0.3),
            )
        case ENetSegmenter():
            return replace(model, encoder_share=linear(hp, "encoder_share", model.encoder_share, 0.0, 0.6))
    return no_space(model)


def settle(base: Config) -> Config:
    """`base` with everything written out that the task would choose by the data: the same training."""
    found, prepared = settled_by(TASK, base)
    return replace(found, data=replace(found.data, crop=prepared.crop))


if __name__ == "__main__":
    from tuning.search import start

    start("tuning.segment")
