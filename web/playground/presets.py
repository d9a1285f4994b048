"""Lessons: settings worth trying, in words, each beside the rows of the lectures that explain it."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Preset:
    """A lesson.

    Attributes:
        name: In the address, as `tutorial`.
        title: What it shows.
        words: What to do, and to look at.
        rows: Of `python -m apps.lectures`.
        address: Its settings.
    """

    name: str
    title: str
    words: str
    rows: tuple[str, ...]
    address: str


ALL = (
    Preset(
        "line",
        "One neuron draws a line",
        "Two clouds, no hidden layer: the output is one neuron, and where it is 0 there is a straight line. Play: few "
        "epochs are enough. Raise the noise until the clouds overlap; no line can part them then.",
        ("S10", "S11"),
        "dataset=gauss&networkShape=&seed=1",
    ),
    Preset(
        "xor-line",
        "A line cannot do XOR",
        "The same neuron on opposite quadrants of one colour: the loss stays near 0.5, the accuracy near one half, "
        "whatever the rate. Then switch on the input X₁X₂: the same neuron now parts them.",
        ("S06", "E18", "S86"),
        "dataset=xor&networkShape=&seed=1",
    ),
    Preset(
        "xor",
        "Two lines and a layer do",
        "Four hidden neurons are four lines, and the output joins them. Hover over each neuron to see its line.",
        ("S07", "S08"),
        "dataset=xor&networkShape=4&seed=2",
    ),
    Preset(
        "features",
        "The right input saves a layer",
        "A circle is no line in X₁ and X₂, but one in X₁² and X₂². No hidden layer is needed.",
        ("S72", "S86"),
        "dataset=circle&networkShape=&x=false&y=false&xSquared=true&ySquared=true&seed=1",
    ),
    Preset(
        "linear",
        "Linear layers are one layer",
        "Three hidden layers whose activation is the identity: all that they draw is a line. Choose tanh, while "
        "it runs.",
        ("S18", "S21"),
        "dataset=circle&networkShape=8,8,8&activation=linear&learningRate=0.01&seed=1",
    ),
    Preset(
        "spiral",
        "Two spirals",
        "The hardest of the original's data. Adam, wider layers and the sines as inputs bring the test loss below 0.02 "
        "in some 20 epochs. Rewind and take one of the three away: how far does it get?",
        ("S17", "S43"),
        "dataset=spiral&networkShape=8,8&optimizer=adam&learningRate=0.01&sinX=true&sinY=true&percTrainData=80&seed=1",
    ),
    Preset(
        "zeros",
        "Zero weights stay equal",
        "All weights begin at 0: every neuron of the layer answers the same and gets the same gradient, 0, for "
        "ever. Give one weight another value by hand (click a neuron): it alone begins to learn.",
        ("S47", "E11"),
        "dataset=gauss&networkShape=4&initializer=zeros&collectStats=true&seed=1",
    ),
    Preset(
        "too-large",
        "A rate that is too large",
        "A regression with ReLU at a rate of 1: the loss leaves the finite numbers within the first epoch. The page "
        "says where and why, and which rate works from the same weights.",
        ("S45", "E27"),
        "problem=regression&networkShape=8,8&activation=relu&learningRate=1&seed=1",
    ),
    Preset(
        "dying",
        "Dying ReLUs",
        "A high rate throws neurons to where they answer 0 to every point, and no gradient brings them back: look at "
        "the share of dead units. Leaky ReLU has none.",
        ("S22", "S23", "E17"),
        "dataset=circle&networkShape=8,8&activation=relu&learningRate=3&collectStats=true&seed=1",
    ),
    Preset(
        "overfitting",
        "Learning by heart",
        "Much noise, few training points, a large network: the training loss falls and the test loss rises. Show the "
        "test data; then choose L2 with a rate of 0.01, or dropout in every layer.",
        ("S52", "S53", "S58"),
        "dataset=gauss&noise=50&percTrainData=10&networkShape=8,8&activation=relu&initializer=he&optimizer=adam"
        "&learningRate=0.01&showTestData=true&seed=4",
    ),
    Preset(
        "sparsity",
        "L1 switches inputs off",
        "All seven inputs of a circle, of which two are enough. With L1 the weights of the others go to zero; L2 makes "
        "all smaller and none zero.",
        ("S56", "S72"),
        "dataset=circle&networkShape=&xSquared=true&ySquared=true&xTimesY=true&sinX=true&sinY=true"
        "&regularization=L1&regularizationRate=0.01&seed=1",
    ),
    Preset(
        "batches",
        "Batches",
        "A batch of 1 takes many noisy steps an epoch, one of 100 a few smooth ones. Change the batch size while it "
        "runs, and compare the curves.",
        ("S39", "S12"),
        "dataset=circle&batchSize=1&networkShape=4&seed=1",
    ),
    Preset(
        "momentum",
        "Momentum and Adam",
        "A small rate on a hard problem. Rewind, and choose momentum or adam: from the same weights the curve falls "
        "many times faster.",
        ("S40", "S41", "S43"),
        "dataset=xor&networkShape=4,2&learningRate=0.001&speed=5&seed=3",
    ),
    Preset(
        "vanishing",
        "Vanishing gradients",
        "Six layers of sigmoids: the gradient of the first layer is thousands of times smaller than that of the last. "
        "Look at the statistics; then choose ReLU with He's weights.",
        ("S25", "E17"),
        "dataset=circle&networkShape=6,6,6,6,6,6&activation=sigmoid&initializer=glorot&collectStats=true&seed=1",
    ),
    Preset(
        "classes",
        "Many classes: softmax",
        "Four arms, four outputs, one probability each; the cross-entropy takes the logarithm of that of the right "
        "class. The picture has the colour of the likeliest class, the paler the less sure.",
        ("S24", "S29", "E08"),
        "dataset=spiral&classes=4&loss=cross_entropy&networkShape=16,16&activation=relu&initializer=he&optimizer=adam"
        "&learningRate=0.01&schedule=cosine&sinX=true&sinY=true&percTrainData=80&seed=1",
    ),
    Preset(
        "regression",
        "A surface of hills",
        "The target is a number from -1 to 1. Each hidden neuron is a fold or a slope, and the output adds them up.",
        ("S26", "S16"),
        "problem=regression&regDataset=reg-gauss&networkShape=8,8&optimizer=adam&learningRate=0.01&seed=1",
    ),
    Preset(
        "schedule",
        "A rate that falls",
        "A high rate is quick but keeps jumping; a cosine down to 0 over 100 epochs ends quietly. Compare with a "
        "constant rate after a rewind.",
        ("S44", "S45"),
        "dataset=circle&noise=20&networkShape=4,2&learningRate=0.3&schedule=cosine&scheduleEpochs=100&seed=1",
    ),
)


def listed() -> list[dict]:
    """The lessons for the page."""
    return [{**asdict(one), "address": f"tutorial={one.name}&{one.address}"} for one in ALL]
