"""Tools run side by side in fresh processes."""

import os
import subprocess
from pathlib import Path

from export.errors import ExportError

SECONDS = 600  # a fresh process takes a few; more than this is a hang


def run_apart(commands: dict[str, list[str]], export: str, folder: Path) -> dict[str, str]:
    """Run every command at once in `folder`, on the CPU, without this process's Python settings.

    Args:
        commands: Name of a tool to its command line.
        export: Name of the export that they run, for messages.

    Returns:
        Name to what it printed.

    Raises:
        ExportError: A tool failed or did not answer.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "KERAS"))}
    environment |= {"CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "2"}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "encoding": "utf-8"}
    started: dict[str, subprocess.Popen] = {}
    printed = {}
    try:
        for tool, command in commands.items():
            started[tool] = subprocess.Popen(command, cwd=folder, env=environment, **pipes)
        for tool, process in started.items():
            try:
                out, err = process.communicate(timeout=SECONDS)
            except subprocess.TimeoutExpired:
                raise ExportError(f"{export}: {tool} did not answer within {SECONDS} s") from None
            if process.returncode:
                reason = next((line for line in reversed(err.splitlines()) if line.strip()), "no message")
                raise ExportError(f"{export}: refused, {tool} cannot run it ({reason[:500]})")
            printed[tool] = out
        return printed
    finally:
        for process in started.values():
            if process.poll() is None:
                process.kill()
                process.communicate()
