"""How pip installs the suite: in place, from its clone. Its packages are called data, models, tasks ...: copied among
all others they would be taken for those of other programs, and theirs for these.
"""

REFUSED = """
Lamina is used from its clone, so `pip install .` is refused: it would install packages with names as plain as data and
models among those of other programs. In the clone:

    python -m pip install -r requirements.txt       # what it needs; Linux on x86-64, Python 3.11: requirements.lock
    python -m apps.classify                         # as the README says

To start it from other folders as well, in an environment of its own:

    python -m pip install -e .
"""


def get_requires_for_build_editable(config_settings=None):
    """For `pip install -e .`, which leaves the files where they are."""
    return ["setuptools>=69"]


def prepare_metadata_for_build_editable(metadata_directory, config_settings=None):
    from setuptools import build_meta

    return build_meta.prepare_metadata_for_build_editable(metadata_directory, config_settings)


def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    from setuptools import build_meta

    return build_meta.build_editable(wheel_directory, config_settings, metadata_directory)


def get_requires_for_build_wheel(config_settings=None):
    """For `pip install .`, which would copy them."""
    raise SystemExit(REFUSED)


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    raise SystemExit(REFUSED)


def build_sdist(sdist_directory, config_settings=None):
    raise SystemExit(REFUSED)
