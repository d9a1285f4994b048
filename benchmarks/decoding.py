"""Times beam search of a trained Transformer beside a decoder without cache, KerasHub and CTranslate2.

    python -m apps.translate --data train.en train.de transformer
    python -m benchmarks.decoding runs/translate/NAME test.en            # about five minutes

Beam 4, batches of 64 sentences of about one length, long ones first; the same batches, weights, limit of length and
length penalty for all. Each system runs in processes of its own, in one of two layouts: "2 x 1", one batch at a time on
two threads, or "1 x 2", two batches at a time on one thread each: two processes that share the batches out, for
CTranslate2 its own two workers (two threads of Python in one process of TensorFlow wait for each other). The systems
take turns, a repetition each, and sleep in between. A cell is the median over the repetitions, from token ids in memory
to token ids in memory; the tokens of the best translations are counted, the end token too. "no cache" reads the
prefixes of each step again, by our search; "no cache, padded" reads texts padded to the limit of their length, and
sentences that are done stay in the batch, as the decoders of tutorials do. "same" is the share of sentences that equal
those of CTranslate2 in float32 (of the first system, where it is not measured), "score" the largest difference of
their scores. KerasHub's sampler is not made to find the same.

Needs `pip install ctranslate2 keras-hub`; what is not installed is left out.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata, util

import numpy as np

from benchmarks.turns import answer, start
from data.evenly import evenly

SYSTEMS = {
    "ours": "tensorflow",
    "ours, XLA": "tensorflow",
    "ours, bfloat16": "tensorflow",
    "no cache": "tensorflow",
    "no cache, padded": "tensorflow",
    "KerasHub, XLA": "keras_hub",
    "CTranslate2": "ctranslate2",
    "CTranslate2, int8": "ctranslate2",
}
LAYOUTS = {"2 x 1": (2, 1), "1 x 2": (1, 2)}  # threads of a batch, batches at a time
SIZE = 64


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", help="folder of a finished run of `python -m apps.translate ... transformer`")
    parser.add_argument("sentences", help="text file, a source sentence a line")
    parser.add_argument("--systems", nargs="+", choices=SYSTEMS, default=list(SYSTEMS))
    parser.add_argument("--layouts", nargs="+", choices=LAYOUTS, default=list(LAYOUTS))
    parser.add_argument("--batches", type=int, default=12, help="of 64, evenly from the longest to the shortest")
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--worker", nargs=2, metavar=("SYSTEM", "LAYOUT"), help=argparse.SUPPRESS)
    parser.add_argument("--share", type=int, choices=[0, 1], help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker:
        return work(arguments, *arguments.worker)
    systems = [name for name in arguments.systems if util.find_spec(SYSTEMS[name])]
    names = [name for name in ("tensorflow", "keras", "keras-hub", "ctranslate2") if _installed(name)]
    print(f"{os.cpu_count()} cores, " + ", ".join(f"{name} {metadata.version(name)}" for name in names), end="")
    print(f"; beam 4, batch {SIZE}, {arguments.batches} batches, medians of {arguments.repetitions} repetitions\n")
    print("| layout | system | sentences/s | tokens/s | ours / it | same | score |")
    print("|---|---|---|---|---|---|---|", flush=True)
    best = {}
    for layout in arguments.layouts:
        found, seconds = measure(arguments, systems, layout)
        reference = found["CTranslate2" if "CTranslate2" in found else systems[0]]
        for system in systems:
            sentences, tokens = len(found[system][0]), sum(map(len, found[system][0]))
            speeds = [tokens / one for one in seconds[system]]
            best.setdefault(system, {})[layout] = statistics.median(speeds)
            pairs = zip(seconds[system], seconds.get("ours", seconds[system]), strict=True)
            ratio = statistics.median(theirs / mine for theirs, mine in pairs)
            same, difference = agreement(found[system], reference)
            cells = [f"{sentences / statistics.median(seconds[system]):,.0f}", f"{statistics.median(speeds):,.0f}"]
            print(f"| {layout} | {system} | " + " | ".join(cells), end="")
            print(f" | {ratio:.2f} | {same:.3f} | {difference:.1e} |", flush=True)
    if "ours" in best:
        mine = max(best["ours"].values())
        print("\nours / it, each at its best layout, tokens per second:", end=" ")
        print(", ".join(f"{system} {mine / max(speeds.values()):.2f}" for system, speeds in best.items()))


def _installed(name: str) -> bool:
    try:
        return bool(metadata.version(name))
    except metadata.PackageNotFoundError:
        return False


def agreement(found, reference) -> tuple[float, float]:
    """Share of equal texts, and the largest difference of the scores of these."""
    same = [one == other for one, other in zip(found[0], reference[0], strict=True)]
    differences = [abs(a - b) for a, b, equal in zip(found[1], reference[1], same, strict=True) if equal]
    return sum(same) / len(same), max(differences, default=float("nan"))


def measure(arguments, systems: list[str], layout: str):
    """Texts and scores of each system, and the seconds of each repetition."""
    workers, found, seconds = {}, {}, {system: [] for system in systems}
    shared = [arguments.run, arguments.sentences, "--batches", str(arguments.batches)]
    try:
        for system in systems:
            apart = LAYOUTS[layout][1] == 2 and not system.startswith("CTranslate2")
            options = [["--share", "0"], ["--share", "1"]] if apart else [[]]
            workers[system] = [
                start(system, layout, *shared, *option, module="benchmarks.decoding") for option in options
            ]
            ready = [answer(worker, system) for worker in workers[system]]
            parts = {int(place): part for one in ready for place, part in one.items()}
            parts = [parts[place] for place in sorted(parts)]
            found[system] = [[one for part in parts for one in part[kind]] for kind in (0, 1)]
        for _ in range(arguments.repetitions):
            for system in systems:
                for worker in workers[system]:
                    worker.stdin.write("translate\n")
                    worker.stdin.flush()
                seconds[system].append(max(answer(worker, system)["seconds"] for worker in workers[system]))
    finally:
        for worker in [one for several in workers.values() for one in several]:
            worker.kill()
            worker.wait()
    return found, seconds


def work(arguments, system: str, layout: str) -> None:
    """A worker: prepares, prints what it finds, then translates all once for each line of its standard input."""
    threads, at_once = LAYOUTS[layout]
    at_once = at_once if arguments.share is None else 1
    from training.devices import configure

    configure()
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(at_once)
    from tasks import trained

    run = trained.read(arguments.run)
    with open(arguments.sentences, encoding="utf-8") as lines:
        batches = chosen(run.source.encode(lines.read().splitlines()), arguments.batches)
    # From long to short: one, then two for the other, and so on, so that both have as much to do.
    places = [place for place in range(len(batches)) if arguments.share in (None, (place + 1) // 2 % 2)]
    batches = [batches[place] for place in places]
    translate = make(system, run, threads, at_once)
    prepared = [translate.prepare(batch) for batch in batches]

    def everything():
        with ThreadPoolExecutor(at_once) as pool:
            return list(pool.map(translate, prepared))

    everything()  # compiles
    print(json.dumps(dict(zip(places, everything(), strict=True))), flush=True)
    for _ in sys.stdin:
        began = time.perf_counter()
        everything()
        print(json.dumps({"seconds": time.perf_counter() - began}), flush=True)


def chosen(ids, count: int) -> list[np.ndarray]:
    """Batches of token ids, int32 (64, longest), the end token last: evenly from long sentences to short ones."""
    from data.text.subwords import END
    from tasks.translate.translator import padded

    order = sorted(range(len(ids)), key=lambda row: -len(ids[row]))
    groups = [order[first : first + SIZE] for first in range(0, len(order) - SIZE + 1, SIZE)]
    places = evenly(len(groups), count)
    return [padded([np.append(ids[row], END) for row in groups[place]]) for place in places]


def make(system: str, run, threads: int, at_once: int):
    """The system: a function of what its `prepare` makes of a batch, to texts and scores."""
    from benchmarks.decoding_systems import BEAMS, PaddedDecoder, PrefixDecoder, keras_hub, ours
    from export.found_texts import TOKENS
    from models.translator import Translator

    if system.startswith("CTranslate2"):
        from benchmarks.ctranslate2_model import CTranslate2, convert

        with tempfile.TemporaryDirectory() as folder:
            convert(run.model, folder)
            return CTranslate2(folder, "int8" if "int8" in system else "float32", BEAMS, threads, at_once)
    model = in_bfloat16(run.model) if "bfloat16" in system else run.model
    parts = Translator.of(model)
    if system.startswith("KerasHub"):
        return keras_hub(parts, TOKENS)
    if system == "no cache, padded":
        return ours(parts, TOKENS, decoder=PaddedDecoder, static=True)
    return ours(parts, TOKENS, xla="XLA" in system, decoder=PrefixDecoder if system == "no cache" else None)


def in_bfloat16(model):
    """The model, computing in bfloat16."""
    import keras

    def convert(content):
        if isinstance(content, dict):
            if content.get("class_name") == "DTypePolicy":
                return {**content, "config": {"name": "mixed_bfloat16"}}
            return {key: convert(value) for key, value in content.items()}
        return [convert(value) for value in content] if isinstance(content, list) else content

    copy = keras.Model.from_config(convert(model.get_config()))
    copy.set_weights(model.get_weights())
    return copy


if __name__ == "__main__":
    main()
