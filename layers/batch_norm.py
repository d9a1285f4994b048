"""Batch normalization (Ioffe and Szegedy 2015)."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="lamina")
class BatchNorm(keras.layers.Layer):
    """Standardises each channel over the batch, then scales and shifts it.

    `y = gamma * (x - mean) / sqrt(variance + epsilon) + beta`, per channel (the last axis).

    Training: mean and variance are those of the batch (the variance divided by the count, not the count less one), over
    all axes but the last; the moving statistics follow as `moving = momentum * moving + (1 - momentum) * batch`.
    Inference: mean and variance are the moving ones. Frozen (`trainable = False`): as inference, even in training.
    Masked positions do not count towards the statistics; the mask passes through unchanged.

    Statistics, gamma and beta are float32 (float64 for float64 layers) whatever the inputs are. With several replicas
    of `tf.distribute` each normalises by its own part of the batch, and the moving statistics are the mean of the
    replicas'; `synchronized` uses the statistics of the whole batch. On JAX a batch spread over devices is always one.

    Args:
        momentum: Float in [0, 1), how much the moving statistics remember.
        epsilon: Positive float, keeps the division finite.
        center: Whether there is a beta.
        scale: Whether there is a gamma.
        synchronized: Whether replicas share their statistics.

    Call arguments:
        inputs: Tensor of shape (batch, ..., channels).
        training: Whether to use, and to learn from, the statistics of the batch.
        mask: None, or a boolean tensor of shape (batch, ...): True where a position counts.

    Returns:
        Tensor of the shape of `inputs`.

    Raises:
        ValueError: If `momentum` is not in [0, 1), `epsilon` is not positive, or the mask has not one axis less than
            the inputs.

    Reference:
        Ioffe and Szegedy 2015, Batch normalization: accelerating deep network training by reducing internal covariate
        shift.
    """

    def __init__(
        self,
        momentum: float = 0.99,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        synchronized: bool = False,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if not 0 <= momentum < 1:
            raise ValueError(f"`momentum` must be in [0, 1). Received: momentum={momentum}")
        if not epsilon > 0:
            raise ValueError(f"`epsilon` must be positive. Received: epsilon={epsilon}")
        self.momentum = momentum
        self.epsilon = epsilon
        self.center = center
        self.scale = scale
        self.synchronized = synchronized
        self.supports_masking = True

    def build(self, input_shape):
        channels = input_shape[-1]
        if channels is None:
            raise ValueError(f"The last axis of the input must have a known size. Received: shape={input_shape}")

        def add(name, initializer, trainable):
            return self.add_weight(
                name=name,
                shape=(channels,),
                initializer=initializer,
                trainable=trainable,
                dtype=keras.backend.result_type(self.variable_dtype, "float32"),  # never half precision
                autocast=False,
                # Without it the statistics of replicas drift apart, and the first replica's are saved.
                aggregation=None if trainable else "mean",
            )

        self.gamma = add("gamma", "ones", True) if self.scale else None
        self.beta = add("beta", "zeros", True) if self.center else None
        self.moving_mean = add("moving_mean", "zeros", False)
        self.moving_variance = add("moving_variance", "ones", False)
        self.input_spec = keras.layers.InputSpec(min_ndim=2, axes={-1: channels})

    def call(self, inputs, training=False, mask=None):
        if mask is not None and len(mask.shape) != len(inputs.shape) - 1:
            raise ValueError(
                "`mask` must have one axis less than the inputs. "
                f"Received: mask.shape={mask.shape}, inputs.shape={inputs.shape}"
            )
        learning = bool(training and self.trainable)
        own_statistics = learning and (mask is not None or self.synchronized)
        frozen = training and not self.trainable  # its gradient is cheaper by the formula
        if not (own_statistics or frozen) and self._has_fused_form(inputs):
            outputs, mean, variance = self._fused(inputs, learning)
            if learning:
                self._follow(mean, variance)
            return outputs
        x = ops.cast(inputs, self.moving_mean.dtype)
        if learning:
            mean, variance = self._moments(x, mask)
            self._follow(mean, variance)
        else:
            mean, variance = ops.convert_to_tensor(self.moving_mean), ops.convert_to_tensor(self.moving_variance)
        factor = ops.rsqrt(variance + self.epsilon)  # (channels,)
        if self.scale:
            factor = factor * self.gamma
        offset = -mean * factor
        if self.center:
            offset = offset + self.beta
        return ops.cast(x * factor + offset, self.compute_dtype)

    def _follow(self, mean, variance):
        """Moves the moving statistics towards those of the batch."""
        for moving, batch in ((self.moving_mean, mean), (self.moving_variance, variance)):
            moving.assign(self.momentum * moving + (1 - self.momentum) * batch)

    def _has_fused_form(self, inputs):
        """Whether `_fused` can stand for the formula, and is faster: on matrices it is not."""
        return keras.backend.backend() == "tensorflow" and len(inputs.shape) > 2 and self.moving_mean.dtype == "float32"

    def _fused(self, inputs, learning):
        """Outputs, and mean and variance of the batch (of inference the moving ones). TensorFlow branch, for speed: one
        operation, with its own gradient.

        Measured by `benchmarks/layers.py`: forward with backward takes half the time of the formula on images. In
        inference TensorFlow makes one operation of it and the convolution before it.
        """
        import tensorflow as tf

        channels = inputs.shape[-1]
        shape = tf.shape(inputs)
        images = inputs  # (batch, height, width, channels), all that the operation takes
        if len(inputs.shape) != 4:
            images = tf.reshape(inputs, (shape[0], -1, 1, channels))
        outputs, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=images,
            scale=self.gamma if self.scale else tf.ones(channels),
            offset=self.beta if self.center else tf.zeros(channels),
            mean=tf.zeros(0) if learning else self.moving_mean,
            variance=tf.zeros(0) if learning else self.moving_variance,
            epsilon=self.epsilon,
            exponential_avg_factor=1.0,
            is_training=learning,
        )
        if len(inputs.shape) != 4:
            outputs = tf.reshape(outputs, shape)
        # It divides the variance that it returns (not the one it uses) by the count less one; this undoes it.
        count = tf.cast(tf.reduce_prod(shape[:-1]), "float32")
        return outputs, mean, variance * (tf.maximum(count - 1, 1) / count)

    def _moments(self, x, mask):
        """Mean and variance, each of shape (channels,), of x (batch, ..., channels) over all axes but the last."""
        axes = tuple(range(len(x.shape) - 1))
        if mask is None and not self.synchronized:
            mean = ops.mean(x, axis=axes)
            # The gradient through this mean is a sum of deviations, which is zero: not computing it saves time.
            return mean, ops.mean(ops.square(x - ops.stop_gradient(mean)), axis=axes)
        weights = ops.ones_like(x[..., :1]) if mask is None else ops.cast(ops.expand_dims(mask, -1), x.dtype)
        count = ops.maximum(self._over_replicas(ops.sum(weights)), 1)
        # `where`, not `weights * x`: a masked position may hold NaN.
        mean = self._over_replicas(ops.sum(ops.where(weights > 0, x, 0), axis=axes)) / count
        deviations = ops.where(weights > 0, x - mean, 0)
        return mean, self._over_replicas(ops.sum(ops.square(deviations), axis=axes)) / count

    def _over_replicas(self, total):
        """Adds up a sum over the replicas. TensorFlow branch, for correctness: replicas exist only there."""
        if self.synchronized and keras.backend.backend() == "tensorflow":
            import tensorflow as tf

            context = tf.distribute.get_replica_context()
            if context is not None and context.num_replicas_in_sync > 1:
                return context.all_reduce(tf.distribute.ReduceOp.SUM, total)
        return total

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {
            **super().get_config(),
            "momentum": self.momentum,
            "epsilon": self.epsilon,
            "center": self.center,
            "scale": self.scale,
            "synchronized": self.synchronized,
        }
