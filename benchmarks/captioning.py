"""Speed of captioning on the CPU: features, training steps, captions.

python -m benchmarks.captioning              random images and captions, random weights: speed does not depend on them
python -m benchmarks.captioning --quick      small sizes, to see that it runs

features    from JPEG files to features on disk, as a run makes them, beside the backbone alone on pixels in memory
training    a step of show-attend-tell on features (64 captions of 16 tokens), beside the same network in PyTorch
captions    beam search with 3 hypotheses, from features, and from JPEG files with the backbone

The peers take turns in one process, so that a busy spell of the machine hits all; printed are medians, images or
captions per second, and ratios. Weights of the backbone are random.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
import torch

from data.captions.caption_pairs import Captions
from data.images.images import ImagePrepare
from data.text.subwords import Subwords
from models.captioner import with_backbone
from models.decoding_settings import DecodingSettings
from models.show_attend_tell import ShowAttendTell
from tasks.caption.inputs import ImageInputs
from tasks.captioner import ImageCaptioner
from training.token_cross_entropy import TokenCrossEntropy

ROUNDS = 5


class TorchCaptioner(torch.nn.Module):
    """show-attend-tell: two GRU layers around additive attention, one table for vectors and logits."""

    def __init__(self, channels, units, embedding, vocabulary):
        super().__init__()
        self.table = torch.nn.Embedding(vocabulary, embedding)
        self.projection = torch.nn.Linear(channels, units)
        self.lower = torch.nn.GRU(embedding, units, batch_first=True)
        self.upper = torch.nn.GRU(2 * units, units, batch_first=True)
        self.starts = torch.nn.ModuleList(torch.nn.Linear(units, units) for _ in range(2))
        self.query, self.key = (torch.nn.Linear(units, units, bias=False) for _ in range(2))
        self.score = torch.nn.Linear(units, 1, bias=False)
        self.readout = torch.nn.Linear(2 * units + embedding, embedding)

    def forward(self, features, tokens):
        source = torch.relu(self.projection(features.flatten(1, 2)))
        below, above = (torch.tanh(start(source.mean(1)))[None] for start in self.starts)
        vectors = self.table(tokens)
        lower, _ = self.lower(vectors, below)
        fit = torch.tanh(self.query(lower)[:, :, None] + self.key(source)[:, None])
        context = torch.softmax(self.score(fit)[..., 0], -1) @ source
        upper, _ = self.upper(torch.cat([lower, context], -1), above)
        features = torch.tanh(self.readout(torch.cat([upper, context, vectors], -1)))
        return features @ self.table.weight.T


def torch_step(network, features, tokens, labels):
    optimizer = torch.optim.Adam(network.parameters(), 1e-3)
    features, tokens, labels = (torch.from_numpy(array) for array in (features, tokens, labels))

    def step():
        optimizer.zero_grad()
        logits = network(features, tokens.long())
        torch.nn.functional.cross_entropy(logits.flatten(0, 1), labels.flatten().long(), ignore_index=0).backward()
        optimizer.step()

    return step


def keras_step(network, features, tokens, labels):
    network.compile(keras.optimizers.Adam(1e-3), TokenCrossEntropy(), jit_compile=False)
    batch = ({"features": tf.constant(features), "target": tf.constant(tokens)}, tf.constant(labels))
    return lambda: network.train_on_batch(*batch)


def medians(peers: dict, count: int) -> dict[str, float]:
    """Things per second of each peer, `count` of them a call; the first call of each is not counted."""
    seconds = {name: [] for name in peers}
    for number in range(ROUNDS + 1):
        for name, call in peers.items():
            began = time.perf_counter()
            call()
            if number:
                seconds[name].append(time.perf_counter() - began)
    return {name: count / statistics.median(times) for name, times in seconds.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small sizes")
    quick = parser.parse_args().quick
    side, count, units, vocabulary, batch = (64, 8, 16, 50, 8) if quick else (224, 128, 512, 3700, 64)
    random = np.random.default_rng(0)
    pixels = random.integers(0, 256, (count, 375, 500, 3)).astype(np.uint8)
    with tempfile.TemporaryDirectory() as folder:
        paths = [str(Path(folder) / f"{number}.jpg") for number in range(count)]
        for path, image in zip(paths, pixels, strict=True):
            Path(path).write_bytes(tf.io.encode_jpeg(image).numpy())
        show("images with features", features_speed(paths, side))
        show("training examples", training_speed(random, batch, units, vocabulary, side // 32))
        show("captions", captions_speed(random, paths, units, vocabulary, side))


def features_speed(paths, side):
    images = np.array(paths, dtype=object)
    inputs = ImageInputs(ImagePrepare((side, side), 3), "mobilenet_v2", "none", "")
    decoded = inputs.prepare.fixed({"image": images})
    encoder = inputs.encoder

    def whole():
        with tempfile.TemporaryDirectory() as folder:
            made = ImageInputs(inputs.prepare, "mobilenet_v2", "none", folder)
            made.__dict__["encoder"] = encoder  # built once, as in a run
            made.values(Captions(images, (("",),) * len(images), images))

    alone = {"the backbone alone": lambda: encoder.predict(decoded, batch_size=32, verbose=0)}
    return medians({"files to features on disk": whole, **alone}, len(paths))


def training_speed(random, batch, units, vocabulary, grid):
    features = random.random((batch, grid, grid, 1280), "float32")
    tokens, labels = random.integers(4, vocabulary, (2, batch, 16)).astype("int32")
    ours = ShowAttendTell(units, 256, dropout=0.0).build("features", features.shape[1:], vocabulary)
    theirs = TorchCaptioner(1280, units, 256, vocabulary)
    peers = {"ours": keras_step(ours, features, tokens, labels)}
    return medians({**peers, "PyTorch, eager": torch_step(theirs, features, tokens, labels)}, batch)


def captions_speed(random, paths, units, vocabulary, side):
    prepare = ImagePrepare((side, side), 3)
    encoder = ImageInputs(prepare, "mobilenet_v2", "none", "").encoder
    features = random.random((len(paths), *encoder.output_shape[1:]), "float32")
    model = ShowAttendTell(units, 256).build("features", encoder.output_shape[1:], vocabulary)
    subwords = Subwords(("<pad>", "<unk>", "<s>", "</s>", *(f"\u2581w{n}" for n in range(4, vocabulary))), b"", {})
    given = (subwords, DecodingSettings(beams=3), 20)
    from_features = ImageCaptioner(model, None, *given)
    from_files = ImageCaptioner(with_backbone(encoder, model), prepare, *given)
    peers = {"from features": lambda: from_features.of_values(features)}
    return medians({**peers, "from files": lambda: from_files(np.array(paths, dtype=object))}, len(paths))


def show(what: str, speeds: dict[str, float]) -> None:
    first, *_ = speeds.values()
    for name, speed in speeds.items():
        print(f"{what} per second, {name:<28}{speed:>10.1f}{speed / first:>8.2f}", flush=True)


if __name__ == "__main__":
    main()
