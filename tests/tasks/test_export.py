"""The export of a finished run, whichever task it is of."""

import subprocess
import sys
import threading

import pytest

from apps import export
from cli.packages import ROOT
from export.errors import ExportError
from training.run_lock import held


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


def test_a_folder_that_cannot_be_written_is_told_before_the_work(damaged, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    with pytest.raises(ExportError, match="`--output` must name a folder. Received: .*file, which is none"):
        export.main(export.Config(str(damaged), output=str(tmp_path / "file")))
    monkeypatch.setattr("os.access", lambda path, mode: False)
    with pytest.raises(ExportError, match="damaged: this folder cannot be written. Name another one with `--output`"):
        export.main(export.Config(str(damaged)))


def test_an_export_waits_for_another_one(tmp_path, capsys):
    """Two processes: the first writes for a while; the second says that it waits, and comes after it."""
    write = (
        "import sys, time; from pathlib import Path; from training.run_lock import held\n"
        "with held(Path(sys.argv[1])):\n    print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", write, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"held\n"
        threading.Timer(0.5, other.stdin.close).start()
        with held(tmp_path):
            assert other.wait(timeout=10) == 0
    assert "another process writes this run; waiting for it" in capsys.readouterr().out
    with held(tmp_path):
        pass
    assert "waiting" not in capsys.readouterr().out


def test_an_export_of_images_says_which_files_it_takes(digits_run, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("tasks.trained.TrainedNetwork.export", lambda *_: (tmp_path / "saved_model", {"loader": 0.0}))
    export.main(export.Config(str(digits_run[0]), output=str(tmp_path)))
    assert "takes the bytes of JPEG (not CMYK), PNG, GIF, WEBP" in capsys.readouterr().out
