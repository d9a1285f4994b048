"""A part of a network that learns at a share of the learning rate, as a pretrained backbone does beside a new head."""


def slow_down(model, layer: str, share: float) -> None:
    """Let the weights of one layer of a compiled model be updated with `share` times the learning rate.

    Whatever the optimizer: only the rate that its update is given differs. Decay of weights is that of the whole rate.

    Args:
        model: Compiled `keras.Model`.
        layer: Name of the layer.
        share: In (0, 1].
    """
    slow = {id(one) for one in model.get_layer(layer).trainable_variables}
    places = {place for place, one in enumerate(model.trainable_variables) if id(one) in slow}
    optimizer = getattr(model.optimizer, "inner_optimizer", model.optimizer)  # of a loss that is scaled
    whole = optimizer.update_step

    def update_step(gradient, variable, learning_rate):
        is_slow = optimizer._get_variable_index(variable) in places
        whole(gradient, variable, learning_rate * share if is_slow else learning_rate)

    optimizer.update_step = update_step
