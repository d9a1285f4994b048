"""What a trained network can be exported to: one table. What runs each format stands in `fresh_process.py`."""

from dataclasses import dataclass
from types import ModuleType

from export import litert, onnx, saved_model


@dataclass(frozen=True)
class Format:
    """A kind of export.

    Attributes:
        file: Name of the file or folder.
        module: Has its `write`.
        raw: Whether it takes raw records; else it takes prepared ones, and only numbers come out.
        tolerance: Largest relative difference of an output from the network's.
    """

    file: str
    module: ModuleType
    raw: bool
    tolerance: float


FORMATS = {
    "saved_model": Format("saved_model", saved_model, True, 1e-6),
    "litert": Format("model.tflite", litert, False, 1e-5),
    "onnx": Format("model.onnx", onnx, False, 1e-5),
}
