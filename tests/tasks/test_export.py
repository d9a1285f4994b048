"""The export of a finished run, whichever task it is of."""

import pytest

from apps import export
from export.errors import ExportError


@pytest.mark.slow
def test_training_on_another_backend_exports_in_a_process_of_its_own(digits_run, tmp_path, monkeypatch, capsys):
    from training import devices

    monkeypatch.setattr(devices, "backend", lambda: "jax")
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    found = export.main(export.Config(str(digits_run[0]), format="litert", output=str(tmp_path)))
    assert (tmp_path / "model.tflite").is_file()
    assert found["litert_difference"] < 1e-5
    with pytest.raises(ExportError, match="no such run directory"):
        export.main(export.Config(str(tmp_path / "nothing")))


def test_without_examples_there_is_no_export(damaged):
    (damaged / "examples.json").unlink()
    with pytest.raises(ExportError, match="examples.json: missing"):
        export.main(export.Config(str(damaged)))
    assert not (damaged / "saved_model").exists()
