"""How the suite is installed: in place alone; and the versions that its tests passed with."""

import importlib
import re
import subprocess
import sys

import pytest
from packaging.requirements import Requirement

from cli.packages import ROOT

LOCK = ROOT / "requirements.lock"


def requirements(name: str) -> dict[str, Requirement]:
    lines = (line.partition("#")[0].strip() for line in (ROOT / name).read_text("utf-8").splitlines())
    found = [Requirement(line) for line in lines if line and not line.startswith("-")]
    return {plain(one.name): one for one in found}


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def locked() -> dict[str, str]:
    return {plain(name): version for name, version in re.findall(r"^([\w.-]+)==([\w.+!]+)", LOCK.read_text(), re.M)}


def test_every_requirement_is_locked_in_an_allowed_version():
    versions = locked()
    for name, requirement in requirements("requirements.txt").items():
        assert name in versions, f"{name} is not in requirements.lock: refresh it as CONTRIBUTING.md says"
        assert versions[name] in requirement.specifier, f"requirements.lock has {name} {versions[name]}"


def test_the_lock_has_a_sum_for_every_package_and_names_no_host():
    text = LOCK.read_text()
    entries = re.split(r"^(?=[\w.-]+==)", text, flags=re.M)[1:]
    assert len(entries) == len(locked()) > 50
    assert all(re.search(r"--hash=sha256:[0-9a-f]{64}", entry) for entry in entries)
    assert "://" not in text and "--index" not in text and "find-links" not in text


def test_a_copy_among_other_packages_is_refused_with_what_to_do():
    backend = importlib.import_module("build_backend")
    for build in (backend.get_requires_for_build_wheel, backend.build_wheel, backend.build_sdist):
        with pytest.raises(SystemExit, match="(?s)used from its clone.*pip install -e"):
            build() if build is backend.get_requires_for_build_wheel else build("folder")


@pytest.mark.slow
def test_pip_says_so(tmp_path):
    command = [sys.executable, "-m", "pip", "install", "--no-index", "--target", str(tmp_path), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode and "Lamina is used from its clone" in done.stdout + done.stderr
    assert not list(tmp_path.iterdir())
