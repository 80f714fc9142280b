"""What a step of the tour must look like, from the arrays and the tables of colours, not by the app's painter."""

from pathlib import Path

import numpy as np

from core import MergeError, merge
from core.gates import pick_weights, run_gate
from core.gates.resampling import upsample
from core.merges.samples import make_sample
from core.tensor_view.colours import MIDDLE, colours

ASSETS = Path(__file__).parents[2] / "assets"


class Drawn:
    """One panel.

    Attributes:
        plane: the slice on screen, (rows, columns).
        foot: rows and columns that the panel has room for, stretched ones repeated.
        colours: (rows, columns, 3).
    """

    def __init__(self, plane, foot, low, high, diverging):
        self.plane, self.foot = plane, foot
        if diverging:
            most = max(abs(low), abs(high)) or 1
            entries, table = MIDDLE + plane / most * 127, colours("diverging")
        else:
            low, high = (low - 0.5, high + 0.5) if low == high else (low, high)
            entries, table = (plane - low) / (high - low) * 255, colours("cividis")
        self.colours = table[np.floor(entries + 0.5).clip(0, 255).astype(int)].astype(int)


def drawn(step) -> list[Drawn | None]:
    """The panels of a step in order; None where a panel has no part in the slice."""
    return {None: _merge, "gated": _gated, "open": _gated, "steps": _steps, "training": _training}[step.scene](step)


def _stored(name):
    with np.load(ASSETS / f"{name}.npz") as file:
        return {key: file[key].astype(np.float32) for key in file.files}


def _panel(tensor, plane, foot, *, extent="tensor", kind="auto", paint=False):
    values = plane if extent == "channel" else tensor
    low, high = float(values.min()), float(values.max())
    if paint:
        low, high = min(low, 0), max(high, 1)
    signed = kind == "auto" and tensor.min() < 0 < tensor.max()
    return Drawn(plane.astype(float), foot, low, high, signed)


def _merge(step):
    fills = enumerate(zip(step.fill, step.shapes, strict=True))
    inputs = [
        make_sample(name, shape, number=number, dtype=step.dtype_of(number), first=step.first_of(number))
        for number, (name, shape) in fills
    ]
    try:
        result = merge(step.operation, inputs, axis=step.axis, axes=step.axes).value
    except MergeError:
        return _side_by_side(inputs)
    rank = result.ndim
    screen = (rank - 3, rank - 2) if rank >= 4 else (rank - 2, rank - 1)
    at = step.cell or step.at or (0,) * rank
    foot, extent = tuple(result.shape[axis] for axis in screen), "channel" if rank < 4 else "tensor"
    found, offset = [], 0
    for tensor in [*inputs, result]:
        wide = tensor.reshape(tensor.shape[0], *[1] * (rank - tensor.ndim), *tensor.shape[1:])
        plane = _slice(wide, at, screen, offset if step.operation == "Concatenate" and tensor is not result else None)
        found.append(None if plane is None else _panel(tensor, plane, foot, extent=extent))
        offset += tensor.shape[-1]
    return found


def _slice(wide, at, screen, offset):
    """What is on screen of a tensor: None if it has no part; an axis of 1 is stretched, a joined one begins later."""
    index = [slice(None) if axis in screen else place for axis, place in enumerate(at)]
    if offset is None:
        index = [0 if size == 1 and one != slice(None) else one for one, size in zip(index, wide.shape, strict=True)]
    else:
        index[-1] -= offset
        if not 0 <= index[-1] < wide.shape[-1]:
            return None
    return wide[tuple(index)]


def _side_by_side(inputs):
    """Inputs that clash: the first sample of each; an axis of 1 is repeated beside a longer one."""
    foot = tuple(max(tensor.shape[axis] for tensor in inputs) for axis in (1, 2))
    own = [tuple(f if size == 1 else size for f, size in zip(foot, t.shape[1:], strict=True)) for t in inputs]
    return [_panel(tensor, tensor[0], room) for tensor, room in zip(inputs, own, strict=True)]


def _gated(step):
    trace = _stored(f"trace_{step.gate}")
    x, alpha = (trace[name][step.slice : step.slice + 1] for name in ("x", "alpha"))
    alpha = np.ones_like(alpha) if step.scene == "open" else alpha
    foot, channel = x.shape[1:3], step.cell[3]
    return [
        _panel(x, x[0, ..., channel], foot),
        _panel(alpha, alpha[0, ..., 0], foot, paint=True),
        _panel(x * alpha, (x * alpha)[0, ..., channel], foot),
    ]


def _steps(step):
    trace = _stored(f"trace_{step.gate}")
    x, g = (trace[name][step.slice : step.slice + 1] for name in ("x", "g"))
    ran = run_gate("attention", x, g=g, weights=pick_weights(_stored("weights"), f"gate{step.gate}_"))
    return [
        _panel(value, value[0, ..., min(step.at[3], value.shape[-1] - 1)], value.shape[1:3])  # the nearest channel
        for value in (ran.step(name).value for name in ("theta_x", "phi_g", "sum"))
    ]


def _training(step):
    moments = _stored("alpha")[f"gate{step.gate}"][:, step.slice]
    alpha = upsample(moments, (step.gate // moments.shape[1],) * 2)[..., 0]
    samples = _stored("samples")
    cells = 160 // step.gate
    small = [
        picture.reshape(step.gate, cells, step.gate, cells).mean(axis=(1, 3))
        for picture in (samples["image"][step.slice, ..., 0] / 255, samples["truth"][step.slice, ..., 0])
    ]
    foot = (step.gate, step.gate)
    planes = [(picture, picture) for picture in small] + [(alpha, alpha[step.at[0]])]
    return [_panel(tensor, plane, foot, kind="sequential", paint=tensor is alpha) for tensor, plane in planes]
