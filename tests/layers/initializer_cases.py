"""Rows of initializers and penalties."""

import keras

import layers
from tests.layers.case import InitializerCase, PenaltyCase


def of_keras(name):
    return getattr(keras.initializers, name)


INITIALIZERS = [
    InitializerCase(layers.LecunNormal, of_keras("LecunNormal"), lambda n, m: (1 / n) ** 0.5),
    InitializerCase(layers.LecunUniform, of_keras("LecunUniform"), lambda n, m: (1 / n) ** 0.5),
    InitializerCase(layers.GlorotNormal, of_keras("GlorotNormal"), lambda n, m: (2 / (n + m)) ** 0.5),
    InitializerCase(layers.GlorotUniform, of_keras("GlorotUniform"), lambda n, m: (2 / (n + m)) ** 0.5),
    InitializerCase(layers.HeNormal, of_keras("HeNormal"), lambda n, m: (2 / n) ** 0.5),
    InitializerCase(layers.HeUniform, of_keras("HeUniform"), lambda n, m: (2 / n) ** 0.5),
    *(
        InitializerCase(
            layers.VarianceScaling,
            of_keras("VarianceScaling"),
            std,
            {"scale": scale, "mode": mode, "distribution": distribution},
        )
        for scale, mode, std in [
            (1.0, "fan_in", lambda n, m: (1 / n) ** 0.5),
            (3.0, "fan_out", lambda n, m: (3 / m) ** 0.5),
            (0.5, "fan_avg", lambda n, m: (1 / (n + m)) ** 0.5),
        ]
        for distribution in ("truncated_normal", "untruncated_normal", "uniform")
    ),
    InitializerCase(layers.Normal, of_keras("RandomNormal"), lambda n, m: 0.05),
    InitializerCase(layers.Normal, of_keras("RandomNormal"), lambda n, m: 0.2, {"mean": 0.0, "stddev": 0.2}),
    InitializerCase(
        layers.Uniform, of_keras("RandomUniform"), lambda n, m: 0.2 / 12**0.5, {"minval": -0.1, "maxval": 0.1}
    ),
    InitializerCase(layers.Orthogonal, of_keras("Orthogonal"), lambda n, m: max(n, m) ** -0.5),
    InitializerCase(layers.Orthogonal, of_keras("Orthogonal"), lambda n, m: 2 * max(n, m) ** -0.5, {"gain": 2.0}),
    InitializerCase(layers.Zeros, of_keras("Zeros"), lambda n, m: 0.0, seeded=False),
]

REGULARIZERS = [
    PenaltyCase(layers.L1, keras.regularizers.L1, {"l1": 0.03}),
    PenaltyCase(layers.L2, keras.regularizers.L2, {"l2": 0.02}),
    PenaltyCase(layers.L1L2, keras.regularizers.L1L2, {"l1": 0.03, "l2": 0.02}),
]
