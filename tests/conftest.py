"""The tests run TensorFlow as the commands do."""

from cli.frameworks import set_environment

set_environment()
