"""The tests run TensorFlow as the commands do, unless they are told otherwise."""

from cli.frameworks import set_environment

set_environment()
