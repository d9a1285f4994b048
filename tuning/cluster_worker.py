"""A process that takes trials of a chief, by KerasTuner's client, and runs each in a process of its own.

python -m tuning.cluster_worker tuning.classify HOST:PORT        (started by `tuning.cluster`, not by hand)
"""

import json
import os
import sys
import tempfile
import time
from pathlib import Path

from training.parent_process import die_with_parent
from tuning.settings import address
from tuning.trial_loop import outcome_of
from tuning.workers import Workers

HEARTBEAT = 5.0  # seconds between signs of life
UNREACHABLE = 90  # seconds after which a chief that does not answer has ended


def main(space_name: str, place: str) -> None:
    """Take trials until there are no more."""
    die_with_parent()  # a worker of a chief that was killed would hold on to its trial
    import grpc
    import keras_tuner
    from keras_tuner.src.distribute import oracle_client

    host, port = address(place, "worker")
    os.environ |= {"KERASTUNER_ORACLE_IP": host, "KERASTUNER_ORACLE_PORT": str(port)}
    identity = os.environ.setdefault("KERASTUNER_TUNER_ID", f"worker-{os.getpid()}")
    oracle_client.TIMEOUT = UNREACHABLE  # an hour, there
    client = oracle_client.OracleClient(keras_tuner.Oracle(objective=None))
    with tempfile.TemporaryDirectory() as folder, Workers(space_name, Path(folder) / "workers.log") as workers:
        workers.ready()
        try:
            while (trial := client.create_trial(identity)).status != "STOPPED":
                if trial.status == "IDLE":
                    time.sleep(1)
                else:
                    run(trial, client, workers)
        except grpc.RpcError as error:
            if error.code() not in (grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.UNAVAILABLE):
                raise
            print(f"{identity}: the chief at {place} does not answer any more", file=sys.stderr)


def run(message, client, workers: Workers) -> None:
    """Run the trial of a message, and send its outcome."""
    from tuning.chief import OUTCOME, TASK

    task = json.loads(message.hyperparameters.values[TASK])
    workers.submit(task)
    began = time.monotonic()
    heard = began
    while not (ended := workers.wait(0.5)):
        if time.monotonic() - heard > HEARTBEAT:
            heard = time.monotonic()
            client.update_trial(message.trial_id, {task["objective"]: 0.0})
        if task["limit"] is not None and time.monotonic() - began > task["limit"]:
            workers.kill(task["id"])
    outcome = outcome_of(Path(task["folder"]), ended[0][1], time.monotonic() - began, task["limit"])
    message.hyperparameters.values[OUTCOME] = json.dumps(outcome)
    message.status = "COMPLETED" if outcome["status"] != "failed" else "FAILED"
    client.end_trial(message)


if __name__ == "__main__":
    main(*sys.argv[1:])
