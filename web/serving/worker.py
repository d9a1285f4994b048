"""The process that holds one SavedModel: `python -m web.serving.worker DESCRIPTOR THREADS`.

It answers frames (`web.serving.frames`) on the socket DESCRIPTOR, one after the other, until the other side closes it.
The first says what to load; the answer is what it has loaded, or why it could not. A version has a process of its own
so that all of its memory goes back to the system when it ends, and so that a crash of one takes no other with it.
"""

import re
import socket
import sys

import numpy as np

from web.serving.frames import LENGTH, packed, unpacked

CLASSES = "classes"  # the signature of a classifier's export that gives a name to the index of a class
MOST_WORDS = 1000  # characters of an error


def serve(connection: socket.socket) -> None:
    """Load and answer until the connection is closed."""
    with connection.makefile("rwb") as stream:
        _serve(stream)


def _serve(stream) -> None:
    if not (frame := _received(stream)):
        return
    try:
        loaded = Loaded(unpacked(frame)[0]["path"])
    except Exception as error:  # whatever is wrong with the files, the server goes on without this version
        _send(stream, packed({"error": told(error), "status": 400}, {}))
        return
    _send(stream, packed({"definitions": loaded.definitions, "classes": loaded.classes()}, {}))
    while frame := _received(stream):
        head, arrays = unpacked(frame)
        try:
            answer = packed({}, loaded.call(head["signature"], arrays))
        except Exception as error:  # a row that the model refuses: TensorFlow has no common class for these
            answer = packed({"error": told(error), "status": status(error)}, {})
        _send(stream, answer)


class Loaded:
    """A SavedModel.

    Attributes:
        definitions: Name of a signature to its `SignatureDef`, as JSON has it.
    """

    def __init__(self, path: str):
        import tensorflow as tf

        self.definitions = _definitions(path)
        self._model = tf.saved_model.load(path)  # kept: the signatures do not keep it alive
        self._signatures = dict(self._model.signatures)
        self._types = {
            name: {key: spec.dtype for key, spec in one.structured_input_signature[1].items()}
            for name, one in self._signatures.items()
        }

    def call(self, signature: str, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Outputs of a signature by name; text as objects that are bytes."""
        import tensorflow as tf

        types = self._types[signature]
        tensors = {name: tf.constant(value, types[name]) for name, value in inputs.items()}
        outputs = self._signatures[signature](**tensors)
        return {name: _array(value) for name, value in sorted(outputs.items())}

    def classes(self) -> list[str] | None:
        """Names of the classes that `probabilities` are of; None where it is no export of a classifier."""
        given = self._signatures.get("serving_default")
        outputs = given.structured_outputs if given else {}
        if CLASSES not in self._signatures or "probabilities" not in outputs:
            return None
        index = np.arange(outputs["probabilities"].shape[-1] or 0, dtype=np.int32)
        return [label.decode() for label in self.call(CLASSES, {"index": index})["label"].tolist()]


def _array(tensor) -> np.ndarray:
    """A tensor as what frames carry: text as objects, and bfloat16, which NumPy lacks, as float32."""
    if tensor.dtype == "string":
        return np.array(tensor.numpy(), object)
    found = np.asarray(tensor.numpy())
    return found if found.dtype.kind in "fiubc" else found.astype(np.float32)


def limit(threads: int) -> None:
    """Before the first operation: compute with so many threads, and take no more of a GPU than is needed.

    Two versions share it while one follows the other.
    """
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(2)
    for device in tf.config.list_physical_devices("GPU"):
        tf.config.experimental.set_memory_growth(device, True)


def _definitions(path: str) -> dict:
    """The signatures as the file has them: loading them forgets the names of methods and tensors."""
    from google.protobuf.json_format import MessageToDict
    from tensorflow.core.protobuf import saved_model_pb2

    model = saved_model_pb2.SavedModel()
    with open(f"{path}/saved_model.pb", "rb") as file:
        model.ParseFromString(file.read())
    serving = next((graph for graph in model.meta_graphs if "serve" in graph.meta_info_def.tags), None)
    if serving is None:
        raise ValueError(f"{path}: has no graph with the tag `serve`")
    return {
        name: MessageToDict(definition, preserving_proto_field_name=True, always_print_fields_with_no_presence=True)
        for name, definition in sorted(serving.signature_def.items())
        if not name.startswith("__")
    }


def status(error: Exception) -> int:
    """400 for what the caller has to mend, 500 for what the machine lacks."""
    import tensorflow as tf

    ours = (tf.errors.InternalError, tf.errors.ResourceExhaustedError, MemoryError)
    return 500 if isinstance(error, ours) else 400


def told(error: Exception) -> str:
    """What an error says, without the places in a graph that TensorFlow adds to it."""
    said = getattr(error, "message", None) or str(error)
    lines = [re.sub(r"\{\{.*?\}\}\s*|\s*\[\[.*|\(node: .*?\)", "", line).strip() for line in said.splitlines()]
    lines = [line for line in lines if line and not line.startswith(("Detected at node", "Stack trace", "\t"))]
    return " ".join(lines)[:MOST_WORDS] or type(error).__name__


def _received(stream) -> bytes:
    """A frame; nothing where the other side has closed the connection."""
    start = stream.read(LENGTH.size)
    return stream.read(LENGTH.unpack(start)[0]) if len(start) == LENGTH.size else b""


def _send(stream, frame: bytes) -> None:
    stream.write(frame)
    stream.flush()


if __name__ == "__main__":
    descriptor, threads = sys.argv[1:]
    with socket.socket(fileno=int(descriptor)) as connection:
        limit(int(threads))
        serve(connection)
