"""JSON <-> arrays, as TensorFlow Serving's REST protocol has it."""

import base64
import binascii
import itertools
import json
import math
from collections.abc import Mapping

import numpy as np

from web.serving.errors import malformed
from web.serving.signature import TEXT, Signature, Tensor, numbers

ROWS, COLUMNS = "instances", "inputs"
BYTES = "_bytes"  # how the name of an output ends whose values are no text
WORDS = {dict: "object", list: "list", bool: "truth value", type(None): "null", str: "text", bytes: "text"}
WORDS |= {int: "int", float: "float"}


def document(body: bytes) -> dict:
    """The object of a body. NaN, Infinity and -Infinity are numbers. Raises CallError where it is none."""
    if not body.strip():
        raise malformed("the document is empty; send a JSON object")
    try:
        found = json.loads(body)
    except RecursionError:
        raise malformed("the JSON is nested too deeply") from None
    except ValueError as error:
        raise malformed(f"the body is no JSON: {error}") from None
    if not isinstance(found, dict):
        raise malformed(f"the body must be a JSON object. Received: {WORDS[type(found)]}")
    return found


def signature_name(found: Mapping) -> str | None:
    """The signature that a document names. Raises CallError where that is no text."""
    name = found.get("signature_name")
    if not isinstance(name, str | None) or ("signature_name" in found and name is None):
        raise malformed(f"`signature_name` must be a string value. Received: {WORDS[type(name)]}")
    return name or None


def inputs(found: Mapping, signature: Signature) -> tuple[dict[str, np.ndarray], bool]:
    """The arrays of a call of predict, and whether they were given as rows.

    Raises:
        CallError: Neither or both of `instances` and `inputs`, an input that is missing or unknown, lists of unequal
            lengths, or values of another type.
    """
    given = [key for key in (ROWS, COLUMNS) if key in found]
    if len(given) != 1:
        raise malformed(
            "Not formatted correctly: give exactly one of `instances` (a list of rows) and `inputs` (columns). "
            f"Received: {' and '.join(given) or 'neither'}"
        )
    if given == [ROWS]:
        return _from_rows(found[ROWS], signature), True
    return _from_columns(found[COLUMNS], signature), False


def _from_rows(rows, signature: Signature) -> dict[str, np.ndarray]:
    if not isinstance(rows, list) or not rows:
        what = "an empty list" if rows == [] else WORDS[type(rows)]
        raise malformed(f"`instances` must be a list of at least one row. Received: {what}")
    named = _is_named(rows[0])
    for number, row in enumerate(rows):
        if _is_named(row) != named:
            expected, got = ("object", "list") if named else ("value/list", "object")
            raise malformed(f"`instances`, row {number}: Expecting {expected} but got {got}")
    if not named:
        tensor = _only(signature, "`instances`")
        return {tensor.name: array(rows, tensor)}
    for number, row in enumerate(rows):
        require_names(row, signature, f"`instances`, row {number}")
    return {name: array([row[name] for row in rows], tensor) for name, tensor in signature.inputs.items()}


def _from_columns(columns, signature: Signature) -> dict[str, np.ndarray]:
    if not _is_named(columns):
        tensor = _only(signature, "`inputs`")
        return {tensor.name: array(columns, tensor)}
    require_names(columns, signature, "`inputs`")
    return {name: array(columns[name], tensor) for name, tensor in signature.inputs.items()}


def _is_named(value) -> bool:
    """Whether it is an object of inputs, rather than the value of the only one."""
    return isinstance(value, dict) and not is_binary(value)


def is_binary(value) -> bool:
    """Whether it is `{"b64": ...}`, bytes in JSON."""
    return isinstance(value, dict) and value.keys() == {"b64"}


def _only(signature: Signature, where: str) -> Tensor:
    if len(signature.inputs) != 1:
        raise malformed(f"{where}: the signature has the inputs {_listed(signature.inputs)}, so give each by its name")
    return next(iter(signature.inputs.values()))


def require_names(given: Mapping, signature: Signature, where: str) -> None:
    """Raise CallError where inputs are missing or unknown."""
    missing = [name for name in signature.inputs if name not in given]
    unknown = [name for name in given if name not in signature.inputs]
    if missing or unknown:
        what = [f"lacks {_listed(missing)}"] if missing else []
        what += [f"has the unknown {_listed(unknown)}"] if unknown else []
        raise malformed(f"{where}: {' and '.join(what)}. The inputs are {_listed(signature.inputs)}")


def _listed(names) -> str:
    shown = [f"`{name[:100]}`" for name in itertools.islice(names, 20)]
    return ", ".join(shown) + (" ..." if len(names) > 20 else "") or "none"


def array(value, tensor: Tensor) -> np.ndarray:
    """Nested lists as an array of the tensor's type and shape. Raises CallError where they are none."""
    shape, leaves = flat(value, f"`{tensor.name}`")
    found = typed(leaves, tensor).reshape(shape)
    require_shape(tensor, shape)
    return found


def require_shape(tensor: Tensor, shape: tuple[int, ...]) -> None:
    """Raise CallError where a value of this shape cannot go in."""
    if not tensor.fits(shape):
        expected = ", ".join("any" if axis is None else str(axis) for axis in tensor.shape)
        raise malformed(f"`{tensor.name}`: Expecting shape [{expected}] but got {list(shape)}")


def flat(value, name: str) -> tuple[tuple[int, ...], list]:
    """Shape and elements, row after row, of lists in lists."""
    shape, level = [], [value]
    while level and isinstance(level[0], list):
        size = len(level[0])
        if len(shape) == 64:
            raise malformed(f"{name}: lists in lists, more than 64 deep")
        for one in level:
            if not isinstance(one, list):
                raise malformed(f"{name}: Expecting shape {[*shape, size]} but got a {WORDS[type(one)]} for a list")
            if len(one) != size:
                raise malformed(f"{name}: Expecting tensor size {size} but got {len(one)}")
        shape.append(size)
        level = list(itertools.chain.from_iterable(level))
    for one in level if list in set(map(type, level)) else ():
        if isinstance(one, list):
            raise malformed(f"{name}: Expecting shape {shape} but got a list for a {WORDS[type(level[0])]}")
    return tuple(shape), level


def typed(leaves: list, tensor: Tensor) -> np.ndarray:
    """Elements (n,) of JSON as an array. Raises CallError on another type, or on numbers that would lose digits."""
    if tensor.dtype == TEXT:
        found = np.empty(len(leaves), object)
        found[:] = [as_bytes(leaf, tensor.name) for leaf in leaves]
        return found
    try:
        allowed = _ALLOWED.get(np.dtype(numbers(tensor.dtype)).kind)
    except TypeError:  # of a type that only TensorFlow has
        allowed = None
    if allowed is None:
        raise malformed(f"`{tensor.name}`: JSON has no values of the tensor type: {tensor.dtype}")
    strange = set(map(type, leaves)) - allowed
    if strange:
        raise malformed(f"`{tensor.name}`: a {WORDS[strange.pop()]} is not of expected type: {tensor.dtype}")
    if type(None) in allowed:
        leaves = [math.nan if leaf is None else leaf for leaf in leaves]
    try:
        return _exact(leaves, tensor)
    except OverflowError:
        raise malformed(f"`{tensor.name}`: a number is out of the range of {tensor.dtype}") from None


# What JSON may have for NumPy's kinds of types. null is a missing number: browsers cannot write NaN.
_ALLOWED = {"f": {int, float, type(None)}, "i": {int}, "u": {int}, "b": {bool}}


def _exact(leaves: list, tensor: Tensor) -> np.ndarray:
    """Numbers in a type. Whole ones must be the same in it, and none may become infinite."""
    dtype = np.dtype(numbers(tensor.dtype))
    if dtype.kind != "f":
        return np.array(leaves, dtype)
    wide = np.array(leaves, np.float64)
    with np.errstate(over="ignore"):
        found = wide.astype(dtype)
    if (lost := np.isinf(found) & np.isfinite(wide)).any():
        raise malformed(f"`{tensor.name}`: {wide[lost][0]:g} as {tensor.dtype} would be a loss of precision")
    largest = 2 ** (np.finfo(dtype).nmant + 1)  # whole numbers up to here are all exact
    if np.abs(np.nan_to_num(found, posinf=0, neginf=0)).max(initial=0) >= largest:
        for leaf, value in zip(leaves, found.tolist(), strict=True):
            if isinstance(leaf, int) and int(value) != leaf:
                raise malformed(f"`{tensor.name}`: {leaf} as {tensor.dtype} would be a loss of precision")
    return found


def as_bytes(leaf, name: str) -> bytes:
    """An element of a tensor of text. Raises CallError where it is neither text nor base64."""
    if isinstance(leaf, bytes):
        return leaf
    if is_binary(leaf):
        return from_base64(leaf["b64"], name)
    if not isinstance(leaf, str):
        raise malformed(f"`{name}`: a {WORDS[type(leaf)]} is not of expected type: string")
    try:
        return leaf.encode()
    except UnicodeEncodeError:
        raise malformed(f"`{name}`: a text has half of a surrogate pair, which is no character") from None


def from_base64(text, name: str) -> bytes:
    """The bytes of base64. Raises CallError where it is none."""
    try:
        return base64.b64decode(text.encode("ascii"), validate=True)
    except (AttributeError, UnicodeEncodeError, binascii.Error):
        raise malformed(f"`{name}`: the value of `b64` is no base64") from None


def outputs(arrays: Mapping[str, np.ndarray], rows: bool) -> dict:
    """The answer of predict: `predictions` for rows, `outputs` for columns. The name of an only output is left out.

    Raises CallError on rows of outputs of unequal numbers, and on a type that JSON lacks.
    """
    if not arrays:
        raise malformed("the signature has an empty tensor map of outputs")
    if not rows:
        found = {name: values(array, name) for name, array in arrays.items()}
        return {"outputs": found if len(found) > 1 else next(iter(found.values()))}
    counts = {array.shape[0] if array.ndim else None for array in arrays.values()}
    if None in counts:
        raise malformed(
            "an output has no rows (no shape information); ask for columns: `inputs` instead of `instances`"
        )
    if len(counts) > 1:
        raise malformed(
            f"the outputs have an inconsistent batch size: {sorted(counts)}; ask for columns: `inputs` instead of "
            "`instances`"
        )
    found = {name: values(array, name) for name, array in arrays.items()}
    if len(found) == 1:
        return {"predictions": next(iter(found.values()))}
    return {"predictions": [dict(zip(found, row, strict=True)) for row in zip(*found.values(), strict=True)]}


def values(array: np.ndarray, name: str):
    """An array as nested lists; bytes that are no text, and those of an output that says so, as `{"b64": ...}`."""
    if array.dtype == object:
        binary = name.endswith(BYTES)
        flat = np.empty(array.size, object)
        flat[:] = [_text(element, binary) for element in array.ravel().tolist()]
        return flat.reshape(array.shape).tolist()
    if array.dtype.kind == "c":
        raise malformed(f"`{name}`: JSON has no values of the tensor type: {array.dtype.name}")
    return shortest(array).tolist()


def _text(element: bytes, binary: bool):
    if not binary:
        try:
            return element.decode()
        except UnicodeDecodeError:
            pass
    return {"b64": base64.b64encode(element).decode("ascii")}


_POWERS = np.array([10**power for power in range(23)], np.float64)  # those that are exact


def shortest(array: np.ndarray) -> np.ndarray:
    """The same numbers in double precision with the fewest digits: 0.1 for what float32 has nearest to it."""
    exact = array.astype(np.float64) if array.dtype.kind not in "iub" else array
    most = {2: 5, 4: 9}.get(array.dtype.itemsize)  # digits that tell all numbers of the type apart
    if exact is array or most is None:
        return exact
    found = exact
    with np.errstate(all="ignore"):
        power = np.floor(np.log10(np.abs(exact)))
        for digits in range(most, most - 4, -1):
            places = np.clip(np.nan_to_num(digits - 1 - power), 0, len(_POWERS) - 1).astype(int)
            fewer = np.rint(exact * _POWERS[places]) / _POWERS[places]
            found = np.where(fewer.astype(array.dtype) == array, fewer, found)
    return found
