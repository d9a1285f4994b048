"""Measures apps.serve: under load, while versions follow each other, when its process is killed, and on bad bodies.

    python -m apps.classify
    python -m benchmarks.serving runs/classify/NAME                          # about five minutes
    python -m benchmarks.serving RUN --parts load --seconds 30 --clients 64
    python -m benchmarks.serving RUN --parts reload --swaps 20
    python -m benchmarks.serving RUN --parts kill stop bodies --bodies 10000

load    callers that send one row of the run's examples each, as soon as they have an answer, to a server with batches
        of up to 32 rows and to one that computes each call alone; a single caller; and the SavedModel called directly
        in a process, by one row and by 32. Callers and server share the cores.
reload  versions 2, 3 ... of the same SavedModel take over under load; memory of the server and of the process of the
        version after each.
kill    the process that computes is killed by -9 under load: what callers got, and the seconds to the next answer.
stop    the server gets SIGTERM under load: its code, and requests that it counted but whose caller got no answer.
bodies  mutated bodies of predict, classify and infer: how often each status came, and the memory before and after.
"""

import argparse
import asyncio
import base64
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.serving_bodies import mutated
from benchmarks.serving_client import Answers, Connection, ask_on, rows_of
from benchmarks.serving_process import Server, serving
from export import examples

PREDICT = "/v1/models/m:predict"


def as_json(run: Path) -> dict[str, list]:
    """The examples of a run by the names of inputs, as JSON has them."""
    names = run / "saved_model/assets.extra/inputs.json"
    fields = json.loads(names.read_text("utf-8")) if names.exists() else {}
    fields = {of["field"]: name for name, of in fields.items()}
    found = {}
    for field, values in examples.read(run / "examples.json").items():
        found[fields.get(field, field)] = [
            {"b64": base64.b64encode(one).decode()} if isinstance(one, bytes) else one for one in values.tolist()
        ]
    return found


def row(*cells) -> None:
    """A row of a table."""
    print("| " + " | ".join(map(str, cells)) + " |", flush=True)


def after(seconds: float):
    """A function that says when so many seconds have passed."""
    return lambda passed: passed > seconds


def load(run: Path, folder: Path, given) -> None:
    """Throughput and latency with and without batches, and the model called directly."""
    row("callers", "batches", "p50 ms", "p99 ms", "rows/s", "CPU ms a row: server", "model", "statuses", "ready after")
    row(*["---"] * 9)
    bodies = rows_of(as_json(run))
    for batch in (given.batch, 1):
        with serving(folder, run, "--batch", str(batch)) as server:
            for clients in (given.clients, 1):
                asyncio.run(ask_on(server.port, PREDICT, bodies, clients, after(1)))
                before = server.busy()
                found = asyncio.run(ask_on(server.port, PREDICT, bodies, clients, after(given.seconds)))
                spent = np.subtract(server.busy(), before) * 1000 / sum(found.codes.values())
                cells = [*found.cells, *(f"{one:.2f}" for one in spent), dict(found.codes)]
                row(clients, f"up to {batch}", *cells, f"{server.seconds:.1f} s")
    code = DIRECT.format(path=str(run / "saved_model"), seconds=min(given.seconds, 5), batch=given.batch)
    (folder / "calls.json").write_text(json.dumps(as_json(run)))
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True)
    for line in done.stdout.splitlines():
        size, milliseconds, rows = line.split()
        row("none", f"of {size}, directly", milliseconds, "", rows, "", "", "", "")


DIRECT = """
import base64, json, statistics, time
import tensorflow as tf
tf.config.threading.set_intra_op_parallelism_threads(2)
loaded = tf.saved_model.load({path!r})
call = loaded.signatures["serving_default"]
specs = call.structured_input_signature[1]
given = {{n: [base64.b64decode(v["b64"]) if isinstance(v, dict) else v for v in vs]
         for n, vs in json.load(open("calls.json")).items()}}
for size in (1, {batch}):
    inputs = {{n: tf.constant((vs * size)[:size], specs[n].dtype) for n, vs in given.items()}}
    call(**inputs)
    seconds, began = [], time.perf_counter()
    while time.perf_counter() - began < {seconds}:
        start = time.perf_counter()
        {{n: v.numpy() for n, v in call(**inputs).items()}}
        seconds.append(time.perf_counter() - start)
    print(size, f"{{1000 * statistics.median(seconds):.2f}}", f"{{size / statistics.mean(seconds):.0f}}")
"""


def reload(run: Path, folder: Path, given) -> None:
    """Versions that follow each other under load."""
    row("swap", "server MB", "version MB", "statuses so far", "seconds")
    row(*["---"] * 5)
    versions = folder / "versions"
    shutil.copytree(run / "saved_model", versions / "1")
    with serving(folder, versions, "--watch") as server:
        asyncio.run(_swaps(server, run, versions, given))


async def _swaps(server: Server, run: Path, versions: Path, given) -> None:
    done, found = False, Answers()
    bodies = rows_of(as_json(run))

    async def asking():
        while not done:
            part = await ask_on(server.port, PREDICT, bodies, given.clients // 4, after(1))
            found.codes.update(part.codes)

    task = asyncio.create_task(asking())
    for number in range(2, given.swaps + 2):
        began = time.monotonic()
        shutil.copytree(run / "saved_model", versions / "new")
        (versions / "new").rename(versions / str(number))
        while True:
            await asyncio.sleep(0.2)
            status = json.loads(await asyncio.to_thread(server.get, "/v1/models/m"))["model_version_status"]
            if [(one["version"], one["state"]) for one in status] == [(str(number), "AVAILABLE")]:
                break
        own, of_versions = await asyncio.to_thread(server.memory)
        row(number - 1, f"{own:.0f}", f"{of_versions:.0f}", dict(found.codes), f"{time.monotonic() - began:.1f}")
        shutil.rmtree(versions / str(number - 1))
    done = True
    await task
    row("all", "", "", dict(found.codes), "")


def kill(run: Path, folder: Path, given) -> None:
    """The process that computes is killed under load."""
    row("statuses", "refusals with Retry-After", "seconds to the next answer")
    row(*["---"] * 3)
    with serving(folder, run) as server:
        asyncio.run(_kill(server, run, given))


async def _kill(server: Server, run: Path, given) -> None:
    bodies = rows_of(as_json(run))
    loading = asyncio.create_task(ask_on(server.port, PREDICT, bodies, given.clients, after(given.seconds + 15)))
    await asyncio.sleep(given.seconds)  # the spare process has imported TensorFlow by now
    killed = next(line["process"] for line in server.lines() if line["event"] == "loaded")
    os.kill(killed, signal.SIGKILL)
    began = time.monotonic()
    await asyncio.sleep(0.2)
    connection, status = Connection(server.port), 0
    while status != 200:
        status, _, _ = await connection.ask(PREDICT, bodies[0], {})
        await asyncio.sleep(0.02)
    seconds = time.monotonic() - began
    connection.close()
    found = await loading
    row(dict(found.codes), f"{found.retries} of {sum(found.codes.values()) - found.codes[200]}", f"{seconds:.1f}")


def stop(run: Path, folder: Path, given) -> None:
    """SIGTERM under load."""
    row("code", "statuses", "counted by the server", "of these without an answer", "seconds")
    row(*["---"] * 5)
    with serving(folder, run) as server:
        asyncio.run(_stop(server, run, given))


async def _stop(server: Server, run: Path, given) -> None:
    ended = asyncio.Event()
    bodies = rows_of(as_json(run))
    loading = asyncio.create_task(ask_on(server.port, PREDICT, bodies, given.clients, lambda _: ended.is_set()))
    await asyncio.sleep(3)
    began = time.monotonic()
    code = await asyncio.to_thread(server.stop)
    seconds = time.monotonic() - began
    ended.set()
    found = await loading
    counted = {line["id"] for line in server.lines() if line["event"] == "request"}
    row(code, dict(found.codes), len(counted), len(counted - found.ids), f"{seconds:.1f}")


def bodies(run: Path, folder: Path, given) -> None:
    """Mutated bodies."""
    row("bodies", "statuses", "server MB before", "after", "version MB before", "after", "seconds")
    row(*["---"] * 7)
    generator = np.random.default_rng(given.seed)
    columns = {name: values[:2] for name, values in as_json(run).items()}
    rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    with serving(folder, run) as server:
        good = {
            PREDICT: [{"instances": rows}, {"inputs": columns, "signature_name": "serving_default"}],
            "/v1/models/m:classify": [{"examples": rows, "context": {"other": 1}}],
            "/v2/models/m/infer": [{"id": "1", "inputs": tensors(server, columns)}],
        }
        before, began, codes = server.memory(), time.monotonic(), {}
        for path, documents in good.items():
            texts = [json.dumps(document).encode() for document in documents]
            made = [mutated(generator, texts[number % len(texts)]) for number in range(given.bodies // len(good) + 1)]
            left = iter(made)
            found = asyncio.run(_each(server.port, path, left))
            codes = {code: codes.get(code, 0) + count for code, count in found.items()} | {
                code: count for code, count in codes.items() if code not in found
            }
        own, of_versions = server.memory()
        cells = [f"{before[0]:.0f}", f"{own:.0f}", f"{before[1]:.0f}", f"{of_versions:.0f}"]
        row(sum(codes.values()), codes, *cells, f"{time.monotonic() - began:.0f}")


def tensors(server: Server, columns: dict[str, list]) -> list[dict]:
    """Columns as the inputs of a call of infer."""
    kinds = {one["name"]: one["datatype"] for one in json.loads(server.get("/v2/models/m"))["inputs"]}
    found = []
    for name, values in columns.items():
        binary = isinstance(values[0], dict)
        more = {"parameters": {"content_type": "base64"}} if binary else {}
        data = [value["b64"] for value in values] if binary else values
        found.append({"name": name, "shape": [len(values)], "datatype": kinds[name], "data": data, **more})
    return found


async def _each(port: int, path: str, bodies) -> dict[int, int]:
    """Every body once, by eight callers: how often each status came. One without an answer in 40 s is a hang."""
    codes: dict[int, int] = {}

    async def caller():
        connection = Connection(port)
        for body in bodies:
            async with asyncio.timeout(40):
                status, _, _ = await connection.ask(path, body, {})
            codes[status] = codes.get(status, 0) + 1
        connection.close()

    await asyncio.gather(*(caller() for _ in range(8)))
    return codes


PARTS = {"load": load, "reload": reload, "kill": kill, "stop": stop, "bodies": bodies}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path, help="folder of a finished run")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--swaps", type=int, default=20)
    parser.add_argument("--bodies", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; {given.run}\n")
    for part in given.parts:
        print(f"\n{part}: {PARTS[part].__doc__}\n")
        with tempfile.TemporaryDirectory() as folder:
            PARTS[part](given.run, Path(folder), given)


if __name__ == "__main__":
    main()
