"""The script for Ray Serve answers as the SavedModel does; where Ray is installed."""

import json
import urllib.request

import pytest

from benchmarks import serving_ray
from tests.web.serving.saved_models import write


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # Ray's own
def test_a_run_is_served_by_ray(tmp_path):
    pytest.importorskip("ray", reason='Ray is not installed: pip install "ray[serve]"')
    import ray
    from ray import serve

    from cli.packages import ROOT

    write(tmp_path / "saved_model", factor=2)
    ray.init(num_cpus=2, include_dashboard=False, runtime_env={"env_vars": {"PYTHONPATH": str(ROOT)}})
    try:
        serve.run(serving_ray.deployment(str(tmp_path)))
        for body, answer in (([1, 2], 6.0), ([1], "Expecting shape")):
            request = urllib.request.Request("http://127.0.0.1:8000/", json.dumps({"x": body}).encode())
            with urllib.request.urlopen(request) as answered:  # noqa: S310 - of this machine
                found = json.load(answered)
            assert found == answer or answer in str(found)
    finally:
        serve.shutdown()
        ray.shutdown()
