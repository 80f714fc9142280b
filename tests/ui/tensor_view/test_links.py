"""The browser and `core.merges.provenance` tie the same cells: random alignments, every cell of each."""

import json
import random
import subprocess
from itertools import product
from pathlib import Path

import numpy as np

from core import MERGES, MergeError, align, reach, sources
from core.tensor_view.payload import payload
from ui.tensor_view import Panel, TensorView

SCRIPT = Path(__file__).with_name("links.mjs")
CASES = 300
CELLS = 400  # of a result


def test_the_browser_agrees_with_the_engine():
    """Same cells, same order, both ways."""
    alignments = list(random_alignments(CASES))
    operations = {alignment.operation for alignment in alignments}
    assert operations == set(MERGES), "every merge is among the cases"
    cases = [case(alignment) for alignment in alignments]
    run = subprocess.run(["node", str(SCRIPT)], input=json.dumps(cases), capture_output=True, text=True, check=True)
    for alignment, asked, told in zip(alignments, cases, json.loads(run.stdout), strict=True):
        for index, answer in zip(asked["outputs"], told["sources"], strict=True):
            assert cells(answer) == tuple(sources(alignment, index)), (alignment, index)
        for (number, index), answer in zip(asked["inputs"], told["reach"], strict=True):
            assert [tuple(cell) for cell in answer] == reach(alignment, number, index), (alignment, number, index)


def cells(answer):
    """Lists of lists, as tuples."""
    return tuple([tuple(cell) for cell in row] for row in answer)


def case(alignment):
    """What goes to node: the plan as Python sends it to the browser, and every cell to ask for."""
    shapes = (*alignment.shapes, alignment.output_shape)
    meta = payload(TensorView(tuple(Panel("t", np.zeros(shape, np.float32)) for shape in shapes), alignment), None)[
        "meta"
    ]
    inputs = [(number, index) for number, shape in enumerate(shapes[:-1]) for index in product(*map(range, shape))]
    return {"meta": meta, "outputs": list(product(*map(range, shapes[-1]))), "inputs": inputs}


def random_alignments(count):
    """Alignments of all merges, small ones, with stretched, inserted, joined and summed axes, and axes of size 0."""
    chance = random.Random(20)
    found = 0
    while found < count:
        try:
            alignment = random_alignment(chance)
        except MergeError:
            continue
        if np.prod(alignment.output_shape) <= CELLS:
            found += 1
            yield alignment


def random_alignment(chance):
    """One try; many are refused."""
    name = chance.choice(list(MERGES))
    size = [chance.choice([1, 2, 3, 4, 5] if chance.random() < 0.95 else [0]) for _ in range(chance.randint(0, 4))]
    if name == "Dot":
        return random_dot(chance, size)
    if name == "Concatenate":
        axis = chance.randint(0, max(0, len(size) - 1))
        shapes = [
            tuple(chance.randint(1, 4) if place == axis else length for place, length in enumerate(size))
            for _ in range(chance.randint(1, 3))
        ]
        return align(name, shapes, axis=axis)
    count = 2 if name == "Subtract" else chance.randint(1, 3)
    return align(name, [stretched(chance, size) for _ in range(count)])


def random_dot(chance, size):
    """Two inputs with one axis in common."""
    batch, summed = chance.randint(1, 3), chance.randint(1, 5)
    shapes, axes = [], []
    for _ in range(2):
        free = [chance.randint(1, 3) for _ in range(chance.randint(0, 2))]
        axes.append(chance.randint(1, len(free) + 1))
        free.insert(axes[-1] - 1, summed)
        shapes.append((batch, *free))
    return align("Dot", shapes, axes=tuple(axes))


def stretched(chance, size):
    """Some axes of 1, some left out after the batch."""
    shape = [1 if place and chance.random() < 0.3 else length for place, length in enumerate(size)]
    gone = chance.choice([0, 0, 0, 1, 2])
    return tuple(shape[:1] + shape[1 + gone :]) if len(shape) > gone + 1 else tuple(shape)
