"""Sources of data and the pipelines that feed them to a model.

A source gives `Splits`: three parts of raw records, and the ONE function from a raw record to model input
that training, evaluation and export share. Import what you need from its own file; nothing is imported here,
so that `--help` stays fast.
"""
