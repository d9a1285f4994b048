"""SavedModel with raw inputs: preparing function, network and decoding in one artefact that stock loaders run."""

import json
import re
from pathlib import Path

import numpy as np

from export import signatures
from export.errors import ExportError


def write(model, prepare, decode, path: str | Path) -> None:
    """Write `decode(model(prepare(raw)))` as the SavedModel `path`.

    The signature `serving_default` takes the raw fields of a record, each of shape (N,): image bytes as `image`,
    the columns of a table under `field_names`. Its outputs are those of `decode`; the other signatures of
    `decode.views()` take the same and give a part of them. `assets.extra/inputs.json` says which field each input is.

    Args:
        model: `keras.Model` that computes in float32 (`models.loading.in_float32`).
        prepare: Function from a dict of raw tensors to model input, with `signature()`.
        decode: A `Decoding`: function from model output to a dict of tensors; `decode.endpoints(model)` are further
            signatures.
        path: Folder to make.

    Raises:
        ExportError: Not the TensorFlow backend, or a network that computes in half precision.
    """
    import tensorflow as tf

    require_exportable(model)
    signature = prepare.signature()
    names = field_names(list(signature))

    def decoded(prepared):
        return decode(model(prepared, training=False))

    images = not isinstance(model.input, dict) and len(model.input_shape) == 4
    # Of no rows TensorFlow 2.21's convolution by oneDNN gives as many channels as it takes: one row stands in for none.
    any_number = signatures.for_any_number(decoded, np.zeros(model.input_shape[1:], "float32")) if images else decoded

    def serving(answers):
        def serve(fields):
            found = any_number(prepare({field: fields[name] for field, name in names.items()}))
            return {answer: found[answer] for answer in answers}

        return serve

    specs = {names[field]: tf.TensorSpec(spec.shape, spec.dtype, names[field]) for field, spec in signature.items()}
    functions = {name: (serving(answers), (specs,)) for name, answers in decode.views().items()}
    functions |= {name: (function, (spec,)) for name, (function, spec) in decode.endpoints(model).items()}
    signatures.save(functions, path, _resources(prepare, tf))
    inputs = {names[field]: {"field": field, "type": spec.dtype.name} for field, spec in signature.items()}
    extra = Path(path) / "assets.extra"  # the place that TensorFlow Serving leaves to the writer
    extra.mkdir(exist_ok=True)
    (extra / "inputs.json").write_text(json.dumps(inputs, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def field_names(fields: list[str]) -> dict[str, str]:
    """Field to signature name. TensorFlow takes letters, digits and `_`, and two names must not become one.

    "hours per week" becomes hours_per_week, "1" becomes field_1; the second of two alike gets `_2`. "self" becomes
    field_self: a loaded signature is a method, and takes its inputs by name.
    """
    names: dict[str, str] = {}
    used: set[str] = set()
    for field in fields:
        name = re.sub(r"[^A-Za-z0-9_]", "_", field)
        name = name if re.match(r"[A-Za-z]", name) else f"field_{name.lstrip('_')}"
        name = f"field_{name}" if name == "self" else name
        unique, number = name, 2
        while unique.lower() in used:
            unique, number = f"{name}_{number}", number + 1
        used.add(unique.lower())
        names[field] = unique
    return names


def require_exportable(model) -> None:
    """Raise ExportError on another backend than TensorFlow, or a network that computes in half precision."""
    require_tensorflow()
    if model.dtype_policy.compute_dtype != "float32":
        raise ExportError(f"`model` must compute in float32. Received: a policy of {model.dtype_policy.name}")


def require_tensorflow() -> None:
    """Raise ExportError on another backend: exports are made of TensorFlow graphs."""
    import keras

    if keras.backend.backend() != "tensorflow":
        raise ExportError(
            "Exports are written by the TensorFlow backend, whichever trained the model: "
            f"`KERAS_BACKEND=tensorflow python -m apps.export RUN`. Received: KERAS_BACKEND={keras.backend.backend()}"
        )


def _resources(prepare, tf):
    """Lookup tables that are attributes of `prepare`; a session loader does not find untracked ones."""
    held = tf.saved_model.experimental.TrackableResource
    return [value for value in tf.nest.flatten(list(vars(prepare).values())) if isinstance(value, held)]
