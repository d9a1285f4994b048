"""An explainer as a SavedModel: the bytes of image files in, classes and explanations out.

The networks, the dictionary and the search are inside.

Everything is made of TensorFlow's own operations, so any loader runs it. Signatures:

    serving_default  image (N,)                 class, probability, sentence, explanation, score, complete, told, not,
                                                counter: (N,)
    why_not          image (N,), class_name (N,) the same; `not` is the class asked, `counter` what would make it one

`explanation` is "This is a NAME because SENTENCE.", `counter` "It would be a NAME if SENTENCE." of the next most
probable class. A class that there is not fails with a message. An image is the content of a file that
`data.images.file_structure.TAKEN` names, of any size; another one fails, too.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from data.images.images import ImagePrepare
from data.text.subwords import Subwords
from export import signatures
from export.errors import ExportError
from export.explanation_words import article, graph_because, graph_would_be
from export.found_texts import TOKENS, TOLERANCE
from export.guard import TOOLS, UNCHECKED, WORDS, compare, run_saved_model
from export.saved_model import require_exportable
from models.explaining import Explaining

ANSWERS = ("class", "probability", "sentence", "explanation", "score", "complete", "told", "not", "counter")


@dataclass(frozen=True)
class ExplanationExport:
    """What goes into the SavedModel.

    Attributes:
        parts: `Explaining`, computing in float32.
        prepare: `ImagePrepare`.
        subwords: `Subwords`.
        classes: Their names.
        beams, length_penalty, longest, no_repeat: Of the search.
    """

    parts: Explaining
    prepare: ImagePrepare
    subwords: Subwords
    classes: tuple[str, ...]
    beams: int
    length_penalty: float
    longest: int
    no_repeat: int = 0

    def write(self, path: str | Path) -> None:
        """Write the SavedModel `path`. Raises ExportError on another backend than TensorFlow, or half precision."""
        import tensorflow as tf

        require_exportable(self.parts.model)
        names = tf.constant(self.classes)

        def serving_default(image):
            return self._answers(image, tf.fill(tf.shape(image), -1))

        def why_not(image, asked):
            same = tf.equal(asked[:, None], names[None])
            fits = tf.debugging.Assert(tf.reduce_all(tf.reduce_any(same, 1)), ["`class_name` must be one of", names])
            with tf.control_dependencies([fits]):
                return self._answers(image, tf.argmax(tf.cast(same, tf.int32), 1, tf.int32))

        images, asked = tf.TensorSpec([None], tf.string, "image"), tf.TensorSpec([None], tf.string, "class_name")
        pixel = tf.io.encode_png(np.zeros((1, 1, 3), np.uint8)).numpy()

        def for_any_number(image, asked):
            """`why_not` of no image, too."""
            count = tf.shape(image)[0]
            missing = tf.cast(count == 0, tf.int32)
            image = tf.concat([image, tf.fill([missing], tf.constant(pixel))], 0)
            asked = tf.concat([asked, tf.fill([missing], names[0])], 0)
            return {name: value[:count] for name, value in why_not(image, asked).items()}

        functions = {
            "serving_default": (signatures.for_any_number(serving_default, pixel), (images,)),
            "why_not": (for_any_number, (images, asked)),
        }
        signatures.save(functions, path)

    def _answers(self, image, foils):
        """What is said of images (N,) and the classes that they are not, int (N,); -1 for the next most probable."""
        import tensorflow as tf

        settings = {"beams": self.beams, "length_penalty": self.length_penalty, "no_repeat": self.no_repeat}
        found = self.parts.explain(self.prepare({"image": image}), foils, TOKENS, length=self.longest, **settings)
        names, articles = tf.constant(self.classes), tf.constant([article(name) for name in self.classes])
        sentence = self.subwords.graph.detokenize(found["tokens"][:, 0])
        counter = self.subwords.graph.detokenize(found["counter"])
        own, foil = found["own"], found["foil"]
        return {
            "class": tf.gather(names, own),
            "probability": tf.gather(found["probabilities"], own, batch_dims=1),
            "sentence": sentence,
            "explanation": graph_because(tf.gather(articles, own), sentence),
            "score": found["scores"][:, 0],
            "complete": found["complete"][:, 0],
            "told": found["told"],
            "not": tf.gather(names, foil),
            "counter": graph_would_be(tf.gather(articles, foil), counter),
        }

    def check(self, path: Path, images: np.ndarray, expected: Callable) -> dict[str, float]:
        """Run the SavedModel in fresh processes, in Python and through `saved_model_cli`, and compare.

        A record that does not give what the suite gives in the batch may give what it gives alone: two hypotheses may
        be so near each other that rounding decides.

        Args:
            path: The SavedModel.
            images: Bytes of image files, objects (N,).
            expected: Function of rows, and of the numbers of the classes that they are not or None, to what the suite
                says of these images: name to array.

        Returns:
            Loader to the largest difference of a number.

        Raises:
            ExportError: Another text, a larger difference, or a loader that fails.
        """
        foils = np.arange(len(images)) % len(self.classes)
        asked = np.array([self.classes[foil] for foil in foils], dtype=object)
        calls = {"serving_default": {"image": images}, "why_not": {"image": images, "class_name": asked}}
        every = list(range(len(images)))
        found = {"serving_default": expected(every), "why_not": expected(every, foils)}
        differences: dict[str, float] = {}
        name = Path(path).name.removeprefix(UNCHECKED)
        for way, signature, rows, outputs in run_saved_model(path, calls, by_cli=("serving_default",)):
            what = f"{name}, signature {signature}, {WORDS[way]}"
            wanted = {key: found[signature][key][rows] for key in ANSWERS}
            try:
                largest = compare(wanted, outputs, TOLERANCE, what)
            except ExportError:
                largest = 0.0
                for place, row in enumerate(rows):
                    alone = expected([row], None if signature == "serving_default" else foils[[row]])
                    one = {key: values[place : place + 1] for key, values in outputs.items()}
                    largest = max(largest, compare({key: alone[key] for key in ANSWERS}, one, TOLERANCE, what))
            differences[TOOLS[way]] = max(largest, differences.get(TOOLS[way], 0.0))
        return differences
