"""Keras: whole models and weights, HDF5 and the newer zip, plain layers and layers that carry code."""
import os
import random
import warnings

import numpy as np

os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
import tensorflow  # noqa: E402
try:
    import keras  # noqa: E402
except ImportError:
    from tensorflow import keras  # noqa: E402

warnings.simplefilter("ignore")

AT = tuple(int(part) for part in tensorflow.__version__.split(".")[:2])
RELEASE = keras.__version__.replace("-tf", "")

# Under a made-up file name: the code of a lambda is stored with the name of its file.
DOUBLE = eval(compile("lambda x, factor=2: x * factor", "made-up.py", "eval"))


# A function that is stored by name; where Keras stores its code all the same, the file's name is a made-up one too.
exec(compile("def twice(x):\n    return x * 2\n", "made-up.py", "exec"))


@keras.utils.register_keras_serializable(package="made_up")
class Own(keras.layers.Layer):
    def __init__(self, units=2, **options):
        super().__init__(**options)
        self.units = units

    def call(self, x):
        return x * self.units

    def get_config(self):
        return dict(super().get_config(), units=self.units)


def seeded():
    random.seed(0)
    np.random.seed(0)
    tensorflow.random.set_seed(0)
    keras.backend.clear_session()


def dense():
    model = keras.Sequential([keras.layers.Input((4,), name="in"), keras.layers.Dense(3, activation="relu", name="hidden"),
                              keras.layers.Dropout(0.1, name="drop"), keras.layers.Dense(1, name="out")], name="dense")
    model.compile("adam", "mse")
    return model


def convolution():
    layers = keras.layers
    first = layers.Input((6, 6, 1), name="image")
    x = layers.BatchNormalization(name="norm")(layers.Conv2D(2, 3, name="conv")(first))
    x = layers.Dense(2, activation="softmax", name="out")(layers.Flatten(name="flat")(x))
    return keras.Model(first, x, name="convolution")


def recurrent():
    return keras.Sequential([keras.layers.Input((5,), name="in"), keras.layers.Embedding(7, 3, name="words"),
                             keras.layers.LSTM(2, name="memory"), keras.layers.Dense(1, name="out")], name="recurrent")


def mixed():
    """Many kinds of layers, operations between them, and objects that a layer or the training holds."""
    layers = keras.layers
    first = layers.Input((4, 5), name="in")
    x = layers.LayerNormalization(name="norm")(first)
    if hasattr(layers, "MultiHeadAttention"):
        x = layers.MultiHeadAttention(2, 3, name="attention")(x, x)
    x = layers.Bidirectional(layers.GRU(2, return_sequences=True, name="cell"), name="both")(x)
    x = layers.Conv1D(2, 2, padding="same", kernel_regularizer=keras.regularizers.l2(0.1), name="conv",
                      kernel_constraint=keras.constraints.MaxNorm(2), kernel_initializer=keras.initializers.HeNormal(seed=1))(x)
    x = layers.RNN(layers.LSTMCell(2), name="rnn")(layers.Activation("gelu" if AT > (2, 3) else "selu", name="act")(x * 2.0 + 1.0))
    x = layers.Concatenate(name="join")([layers.LeakyReLU(name="leak")(x), layers.Flatten(name="flat")(first[:, 1:, :2])])
    model = keras.Model(first, layers.Dense(2, activation="softmax", name="out")(x), name="mixed")
    rate = keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9)
    model.compile(keras.optimizers.SGD(rate), keras.losses.CategoricalCrossentropy(label_smoothing=0.1),
                  metrics=[keras.metrics.AUC(name="auc"), "accuracy"])
    return model


def code():
    """A Lambda layer: its code is in the file."""
    return keras.Sequential([keras.layers.Input((2,), name="in"), keras.layers.Lambda(DOUBLE, name="code"),
                             keras.layers.Dense(1, name="out")], name="lambda")


def by_name():
    """A Lambda layer that names a function."""
    return keras.Sequential([keras.layers.Input((2,), name="in"), keras.layers.Lambda(globals()["twice"], name="named")], name="named")


def nested():
    """Code below a wrapper, in a model in a model."""
    inner = keras.Sequential([keras.layers.Input((2,), name="inner_in"), keras.layers.Lambda(DOUBLE, name="deep")],
                             name="inner")
    first = keras.layers.Input((3, 2), name="in")
    return keras.Model(first, keras.layers.TimeDistributed(inner, name="each")(first), name="outer")


def own():
    return keras.Sequential([keras.layers.Input((2,), name="in"), Own(3, name="own"), keras.layers.Dense(1, name="out")],
                            name="own")


def saved(make):
    def write(path):
        seeded()
        make().save(path)
    return write


def weights(path):
    seeded()
    dense().save_weights(path)


def config(path):
    """The old pair of a configuration as JSON beside weights."""
    seeded()
    with open(path, "w") as file:
        file.write(code().to_json())


def fixtures():
    every = [("dense", dense), ("convolution", convolution), ("recurrent", recurrent), ("mixed", mixed), ("lambda", code),
             ("function", by_name), ("nested-lambda", nested), ("own-layer", own)]
    for name, make in every:
        for suffix in ["h5"] + (["keras"] if AT >= (2, 12) else []):
            yield "keras-%s-%s.%s" % (RELEASE, name, suffix), "keras %s, tensorflow %s, Model.save" % (
                RELEASE, tensorflow.__version__), saved(make)
    yield "keras-%s-dense.weights.h5" % RELEASE, "keras %s, Model.save_weights" % RELEASE, weights
    yield "keras-%s-lambda.json" % RELEASE, "keras %s, Model.to_json" % RELEASE, config
