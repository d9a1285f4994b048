"""Types of tensors as KServe's protocol names them."""

from web.serving.signature import TEXT, Tensor

DATATYPES = {TEXT: "BYTES", "bool": "BOOL", "float16": "FP16", "bfloat16": "BF16", "float32": "FP32", "float64": "FP64"}
DATATYPES |= {kind: kind.upper() for kind in ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")}


def datatype(tensor: Tensor) -> str:
    """The protocol's name for the type of a tensor; TensorFlow's where it has none."""
    return DATATYPES.get(tensor.dtype, tensor.dtype)
