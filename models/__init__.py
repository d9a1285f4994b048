"""Recipes: a frozen dataclass each, whose `build` returns a functional `keras.Model`.

`build` takes what a network of its kind must know: the shape of a record, and the number of outputs where it is no
autoencoder; beside them the training rows (`Ensemble`), or the sizes of the dictionaries (translation, captioning).
A recipe refuses settings that its layers would refuse, with ValueError.
"""
