"""The lectures, executable: a module for each chapter, a function for each row of the curriculum.

A row is a function `s40_...` or `e01_...`: it computes what the lectures say, in plain NumPy or plain Keras, checks the
figures, and draws the picture. Its arguments are the constants, each of which a reader can change.
"""
