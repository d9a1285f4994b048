"""Loading trained models from model.keras files, in other precisions and as a warm start."""

import contextlib
import zipfile
from pathlib import Path

import numpy as np

from cli.errors import UserError

HALF = {"mixed_bfloat16", "mixed_float16", "bfloat16", "float16"}


class LoadingError(UserError):
    """A model file that is missing, broken or not of this suite."""


def load(path: str | Path):
    """Return the `keras.Model` in the file `path`, not compiled.

    Nothing in the file can run code: Keras' safe mode refuses Lambda layers and pickled functions.
    Raises LoadingError, with the file and what to do, when it is missing, no Keras file, broken, or needs other layers.
    """
    import keras

    import layers  # noqa: F401  registers the layers under their saved names

    path = Path(path)
    if not path.is_file():
        raise LoadingError(f"{path}: no such file. A finished run holds its network as model.keras.")
    if not zipfile.is_zipfile(path):
        raise LoadingError(f"{path}: not a .keras file (no zip archive), or cut short. Train the run again.")
    try:
        model = keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # Keras raises whatever its reader met: TypeError, KeyError, BadZipFile, OSError ...
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise LoadingError(
            f"{path}: does not load as a model of this suite ({reason}). Train the run again."
        ) from error
    for weight in model.weights:
        if not np.isfinite(keras.ops.convert_to_numpy(weight)).all():
            raise LoadingError(f"{path}: weight {weight.path} has values that are no finite numbers. Train again.")
    return model


def in_float32(model):
    """Return `model` when it computes in float32, else the same network with float32 computations and weights.

    Half precision is for training; exports and their references are compared in float32.
    """
    config = model.get_config()
    replaced = _replace_half(config)
    if replaced == config:
        return model
    with float32_policy():  # containers take the global policy, which training may have set to half precision
        twin = type(model).from_config(replaced)
    twin.set_weights([weight.astype("float32") for weight in model.get_weights()])
    return twin


@contextlib.contextmanager
def float32_policy():
    """The global dtype policy is float32 inside the block."""
    import keras

    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float32")
    try:
        yield
    finally:
        keras.config.set_dtype_policy(policy)


def copy_matching_weights(source, target) -> tuple[list[str], list[str]]:
    """Copy weights from `source` to `target` wherever layer name, weight name and shape agree (a warm start).

    What does not agree, such as the last layer for other classes, keeps its fresh values.

    Returns:
        Paths of the target's weights that were copied, and of those that were not.

    Raises:
        UserError: Nothing agrees, so that `target` would start from scratch.
    """
    found = {_key(source, weight): weight for weight in source.weights}
    copied, skipped = [], []
    for weight in target.weights:
        match = found.get(_key(target, weight))
        if match is not None and tuple(match.shape) == tuple(weight.shape):
            weight.assign(match)
            copied.append(weight.path)
        elif "seed_generator" not in weight.path:
            skipped.append(weight.path)
    if not copied:
        raise UserError(
            "The two networks share no weights of the same layer name and shape, so there is nothing to start from. "
            f"Received: {source.name} with {len(source.weights)} weights, {target.name} with {len(target.weights)}"
        )
    return copied, skipped


def _key(model, weight) -> str:
    """Path of a weight within its model: the model's own name, which depends on the recipe, is left out."""
    return weight.path.removeprefix(f"{model.name}/")


def _replace_half(config):
    """A layer's config with every half-precision policy replaced by float32."""
    if isinstance(config, dict):
        if config.get("class_name") == "DTypePolicy" and config.get("config", {}).get("name") in HALF:
            return {**config, "config": {**config["config"], "name": "float32"}}
        return {
            key: "float32" if key == "dtype" and isinstance(value, str) and value in HALF else _replace_half(value)
            for key, value in config.items()
        }
    if isinstance(config, list | tuple):
        return type(config)(_replace_half(item) for item in config)
    return config
