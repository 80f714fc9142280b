"""Runs a live model once, in inference mode, while a watch follows its tensors."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from .collecting import Collector, Place
from .engine import invalid_request
from .watch import Look, Watch

Touch = Callable[[str, Any], Any]


@dataclass(frozen=True, eq=False)
class Ran:
    """A model that has run.

    Attributes:
        watch: what was followed.
        inputs: name and tensor of each input.
        outputs: the tensors of the result.
    """

    watch: Watch
    inputs: tuple[tuple[str, Any], ...]
    outputs: tuple[Any, ...]


Run = Callable[[Any, Any, Look, Touch | None], Ran]


@dataclass(frozen=True)
class Framework:
    """How models of one framework are run.

    Attributes:
        made_by: the framework and its version, for display.
        backend: of Keras, or "torch".
        channels: where it keeps them.
        run: (model, inputs, look, touch) -> Ran.
        mask_of: the mask that travels with a tensor.
        copied: whether operations may write into the memory of a tensor.
    """

    made_by: str
    backend: str
    channels: Literal["last", "first"]
    run: Run
    mask_of: Callable[[Any], Any] = lambda _: None
    copied: bool = False

    def repeated(self) -> Run:
        """Like `run`, for one model on one input again and again: faster where calls can be repeated."""
        if self.backend != "tensorflow":
            return self.run
        from .tensorflow_repeats import RepeatedCalls  # noqa: PLC0415  # imports TensorFlow

        calls = RepeatedCalls()

        def run(model: Any, inputs: Any, look: Look, touch: Touch | None) -> Ran:
            with calls.noting():
                return _run_keras(model, inputs, look, touch, calls.call)

        return run

    def collector(self, most_bytes: int, *, keep: Callable[[Place], bool] = lambda _: True) -> Collector:
        """A collector of tensors of this framework."""
        return Collector(most_bytes, mask_of=self.mask_of, copied=self.copied, channels=self.channels, keep=keep)


def framework_of(model: Any) -> Framework:
    """How to run a model.

    Raises:
        MergeError: it is no model of Keras 3 or PyTorch and no function of tensors.
    """
    torch, keras = sys.modules.get("torch"), sys.modules.get("keras")
    legacy = _legacy_keras(model)
    if legacy:
        raise invalid_request(
            "{type} is a model of Keras 2 ({package}), whose calls cannot be followed here. Save it, "
            'model.save("model.h5"), and open model.h5 in the model inspector of the app, which reads and runs models '
            "of Keras 2; in the terminal: python -m sandbox.inspect_model model.h5 --noise 0.",
            type=type(model).__name__,
            package=legacy,
        )
    is_keras = keras is not None and hasattr(keras, "Operation") and isinstance(model, keras.layers.Layer)
    if torch is not None and isinstance(model, torch.nn.Module) and not is_keras:
        return Framework(f"PyTorch {torch.__version__}", "torch", "first", _run_torch, copied=True)
    if not callable(model) or keras is None or not hasattr(keras, "Operation"):
        raise invalid_request(
            "{type} is no model that can be inspected. Pass a model or layer of Keras 3, a module of PyTorch, or a "
            "function that calls Keras 3.",
            type=type(model).__name__,
        )
    backend = str(keras.backend.backend())
    channels: Literal["last", "first"] = "first" if keras.config.image_data_format() == "channels_first" else "last"
    made_by = f"Keras {keras.__version__}, {backend}"
    from .keras_internals import mask_of  # noqa: PLC0415  # imports Keras

    return Framework(made_by, backend, channels, _run_keras, mask_of, copied=backend in ("torch", "numpy"))


def _legacy_keras(model: Any) -> str:
    """The package of Keras 2 that a model is from, such as "tf_keras"; empty for any other."""
    for name in ("tf_keras", "keras"):
        package = sys.modules.get(name)
        layers = getattr(package, "layers", None)
        legacy = layers is not None and not hasattr(package, "Operation")
        if legacy and isinstance(model, getattr(layers, "Layer", ())):
            return f"{name} {getattr(package, '__version__', '')}".strip()
    return ""


def _run_keras(model: Any, inputs: Any, look: Look, touch: Touch | None, repeat: Any = None) -> Ran:
    import keras  # noqa: PLC0415  # the caller has imported it

    from .keras_calls import followed_calls, tensors_in  # noqa: PLC0415  # likewise

    backend = keras.backend.backend()
    given = keras.tree.map_structure(lambda x: None if x is None else _converted(keras, x), inputs)
    watch = Watch(look, touch=touch, counts=_counts(model, backend))
    named = tuple(zip(_input_names(model), tensors_in(given), strict=False))
    for name, tensor in named:
        watch.add_input(name, tensor)
    with ExitStack() as stack:
        stack.enter_context(_operations(watch, backend))
        stack.enter_context(followed_calls(watch, model, repeat))
        is_layer = isinstance(model, keras.layers.Layer)
        result = model(given, training=False) if is_layer else model(given)
    return Ran(watch, named, tuple(tensors_in(result)))


def _converted(keras: Any, value: Any) -> Any:
    """A tensor of the backend."""
    try:
        return keras.ops.convert_to_tensor(value)
    except Exception:  # each backend raises its own kind
        raise _no_tensor(value) from None


def _no_tensor(value: Any) -> Exception:
    return invalid_request(
        "{type} cannot be converted to a tensor. Pass arrays of numbers or texts in the structure that the "
        "model takes, such as an array, a list or a dict; of a data set, pass the inputs of one batch.",
        type=f"{type(value).__name__} of dtype {value.dtype}" if hasattr(value, "dtype") else type(value).__name__,
    )


def _operations(watch: Watch, backend: str) -> AbstractContextManager[None]:
    """Follows what the backend executes."""
    if backend == "tensorflow":
        from .tensorflow_operations import followed_operations  # noqa: PLC0415  # imports TensorFlow

        return followed_operations(watch)
    if backend == "torch":
        from .torch_operations import followed_functions  # noqa: PLC0415  # imports PyTorch

        return followed_functions(watch)
    from .array_operations import followed_functions as followed_arrays  # noqa: PLC0415  # imports Keras

    return followed_arrays(watch, backend)


def _counts(model: Any, backend: str) -> Callable[[Any], bool]:
    if backend not in ("jax", "numpy"):
        return lambda _: False
    from .array_operations import counts  # noqa: PLC0415  # imports Keras

    return counts([variable.value for variable in getattr(model, "variables", ())])


def _input_names(model: Any) -> Sequence[str]:
    """Of the inputs of a functional model; numbered ones of any other."""
    try:
        return [str(one.name) for one in model.inputs]
    except (AttributeError, TypeError, ValueError):
        return [f"input_{number}" for number in range(64)]


def _run_torch(model: Any, inputs: Any, look: Look, touch: Touch | None) -> Ran:
    import torch  # noqa: PLC0415  # the caller has imported it

    from .torch_operations import followed_functions, followed_modules, tensors_in  # noqa: PLC0415  # likewise

    args, named = _torch_arguments(model, inputs)
    watch = Watch(look, touch=touch)
    entries = (*((f"input_{number}", one) for number, one in enumerate(args)), *named.items())
    for name, tensor in entries:
        watch.add_input(name, tensor)
    training = [module for module in model.modules() if module.training]
    with ExitStack() as stack:
        if touch is None:
            stack.enter_context(torch.no_grad())
        stack.enter_context(followed_functions(watch))
        stack.enter_context(followed_modules(watch, model))
        model.eval()
        try:
            result = model(*args, **named)
        finally:
            for module in training:
                module.training = True
    return Ran(watch, entries, tuple(tensors_in(result)))


def _torch_arguments(model: Any, inputs: Any) -> tuple[list[Any], dict[str, Any]]:
    """Positional and named arguments as tensors where the model is, floats in its dtype."""
    import torch  # noqa: PLC0415  # the caller has imported it

    like = next(iter(model.parameters()), None)

    def placed(value: Any) -> Any:
        try:
            tensor = torch.as_tensor(_plain(value))
        except Exception:  # PyTorch raises several kinds
            raise _no_tensor(value) from None
        if like is None:
            return tensor
        dtype = like.dtype if tensor.is_floating_point() and like.is_floating_point() else tensor.dtype
        return tensor.to(like.device, dtype)

    if isinstance(inputs, Mapping):
        return [], {str(name): placed(value) for name, value in inputs.items()}
    listed = list(inputs) if isinstance(inputs, (list, tuple)) else [inputs]
    return [placed(value) for value in listed], {}


def _plain(value: Any) -> Any:
    """What PyTorch takes: an array of NumPy in the byte order of this machine, without negative strides, writable."""
    if not isinstance(value, np.ndarray) and not hasattr(value, "to_numpy"):
        return value
    array = np.asarray(value)
    usual = array.flags.writeable and array.dtype.isnative and all(stride >= 0 for stride in array.strides)
    return array if usual else array.astype(array.dtype.newbyteorder("="), order="C", copy=True)
