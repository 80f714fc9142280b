"""Files of a survey: whole or missing, continued by the same survey only, the same bits whatever the order."""

import errno
import os
from pathlib import Path

import numpy as np
import pytest

from core import MergeError
from survey import command
from survey import store as stored
from survey.measure import Measured
from survey.plan import SHARD, VERSION, Options, Plan, read_plan
from survey.results import open_results, table
from survey.store import Store, shard_files
from tests.survey.made import GATE, gate_images

COUNT = 2 * SHARD + 11
PLAN = Plan("m.keras", "a" * 64, "b" * 64, COUNT, Options(("seeds:0-138",)), ((3, 5, 1),), (GATE,), 16, (3, 5))


def measured(shard: int) -> Measured:
    """Made up figures of a shard; one image of the first shard has an error, one a prediction of NaN."""
    numbers = PLAN.numbers(shard)
    found, _ = gate_images(shard, len(numbers))
    errors = ["broken" if number == 5 else "" for number in numbers]
    lost = np.array([7 if number == 9 else 0 for number in numbers])
    maps = np.broadcast_to(np.array(numbers, np.uint8)[:, None, None], (len(numbers), 3, 5)).copy()
    masked = np.ones(len(numbers), bool)
    return Measured(numbers, tuple(errors), lost, masked, (found,), (maps,), (np.zeros(len(numbers)),))


def write(store: Store, shard: int) -> None:
    store.write_shard(shard, shard_files(PLAN, measured(shard), [f"image {number}" for number in PLAN.numbers(shard)]))


def filled(folder: Path, order: list[int]) -> Store:
    store = Store(folder)
    store.begin(PLAN)
    for shard in order:
        write(store, shard)
    return store


def test_the_plan_survives_its_file():
    assert read_plan(PLAN.as_text()) == PLAN
    for text in ("", "[]", "{}", PLAN.as_text().replace('"count": 139', '"count": "x"')):
        with pytest.raises(MergeError, match="does not describe"):
            read_plan(text)
    huge = PLAN.as_text().replace("7", "70000000")
    with pytest.raises(MergeError, match="does not describe"):
        read_plan(huge)
    with pytest.raises(MergeError, match="version 9"):
        read_plan(PLAN.as_text().replace(f'"version": {VERSION}', '"version": 9'))


def test_a_part_can_be_read_and_any_order_gives_the_same_bits(tmp_path):
    part = filled(tmp_path / "a", [2, 0])
    assert part.done(PLAN) == [0, 2]
    found = open_results(tmp_path / "a")
    assert (found.count, found.complete) == (SHARD + 11, False)
    before = found.column("g0_oddness")
    part.finish(PLAN, 1.0)
    found = open_results(tmp_path / "a")
    assert (found.count, found.complete) == (SHARD + 11, False)
    assert np.array_equal(found.column("g0_oddness"), before, equal_nan=True)
    write(part, 1)
    assert open_results(tmp_path / "a").count == COUNT
    part.finish(PLAN, 2.0)
    filled(tmp_path / "b", [0, 1, 2]).finish(PLAN, 3.0)
    first, second = open_results(tmp_path / "a"), open_results(tmp_path / "b")
    assert first.complete
    assert part.done(PLAN) == [0, 1, 2]
    assert not (tmp_path / "a" / "shards").exists()
    for name in ("images.parquet", "maps.parquet"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    for one, other in zip(first._states, second._states, strict=True):
        assert all((one[name] == other[name]).all() for name in one)
    assert first.errors[5] == "broken"
    assert first.column("answer_not_finite")[9] == 7
    rows = [130, 3, 70, 3]
    assert (first.maps(0, rows)[:, 0, 0] == rows).all()
    (row,) = table(first)
    assert sum(row["verdicts"].values()) == pytest.approx(1)


def test_sorting(tmp_path):
    filled(tmp_path, [0, 1, 2]).finish(PLAN, 1.0)
    found = open_results(tmp_path)
    for by in ("oddness", "mean", "iou", "number"):
        values = found.column("number" if by == "number" else f"g0_{by}").astype(float)
        for descending in (True, False):
            rows = found.order(0, by, descending=descending)
            assert sorted(rows) == list(range(COUNT))
            ordered = values[rows]
            known = ordered[~np.isnan(ordered)]
            assert np.isnan(ordered[len(known) :]).all()
            pairs = known[:-1], known[1:]
            assert (pairs[0] >= pairs[1]).all() if descending else (pairs[0] <= pairs[1]).all()


def test_another_survey_is_rejected(tmp_path):
    store = filled(tmp_path, [0])
    for name, change in (("model", "model_digest"), ("images", "source_digest")):
        other = Plan(**(vars(PLAN) | {change: "c" * 64}))
        with pytest.raises(MergeError, match=f"differs: {name}"):
            store.begin(other)
    with pytest.raises(MergeError, match="differs: options"):
        store.begin(Plan(**(vars(PLAN) | {"options": Options(("seeds:0-138",), scale="none")})))
    assert store.begin(PLAN) == PLAN
    assert store.done(PLAN) == [0]


def test_a_full_disk_loses_nothing(tmp_path, monkeypatch):
    """A shard that cannot be written is missing as a whole; the sentence says that the rest is kept."""
    store = filled(tmp_path, [0])

    def full(_handle):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(stored.os, "fsync", full)
    with pytest.raises(MergeError, match=r"No space left on device. What was measured so far is kept"):
        write(store, 1)
    monkeypatch.undo()
    assert store.done(PLAN) == [0]
    assert not list(tmp_path.rglob("*.part"))
    write(store, 1)
    assert store.done(PLAN) == [0, 1]


def test_a_full_disk_is_said_once(tmp_path, monkeypatch, capsys):
    """The command prints why a shard could not be written, and not once more for the merged results."""

    def full(*_given, **_named):
        raise stored.unwritable(tmp_path / "file", OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))

    filled(tmp_path, [0])
    for name, replaced in {"_begun": lambda *_: (PLAN, None), "_measure": full}.items():
        monkeypatch.setattr(command, name, replaced)
    monkeypatch.setattr(Store, "finish", full)
    assert command.main(["m.keras", "seeds:0-138", "--out", str(tmp_path)]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_damaged_files_are_said(tmp_path):
    with pytest.raises(MergeError, match="holds no survey"):
        open_results(tmp_path)
    with pytest.raises(MergeError, match="holds no survey"):
        open_results(tmp_path / "none")
    store = filled(tmp_path, [0, 1, 2])
    store.finish(PLAN, 1.0)
    for name in ("summary.npz", "images.parquet", "plan.json"):
        content = (tmp_path / name).read_bytes()
        for damaged in (b"", content[:50], bytes(reversed(content))):
            (tmp_path / name).write_bytes(damaged)
            with pytest.raises(MergeError):
                open_results(tmp_path)
        (tmp_path / name).write_bytes(content)
    assert open_results(tmp_path).complete


def test_a_survey_without_results_says_so(tmp_path):
    Store(tmp_path).begin(PLAN)
    with pytest.raises(MergeError, match="no results yet"):
        open_results(tmp_path)
