"""Measures the gates of a model on a batch as one graph of TensorFlow. In the fenced child only.

The features of a gate are large; their values never leave the graph. What leaves it are a few sums for each channel
and image, one byte for each value, which is counted at once, and a small 8-bit picture of each map.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

import numpy as np
import tensorflow as tf

from core.dtypes import Array
from core.gates.health import PASSED, SUPPRESSED
from sandbox.model_file.entries import JoinEntry, MergeEntry
from sandbox.model_file.file import ModelFile
from sandbox.model_run.feature_graph import feature_codes, feature_counts, feature_sums, plain_sums
from sandbox.model_run.gate_figures import (
    MAP_SIDE,
    SUMS,
    WEIGHT_BINS,
    GateSpec,
    covered,
    find_gate,
    find_repeated_gate,
)
from sandbox.model_run.loading import structured
from sandbox.model_run.recorder import Recorder, StoppedError
from sandbox.model_run.summary import sendable

Tensor = Any  # TensorFlow ships no types
_Call = tuple[list[Tensor], Tensor]  # operands and output
_POSITIVE = frozenset({"Relu", "Relu6", "Sigmoid", "Softmax"})  # operations of TensorFlow with no negative result


class GateGraph:
    """The graph of one model for batches of one size.

    Args:
        file: what the model file holds.
        model: loaded by Keras.
        gates: that are measured.
        mask_size: rows and columns of the masks; None where there are none.
    """

    def __init__(
        self, file: ModelFile, model: Any, gates: Sequence[GateSpec], mask_size: tuple[int, int] | None
    ) -> None:
        self._file, self._model, self._gates, self._mask_size = file, model, gates, mask_size
        self._function = tf.function(self._measure, autograph=False)

    def run(self, inputs: Sequence[Array], valid: Array, masks: Array) -> dict[str, Array]:
        """The figures of one batch.

        Args:
            inputs: one array for each input of the model, batch first.
            valid: (n,) bool; images that only fill the batch are False.
            masks: (n, rows, columns) float32 of 0 to 1, or (n, 0, 0) without masks.

        Returns:
            "lost": (n,) values of the outputs of the model that are NaN or infinite. For gate K: "K/figures",
            "K/sums", "K/weight_bins" (n, 256), "K/masked_bins" (n, 256) with a mask, "K/feature_bins" (C, 128)
            and "K/zeros" (C,) over all valid images with finite values, "K/finite" (n,), "K/map" (n, rows, columns)
            uint8.

        Raises:
            RuntimeError: the model fails, or a gate is not reached.
        """
        found = self._function(
            [tf.convert_to_tensor(array) for array in inputs], tf.convert_to_tensor(valid), tf.convert_to_tensor(masks)
        )
        arrays = {name: np.asarray(value) for name, value in found.items()}
        for number, gate in enumerate(self._gates):
            counts = feature_counts(arrays.pop(f"{number}/codes"), gate.channels)
            arrays |= {f"{number}/{name}": value for name, value in counts.items()}
        return arrays

    def _measure(self, inputs: list[Tensor], valid: Tensor, masks: Tensor) -> dict[str, Tensor]:
        seen: dict[str, list[_Call]] = {}

        def look(name: str, operands: list[Tensor], output: Tensor) -> None:
            seen.setdefault(name, []).append((operands, output))

        wanted = frozenset(gate.id for gate in self._gates)
        recorder = Recorder(wanted, look, keras_version=self._file.keras_version, repeats=True, traced=True)
        try:
            outputs = recorder.run(self._model, structured(self._model, inputs))
        except StoppedError:
            raise RuntimeError(recorder.failure.text if recorder.failure else "The model failed.") from None
        missing = wanted - set(seen)
        if missing:
            raise RuntimeError(f"The run did not reach {sorted(missing)[0]}.")
        found = {"lost": tf.add_n([_lost(output) for output in outputs])}
        for number, gate in enumerate(self._gates):
            operands, output = _stacked(seen[gate.id]) if gate.repeated else seen[gate.id][0]
            layer = self._file.merge(gate.id).kind == "layer"
            figures = _gate_figures(gate, operands, output, valid, layer=layer)
            if self._mask_size is not None and gate.is_map:
                figures["masked_bins"] = _masked_bins(
                    tf.cast(operands[gate.gate], tf.float32), masks, shares=bool(gate.shared_axes)
                )
            found |= {f"{number}/{name}": value for name, value in figures.items()}
        return found


def find_gates(
    file: ModelFile, model: Any, arrays: Sequence[Array], asked: Mapping[str, int]
) -> tuple[list[GateSpec], list[tuple[str, str]], str]:
    """The gates of a model, by the values on a few images.

    Args:
        file: what the model file holds.
        model: loaded by Keras.
        arrays: one for each input, batch first.
        asked: merges that a person named, with the number of the operand, or -1; empty to look at all.

    Returns:
        The gates in the order of the graph; calls that may be gates and are not measured, each with one of
        `survey.plan.NOT_MEASURED`; and why the run failed, empty if it did not.
    """
    found: dict[str, GateSpec | None] = {}
    steps: dict[str, list[list[Array]]] = {}
    entries = {
        entry.id: entry
        for entry in file.merges
        if (entry.id in asked if asked else entry.operation in ("Multiply", "Dot"))
    }
    repeated = {name for name in entries if any(name.startswith(f"{around}/") for around in file.wrapped)}

    def look(name: str, operands: list[Tensor], _output: Tensor) -> None:
        values = [sendable(x) for x in operands]
        if name in repeated:
            steps.setdefault(name, []).append(values)
        else:
            found[name] = find_gate(entries[name], values, asked.get(name))

    recorder = Recorder(frozenset(entries), look, keras_version=file.keras_version, repeats=True)
    try:
        recorder.run(model, structured(model, list(arrays)))
    except StoppedError:
        return [], [], recorder.failure.text if recorder.failure else "The model failed."
    found |= {name: find_repeated_gate(entries[name], values, asked.get(name)) for name, values in steps.items()}
    reasons = {name: _reason(entries[name], found, asked=name in asked) for name in entries}
    left_out = [(name, reason) for name, reason in reasons.items() if reason]
    left_out += [] if asked else [(join.id, "inside") for join in file.joins if join.kind == "layer" and _gates(join)]
    return [gate for name in entries if (gate := found.get(name)) is not None and not reasons[name]], left_out, ""


def _gates(join: JoinEntry) -> bool:
    """Whether a layer that combines tensors inside multiplies one by weights from another."""
    return join.mode in ("", "mul")


def _reason(entry: MergeEntry, found: Mapping[str, GateSpec | None], *, asked: bool) -> str:
    """Why a merge is not measured, of `survey.plan.NOT_MEASURED`; empty if it is measured, or is no gate."""
    if entry.id not in found:
        return "not reached"
    gate = found[entry.id]
    if gate is None:
        return "no gate" if asked else ""
    unequal = len(gate.shape) != len(gate.features_shape)
    return "ranks" if gate.repeated and unequal and entry.kind != "layer" else ""


def _stacked(calls: Sequence[_Call]) -> _Call:
    """The calls of all steps as one, with the steps as axis 1."""
    operands = [tf.stack(tensors, axis=1) for tensors in zip(*(operands for operands, _ in calls), strict=True)]
    return operands, tf.stack([output for _, output in calls], axis=1)


def _lost(output: Tensor) -> Tensor:
    """Values of each image that are NaN or infinite."""
    if not output.dtype.is_floating:
        return tf.zeros([output.shape[0]], tf.int32)
    flat = tf.reshape(output, [output.shape[0], -1])
    return tf.reduce_sum(tf.cast(~tf.math.is_finite(flat), tf.int32), axis=1)


def _gate_figures(
    gate: GateSpec, operands: list[Tensor], output: Tensor, valid: Tensor, *, layer: bool
) -> dict[str, Tensor]:
    alpha, x = (tf.cast(operands[number], tf.float32) for number in (gate.gate, gate.features))
    if gate.operation == "Multiply":
        leading = (2 if gate.repeated else 1) if layer else 0
        wide = tf.broadcast_to(_expanded(x, output, leading), output.shape)
        product = tf.cast(output, tf.float32) if len(operands) > 2 else None
        positive = operands[gate.features].op.type in _POSITIVE
        sums = feature_sums(wide, _expanded(alpha, output, leading), product, positive=positive)
    else:
        sums = plain_sums(x)
    figures = _figures(gate, alpha)
    before, after = (tf.reduce_sum(sums[:, SUMS.index(name)], axis=1) for name in ("square", "after"))
    lost = _lost(alpha)
    finite = valid & tf.math.is_finite(before) & (lost == 0)
    return {
        "figures": tf.stack([*figures, before, after, tf.cast(lost, tf.float32)], axis=1),
        "sums": sums,
        "weight_bins": _weight_bins(tf.reshape(alpha, [alpha.shape[0], -1])),
        "codes": feature_codes(x, finite),
        "finite": finite,
        "map": _small_map(alpha, gate),
    }


def _expanded(tensor: Tensor, output: Tensor, leading: int) -> Tensor:
    """With all axes of the output: a layer inserts them after its leading axes, an operator in front."""
    missing = len(output.shape) - len(tensor.shape)
    shape = [*tensor.shape[:leading], *[1] * missing, *tensor.shape[leading:]]
    return tf.reshape(tensor, shape) if missing else tensor


def _figures(gate: GateSpec, alpha: Tensor) -> list[Tensor]:
    """The first seven of `FIGURES`, each (n,)."""
    flat = tf.reshape(alpha, [alpha.shape[0], -1])
    count = prod(alpha.shape[axis] for axis in gate.shared_axes) if gate.shared_axes else 1
    mean = tf.reduce_mean(flat, axis=1)
    std = tf.sqrt(tf.reduce_mean(tf.square(flat - mean[:, None]), axis=1))
    closed = tf.reduce_mean(tf.cast(flat < SUPPRESSED / count, tf.float32), axis=1)
    passed = tf.reduce_mean(tf.cast(flat > PASSED / count, tf.float32), axis=1)
    smallest, largest = tf.reduce_min(flat, axis=1), tf.reduce_max(flat, axis=1)
    return [mean, std, smallest, largest, closed, passed, _entropy(alpha, gate.shared_axes)]


def _entropy(alpha: Tensor, shared_axes: tuple[int, ...]) -> Tensor:
    """As in `core.gates.health`, for each image: (n,); NaN where a sum is 0 or there is only one element."""
    axes = list(shared_axes or range(1, len(alpha.shape)))
    count = prod(alpha.shape[axis] for axis in axes)
    if count < 2:
        return tf.fill([alpha.shape[0]], np.float32(np.nan))
    total = tf.reduce_sum(alpha, axis=axes)
    products = tf.reduce_sum(tf.math.xlogy(alpha, alpha), axis=axes)
    entropy = (tf.math.log(total) - products / total) / np.float32(np.log(count))
    return tf.reduce_mean(tf.reshape(entropy, [alpha.shape[0], -1]), axis=1)


def _levels(flat: Tensor) -> Tensor:
    """The bin of each gate value, offset by 256 for each image: (n, values) int32."""
    clean = tf.where(tf.math.is_finite(flat), flat, 0.0)
    level = tf.cast(tf.clip_by_value(clean * np.float32(WEIGHT_BINS), 0.0, np.float32(WEIGHT_BINS - 1)), tf.int32)
    return level + WEIGHT_BINS * tf.range(flat.shape[0])[:, None]


def _weight_bins(flat: Tensor) -> Tensor:
    count = flat.shape[0] * WEIGHT_BINS
    bins = tf.math.bincount(tf.reshape(_levels(flat), [-1]), minlength=count, maxlength=count, dtype=tf.int32)
    return tf.reshape(bins, [flat.shape[0], WEIGHT_BINS])


def _masked_bins(alpha: Tensor, masks: Tensor, *, shares: bool) -> Tensor:
    """How many positions of each level the mask covers, (n, 2, 256): covered, and all.

    A position that the mask covers in part counts as that part. Shares are relative to the largest of the image.
    """
    plane = tf.reduce_mean(alpha, axis=-1)
    if shares:
        plane = tf.math.divide_no_nan(plane, tf.reduce_max(plane, axis=[1, 2], keepdims=True))
    levels = tf.reshape(_levels(tf.reshape(plane, [plane.shape[0], -1])), [-1])
    count = plane.shape[0] * WEIGHT_BINS
    part = tf.reshape(_covered_parts(masks, plane.shape[1:]), [-1])
    inside = tf.math.bincount(levels, weights=part, minlength=count, maxlength=count)
    every = tf.math.bincount(levels, minlength=count, maxlength=count, dtype=tf.int32)
    pair = tf.stack([inside, tf.cast(every, tf.float32)])
    return tf.transpose(tf.reshape(pair, [2, plane.shape[0], WEIGHT_BINS]), [1, 0, 2])


def _covered_parts(masks: Tensor, grid: tuple[int, ...]) -> Tensor:
    """Which part of each position of a grid the masks cover, (n, rows, columns)."""
    size = tuple(masks.shape[1:])
    if size == tuple(grid):
        return masks
    if all(own % wanted == 0 for own, wanted in zip(size, grid, strict=True)):
        steps = [own // wanted for own, wanted in zip(size, grid, strict=True)]
        return tf.nn.avg_pool2d(masks[..., None], steps, steps, "VALID")[..., 0]
    up, across = (tf.constant(covered(own, wanted), tf.float32) for own, wanted in zip(size, grid, strict=True))
    return tf.einsum("nrw,cw->nrc", tf.einsum("rh,nhw->nrw", up, masks), across)


def _small_map(alpha: Tensor, gate: GateSpec) -> Tensor:
    """The gate as a small 8-bit picture, (n, rows, columns); shares are drawn relative to the largest of the image."""
    plane = alpha
    if gate.is_vector:
        plane = tf.reshape(alpha, [alpha.shape[0], -1, alpha.shape[-1]])
    while len(plane.shape) > 4:
        plane = plane[:, plane.shape[1] // 2]
    if len(plane.shape) == 4:
        plane = tf.reduce_mean(plane, axis=-1)
    for axis in (1, 2):
        plane = tf.gather(plane, _indices(plane.shape[axis]), axis=axis)
    if gate.shared_axes:
        plane = tf.math.divide_no_nan(plane, tf.reduce_max(plane, axis=[1, 2], keepdims=True))
    clean = tf.where(tf.math.is_finite(plane), plane, 0.0)
    return tf.cast(tf.round(tf.clip_by_value(clean, 0.0, 1.0) * 255.0), tf.uint8)


def _indices(size: int) -> Array:
    if size <= MAP_SIDE:
        return np.arange(size)
    return np.linspace(0, size - 1, MAP_SIDE).round().astype(np.int64)
