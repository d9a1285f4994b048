"""Files of PyTorch read without it: what is in comes back; hostile and damaged files are refused, and run nothing."""

import hashlib
import os
import pickle
import struct

import numpy as np
import pytest

from models import torch_file
from models.torch_file import MAGIC, PROTOCOL, TorchFileError

KEYS = ["7", "8"]
ARRAYS = {"kernel": np.arange(24, dtype="<f4").reshape(2, 3, 4), "steps": np.array(5, "<i8")}


class Call:
    """Pickled, it makes an unpickler call a function."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


def text(lines: bytes) -> bytes:
    return b"\x80\x02" + lines + b"."


def word(value: str) -> bytes:
    return b"X" + struct.pack("<I", len(value)) + value.encode()


def number(value: int) -> bytes:
    return b"J" + struct.pack("<i", value)


def numbers(values) -> bytes:
    return b"(" + b"".join(map(number, values)) + b"t"


def tensor(kind="FloatStorage", key="7", count=24, offset=0, shape=(2, 3, 4), strides=(12, 4, 1)) -> bytes:
    storage = b"(" + word("storage") + f"ctorch\n{kind}\n".encode() + word(key) + word("cpu") + number(count) + b"NtQ"
    rest = b"\x89ccollections\nOrderedDict\n)Rt"
    parts = storage + number(offset) + numbers(shape) + numbers(strides) + rest
    return b"ctorch._utils\n_rebuild_tensor_v2\n(" + parts + b"R"


def content(kernel=None, state=None, keys=None, values=None, magic=MAGIC) -> bytes:
    """A file as PyTorch 1.5 writes it, some of it replaced."""
    steps = tensor("LongStorage", "8", 1, 0, (), ())
    items = b"(" + word("kernel") + (kernel or tensor()) + word("steps") + steps + b"u"
    state = state or text(b"ccollections\nOrderedDict\n)R" + items + b"}" + word("_metadata") + b"Nsb")
    head = [pickle.dumps(one, 2) for one in (magic, PROTOCOL, {"little_endian": True})]
    if values is None:
        values = b"".join(struct.pack("<q", one.size) + one.tobytes() for one in ARRAYS.values())
    return b"".join([*head, state, pickle.dumps(keys or KEYS, 2), values])


def test_arrays_come_back():
    found = torch_file.arrays(content())
    assert list(found) == list(ARRAYS)
    for name, array in ARRAYS.items():
        assert found[name].dtype == array.dtype
        np.testing.assert_array_equal(found[name], array)


def test_axes_may_lie_in_any_order():
    found = torch_file.arrays(content(tensor(strides=(1, 2, 6))))["kernel"]
    np.testing.assert_array_equal(found, np.arange(24).reshape(4, 3, 2).transpose())


def test_only_the_file_of_the_sum_is_read(tmp_path):
    (tmp_path / "state.pth").write_bytes(content())
    sha256 = hashlib.sha256(content()).hexdigest()
    assert set(torch_file.read(tmp_path / "state.pth", sha256)) == set(ARRAYS)
    (tmp_path / "state.pth").write_bytes(content()[:-1] + b"\1")
    with pytest.raises(TorchFileError, match=r"state.pth: damaged, or another file .*--force-reinstall"):
        torch_file.read(tmp_path / "state.pth", sha256)


VALUES = content()[-(8 + 96 + 8 + 8) :]
HOSTILE = {
    "a command": ({"state": pickle.dumps(Call(os.system, "touch planted"), 2)}, "asks for 'posix system'"),
    "a command of protocol 4": ({"state": pickle.dumps(Call(os.system, "touch planted"), 4)}, "instruction "),
    "a built-in": ({"state": pickle.dumps(Call(compile, "1"), 2)}, "asks for '__builtin__ compile'"),
    "an instance": ({"state": text(b"(iposix\nsystem\n")}, "instruction INST"),
    "an object": ({"state": text(b"ctorch\nFloatStorage\n)\x81")}, "instruction NEWOBJ"),
    "a storage that is called": ({"state": text(b"ctorch\nFloatStorage\n)R")}, "gives no array"),
    "a mapping of arguments": ({"state": text(b"ccollections\nOrderedDict\n" + numbers([1]) + b"R")}, "gives no array"),
    "beyond the storage": ({"kernel": tensor(offset=1)}, "do not lie in 24 values"),
    "before the storage": ({"kernel": tensor(offset=-1)}, "do not lie in 24 values"),
    "a shape that is too large": ({"kernel": tensor(shape=(2**10,) * 3)}, "do not lie in 24 values"),
    "strides beyond it": ({"kernel": tensor(strides=(13, 4, 1))}, "do not lie in 24 values"),
    "strides backwards": ({"kernel": tensor(offset=23, strides=(-12, -4, -1))}, "do not lie in 24 values"),
    "one value, many times": ({"kernel": tensor(shape=(2**30, 3, 4), strides=(0, 4, 1))}, "do not lie in 24 values"),
    "fewer strides than axes": ({"kernel": tensor(strides=(12, 4))}, "gives no array"),
    "another count": ({"kernel": tensor(count=2**30)}, "does not hold the 1,073,741,824 values"),
    "a negative count": ({"kernel": tensor(count=-1)}, "which is none"),
    "a half type": ({"kernel": tensor(kind="HalfStorage")}, "asks for 'torch HalfStorage'"),
    "a text for an array": ({"kernel": word("values")}, "something else than arrays"),
    "an unknown key": ({"keys": ["7", "9"]}, "lacks the values"),
    "too few values": ({"values": VALUES[:-1]}, "does not hold the 1 values"),
    "too many values": ({"values": VALUES + b"\0"}, "something follows"),
    "another magic number": ({"magic": 1}, "format of before 2020"),
    "a list for a state": ({"state": text(number(1))}, "format of before 2020"),
    "an empty stack": ({"state": text(b"t")}, "no state of PyTorch"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_and_run_nothing(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    changes, message = HOSTILE[name]
    with pytest.raises(TorchFileError, match=message):
        torch_file.arrays(content(**changes))
    assert not list(tmp_path.iterdir())


def test_a_file_cut_anywhere_is_refused():
    whole = content()
    for end in range(0, len(whole), 7):
        with pytest.raises(TorchFileError):
            torch_file.arrays(whole[:end])
