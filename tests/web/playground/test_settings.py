"""The address of the playground: what it means, what is refused, and that it comes back the same."""

import dataclasses

import pytest

from web.playground.settings import Settings, camel, changed, read, snake

# As the original writes it (its state.ts has these keys), with everything in it.
OLD = (
    "#activation=relu&regularization=L2&batchSize=12&dataset=spiral&regDataset=reg-gauss&learningRate=0.003"
    "&regularizationRate=0.001&noise=15&networkShape=6,5,4&seed=0.45391&showTestData=true&discretize=true"
    "&percTrainData=70&x=true&y=false&xTimesY=true&xSquared=true&ySquared=true&cosX=false&sinX=true&cosY=false"
    "&sinY=true&collectStats=false&problem=classification&initZero=false&hideText=true&activation_hide=true"
    "&playButton_hide=false"
)


def test_a_link_of_the_original_means_the_same():
    settings, notes = read(OLD)
    assert notes == []
    assert settings.network_shape == (6, 5, 4) and settings.seed == "0.45391" and settings.perc_train_data == 70
    assert settings.features == ("x", "xSquared", "ySquared", "xTimesY", "sinX", "sinY")
    assert (settings.activation, settings.l1, settings.l2) == ("relu", 0.0, 0.001)
    assert settings.show_test_data and settings.discretize and settings.hide_text
    assert settings.hidden == ("activation",)


def test_defaults_are_those_of_the_original():
    settings, _ = read("")
    assert (settings.network_shape, settings.activation, settings.learning_rate) == ((4, 2), "tanh", 0.03)
    assert (settings.batch_size, settings.perc_train_data, settings.noise) == (10, 50, 0)
    assert (settings.data, settings.features) == ("circle", ("x", "y"))
    assert settings.seed


EVERYTHING = Settings(
    activation="elu",
    regularization="L1",
    batch_size=7,
    dataset="gauss",
    reg_dataset="reg-gauss",
    learning_rate=0.1,
    regularization_rate=0.3,
    noise=25,
    network_shape=(16, 1),
    seed="word",
    show_test_data=True,
    discretize=True,
    perc_train_data=90,
    x=False,
    y=False,
    x_times_y=True,
    x_squared=True,
    y_squared=True,
    cos_x=True,
    sin_x=True,
    cos_y=True,
    sin_y=True,
    collect_stats=True,
    tutorial="xor",
    problem="classification",
    initializer="he",
    hide_text=True,
    loss="cross_entropy",
    classes=5,
    optimizer="adam",
    schedule="cosine",
    decay=0.5,
    schedule_epochs=50,
    weights="0.5",
    activations=("relu", ""),
    dropout=(0.5, 0.0),
    batch_norm=(1, 0),
    speed=25,
    points="1,-2.5,0;3,4,7",
    column_x="a & b",
    column_y="c=d",
    target="#e",
    hidden=("noise", "loss"),
)


def test_every_field_comes_back_from_its_address():
    for one in dataclasses.fields(Settings):
        usual = one.default
        if one.name not in ("init_zero", "problem"):
            assert getattr(EVERYTHING, one.name) != usual, one.name
    assert read(EVERYTHING.address()) == (EVERYTHING, [])


def test_an_address_holds_what_is_not_at_its_default():
    assert Settings(seed="1").address() == "seed=1"
    assert Settings(seed="1", network_shape=()).address() == "networkShape=&seed=1"


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("activation=softmax", "activation"),
        ("learningRate=fast", "learning_rate"),
        ("learningRate=0", "learning_rate"),
        ("learningRate=nan", "learning_rate"),
        ("batchSize=0", "batch_size"),
        ("batchSize=2.5", "batch_size"),
        ("networkShape=4,0", "network_shape"),
        ("networkShape=4,17", "network_shape"),
        ("networkShape=1,1,1,1,1,1,1", "network_shape"),
        ("networkShape=4,,2", "network_shape"),
        ("percTrainData=100", "perc_train_data"),
        ("classes=9", "classes"),
        ("dropout=1", "dropout"),
        ("batchNorm=2", "batch_norm"),
        ("noise=-5", "noise"),
    ],
)
def test_what_cannot_be_used_is_at_its_default_and_told(text, field):
    settings, notes = read(f"seed=1&{text}")
    assert getattr(settings, field) == getattr(Settings(), field)
    assert len(notes) == 1 and text.partition("=")[0] in notes[0] and "allowed" in notes[0]


def test_unknown_keys_are_passed_over():
    assert read("seed=1&utm_source=mail&constructor=x") == (Settings(seed="1"), [])


def test_settings_are_made_to_agree():
    assert read("seed=1&initZero=true")[0].initializer == "zeros"
    assert read("seed=1&classes=3")[0].loss == "cross_entropy"
    assert read("seed=1&problem=regression&loss=cross_entropy")[0].loss == "squared"
    assert read("seed=1&x=false&y=false")[0].features == ("x",)
    settings, notes = read("seed=1&dataset=points&points=1,1,0;no;2,2,9;3,3,1")
    assert settings.points == "1,1,0;3,3,1" and "2 of the points" in notes[0]


def test_layers_take_what_is_their_own():
    settings, _ = read("seed=1&networkShape=3,2&activations=,relu&dropout=0.5&batchNorm=0,1&activation=sigmoid")
    assert settings.layers == [(3, "sigmoid", 0.5, False), (2, "relu", 0.0, True)]


def test_names_of_keys():
    assert [camel(name) for name in ("x_times_y", "perc_train_data", "x")] == ["xTimesY", "percTrainData", "x"]
    assert [snake(name) for name in ("xTimesY", "percTrainData", "x")] == ["x_times_y", "perc_train_data", "x"]
    assert changed(Settings(seed="1"), {"xTimesY": True}).x_times_y
