"""Whether a run could train on a TPU, found out on any machine.

The steps of training, evaluation and prediction are traced by JAX as for a TPU and lowered to its compiler's language,
with shapes that the data has, and without a TPU. That says that a TPU's compiler would get a program of static shapes
and known operations; it says nothing of speed, and memory is an estimate.
"""

import traceback
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field

import jax
import keras
import numpy as np

from training.rest_of_epoch import build_metrics

MOST_SHAPES = 32  # each is compiled for itself, which takes seconds to minutes on a TPU
CALLBACKS = {"pure_callback", "io_callback", "debug_callback"}
MIB = 2**20
# Functions whose results have as many values as the data have it.
SIZED = {"unique", "nonzero", "argwhere", "flatnonzero", "where", "repeat", "bincount", "setdiff1d", "union1d"}


@dataclass(frozen=True)
class Trouble:
    """What a TPU could not run: in which step, the layer or input that causes it, what it is, and what to do."""

    step: str
    where: str
    what: str
    remedy: str

    def __str__(self):
        return f"{self.step}, {self.where}: {self.what}. {self.remedy}"


@dataclass
class Lowering:
    """What came out.

    Attributes:
        troubles: `Trouble`s, none where everything can be lowered.
        shapes: Distinct shapes of a batch of training: each is compiled once.
        state_bytes: Of weights, optimizer and metrics.
        step_bytes: Of each step, what it holds besides the state: inputs and intermediate values, at XLA's estimate.
        largest: Of each step, the layer that makes the most bytes of values, and how many.
    """

    troubles: list[Trouble] = field(default_factory=list)
    shapes: int = 0
    state_bytes: int = 0
    step_bytes: dict[str, int] = field(default_factory=dict)
    largest: dict[str, tuple[str, int]] = field(default_factory=dict)

    def __str__(self):
        lines = [f"{len(self.step_bytes)} steps can be lowered for a TPU, with {self.shapes} static shapes of a batch."]
        lines += [f"TROUBLE {trouble}" for trouble in self.troubles]
        lines += [f"memory: {self.state_bytes / MIB:.1f} MiB of weights, optimizer and metrics (an estimate, as below)"]
        for step, size in self.step_bytes.items():
            layer, bytes_made = self.largest[step]
            lines += [
                f"memory: {size / MIB:.1f} MiB more in {step}; {layer} makes most values, {bytes_made / MIB:.1f} MiB"
            ]
        return "\n".join(lines)


def check(model: keras.Model, train, validation) -> Lowering:
    """Lower the steps of a compiled and built `model` on the JAX backend.

    Args:
        model: The network.
        train: Dataset of the batches of an epoch.
        validation: Dataset, or None.
    """
    found = Lowering()
    shapes = batch_shapes(train)
    found.shapes = len(shapes)
    found.troubles += shape_troubles(shapes, train.element_spec)
    batch = _batch(max(shapes, key=_size), train.element_spec)
    build_metrics(model, train.element_spec)
    trainable, others, metrics = (
        [jax.ShapeDtypeStruct(v.shape, v.dtype) for v in some]
        for some in (model.trainable_variables, model.non_trainable_variables, model.metrics_variables)
    )
    optimizer = [jax.ShapeDtypeStruct(v.shape, v.dtype) for v in model.optimizer.variables]
    found.state_bytes = sum(_bytes(one) for one in (*trainable, *others, *metrics, *optimizer))
    steps = {
        "training": (model.train_step, (trainable, others, optimizer, metrics), batch),
        "evaluation": (model.test_step, (trainable, others, metrics), batch),
        "prediction": (model.predict_step, (trainable, others), batch),
    }
    if validation is not None:
        largest = max(batch_shapes(validation), key=_size)
        steps["evaluation"] = (*steps["evaluation"][:2], _batch(largest, validation.element_spec))
    for name, (function, state, data) in steps.items():
        _lower(found, name, model, function, state, data)
    return found


def _lower(found: Lowering, step: str, model, function, state, data) -> None:
    """Trace, lower for a TPU, and compile here for the estimate of memory."""
    with layers_named(model) as broken:
        try:
            traced = jax.jit(function).trace(state, data)
        except Exception as error:
            where, cause = broken[0] if broken else ("the loss or a metric", error)
            found.troubles.append(Trouble(step, where, *described(cause)))
            return
    names = {layer.name for layer in model._flatten_layers()}
    made = defaultdict(int)
    for equation, inside in equations(traced.jaxpr.jaxpr):
        where = layer_of(inside, names)
        made[where] += sum(_bytes(value.aval) for value in equation.outvars if hasattr(value.aval, "shape"))
        if equation.primitive.name in CALLBACKS:
            what = f"calls back to the host ({equation.primitive.name})"
            found.troubles.append(
                Trouble(step, where, what, "Do this before the batches are made, or with keras.ops alone")
            )
    if any(trouble.step == step for trouble in found.troubles if "host" in trouble.what):
        return  # what calls the host cannot be lowered
    try:
        traced.lower(lowering_platforms=("tpu",))
    except Exception as error:
        named = (inside for e, inside in equations(traced.jaxpr.jaxpr) if f"'{e.primitive.name}'" in str(error))
        where = layer_of(next(named, ""), names)
        what = f"an operation that a TPU has not: {str(error).splitlines()[0]}"
        found.troubles.append(Trouble(step, where, what, "Write it with other operations of keras.ops"))
        return
    memory = traced.lower().compile().memory_analysis()
    found.step_bytes[step] = memory.temp_size_in_bytes + sum(_bytes(one) for one in jax.tree.leaves(data))
    found.largest[step] = max(made.items(), key=lambda one: one[1])


@contextmanager
def layers_named(model):
    """Within, what a layer computes is named by it; gives a list of (layer, error), the innermost layer first."""
    broken = []

    def named(layer, original):
        def call(*args, **kwargs):
            try:
                with jax.named_scope(layer.name):
                    return original(*args, **kwargs)
            except Exception as error:
                broken.append((f"layer `{layer.name}`", error))
                raise

        return call

    layers = list(model._flatten_layers(include_self=False))
    for layer in layers:
        layer.__dict__["call"] = named(layer, layer.call)
    try:
        yield broken
    finally:
        for layer in layers:
            del layer.__dict__["call"]


def described(error: Exception) -> tuple[str, str]:
    """What an error of tracing means, and what to do."""
    errors = jax.errors
    frames = [frame.name.strip("_") for frame in traceback.extract_tb(error.__traceback__)]
    sized = next((name for name in frames if name in SIZED), None)
    if sized and isinstance(error, (errors.NonConcreteBooleanIndexError, errors.ConcretizationTypeError)):
        return f"the size of what {sized} gives depends on the data", "Use a fixed size and a mask"
    if isinstance(error, errors.NonConcreteBooleanIndexError):
        return "a boolean mask gives as many values as the data have it", "Use ops.where with values of equal shape"
    if isinstance(error, errors.TracerBoolConversionError):
        return "Python branches on the value of a tensor", "Use ops.cond or ops.where"
    sliced = isinstance(error, IndexError) and "static" in str(error)
    if sliced or isinstance(error, errors.TracerIntegerConversionError):
        return "a length or position depends on the value of a tensor", "Use a fixed length and a mask"
    if isinstance(error, errors.TracerArrayConversionError):
        return "a tensor is taken to the host, as a NumPy array", "Use keras.ops"
    first = next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
    return f"cannot be traced: {type(error).__name__}: {first}", "Use keras.ops with static shapes"


def batch_shapes(dataset) -> set[tuple]:
    """The distinct shapes of the batches, each as a tuple over the parts of a batch."""
    return {tuple(tuple(part.shape) for part in keras.tree.flatten(batch)) for batch in dataset.as_numpy_iterator()}


def shape_troubles(shapes: set[tuple], element_spec) -> list[Trouble]:
    """What is wrong with the shapes of the batches of training."""
    troubles = []
    for place, name in enumerate(_names(element_spec)):
        rows = defaultdict(set)
        for shape in shapes:
            rows[shape[place][1:]].add(shape[place][0])
        ragged = next((counts for counts in rows.values() if len(counts) > 1), None)
        if ragged:
            what = f"batches of {' and '.join(map(str, sorted(ragged, reverse=True)[:3]))} rows: the last one is ragged"
            troubles.append(Trouble("training", name, what, "Drop the rest, or fill it up with rows of weight 0"))
        if len(rows) > MOST_SHAPES:
            what = f"a changing length: {len(rows)} shapes, each of which is compiled for itself"
            troubles.append(Trouble("training", name, what, "Fill up to a few lengths (buckets)"))
    return troubles


def _names(element_spec) -> list[str]:
    """A name for each part of a batch, in the order in which they are flattened."""
    parts = element_spec if isinstance(element_spec, tuple) else (element_spec,)
    names = []
    for part, kind in zip(parts, ("input", "label", "weight"), strict=False):
        if isinstance(part, dict):
            names += [f"{kind} `{name}`" for name in sorted(part)]
        else:
            names += [f"the {kind}s"] * len(keras.tree.flatten(part))
    return names


def _batch(shapes: tuple, element_spec):
    """A batch without values, of given shapes."""
    specs = keras.tree.flatten(element_spec)
    values = [jax.ShapeDtypeStruct(shape, spec.dtype.name) for shape, spec in zip(shapes, specs, strict=True)]
    return keras.tree.pack_sequence_as(element_spec, values)


def equations(jaxpr, outer: str = ""):
    """Yields all equations of a jaxpr, those inside of loops and functions included, each with the names around it."""
    for equation in jaxpr.eqns:
        names = f"{outer}/{equation.source_info.name_stack}"
        yield equation, names
        for value in equation.params.values():
            for inner in value if isinstance(value, (tuple, list)) else (value,):
                inner = getattr(inner, "jaxpr", inner)
                if hasattr(inner, "eqns"):
                    yield from equations(inner, names)


def layer_of(inside: str, names: set[str]) -> str:
    """The innermost layer among the names around an equation."""
    parts = inside.replace("(", "/").replace(")", "/").split("/")
    return next((f"layer `{part}`" for part in reversed(parts) if part in names), "the loss or the optimizer")


def _size(shapes: tuple) -> int:
    return sum(int(np.prod(shape)) for shape in shapes)


def _bytes(value) -> int:
    return int(np.prod(value.shape)) * value.dtype.itemsize
