"""Opens the folder of a survey: figures, images and maps. Needs neither Dask nor Keras; reads no more than asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from core.dtypes import Array
from core.errors import invalid_request
from survey import summary
from survey.plan import Plan
from survey.rank import FIGURES_OF_IMAGE, VERDICTS, most_odd
from survey.store import (
    IMAGES,
    MAP,
    MAPS,
    SUMMARY,
    merged_states,
    read_result,
    shard_table,
    stored_plan,
    stored_shards,
    unpack,
    with_oddness,
    without_maps,
)

ORDERS = ("oddness", *FIGURES_OF_IMAGE, "number")  # by which the images of a gate can be sorted
MOST_SUMMARY_BYTES = 500_000_000


class Results:
    """A survey as far as it was carried out.

    Attributes:
        folder: that holds it.
        plan: of the survey.
        complete: whether every image was looked at.
    """

    def __init__(self, folder: Path, plan: Plan) -> None:
        self.folder, self.plan = folder, plan
        result = read_result(folder)
        self._shards = stored_shards(folder, plan)
        listed = result.get("shards")
        self._merged = result.get("plan") == plan.id and (bool(result.get("complete")) or listed == self._shards)
        self.complete = bool(self._merged and result.get("complete")) or len(self._shards) == plan.shards
        self.seconds = float(result.get("seconds") or 0.0)

    @property
    def gates(self) -> tuple[str, ...]:
        """Ids of the gates."""
        return tuple(gate.id for gate in self.plan.gates)

    @property
    def count(self) -> int:
        """Images that were looked at, those with an error among them."""
        return int(self.column("number").size)

    @cached_property
    def ids(self) -> Array:
        """Of the images, (n,) objects."""
        return self.column("id")

    @cached_property
    def errors(self) -> Array:
        """One text for each image; empty where there was none."""
        return self.column("error")

    @cached_property
    def summaries(self) -> tuple[dict[str, Any], ...]:
        """For each gate what `survey.summary.extract` gives."""
        return tuple(summary.extract(state) for state in self._states)

    @cached_property
    def _states(self) -> list[summary.State]:
        if not self._merged:
            return merged_states(self.folder, self.plan, self._shards)
        path = self.folder / SUMMARY
        if path.stat().st_size > MOST_SUMMARY_BYTES:
            raise ValueError(SUMMARY)
        return unpack(path, self.plan.gates)

    def bins(self, gate: int) -> tuple[Array, Array]:
        """The counts of the gate values, (256,), and of the features, (C, 128)."""
        state = self._states[gate]
        return state["weight_bins"], state["feature_bins"]

    def column(self, name: str) -> Array:
        """A column of all images, (n,); a figure of gate 2 is "g2_mean"."""
        found = self._arrays.get(name)
        if found is None:
            found = self._arrays[name] = self._table[name].to_numpy()
        return found

    @cached_property
    def _arrays(self) -> dict[str, Array]:
        return {}

    @cached_property
    def _table(self) -> pa.Table:
        """All columns but the maps."""
        if self._merged:
            return pq.read_table(self.folder / IMAGES)
        tables = [without_maps(shard_table(self.folder, shard)) for shard in self._shards]
        if not tables:
            raise invalid_request("The survey has no results yet.")
        return with_oddness(self.plan, pa.concat_tables(tables))

    def order(self, gate: int, by: str, *, descending: bool = True) -> Array:
        """The rows of all images, sorted; those without the figure are last, equal ones by number.

        Args:
            gate: number of the gate.
            by: one of `ORDERS`.
            descending: the largest figure first.
        """
        values = self.column("number" if by == "number" else f"g{gate}_{by}").astype(np.float64)
        known = ~np.isnan(values)
        rows = np.flatnonzero(known)
        sign = -1.0 if descending else 1.0
        return np.concatenate([rows[np.argsort(sign * values[rows], kind="stable")], np.flatnonzero(~known)])

    def odd(self, gate: int) -> Array:
        """The rows of the oddest images of a gate, the oddest first."""
        return most_odd(self.column(f"g{gate}_oddness"))

    def verdicts(self, gate: int) -> Array:
        """Names of the verdicts, (n,); empty for an image that was not measured."""
        names = np.array([*VERDICTS, ""], dtype=object)
        found: Array = names[self.column(f"g{gate}_verdict")]
        return found

    def maps(self, gate: int, rows: Sequence[int]) -> Array:
        """The small maps of some images, (k, rows, columns) uint8. Only the parts of the file that hold them are read.

        Args:
            gate: number of the gate.
            rows: of the images.
        """
        name, grid = f"g{gate}{MAP}", self.plan.gates[gate].grid
        found: Array = np.zeros((len(rows), *grid), np.uint8)
        groups: dict[int, list[int]] = {}
        starts = self._starts
        for at, row in enumerate(rows):
            groups.setdefault(int(np.searchsorted(starts, row, side="right")) - 1, []).append(at)
        for group, members in groups.items():
            column = self._group(group, name)
            for at in members:
                raw = column[int(rows[at] - starts[group])].as_py()
                found[at] = np.frombuffer(raw, np.uint8).reshape(grid)
        return found

    @cached_property
    def _file(self) -> pq.ParquetFile:
        return pq.ParquetFile(self.folder / MAPS)

    @cached_property
    def _starts(self) -> Array:
        """The first row of each shard."""
        if self._merged:
            counts = [self._file.metadata.row_group(at).num_rows for at in range(self._file.num_row_groups)]
        else:
            counts = [len(self.plan.numbers(shard)) for shard in self._shards]
        return np.cumsum([0, *counts])[:-1]

    def _group(self, group: int, name: str) -> Any:
        if self._merged:
            return self._file.read_row_group(group, columns=[name])[name]
        return shard_table(self.folder, self._shards[group], [name])[name]


def open_results(folder: Path) -> Results:
    """The survey in a folder, finished or not.

    Raises:
        MergeError: there is none, or its files cannot be read.
    """
    try:
        plan = stored_plan(folder) if folder.is_dir() else None
        if plan is None:
            raise invalid_request("{folder} holds no survey; python -m survey writes one.", folder=folder.name[:60])
        found = Results(folder, plan)
        _ = found.summaries, found.ids
        return found
    except (OSError, KeyError, EOFError, ValueError, pa.ArrowException, BadZipFile, RecursionError) as error:
        if hasattr(error, "keras_message"):
            raise
        raise invalid_request("The files of the survey are damaged: {reason}", reason=str(error)[:120]) from None


def table(results: Results) -> list[Mapping[str, Any]]:
    """A row for each gate: its id, the fraction of the images with each verdict, and the means of the figures."""
    rows = []
    for name, found in zip(results.gates, results.summaries, strict=True):
        measured = max(1, sum(found["verdicts"].values()))
        shares = {kind: count / measured for kind, count in found["verdicts"].items()}
        rows.append({"gate": name, "images": found["images"], "verdicts": shares} | {n: found[n] for n in _TABLE})
    return rows


_TABLE = (*FIGURES_OF_IMAGE, *(f"{name}_std" for name in FIGURES_OF_IMAGE), "not_finite", "smallest", "largest")
