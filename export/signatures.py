"""Functions as the signatures of a SavedModel, each traced once; `keras.export.ExportArchive` traces them twice."""

from collections.abc import Callable

from export.quiet import quiet


def save(functions, path, resources=()) -> None:
    """Write a SavedModel.

    Args:
        functions: Name of a signature -> function of tensors, or of one dict of tensors, that gives a dict of tensors;
            and the tuple of its arguments, `tf.TensorSpec` or a dict of them, with names.
        path: Folder to make.
        resources: Lookup tables that the functions use. Their variables are found.
    """
    import tensorflow as tf

    module = tf.Module()
    with quiet():
        traced = {
            name: tf.function(function, autograph=False).get_concrete_function(*arguments)
            for name, (function, arguments) in functions.items()
        }
        used = {id(variable): variable for one in traced.values() for variable in one.variables}
        module.used, module.resources = list(used.values()), list(resources)
        for name, one in traced.items():
            setattr(module, name, one)  # a loader may call `loaded.serving_default(...)` as well
        tf.saved_model.save(module, str(path), signatures=traced)


def for_any_number(answers: Callable, filler):
    """A function of records (N, ...) that answers none of them as well, which loops and reshapes of a graph may not.

    Args:
        answers: Function of a tensor of records, and of anything else, that gives a dict of tensors (N, ...).
        filler: A record that is put in the place of none.
    """
    import tensorflow as tf

    def serve(records, *others):
        count = tf.shape(records)[0]
        missing = tf.cast(count == 0, tf.int32)
        given = tf.concat([records, tf.gather(tf.constant(filler)[None], tf.zeros([missing], tf.int32))], axis=0)
        return {name: value[:count] for name, value in answers(given, *others).items()}

    return serve
