r"""Setting up: what to type today

Commands age faster than ideas. Two that lectures still print no longer do what they say; here is what became of
them, and what to type instead.
"""

import re
from importlib.metadata import PackageNotFoundError, requires, version

from lectures.question import Question
from lectures.shown import Shown, at_least, near

COMMANDS = (
    ("conda install tensorflow-gpu", "pip install 'tensorflow[and-cuda]'", "one package for CPU and GPU since 2.1"),
    ("%tensorflow_version 2.x", "nothing, or pip install tensorflow==2.21.0", "Colab has had no version 1 since 2022"),
)


def e29_commands():
    r"""tensorflow-gpu and %tensorflow_version are obsolete

    Since TensorFlow 2.1 the ordinary package runs on GPUs, and on PyPI `tensorflow-gpu` was replaced by an error
    message that says so; conda's package of that name lags behind. What is missing without conda are the libraries of
    CUDA, and `tensorflow[and-cuda]` brings them. The Colab line chose between versions 1 and 2; version 1 is gone, and
    the line is not Python. Whether it works here is asked of the installation itself.

    Formula: \text{tensorflow} = \text{tensorflow-gpu} \quad \text{since version 2.1}

    Source: the lectures, set-up; package pages of TensorFlow; corrected here

    Where: `requirements.txt`, `requirements-gpu.txt`, docs/devices.md, `notebooks/`
    """
    found = {}
    for name in ("tensorflow", "tensorflow-gpu", "keras"):
        try:
            found[name] = [int(part) for part in re.findall(r"\d+", version(name))[:2]]
        except PackageNotFoundError:
            found[name] = None
    libraries = [one for one in requires("tensorflow") if "and-cuda" in one]
    try:
        compile("%tensorflow_version 2.x", "cell", "exec")
        is_python = True
    except SyntaxError:
        is_python = False
    # Picture
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.2, 1.5), layout="constrained")
    axes = figure.add_subplot()
    axes.axis("off")
    table = axes.table(COMMANDS, colLabels=("printed", "type today", "why"), loc="center", cellLoc="left")
    table.auto_set_font_size(False)
    table.set_fontsize(9)
    table.scale(1, 1.7)
    checks = [
        near("wrong: distributions called tensorflow-gpu installed here", found["tensorflow-gpu"] is not None, 0, 0),
        near("right: TensorFlow's major version", found["tensorflow"][0], 2, 0),
        at_least("its minor version", found["tensorflow"][1], 16),
        near("Keras's major version", found["keras"][0], 3, 0),
        at_least("CUDA libraries that tensorflow[and-cuda] names", len(libraries), 5),
        near("wrong: the Colab line is Python", is_python, 0, 0),
    ]
    return Shown(checks, figure, "A table: each obsolete command beside what to type today and why.")


def questions(measured) -> list[Question]:
    libraries = measured["E29"]["CUDA libraries that tensorflow[and-cuda] names"]
    keras = measured["E29"]["Keras's major version"]
    return [
        Question(
            "Which package runs TensorFlow on a GPU today?",
            ("tensorflow-gpu", "tensorflow, with the extra and-cuda", "tensorflow-cuda"),
            1,
            f"The extra names {libraries:.0f} libraries of CUDA; the package itself is the ordinary one.",
        ),
        Question(
            "What must a Colab notebook type to get TensorFlow 2?",
            ("nothing", "%tensorflow_version 2.x", "conda install tensorflow"),
            0,
            "Version 1 is gone, so there is nothing to choose.",
        ),
        Question(
            "Which major version has the Keras that is installed here?",
            ("1", "2", f"{keras:.0f}"),
            2,
            "Keras 3 runs on TensorFlow, JAX and PyTorch.",
        ),
    ]
