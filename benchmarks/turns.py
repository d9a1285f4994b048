"""Benchmarks whose systems train in processes of their own and take turns: what slows the machine down meets them all.

A worker is `python -m MODULE --worker ARGUMENTS`. It prints a line of JSON when it is ready, with its number of
"parameters" and the "loss" that training has to get below; then, for each line of its standard input, it trains once
and prints a line of JSON with the "loss" and what was measured. In between it sleeps.
"""

import json
import os
import subprocess
import sys


def take_turns(module: str, workers: dict[str, tuple[str, ...]], repetitions: int) -> tuple[dict, dict]:
    """Have systems train, a repetition each.

    Args:
        module: Of the benchmark.
        workers: System to the arguments of its worker.
        repetitions: Trainings of each.

    Returns:
        System to what it said when it was ready, and system to the list of what it said of its repetitions.

    Raises:
        SystemExit: The numbers of parameters differ, a loss is too high, or a process ended.
    """
    running, ready, found = {}, {}, {system: [] for system in workers}
    try:
        for system, arguments in workers.items():  # one after another: each compiles, and may search its settings
            running[system] = start(*arguments, module=module)
            ready[system] = answer(running[system], system)
        parameters = {system: one["parameters"] for system, one in ready.items()}
        if len(set(parameters.values())) > 1:
            raise SystemExit(f"{module}: the systems do not have the same network. Parameters: {parameters}")
        for _ in range(repetitions):
            for system, worker in running.items():
                worker.stdin.write("train\n")
                worker.stdin.flush()
                one = answer(worker, system)
                if not one["loss"] < ready[system]["loss"]:
                    raise SystemExit(f"{module}: {system} does not learn: {ready[system]['loss']} -> {one['loss']}")
                found[system].append(one)
    finally:
        for worker in running.values():
            worker.kill()
            worker.wait()
    return ready, found


def start(*arguments: str, module: str) -> subprocess.Popen:
    """A worker process of a benchmark: `python -m module --worker arguments`."""
    environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow", "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, "-m", module, "--worker", *arguments]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True, env=environment)


def answer(worker: subprocess.Popen, system: str) -> dict:
    """The next line of JSON that a worker prints; other output is passed over."""
    for line in worker.stdout:
        if line.startswith("{"):
            return json.loads(line)
    raise SystemExit(f"{system}: its process ended; see what `{' '.join(worker.args)}` prints")
