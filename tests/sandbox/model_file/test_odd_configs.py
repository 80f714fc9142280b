"""Configs of real models with entries removed, exchanged and repeated: read, or refused with one sentence."""

import json
import zipfile
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

import pytest

from core import MergeError, Sentence
from sandbox.model_file.file import read_model
from sandbox.model_file.keras2_config import translate

pytestmark = pytest.mark.keras  # reading weights needs its packages

CORPUS = Path(__file__).parents[1] / "corpus"
FILES = ("sharing/keras-2.12.0", "sharing/keras-3.0.5", "functions/keras-2.15.0", "keras-3.10.0", "keras-2.13.1")
ODD: list[Any] = [
    None, True, -1, 0, 2**70, 1.5, "", "x", [], [[]], [None], [[1, 2]], {}, {"config": None}, {"config": {}},
    {"class_name": "x"}, {"class_name": "Functional", "config": {"layers": []}}, ["a", 0, 0], [["a", 0, 99]],
    {"class_name": "__keras_tensor__", "config": {"keras_history": ["a", 0, 0]}},
]  # fmt: skip


@cache
def models() -> list[dict[str, bytes]]:
    """The members of each .keras file."""
    found = []
    for name in FILES:
        with zipfile.ZipFile(CORPUS / f"{name}.zip") as outer:
            for member in sorted(one for one in outer.namelist() if one.endswith(".keras")):
                with zipfile.ZipFile(BytesIO(outer.read(member))) as inner:
                    found.append({one: inner.read(one) for one in inner.namelist()})
    return found


def paths(value: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of everything in a config."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in inside:
        yield (*above, key)
        yield from paths(inner, (*above, key))


def at(value: Any, path: tuple[Any, ...]) -> Any:
    """What is found at a path."""
    for key in path:
        value = value[key]
    return value


def change(config: Any, random: Random) -> None:
    """Remove, exchange or repeat one entry."""
    found = list(paths(config))
    if not found:
        return
    path = random.choice(found)
    around, key, kind = at(config, path[:-1]), path[-1], random.random()
    if kind < 0.3:
        del around[key]
    elif kind < 0.6:
        around[key] = deepcopy(random.choice(ODD))
    elif kind < 0.8 or isinstance(around, dict):
        around[key] = deepcopy(at(config, random.choice(found)))
    else:
        around.append(deepcopy(around[key]))


@pytest.mark.parametrize("seed", range(4))
def test_odd_configs_never_surprise(seed):
    """As .keras, and as if the config came from an HDF5 file; nothing but an error with a sentence is raised."""
    random, read = Random(seed), 0
    for turn in range(100):
        members = random.choice(models())
        config = json.loads(members["config.json"])
        for _ in range(random.randint(1, 3)):
            change(config, random)
        content = BytesIO()
        with zipfile.ZipFile(content, "w") as file:
            for name, part in members.items():
                file.writestr(name, json.dumps(config) if name == "config.json" else part)
        try:
            read_model(content.getvalue())
            read += 1
        except MergeError as error:
            text = error.keras_message
            assert isinstance(text, Sentence)
            assert "\n" not in text
        translate(config, keras_2=turn % 2 == 0, hdf5=True)
    assert 20 < read < 100
