"""Conv2D against its formula, written with loops, and its shapes."""

import numpy as np
import pytest

import layers


@pytest.mark.parametrize(
    ("strides", "dilation", "groups"), [(1, 1, 1), ((2, 3), 1, 1), (1, (2, 1), 1), (1, 1, 2)], ids=str
)
def test_conv_is_the_formula_of_its_docstring(strides, dilation, groups):
    random = np.random.default_rng(0)
    x, b = random.standard_normal((2, 7, 8, 4)), random.standard_normal(6)
    w = random.standard_normal((3, 2, 4 // groups, 6))
    conv = layers.Conv2D(6, (3, 2), strides=strides, dilation_rate=dilation, groups=groups)
    conv.build(x.shape)
    conv.set_weights([w, b])
    outputs = np.asarray(conv(x.astype("float32")))
    (s, t), (d, e) = conv.strides, conv.dilation_rate
    for i, j, f in np.ndindex(outputs.shape[1:]):
        first = f // (6 // groups) * (4 // groups)  # of the channels of this filter's group
        expected = b[f] + sum(
            w[u, v, c, f] * x[:, s * i + d * u, t * j + e * v, first + c] for u, v, c in np.ndindex(3, 2, 4 // groups)
        )
        np.testing.assert_allclose(outputs[:, i, j, f], expected, rtol=1e-4, atol=1e-5)


def test_same_padding_keeps_the_size_and_zeros_surround_the_image():
    conv = layers.Conv2D(1, 3, padding="same", use_bias=False)
    conv.build((None, 4, 4, 1))
    conv.set_weights([np.ones((3, 3, 1, 1))])
    outputs = np.asarray(conv(np.ones((1, 4, 4, 1), "float32")))[0, :, :, 0]
    np.testing.assert_allclose(outputs, [[4, 6, 6, 4], [6, 9, 9, 6], [6, 9, 9, 6], [4, 6, 6, 4]])


def test_unknown_image_sizes_stay_unknown():
    assert layers.Conv2D(2, 3).compute_output_shape((None, None, 9, 3)) == (None, None, 7, 2)


@pytest.mark.parametrize("shape", [(None, 9, 2, 3), (None, 2, 9, 3)], ids=str)
def test_an_image_smaller_than_the_kernel_is_refused(shape):
    with pytest.raises(ValueError, match=r"no smaller than the kernel, here 3 pixels. Received: shape=\(None"):
        layers.Conv2D(2, 3).build(shape)


def test_groups_that_do_not_divide_the_channels_are_refused():
    with pytest.raises(ValueError, match=r"Received: groups=2, shape=\(None, 9, 9, 3\)"):
        layers.Conv2D(4, 3, groups=2).build((None, 9, 9, 3))
