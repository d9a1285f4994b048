"""What the layers must refuse."""

import keras

import layers

# What each class must refuse: arguments, and the message with the value in it.
REFUSALS = [
    (
        layers.Embedding,
        {"vocab_size": 0, "units": 2},
        "`vocab_size` must be a positive integer. Received: vocab_size=0",
    ),
    (
        layers.EmbeddingBag,
        {"vocab_size": 3, "units": 0},
        "`units` must be a positive integer. Received: units=0",
    ),
    (layers.MaskedPooling, {"mode": "sum"}, "`mode` must be mean or max. Received: mode='sum'"),
    (layers.Embedding, {"vocab_size": 3, "units": 2.0}, "`units` must be a positive integer. Received: units=2.0"),
    (layers.LayerNorm, {"epsilon": 0.0}, "`epsilon` must be positive. Received: epsilon=0.0"),
    (layers.LSTM, {"units": 0}, "`units` must be a positive integer. Received: units=0"),
    (layers.GRU, {"units": "4"}, "`units` must be a positive integer. Received: units='4'"),
    (layers.Bidirectional, {"layer": keras.layers.Dense(2)}, "Received: layer=<Dense"),
    (layers.Bidirectional, {"layer": layers.GRU(2, go_backwards=True)}, "a new LSTM or GRU that reads forwards"),
    (layers.Bidirectional, {"layer": layers.GRU(2), "merge": "ave"}, "`merge` must be concat or sum. Received: merge="),
    (layers.AdditiveAttention, {"units": -1}, "`units` must be a positive integer. Received: units=-1"),
    (layers.MultiplicativeAttention, {"form": "concat"}, "`form` must be general or dot. Received: form='concat'"),
    (layers.Dense, {"units": 0}, "`units` must be a positive integer. Received: units=0"),
    (layers.Dense, {"units": 2.5}, "`units` must be a positive integer. Received: units=2.5"),
    (layers.Dense, {"units": 2, "activation": "relux"}, "softmax. Received: activation='relux'"),
    (layers.Dense, {"units": 2, "kernel_initializer": "xavier"}, "lecun_normal by xavier"),
    (layers.Dense, {"units": 2, "kernel_initializer": None}, "he_uniform. Received: None"),
    (layers.Conv2D, {"filters": -1, "kernel_size": 3}, "`filters` must be a positive integer. Received: filters=-1"),
    (layers.Conv2D, {"filters": 2, "kernel_size": (3, 3, 3)}, "Received: kernel_size=(3, 3, 3)"),
    (layers.Conv2D, {"filters": 2, "kernel_size": 3, "strides": 0}, "Received: strides=0"),
    (layers.Conv2D, {"filters": 2, "kernel_size": 3, "padding": "full"}, "Received: padding='full'"),
    (layers.Conv2D, {"filters": 4, "kernel_size": 3, "groups": 3}, "Received: groups=3, filters=4"),
    (
        layers.Conv2D,
        {"filters": 4, "kernel_size": 3, "strides": 2, "dilation_rate": 3},
        "Received: strides=(2, 2), dilation_rate=(3, 3)",
    ),
    (
        layers.Conv2DTranspose,
        {"filters": 0, "kernel_size": 3},
        "`filters` must be a positive integer. Received: filters=0",
    ),
    (layers.Conv2DTranspose, {"filters": 2, "kernel_size": 3, "padding": "full"}, "Received: padding='full'"),
    (layers.GaussianNoise, {"stddev": -1.0}, "`stddev` must be finite and 0 or more. Received: stddev=-1.0"),
    (layers.GaussianCode, {"strength": -1.0}, "`strength` must be finite and 0 or more. Received: strength=-1.0"),
    (layers.ActivityRegularization, {"penalty": "l2"}, "`penalty` must be l1 or kl. Received: penalty='l2'"),
    (layers.ActivityRegularization, {"target": 1.0}, "`target` must be in (0, 1). Received: target=1.0"),
    (layers.GroupedDense, {"units": 0, "groups": 2}, "`units` must be a positive integer. Received: units=0"),
    (layers.GroupedDense, {"units": 2, "groups": -1}, "`groups` must be a positive integer. Received: groups=-1"),
    (layers.PiecewiseLinear, {"edges": [[0.0, 1.0], [2.0]]}, "Received: edges[1]=[2.0]"),
    (layers.PiecewiseLinear, {"edges": [[0.0, 1.0, 1.0]]}, "Received: edges[0]=[0.0, 1.0, 1.0]"),
    (layers.PiecewiseLinear, {"edges": [[0.0, 1.0]], "columns": [0, 1]}, "Received: 2 columns, 1 edges"),
    (layers.MonteCarloDropout, {"rate": 1.0, "samples": 2}, "`rate` must be in [0, 1). Received: rate=1.0"),
    (layers.MonteCarloDropout, {"rate": 0.5, "samples": 0}, "Received: samples=0"),
    (layers.Unstandardize, {"mean": 0.0, "scale": 0.0}, "`scale` must be positive and finite. Received: scale=0.0"),
    (layers.Unstandardize, {"mean": float("nan"), "scale": 1.0}, "`mean` must be finite. Received: mean=nan"),
    (layers.GaussianHead, {"smallest": 0.0}, "`smallest` must be positive. Received: smallest=0.0"),
    (layers.MultiHeadAttention, {"num_heads": 0, "head_units": 4}, "positive integer. Received: num_heads=0"),
    (layers.MultiHeadAttention, {"num_heads": 2, "head_units": 1.5}, "positive integer. Received: head_units=1.5"),
    (layers.MultiHeadAttention, {"num_heads": 2, "head_units": 4, "dropout": 1.0}, "[0, 1). Received: dropout=1.0"),
    (layers.MultiHeadAttention, {"num_heads": 2, "head_units": 3, "rotary": True}, "even if `rotary` is set. Received"),
    (layers.FeedForward, {"units": 0}, "`units` must be a positive integer. Received: units=0"),
    (layers.FeedForward, {"units": 3, "activation": "geluu"}, "softmax. Received: activation='geluu'"),
    (layers.FeedForward, {"units": 3, "dropout": -0.5}, "`dropout` must be in [0, 1). Received: dropout=-0.5"),
    (layers.SinusoidalPositions, {"period": 1.0}, "`period` must be above 1 and finite. Received: period=1.0"),
    (layers.LearnedPositions, {"max_length": 0}, "`max_length` must be a positive integer. Received: max_length=0"),
    *(
        (block, {"num_heads": 2, "feed_forward_units": 8, **settings}, message)
        for block in (layers.TransformerEncoderBlock, layers.TransformerDecoderBlock)
        for settings, message in (
            ({"num_heads": -1}, "`num_heads` must be a positive integer. Received: num_heads=-1"),
            ({"feed_forward_units": 0}, "must be a positive integer. Received: feed_forward_units=0"),
            ({"attention_dropout": 1.5}, "`attention_dropout` must be in [0, 1). Received: attention_dropout=1.5"),
            ({"norm": "first"}, "`norm` must be pre or post. Received: norm='first'"),
        )
    ),
    *(
        (layers.TransformerDecoder, {"num_layers": 1, "num_heads": 2, "feed_forward_units": 8, **settings}, message)
        for settings, message in (
            ({"num_layers": 0}, "`num_layers` must be a positive integer. Received: num_layers=0"),
            ({"positions": "learned"}, "`positions` must be sinusoidal or rotary. Received: positions='learned'"),
            ({"norm": "first"}, "`norm` must be pre or post. Received: norm='first'"),
            ({"dropout": 1.0}, "`dropout` must be in [0, 1). Received: dropout=1.0"),
        )
    ),
    (layers.RecurrentDecoder, {"units": 2.5}, "`units` must be a positive integer. Received: units=2.5"),
    (layers.RecurrentDecoder, {"units": 2, "cell": "rnn"}, "`cell` must be gru or lstm. Received: cell='rnn'"),
    (
        layers.RecurrentDecoder,
        {"units": 2, "attention": "dot"},
        "additive or multiplicative. Received: attention='dot'",
    ),
    (layers.RecurrentDecoder, {"units": 2, "dropout": 1.0}, "`dropout` must be in [0, 1). Received: dropout=1.0"),
    (layers.Uniform, {"minval": 0.1, "maxval": 0.1}, "Received: minval=0.1, maxval=0.1"),
    (layers.BatchNorm, {"momentum": 1.0}, "`momentum` must be in [0, 1). Received: momentum=1.0"),
    (layers.BatchNorm, {"epsilon": 0.0}, "`epsilon` must be positive. Received: epsilon=0.0"),
    (layers.Activation, {"activation": "swish"}, "softmax. Received: activation='swish'"),
    (layers.Dropout, {"rate": 1.0}, "`rate` must be in [0, 1). Received: rate=1.0"),
    (layers.Dropout, {"rate": -0.1}, "`rate` must be in [0, 1). Received: rate=-0.1"),
    (layers.ScaledDropout, {"keep_probability": 0.0}, "in (0, 1]. Received: keep_probability=0.0"),
    (layers.ScaledDropout, {"keep_probability": 1.1}, "in (0, 1]. Received: keep_probability=1.1"),
    (layers.PaddedShortcut, {"filters": 0}, "`filters` must be a positive integer. Received: filters=0"),
    (layers.PaddedShortcut, {"filters": 2, "strides": 0}, "Received: strides=0"),
    (layers.VarianceScaling, {"scale": 0.0}, "`scale` must be positive. Received: scale=0.0"),
    (layers.VarianceScaling, {"mode": "fan"}, "Received: mode='fan'"),
    (layers.VarianceScaling, {"distribution": "normal"}, "Received: distribution='normal'"),
    (layers.HeNormal, {"seed": 1.5}, "`seed` must be an integer or None. Received: seed=1.5"),
    (layers.Normal, {"stddev": -1.0}, "`stddev` must be 0 or more. Received: stddev=-1.0"),
    (layers.L1, {"l1": -1.0}, "Received: l1=-1.0"),
    (layers.L2, {"l2": float("nan")}, "Received: l2=nan"),
    (layers.L1L2, {"l1": 0.1, "l2": float("inf")}, "Received: l2=inf"),
]
