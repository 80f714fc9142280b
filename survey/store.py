"""The files of a survey. A shard is written as .part, flushed to the disk and renamed, so that it is whole or missing.

    plan.json        the plan
    shards/N.parquet the images of a shard, a row each
    shards/N.npz     the statistics of a shard; written last, so that it marks the shard as done
    images.parquet   all images, with how odd they are
    maps.parquet     their maps, a row group for each shard
    summary.npz      the merged statistics
    result.json      how much of the survey these three hold

The shards are removed when the survey is complete.
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from core import MergeError
from core.dtypes import Array
from core.errors import invalid_request
from sandbox.model_run.gate_figures import GateSpec
from survey import summary
from survey.measure import Measured
from survey.plan import MAX_PLAN_BYTES, Plan, differences, read_plan
from survey.rank import FIGURES_OF_IMAGE, ODD_BY, VERDICTS, oddness

PLAN, IMAGES, MAPS, SUMMARY = "plan.json", "images.parquet", "maps.parquet", "summary.npz"
RESULT, SHARDS = "result.json", "shards"
MAP = "_map"  # end of the name of a column with maps
_SHARD = re.compile(r"(\d+)\.npz")
States = list[summary.State]


@dataclass(frozen=True)
class ShardFiles:
    """A shard as it is stored.

    Attributes:
        images: a Parquet file.
        statistics: an .npz file.
    """

    images: bytes
    statistics: bytes


def shard_files(plan: Plan, measured: Measured, ids: Sequence[str]) -> ShardFiles:
    """The files of a shard.

    Args:
        plan: of the survey.
        measured: what was measured.
        ids: of the images of the shard.
    """
    columns: dict[str, Any] = {
        "number": pa.array(list(measured.numbers), pa.int64()),
        "id": pa.array(list(ids), pa.string()),
        "error": pa.array(list(measured.errors), pa.string()),
        "answer_not_finite": pa.array(measured.lost, pa.int32()),
        "mask": pa.array(measured.masked),
    }
    for number, found in enumerate(measured.gates):
        for at, name in enumerate(FIGURES_OF_IMAGE):
            columns[f"g{number}_{name}"] = pa.array(found.figures[:, at], pa.float64())
        columns[f"g{number}_not_finite"] = pa.array(np.nan_to_num(measured.not_finite[number]).astype(np.int32))
        columns[f"g{number}_verdict"] = pa.array(found.verdicts, pa.int8())
        flat = measured.maps[number].reshape(len(ids), -1)
        columns[f"g{number}{MAP}"] = pa.array([row.tobytes() for row in flat], pa.binary(flat.shape[1]))
    parquet = io.BytesIO()
    pq.write_table(pa.table(columns), parquet, compression="zstd")
    states = [
        summary.add(summary.create(gate), found, gate) for gate, found in zip(plan.gates, measured.gates, strict=True)
    ]
    return ShardFiles(parquet.getvalue(), pack(states))


def pack(states: Sequence[summary.State]) -> bytes:
    """States of the gates as an .npz file."""
    content = io.BytesIO()
    arrays: dict[str, Any] = {
        f"{number}/{name}": array for number, state in enumerate(states) for name, array in state.items()
    }
    np.savez_compressed(content, **arrays)
    return content.getvalue()


def unpack(file: Any, gates: Sequence[GateSpec]) -> States:
    """The states in an .npz file.

    Raises:
        ValueError: it holds other arrays than `pack` writes for these gates.
    """
    with np.load(file, allow_pickle=False) as stored:
        states = [{name: stored[f"{number}/{name}"] for name in summary.STATISTICS} for number in range(len(gates))]
    for gate, state in zip(gates, states, strict=True):
        for name, empty in summary.create(gate).items():
            if state[name].shape != empty.shape or state[name].dtype != empty.dtype:
                raise ValueError(name)
    return states


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is never seen in part, also after a power failure.

    Raises:
        MergeError: the disk is full or the folder cannot be written; nothing else is lost.
    """
    part = path.with_name(path.name + ".part")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        _put_in_place(part, path)
    except OSError as error:
        with suppress(OSError):
            part.unlink()  # a full disk needs the room
        raise unwritable(path, error) from None


def _put_in_place(part: Path, path: Path) -> None:
    part.replace(path)
    if os.name == "posix":  # elsewhere a folder cannot be flushed
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def unwritable(path: Path, error: OSError) -> MergeError:
    """The error of a file that cannot be written."""
    return invalid_request(
        "{file} cannot be written: {reason}. What was measured so far is kept; the same command continues.",
        file=path.name[:60],
        reason=error.strerror or str(error),
    )


class Store:
    """The folder of a survey, for the one process that writes it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def check_folder(self) -> None:
        """Whether the folder can be written, or made; said before the model is started.

        Raises:
            MergeError: it is a file, or nothing may be written there.
        """
        there = next(one for one in (self.folder, *self.folder.absolute().parents) if one.exists())
        if not there.is_dir():
            raise invalid_request("The results need a folder; {file} is a file.", file=there.name[:60])
        if not os.access(there, os.W_OK | os.X_OK):
            raise invalid_request("Nothing may be written into the folder {folder}.", folder=str(there)[-60:])

    def stored_plan(self) -> Plan | None:
        """The plan of the survey in this folder; None if there is none.

        Raises:
            MergeError: plan.json cannot be read.
        """
        return stored_plan(self.folder)

    def begin(self, plan: Plan) -> Plan:
        """Start the survey in this folder, or continue it; the plan that is carried out.

        Raises:
            MergeError: the folder holds another survey, or cannot be written.
        """
        held = self.stored_plan()
        if held is not None:
            if held.id != plan.id:
                raise invalid_request(
                    "{folder} holds another survey; what differs: {changed}. Nothing was changed; name another folder.",
                    folder=self.folder.name[:60],
                    changed=", ".join(differences(held, plan)),
                )
            return held
        try:
            (self.folder / SHARDS).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise unwritable(self.folder, error) from None
        write_whole(self.folder / PLAN, plan.as_text().encode())
        return plan

    def done(self, plan: Plan) -> list[int]:
        """The numbers of the shards that are stored, in order."""
        result = read_result(self.folder)
        if result.get("complete"):
            return list(range(plan.shards))
        return stored_shards(self.folder, plan)

    def write_shard(self, shard: int, files: ShardFiles) -> None:
        """Store a shard.

        Raises:
            MergeError: it cannot be written.
        """
        folder = self.folder / SHARDS
        write_whole(folder / f"{shard:06d}.parquet", files.images)
        write_whole(folder / f"{shard:06d}.npz", files.statistics)

    def finish(self, plan: Plan, seconds: float) -> None:
        """Merge the stored shards into images.parquet and summary.npz. Needs the memory of one shard.

        Args:
            plan: of the survey.
            seconds: that the survey took so far.

        Raises:
            MergeError: the files cannot be written.
        """
        if read_result(self.folder).get("complete"):
            return
        shards = stored_shards(self.folder, plan)
        complete = len(shards) == plan.shards
        write_whole(self.folder / SUMMARY, pack(merged_states(self.folder, plan, shards)))
        _write_images(self.folder, plan, shards)
        result = {"plan": plan.id, "shards": shards, "complete": complete, "seconds": seconds}
        write_whole(self.folder / RESULT, json.dumps(result).encode())
        if complete:
            shutil.rmtree(self.folder / SHARDS, ignore_errors=True)


def stored_plan(folder: Path) -> Plan | None:
    """The plan of the survey in a folder; None if there is none.

    Raises:
        MergeError: plan.json cannot be read.
    """
    path = folder / PLAN
    try:
        if not path.is_file():
            return None
        if path.stat().st_size > MAX_PLAN_BYTES:
            raise invalid_request("plan.json does not describe a survey.")
        return read_plan(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise invalid_request("plan.json does not describe a survey.") from None
    except OSError as error:
        raise invalid_request("{file} cannot be read: {reason}.", file=PLAN, reason=str(error.strerror)) from None


def read_result(folder: Path) -> Mapping[str, Any]:
    """result.json, or an empty mapping."""
    try:
        value = json.loads((folder / RESULT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def stored_shards(folder: Path, plan: Plan) -> list[int]:
    """The numbers of the shards that are stored as files, in order."""
    matches = (_SHARD.fullmatch(file.name) for file in (folder / SHARDS).glob("*.npz"))
    numbers = sorted(int(match[1]) for match in matches if match)
    return [number for number in numbers if number < plan.shards]


def merged_states(folder: Path, plan: Plan, shards: Sequence[int]) -> States:
    """The statistics of some shards together; always merged in their order, so that the bits are the same."""
    states = [summary.create(gate) for gate in plan.gates]
    for shard in shards:
        more = unpack(folder / SHARDS / f"{shard:06d}.npz", plan.gates)
        states = [summary.merge(state, other) for state, other in zip(states, more, strict=True)]
    return states


def shard_table(folder: Path, shard: int, columns: Sequence[str] | None = None) -> pa.Table:
    """The images of a stored shard."""
    return pq.read_table(folder / SHARDS / f"{shard:06d}.parquet", columns=columns and list(columns), use_threads=False)


def oddness_columns(plan: Plan, table: Mapping[str, Array]) -> dict[str, Array]:
    """How odd each image is at each gate, by the name of its column; infinite where values were not finite.

    Args:
        plan: of the survey.
        table: columns of all images by name.
    """
    found = {}
    for number in range(len(plan.gates)):
        odd = oddness({name: table[f"g{number}_{name}"] for name in ODD_BY})
        lost = table[f"g{number}_verdict"] == VERDICTS.index("not finite")
        found[f"g{number}_oddness"] = np.where(lost, np.inf, odd)
    return found


def without_maps(table: pa.Table) -> pa.Table:
    """The table without the columns of the maps."""
    return table.select([name for name in table.column_names if not name.endswith(MAP)])


def with_oddness(plan: Plan, table: pa.Table) -> pa.Table:
    """The table of all images with the columns of `oddness_columns`."""
    names = [f"g{number}_{name}" for number in range(len(plan.gates)) for name in (*ODD_BY, "verdict")]
    for name, values in oddness_columns(plan, {name: table[name].to_numpy() for name in names}).items():
        table = table.append_column(name, pa.array(values, pa.float64()))
    return table


def _write_images(folder: Path, plan: Plan, shards: Sequence[int]) -> None:
    """images.parquet and maps.parquet; the maps of one shard at a time."""
    if not shards:
        return
    path = folder / MAPS
    part, kept = path.with_name(path.name + ".part"), []
    try:
        writer: Any = None
        for shard in shards:
            table = shard_table(folder, shard)
            kept.append(without_maps(table))
            maps = table.select(["number", *(name for name in table.column_names if name.endswith(MAP))])
            writer = writer or pq.ParquetWriter(part, maps.schema, compression="zstd")
            writer.write_table(maps, row_group_size=maps.num_rows)
        writer.close()
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        _put_in_place(part, path)
    except OSError as error:
        raise unwritable(path, error) from None
    content = io.BytesIO()
    whole = with_oddness(plan, pa.concat_tables(kept))
    pq.write_table(whole, content, compression="zstd", use_dictionary=["error"])  # one for each figure takes a megabyte
    write_whole(folder / IMAGES, content.getvalue())
