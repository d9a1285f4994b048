"""Recipes: a frozen dataclass each, whose `build(input_shape, num_outputs)` returns a functional `keras.Model`."""
