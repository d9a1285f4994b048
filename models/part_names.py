"""The name by which the encoder of a network that writes texts is found again in the trained network."""

ENCODED = "encoded"
"""Name of the layer whose output is what the decoder looks at."""
