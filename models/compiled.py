"""A function of tensors as one graph."""


def compiled(function, *inputs: tuple[str, int]):
    """`function` as one graph of the backend.

    TensorFlow makes one for all shapes; JAX compiles for each shape; PyTorch runs as it is.

    Args:
        function: Of tensors, by `keras.ops` alone.
        inputs: Data type and rank of each argument.
    """
    import keras

    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        signature = [tf.TensorSpec([None] * rank, dtype) for dtype, rank in inputs]
        return tf.function(function, input_signature=signature, autograph=False)
    if keras.backend.backend() == "jax":
        import jax

        return jax.jit(function)
    return function
