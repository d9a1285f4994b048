"""Our optimizers against Keras' own on the same gradients, and against the figures of the lectures' test surface."""

import json
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from training import optimizers

SHAPES = [(17, 9), (9,), (3, 3, 2, 4)]
NAMES = ["sgd", "momentum", "adagrad", "rmsprop", "adadelta", "adam", "adamax", "adamw"]
SCHEDULE = keras.optimizers.schedules.CosineDecay(0.0, 90, warmup_target=0.02, warmup_steps=10)


def weights():
    generator = np.random.default_rng(1)
    names = ["kernel", "bias", "kernel"]
    return [
        keras.Variable(generator.normal(size=s).astype("float32"), name=n) for s, n in zip(SHAPES, names, strict=True)
    ]


def trained(optimizer, steps=100, sparse=False):
    """The weights after `steps` updates with gradients that depend on nothing but the step."""
    variables = weights()
    optimizer.build(variables)
    generator = np.random.default_rng(2)

    @tf.function
    def step(gradients):
        if sparse:
            rows = tf.constant([3, 0, 11])
            gradients = [tf.IndexedSlices(tf.gather(gradients[0], rows), rows, gradients[0].shape), *gradients[1:]]
        optimizer.apply(gradients, variables)

    for _ in range(steps):
        step([tf.constant(generator.normal(size=s).astype("float32") * 10 ** generator.normal()) for s in SHAPES])
    return [np.asarray(variable) for variable in variables], [np.asarray(v) for v in optimizer.variables]


def assert_equal(ours, theirs):
    for our, their in zip(ours[0], theirs[0], strict=True):
        assert np.max(np.abs(our - their)) <= 2e-6 * np.max(np.abs(their))
    # TensorFlow takes 1 - beta_2 in float32: 1.3e-5 below 0.001, in every v alike and in 1 - beta_2^t too.
    for our, their in zip(ours[1], theirs[1], strict=True):
        assert np.max(np.abs(our - their)) <= 2e-5 * np.max(np.abs(their)) + 1e-30


PAIRS = {
    "adam": (lambda **k: optimizers.Adam(**k), lambda **k: keras.optimizers.Adam(**k)),
    "adam_epsilon": (
        lambda **k: optimizers.Adam(epsilon=0.3, **k),
        lambda **k: keras.optimizers.Adam(epsilon=0.3, **k),
    ),
    "adam_betas": (
        lambda **k: optimizers.Adam(beta_1=0.7, beta_2=0.95, **k),
        lambda **k: keras.optimizers.Adam(beta_1=0.7, beta_2=0.95, **k),
    ),
    "amsgrad": (lambda **k: optimizers.Adam(amsgrad=True, **k), lambda **k: keras.optimizers.Adam(amsgrad=True, **k)),
    "adamw": (
        lambda **k: optimizers.AdamW(weight_decay=0.1, **k),
        lambda **k: keras.optimizers.AdamW(weight_decay=0.1, **k),
    ),
    "momentum": (
        lambda **k: optimizers.Momentum(momentum=0.9, **k),
        lambda **k: keras.optimizers.SGD(momentum=0.9, **k),
    ),
    "nesterov": (
        lambda **k: optimizers.Momentum(momentum=0.9, nesterov=True, **k),
        lambda **k: keras.optimizers.SGD(momentum=0.9, nesterov=True, **k),
    ),
}
SETTINGS = {
    "plain": {"learning_rate": 0.01},
    "schedule": {"learning_rate": SCHEDULE},
    "clipped": {"learning_rate": 0.01, "global_clipnorm": 1.0},
    "averaged": {"learning_rate": 0.01, "use_ema": True, "ema_momentum": 0.9},
    "accumulated": {"learning_rate": 0.01, "gradient_accumulation_steps": 4},
    "scaled": {"learning_rate": 0.01, "loss_scale_factor": 8.0},
}


COMBINATIONS = [(pair, "plain") for pair in PAIRS]
COMBINATIONS += [
    pytest.param(pair, setting, marks=[] if pair == "adamw" else pytest.mark.whole)
    for pair in ("adam", "adamw", "momentum")
    for setting in SETTINGS
    if setting != "plain"
]


@pytest.mark.parametrize("pair, setting", COMBINATIONS)
def test_equals_keras_over_100_steps(pair, setting):
    ours, theirs = (make(**SETTINGS[setting]) for make in PAIRS[pair])
    assert_equal(trained(ours), trained(theirs))


@pytest.mark.parametrize("pair", [PAIRS["adam"], PAIRS["adamw"], PAIRS["momentum"]], ids=["adam", "adamw", "momentum"])
def test_sparse_gradients_equal_keras(pair):
    ours, theirs = (make(learning_rate=0.01) for make in pair)
    assert_equal(trained(ours, 20, sparse=True), trained(theirs, 20, sparse=True))


def test_settings_reach_the_optimizer():
    optimizer = optimizers.make("adam", 0.02, epsilon=0.3, clip_norm=2.0, ema=0.9)
    config = optimizer.get_config()
    assert [config[n] for n in ("epsilon", "global_clipnorm", "use_ema", "ema_momentum")] == [0.3, 2.0, True, 0.9]
    assert config["learning_rate"] == pytest.approx(0.02)
    assert optimizers.make("momentum", 0.1, momentum=0.7).momentum == 0.7


@pytest.mark.parametrize("name", ["adam", "adamw", "momentum"])
def test_the_one_operation_is_used(name):
    """Else the equalities above would compare Keras with itself."""
    variables = weights()
    optimizer = optimizers.make(name, 0.01)
    optimizer.build(variables)
    step = tf.function(lambda: optimizer.apply([tf.ones_like(v.value) for v in variables], variables))
    kinds = [operation.type for operation in step.get_concrete_function().graph.get_operations()]
    fused = "ResourceApplyKerasMomentum" if name == "momentum" else "ResourceApplyAdam"
    assert kinds.count(fused) == len(variables)


def surface(optimizer):
    """f = x^2/20 + y^2 after 30 updates from (-7, 2)."""
    point = keras.Variable(np.array([-7.0, 2.0], "float32"))
    optimizer.build([point])
    for _ in range(30):
        optimizer.apply([point.value * tf.constant([0.1, 2.0])], [point])
    x, y = np.asarray(point)
    return x**2 / 20 + y**2


@pytest.mark.parametrize(
    "name, rate, settings, value",
    [
        ("sgd", 0.95, {}, 0.0133),
        ("momentum", 0.1, {"momentum": 0.9}, 0.0479),
        ("adagrad", 1.5, {}, 0.0007),
        ("adam", 0.3, {}, 0.1022),
    ],
)
def test_path_on_the_lectures_surface(name, rate, settings, value):
    assert surface(optimizers.make(name, rate, **settings)) == pytest.approx(value, abs=5e-5)


def test_first_and_steady_step_of_adam_are_the_learning_rate():
    """With constant gradients the corrected averages are the gradient itself; uncorrected the step would grow."""
    weight = keras.Variable([0.0])
    optimizer = optimizers.make("adam", 0.01)
    optimizer.build([weight])
    positions = [0.0]
    for _ in range(200):
        optimizer.apply([tf.constant([3.0])], [weight])
        positions.append(float(np.asarray(weight)[0]))
    np.testing.assert_allclose(np.diff(positions), -0.01, rtol=2e-4)


@pytest.mark.parametrize("name", NAMES)
def test_every_name_lowers_a_loss(name):
    """Adadelta's steps begin near sqrt(epsilon), so each is asked only to go down, at a rate of its own."""
    rate = {"sgd": 0.5, "adadelta": 20.0}.get(name, 0.05)
    assert surface(optimizers.make(name, rate)) < 49 / 20 + 4


@pytest.mark.parametrize("name", NAMES)
def test_decay_spares_biases(name):
    """With zero gradients the decay is all that moves a weight."""
    kernel, bias = (
        keras.Variable(np.ones(3, "float32"), name="kernel"),
        keras.Variable(np.ones(3, "float32"), name="bias"),
    )
    optimizer = optimizers.make(name, 0.1, weight_decay=0.5)
    optimizer.build([kernel, bias])
    optimizer.apply([tf.zeros(3), tf.zeros(3)], [kernel, bias])
    np.testing.assert_allclose(np.asarray(kernel), 0.95, rtol=1e-6)
    np.testing.assert_array_equal(np.asarray(bias), 1.0)


def test_adamw_decays_by_default_and_adam_does_not():
    assert optimizers.make("adamw", 0.1).weight_decay == 0.004
    assert optimizers.make("adamw", 0.1, weight_decay=0.0).weight_decay == 0.0  # what is named is kept
    assert optimizers.make("adam", 0.1).weight_decay is None


def test_unknown_name_is_refused():
    with pytest.raises(ValueError, match="must be one of sgd, momentum, .*adamw. Received: name='adan'"):
        optimizers.make("adan", 0.1)


@pytest.mark.whole
@pytest.mark.parametrize("name", NAMES)
def test_saved_model_goes_on_as_if_never_saved(name, tmp_path):
    x = np.random.default_rng(0).normal(size=(64, 5)).astype("float32")
    y = x[:, :1] - x[:, 1:2] ** 2
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(8, activation="tanh"), keras.layers.Dense(1)])
    optimizer = optimizers.make(name, SCHEDULE, clip_norm=1.0, ema=0.9)
    if name == "adamw":  # `make` spares biases from the decay, which Keras does not save
        optimizer = optimizers.AdamW(SCHEDULE, global_clipnorm=1.0)
    model.compile(optimizer, "mse")
    model.fit(x, y, batch_size=16, shuffle=False, verbose=0)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert type(again.optimizer) is type(model.optimizer)
    assert again.optimizer.get_config() == model.optimizer.get_config()
    for each in (model, again):
        each.fit(x, y, batch_size=16, shuffle=False, verbose=0)
    for ours, theirs in zip(model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("jit", [False, pytest.param(True, marks=pytest.mark.whole)])
def test_half_precision_layers_keep_float32_weights(jit):
    policy = keras.DTypePolicy("mixed_bfloat16")
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(8, "tanh", dtype=policy), keras.layers.Dense(1)])
    model.compile(optimizers.make("adam", 0.03), "mse", jit_compile=jit)
    x = np.random.default_rng(0).normal(size=(64, 5)).astype("float32")
    losses = model.fit(x, x[:, :1], batch_size=16, epochs=20, verbose=0).history["loss"]
    assert losses[-1] < 0.2 * losses[0]
    assert {weight.dtype for weight in model.optimizer.variables[2:]} == {"float32"}


REPLICAS = """
import json, keras, numpy as np, tensorflow as tf
tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2)
from training import optimizers
x = np.random.default_rng(0).normal(size=(64, 5)).astype("float32")
results = {}
for name in ("adam", "momentum"):
    for replicas in (1, 2):
        strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"][:replicas])
        with strategy.scope():
            keras.utils.set_random_seed(0)
            model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(1)])
            model.compile(optimizers.make(name, 0.01), "mse")
        model.fit(x, x[:, :1], batch_size=16, shuffle=False, verbose=0)
        results[f"{name} {replicas}"] = [w.tolist() for w in model.get_weights()]
print(json.dumps(results))
"""


@pytest.mark.slow
def test_two_replicas_equal_one():
    """In a process of its own: the number of devices is fixed once TensorFlow has started."""
    root = Path(optimizers.__file__).parents[1]
    command = [sys.executable, "-c", REPLICAS]
    output = subprocess.run(command, capture_output=True, text=True, check=True, cwd=root, timeout=120)
    results = json.loads(output.stdout.splitlines()[-1])
    assert len(results) == 4
    for name in ("adam", "momentum"):
        for one, two in zip(results[f"{name} 1"], results[f"{name} 2"], strict=True):
            np.testing.assert_allclose(one, two, rtol=1e-5, atol=1e-6)
