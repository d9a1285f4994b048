"""What the published networks have in common: a width, first weights, a penalty, and their authors' training."""

from dataclasses import dataclass, replace
from typing import ClassVar, Literal

from cli.errors import UserError
from models.settings import POSITIVE, check


@dataclass(frozen=True)
class PaperTraining:
    """The training of a paper, which `--recipe paper` is.

    Attributes:
        settings: Fields of `training.trainer.Trainer`, by name.
        l2: Strength of the penalty: half of the weight decay of the paper, whose gradient is `decay * w`.
        source: The paper.
        instead: What the paper does otherwise, and what is done here; "" where nothing is.
    """

    settings: dict
    l2: float
    source: str
    instead: str = ""

    def applied(self, trainer):
        """The `Trainer` with these settings, wherever none is named."""
        return replace(trainer, **{k: v for k, v in self.settings.items() if getattr(trainer, k) is None})

    def told(self, trainer) -> str:
        """The settings as `trainer` has them, the decay of the weights and the source, in a line."""
        settings = ", ".join(f"{name} {getattr(trainer, name)}" for name in self.settings)
        instead = f"; {self.instead}" if self.instead else ""
        return f"{settings}, decay of the weights {2 * self.l2:g} ({self.source}{instead})"


@dataclass(frozen=True, kw_only=True)
class Published:
    """Settings of every published network."""

    PAPER: ClassVar[PaperTraining]
    SMALLEST: ClassVar[int]
    """Side in pixels below which the last windows do not fit."""

    width: float = 1.0
    """Factor of all channels and of all units before the logits; 1 is the published network."""
    recipe: Literal["suite", "paper"] = "suite"
    """paper: the authors' first weights, optimizer, learning rate, batch size, decay and epochs, unless a flag names
    another; the run prints them. suite: He's first weights, and what the other flags say."""
    l2: float | None = None
    """Strength of the L2 penalty on the weights (never on biases or batch norm). Default: 0; with `--recipe paper` the
    paper's."""
    weights: Literal["none", "imagenet"] = "none"
    """none: random ones. No package carries ImageNet weights of this network: imagenet is refused, and says so."""

    def __post_init__(self):
        check(self, width=POSITIVE, **self.rules())
        if self.weights == "imagenet":
            raise UserError(
                f"`weights` must be none: ImageNet weights of {type(self).__name__} are in no package that can be "
                "installed, so there is nothing to load. `pretrained` has networks with ImageNet weights. "
                "Received: weights=imagenet"
            )

    def rules(self) -> dict:
        """Rules of further fields, see `models.settings.check`."""
        return {}

    def paper_training(self) -> PaperTraining | None:
        """The paper's training where it is asked for."""
        if self.recipe != "paper":
            return None
        return self.PAPER if self.l2 is None else replace(self.PAPER, l2=self.l2)

    def scaled(self, channels: int, multiple: int = 1) -> int:
        """So many channels at this width, a multiple of `multiple`."""
        return max(round(channels * self.width / multiple), 1) * multiple

    def penalty(self):
        """The regularizer of kernels, or None."""
        from layers import L2

        paper = self.paper_training()
        strength = paper.l2 if paper else self.l2
        return L2(strength) if strength else None

    def start(self):
        """An initializer of a kernel: He's, or N(0, 0.01), the first weights of AlexNet, OverFeat and VGG."""
        from layers import HeNormal, Normal

        return Normal(stddev=0.01) if self.recipe == "paper" else HeNormal()

    def images(self, input_shape, smallest: int | None = None):
        """The input tensor. Raises UserError on other than images, and on images below `smallest` pixels a side."""
        import keras

        name, smallest = type(self).__name__.lower(), smallest or self.SMALLEST
        if len(input_shape) != 3:
            raise UserError(
                f"`{name}` needs images (height, width, channels); for a table use `mlp` or `logistic`. "
                f"Received: records of shape {input_shape}"
            )
        if min(input_shape[:2]) < smallest:
            raise UserError(
                f"`{name}` needs images of at least {smallest} pixels a side: of smaller ones nothing is left after "
                f"its poolings. Use `--image-size {smallest}` or more, or `convnet`, `resnet` for small images. "
                f"Received: {input_shape[0]}x{input_shape[1]}"
            )
        return keras.Input(input_shape, name="inputs")

    def logits(self, x, num_outputs: int, use_bias: bool = True, name: str = "logits"):
        """The last layer, whose first weights are so small that the loss begins at that of guessing; in the papers
        N(0, 0.01), with which normalized features begin a few percent above it."""
        from layers import Dense, Normal

        return Dense(
            num_outputs,
            use_bias=use_bias,
            kernel_initializer=Normal(stddev=0.01 if self.recipe == "paper" else 0.001),
            kernel_regularizer=self.penalty(),
            dtype="float32",
            name=name,
        )(x)

    def conv(self, x, filters: int, kernel_size, name: str, **settings):
        """A convolution with this recipe's first weights and penalty; `settings` are further ones of `Conv2D`."""
        from layers import Conv2D

        return Conv2D(
            filters,
            kernel_size,
            kernel_initializer=self.start(),
            kernel_regularizer=self.penalty(),
            name=name,
            **settings,
        )(x)

    def hidden(self, x, units: int, name: str, bias_initializer="zeros"):
        """A dense layer with ReLU and dropout of a half, as AlexNet and VGG have two."""
        from layers import Activation, Dense, Dropout

        x = Dense(
            self.scaled(units),
            kernel_initializer=self.start(),
            bias_initializer=bias_initializer,
            kernel_regularizer=self.penalty(),
            name=name,
        )(x)
        return Dropout(0.5, name=f"{name}_dropout")(Activation("relu", name=f"{name}_relu")(x))
