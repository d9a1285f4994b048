"""Clients that bring their own HTTP: Triton's, curl, and one that takes its time."""

import json
import shutil
import socket
import subprocess
import threading

import numpy as np
import pytest

from tests.web.serving.fakes import CLASSES, PEOPLE, Machine, folder, listening, people
from web import guard


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    with listening(Machine(people, PEOPLE, CLASSES), folder(tmp_path_factory.mktemp("models"), 1)) as port:
        yield port


@pytest.mark.parametrize("binary", [False, True], ids=["json", "binary"])
@pytest.mark.filterwarnings("ignore")  # of gevent, which it stands on
def test_tritonclient(port, binary):
    client = pytest.importorskip("tritonclient.http", reason='it is not installed: pip install "tritonclient[http]"')
    age, town = client.InferInput("age", [2], "FP32"), client.InferInput("town", [2], "BYTES")
    age.set_data_from_numpy(np.float32([25, 75]), binary_data=binary)
    town.set_data_from_numpy(np.array(["Ulm", "Köln"], object), binary_data=binary)
    wanted = [client.InferRequestedOutput(name, binary_data=binary) for name in ("label", "probabilities")]
    asking = client.InferenceServerClient(f"127.0.0.1:{port}")
    try:
        assert asking.is_server_live() and asking.is_server_ready() and asking.is_model_ready("m")
        assert asking.get_model_metadata("m")["platform"] == "tensorflow_savedmodel"
        for outputs in (wanted, None):
            found = asking.infer("m", [age, town], outputs=outputs)
            assert [one.decode() if binary else one for one in found.as_numpy("label")] == ["no", "yes"] or not outputs
            np.testing.assert_allclose(found.as_numpy("probabilities"), [[0.75, 0.25], [0.25, 0.75]])
        with pytest.raises(client.InferenceServerException, match="lacks town"):
            asking.infer("m", [age])
    finally:
        asking.close()


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
def test_curl(port):
    address = f"http://127.0.0.1:{port}/v1/models/m:predict"
    body = json.dumps({"instances": [{"age": 75, "town": "Ulm"}]})
    command = ["curl", "-sS", "--compressed", address, "-d", body]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["predictions"][0]["label"] == "yes"


def test_a_body_that_does_not_arrive_is_given_up_and_keeps_nobody_waiting(port, monkeypatch):
    monkeypatch.setattr(guard, "PATIENCE", 0.3)
    head = b"POST /v1/models/m:predict HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99\r\n\r\n{"
    with socket.create_connection(("127.0.0.1", port)) as slow:
        slow.sendall(head)
        other = threading.Thread(target=test_curl, args=(port,))
        other.start()
        slow.settimeout(5)
        with slow.makefile("rb") as stream:
            answer = stream.read()
        other.join()
    assert answer.startswith(b"HTTP/1.1 408") and b'"error"' in answer
