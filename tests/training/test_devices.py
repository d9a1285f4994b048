"""Which device and backend a run takes, and why; what cannot be had is refused with what to do."""

import logging
import os
import subprocess
import sys
from pathlib import Path

import keras
import pytest

from training import devices
from training.compilation import refuse_what_fails
from training.devices import DeviceError, backend_for, reason
from training.trainer import Trainer

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize(
    ("device", "sign", "asked", "libtpu", "expected"),
    [
        ("auto", None, None, False, (None, "there is no TPU")),
        ("auto", None, "jax", True, (None, "there is no TPU")),
        ("auto", "/dev/accel0", None, True, ("jax", "")),
        ("tpu", "/dev/accel0", "jax", True, ("jax", "")),
        ("cpu", "/dev/accel0", None, True, (None, "")),
        ("gpu", None, "tensorflow", False, (None, "there is no TPU")),
    ],
)
def test_backend_by_hand(device, sign, asked, libtpu, expected):
    assert backend_for(device, sign=sign, asked=asked, libtpu=libtpu) == expected


@pytest.mark.parametrize(
    ("asked", "libtpu", "trouble"),
    [
        ("tensorflow", True, "reached through JAX, not tensorflow: set KERAS_BACKEND=jax"),
        (None, False, "pip install -r requirements-tpu.txt"),
    ],
)
def test_a_tpu_that_cannot_be_used_is_never_left_out_in_silence(asked, libtpu, trouble):
    given = {"sign": "/dev/accel0", "asked": asked, "libtpu": libtpu}
    with pytest.raises(DeviceError, match="--device tpu") as error:
        backend_for("tpu", **given)
    assert trouble in str(error.value)
    wanted, remark = backend_for("auto", **given)
    assert wanted is None and trouble in remark and "/dev/accel0" in remark
    assert trouble in reason("auto", "cpu", remark)


def test_no_tpu_is_refused_at_once(monkeypatch):
    monkeypatch.setattr(devices, "tpu_sign", lambda: None)
    with pytest.raises(DeviceError, match="`--device tpu`: this machine has no TPU.*--device auto"):
        devices.configure("tpu")


def test_a_tpu_that_jax_does_not_get_is_refused(monkeypatch):
    monkeypatch.setattr(devices, "tpu_sign", lambda: "/dev/accel0")
    monkeypatch.setattr(devices, "backend_for", lambda *_, **__: ("jax", ""))
    with pytest.raises(DeviceError, match="JAX started on the cpu. Does another process hold the TPU"):
        devices.configure("tpu")


def test_no_gpu_is_refused():
    if devices.kind() == "gpu":
        pytest.skip("this machine has a GPU")
    with pytest.raises(DeviceError, match="`--device gpu`: .* sees no GPU.*requirements-gpu.txt"):
        devices.configure("gpu")
    assert devices.configure("auto").startswith(f"cpu, {keras.backend.backend()} backend: it sees no GPU; ")
    assert devices.configure("cpu").endswith("as asked")


@pytest.mark.parametrize("sign", [{"COLAB_TPU_ADDR": "x"}, {"TPU_WORKER_ID": "0"}])
def test_signs_of_a_tpu(sign, monkeypatch):
    monkeypatch.setattr(devices.glob, "glob", lambda pattern: [])
    for name in devices.TPU_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    assert devices.tpu_sign() is None
    for name, value in sign.items():
        monkeypatch.setenv(name, value)
    assert devices.tpu_sign() == next(iter(sign))
    monkeypatch.setattr(devices.glob, "glob", lambda pattern: ["/dev/accel0"] if "accel" in pattern else [])
    assert devices.tpu_sign() == "/dev/accel0"


def test_settings_that_fail_on_a_tpu_are_refused_before_training(monkeypatch):
    monkeypatch.setattr(devices, "kind", lambda: "tpu")
    refuse_what_fails(Trainer(precision="bfloat16"))
    with pytest.raises(DeviceError, match="`--precision float16`.*bfloat16"):
        refuse_what_fails(Trainer(precision="float16"))
    with pytest.raises(DeviceError, match="`--jit off`.*Leave it out"):
        refuse_what_fails(Trainer(jit="off"))


def test_an_order_of_sums_that_jax_fixes_only_at_its_start_is_refused(monkeypatch):
    if devices.backend() == "tensorflow":
        pytest.skip("TensorFlow fixes it at any time")
    monkeypatch.setattr(devices, "kind", lambda: "gpu")
    monkeypatch.delenv("XLA_FLAGS", raising=False)
    with pytest.raises(DeviceError, match="XLA_FLAGS=--xla_gpu_deterministic_ops=true"):
        devices.seed_everything(0, deterministic=True)


def test_a_compiled_function_sees_the_values_of_today():
    import numpy as np

    layer = keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")
    layer.build((None, 2))
    graph = devices.compiled(layer, ("float32", (None, 2)), variables=layer.variables)
    x = np.ones((3, 2), "float32")
    assert np.asarray(graph(x)).tolist() == [[2.0]] * 3
    layer.set_weights([np.full((2, 1), 5.0, "float32")])
    assert np.asarray(graph(x)).tolist() == [[10.0]] * 3


def test_several_graphs_of_one_function_are_no_reason_to_warn(monkeypatch):
    """TensorFlow warns of functions that are traced again and again; a graph for each length is none of them."""
    import numpy as np

    warnings = []
    monkeypatch.setattr("logging.Logger.warning", lambda logger, text, *rest: warnings.append(text % rest))
    for length in range(1, 13):
        graph = devices.compiled(lambda x, length=length: x * length, ("float32", 1))
        assert float(graph(np.ones(1, "float32"))[0]) == length
    assert not warnings


@pytest.mark.parametrize(("text", "is_shown"), [("5 calls triggered tf.function retracing.", False), ("NaN", True)])
def test_a_few_lengths_of_texts_are_no_reason_to_warn_either(text, is_shown):
    devices.configure()
    logger = logging.getLogger("tensorflow")
    assert bool(logger.filter(logger.makeRecord("tensorflow", logging.WARNING, "", 0, text, (), None))) == is_shown


@pytest.mark.slow
def test_a_tpu_makes_jax_the_backend_before_keras_starts():
    """In a process of its own: Keras reads its backend once."""
    program = (
        "from training import devices\n"
        "devices.tpu_sign = lambda: '/dev/accel0'\n"
        "devices.kind = lambda: 'tpu'\n"
        "devices.backend_for = lambda *given, **more: ('jax', '')\n"
        "print(devices.configure('auto'))\n"
    )
    environment = {name: value for name, value in os.environ.items() if name != "KERAS_BACKEND"}
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.stdout.strip() == "tpu, jax backend: there is a TPU", done.stderr
