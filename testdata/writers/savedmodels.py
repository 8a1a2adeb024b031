"""TensorFlow SavedModel folders: signatures, variables, assets, operators that touch files."""
import os
import shutil

import tensorflow as tf

RELEASE = tf.__version__


class Linear(tf.Module):
    def __init__(self):
        super().__init__()
        self.weight = tf.Variable([[1.0], [2.0]], name="weight")
        self.step = tf.Variable(3, dtype=tf.int64, name="step", trainable=False)

    @tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float32, name="x")])
    def serve(self, x):
        return {"y": tf.matmul(x, self.weight)}


class Files(tf.Module):
    """Reads, writes and lists files when it is asked for a prediction."""

    @tf.function(input_signature=[tf.TensorSpec([], tf.string, name="name")])
    def serve(self, name):
        with tf.control_dependencies([tf.io.write_file("/nowhere/made-up.txt", name)]):
            return {"text": tf.io.read_file(name), "found": tf.io.matching_files("/nowhere/*")}


class Python(tf.Module):
    """Calls into Python, which works only in the process that made it."""

    @tf.function(input_signature=[tf.TensorSpec([], tf.float32, name="x")])
    def serve(self, x):
        return {"y": tf.py_function(abs, [x], tf.float32), "z": tf.numpy_function(abs, [x], tf.float32)}


class Words(tf.Module):
    """A table filled from a file, which is copied into the folder."""

    def __init__(self, path):
        super().__init__()
        self.asset = tf.saved_model.Asset(path)
        self.table = tf.lookup.StaticHashTable(tf.lookup.TextFileInitializer(
            self.asset, tf.string, tf.lookup.TextFileIndex.WHOLE_LINE, tf.int64, tf.lookup.TextFileIndex.LINE_NUMBER), -1)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="words")])
    def serve(self, words):
        return {"ids": self.table.lookup(words)}


def words():
    import tempfile
    path = os.path.join(tempfile.mkdtemp(), "words.txt")
    with open(path, "w") as file:
        file.write("red\ngreen\n")
    return Words(path)


def saved(make):
    def write(path):
        shutil.rmtree(path, ignore_errors=True)
        module = make()
        tf.saved_model.save(module, path, signatures={"serving_default": module.serve},
                            options=tf.saved_model.SaveOptions(save_debug_info=False))
    return write


def layers(path):
    """A model of Keras, with the configuration of its layers."""
    shutil.rmtree(path, ignore_errors=True)
    keras = tf.keras
    keras.backend.clear_session()
    model = keras.Sequential([keras.layers.Dense(2, activation="relu", kernel_regularizer=keras.regularizers.l2(0.1), name="hidden",
                                                 input_shape=(2,), kernel_initializer="ones")], name="layers")
    model.compile(keras.optimizers.SGD(0.1), keras.losses.Huber(), metrics=[keras.metrics.MeanAbsoluteError()])
    model.save(path, save_format="tf", include_optimizer=False)


def fixtures():
    if not RELEASE.startswith("2.21"):  # whose Keras has no such form
        yield "tensorflow-%s-keras" % RELEASE, "tensorflow %s, keras.Model.save" % RELEASE, layers
    for name, make in [("linear", Linear), ("files", Files), ("python", Python), ("words", words)]:
        yield "tensorflow-%s-%s" % (RELEASE, name), "tensorflow %s, tf.saved_model.save" % RELEASE, saved(make)
