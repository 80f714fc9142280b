"""Follows the functions of PyTorch in a run, and the modules that call them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn
from torch.nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook
from torch.overrides import TorchFunctionMode

from .engine import MERGES, OPERATORS
from .watch import Called, Watch

_MERGES = {
    "mul": "Multiply", "multiply": "Multiply", "add": "Add", "sub": "Subtract", "subtract": "Subtract",
    "rsub": "Subtract", "maximum": "Maximum", "minimum": "Minimum", "max": "Maximum", "min": "Minimum",
    "cat": "Concatenate", "concat": "Concatenate", "concatenate": "Concatenate",
}  # fmt: skip
_SWAPPED = ("rsub",)
_ABOUT_SHAPES = frozenset({"size", "dim", "numel", "zeros_like", "ones_like", "empty_like", "new_zeros", "new_ones"})
_COMBINE_INSIDE = (nn.MultiheadAttention,)


class _Mode(TorchFunctionMode):
    """Reports every function to a watch."""

    def __init__(self, watch: Watch) -> None:
        super().__init__()
        self._watch = watch

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        named = kwargs or {}
        if self._watch.idle:
            return func(*args, **named)
        name, in_place = _name_of(func)
        operands = _tensors(args) + _tensors(tuple(named.values()))
        kept = [one.clone() if in_place and isinstance(one, torch.Tensor) else one for one in operands]
        sources = [self._watch.source(one) for one in operands]
        result = func(*args, **named)
        if not isinstance(result, torch.Tensor) or name in _ABOUT_SHAPES:
            if not isinstance(result, torch.Size):
                self._watch.carried(operands, _tensors((result,)))
            return result
        if sum(source is not None for source in sources) < 2:
            self._watch.carried(operands, [result])
            return result
        for copy, one, source in zip(kept, operands, sources, strict=True):
            if copy is not one and source is not None:
                self._watch.carried([one], [copy])
        return self._watch.met(_called(name, args, named, kept), _ordered(name, kept), result)


def _name_of(func: Any) -> tuple[str, bool]:
    """The name of a function without the marks of operators and of in-place variants, and whether it is in place."""
    name = str(getattr(func, "__name__", func))
    if name.startswith("__") and name.endswith("__"):
        bare = name.strip("_")
        return {"rmul": "mul", "imul": "mul", "radd": "add", "iadd": "add", "isub": "sub"}.get(bare, bare), bare in (
            "imul", "iadd", "isub",
        )  # fmt: skip
    in_place = name.endswith("_") and not name.endswith("__")
    return name.rstrip("_") if in_place else name, in_place


def _called(name: str, args: Any, named: dict[str, Any], operands: list[Any]) -> Called:
    operation = _MERGES.get(name, "")
    options: dict[str, Any] = {}
    if operation == "Concatenate":
        options = {"axis": int(named.get("dim", named.get("axis", args[1] if len(args) > 1 else 0)))}
    elif len(operands) != 2 or named.get("alpha", 1) != 1:
        operation = ""
    written = MERGES[operation].function if operation else name
    return Called(
        written, operation or name, written, operation, OPERATORS[operation] if operation else "operation", options
    )


def _ordered(name: str, operands: list[Any]) -> list[Any]:
    return operands[::-1] if name in _SWAPPED else operands


def _tensors(values: Any) -> list[Any]:
    """The tensors among arguments, those in lists too, and the numbers of a call such as `x * 2`."""
    found: list[Any] = []
    for value in values:
        if isinstance(value, (list, tuple)) and not isinstance(value, torch.Size):
            found += [one for one in value if isinstance(one, torch.Tensor)]
        elif isinstance(value, torch.Tensor):
            found.append(value)
    return found


@contextmanager
def followed_functions(watch: Watch) -> Iterator[None]:
    """Within the block, functions of PyTorch in this thread are reported to a watch."""
    with _Mode(watch):
        yield


@contextmanager
def followed_modules(watch: Watch, model: nn.Module) -> Iterator[None]:
    """Within the block, calls of a model and of its modules are the frames in which its functions are reported."""
    names = {id(module): name for name, module in model.named_modules()}
    entered: list[tuple[Any, Any]] = []

    def before(module: nn.Module, args: Any) -> None:
        if id(module) not in names:
            return
        around = names[id(entered[-1][0])] if entered else ""
        called = _called_module(module, names[id(module)].removeprefix(f"{around}."))
        entered.append((module, watch.enter(called, _tensors(args), root=module is model and called.opened)))

    def after(module: nn.Module, _: Any, result: Any) -> None:
        if entered and entered[-1][0] is module:
            watch.leave(entered.pop()[1], result, lambda one: _tensors((one,)))

    handles = [register_module_forward_pre_hook(before), register_module_forward_hook(after, always_call=True)]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _called_module(module: nn.Module, name: str) -> Called:
    kind = type(module)
    combines = isinstance(module, _COMBINE_INSIDE)
    closed = kind.__module__.startswith("torch.nn.") and (combines or not any(True for _ in module.children()))
    return Called(name or kind.__name__, kind.__name__, id(module), kind="inside", opened=not closed, always=combines)


def tensors_in(result: Any) -> list[torch.Tensor]:
    """The tensors in a result of any nesting."""
    if isinstance(result, torch.Tensor):
        return [result]
    inside = result.values() if isinstance(result, dict) else result if isinstance(result, (list, tuple)) else ()
    return [tensor for one in inside for tensor in tensors_in(one)]
