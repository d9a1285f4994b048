"""What a SavedModel takes and gives: its signatures."""

from collections.abc import Mapping
from dataclasses import dataclass

PREDICT, CLASSIFY, REGRESS = (f"tensorflow/serving/{call}" for call in ("predict", "classify", "regress"))
DEFAULT = "serving_default"
TEXT = "string"
"""The type of text and bytes, which TensorFlow does not tell apart."""


@dataclass(frozen=True)
class Tensor:
    """An input or output.

    Attributes:
        name: Of the signature.
        dtype: As NumPy names it, or `TEXT`.
        shape: None for a dimension of any size; None for any number of dimensions.
    """

    name: str
    dtype: str
    shape: tuple[int | None, ...] | None

    @property
    def of_rows(self) -> bool:
        """Whether it has any number of rows, of one shape that is known."""
        return bool(self.shape) and self.shape[0] is None and None not in self.shape[1:]

    def fits(self, shape: tuple[int, ...]) -> bool:
        """Whether a value of this shape can go in."""
        if self.shape is None:
            return True
        return len(shape) == len(self.shape) and all(
            known in (None, given) for known, given in zip(self.shape, shape, strict=True)
        )


@dataclass(frozen=True)
class Signature:
    """A function of a SavedModel.

    Attributes:
        name: "serving_default" is the one that is called where none is named.
        method: Of those that TensorFlow Serving knows, `PREDICT`, `CLASSIFY` or `REGRESS`.
        inputs, outputs: By name.
    """

    name: str
    method: str
    inputs: Mapping[str, Tensor]
    outputs: Mapping[str, Tensor]

    @property
    def of_rows(self) -> bool:
        """Whether rows of several calls may be computed together, and each gets its own back."""
        return all(tensor.of_rows for side in (self.inputs, self.outputs) for tensor in side.values()) and bool(
            self.inputs
        )


def from_definition(name: str, definition: Mapping) -> Signature:
    """A signature from its `SignatureDef` as JSON has it, see `web.serving.worker`."""
    sides = (
        {
            key: Tensor(key, TYPES.get(info["dtype"], info["dtype"]), _shape(info.get("tensor_shape", {})))
            for key, info in sorted(definition.get(side, {}).items())
        }
        for side in ("inputs", "outputs")
    )
    return Signature(name, definition.get("method_name", ""), *sides)


def _shape(shape: Mapping) -> tuple[int | None, ...] | None:
    if shape.get("unknown_rank"):
        return None
    return tuple(None if int(axis["size"]) < 0 else int(axis["size"]) for axis in shape.get("dim", ()))


def numbers(dtype: str) -> str:
    """The type of NumPy in which numbers of a tensor's type are sent: it has no bfloat16."""
    return "float32" if dtype == "bfloat16" else dtype


TYPES = {
    "DT_FLOAT": "float32",
    "DT_DOUBLE": "float64",
    "DT_HALF": "float16",
    "DT_BFLOAT16": "bfloat16",
    "DT_STRING": TEXT,
    "DT_BOOL": "bool",
    "DT_COMPLEX64": "complex64",
    "DT_COMPLEX128": "complex128",
} | {f"DT_{kind.upper()}": kind for kind in ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")}
"""TensorFlow's names of types -> NumPy's."""
