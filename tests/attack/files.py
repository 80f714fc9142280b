"""Bad files, with a part of the sentence that each must get: those of the parsers' tests, and more for the pages."""
# ruff: noqa: E501  # one row, one line

import numpy as np

from tests.core.story.test_reading import GOOD
from tests.sandbox import hostile
from tests.ui.files.test_uploads import REFUSED
from tests.ui.sample_files import FLOATS, PNG, npy, npz, picture

LAB = ("Merge_lab", "f0=file", "u0")
MODEL = ("Model_inspector", "msrc=own", "model_file")
STORY = ("Story", "story=own", "story_file")
SLICE = ("Attention_gate", "slice=file", "own_slice")

_HEAD = b'title = "a"\n[[step]]\ntitle = "t"\ntext = "x"\n'
_ONLY_UPLOADED = ("58 too large", "61 long name")  # the server refuses these before a page sees them

STORIES = {
    "empty": (b"\n \n", "The file is empty."),
    "no text": (b"\xff\xfe\x00", "not UTF-8"),
    "too long": (b"#" * 100_001, "The file has 100,001 bytes; at most 100,000 are allowed."),
    "nested": (b"x = " + b"[" * 5_000, "nested too deeply"),
    "a name of 45,000 parts": (b"a" + b".a" * 45_000 + b" = 1\n", "nested too deeply"),
    "a table of 30,000 parts": (b"[" + b".".join([b'"a"'] * 20_000) + b"]\n", "nested too deeply"),
    "a name within braces": (_HEAD + b"seed = {" + b".".join([b"a"] * 30_000) + b" = 1}\n", "nested too deeply"),
    "a number of 5,000 digits": (b"x = " + b"1" * 5_000, "This is not TOML"),
    "no step": (b'title = "a"', "There is no step"),
    "steps are a number": (b'title = "a"\nstep = 3', "There is no step"),
    "a step is a number": (b'title = "a"\nstep = [1]', "A step begins with a line [[step]]"),
    "61 steps": (
        b'title = "a"\n' + b'[[step]]\ntitle="t"\ntext="t"\nscene="open"\n' * 61, "61 steps; at most 60 are allowed.",
    ),
    "a picture": (PNG, "not UTF-8"),
    "a zip": (b"PK\x03\x04", "This is not TOML"),
    "JSON": (b'{"title": "a"}', "This is not TOML"),
    "YAML": (b"title: a\nsteps:\n  - x\n", "This is not TOML"),
    "unknown operation": (_HEAD + b'operation = "Divide"\nshapes = [[2, 3]]\n', "operation must be one of"),
    "unknown scene": (_HEAD + b'scene = "x"\n', "scene must be one of gated, open, steps, training"),
    "unknown entry": (_HEAD + b'scene = "open"\nscript = "alert(1)"\n', "There is no entry 'script'"),
    "both": (_HEAD + b'scene = "open"\noperation = "Add"\nshapes = [[2, 3]]\n', "either an operation with shapes or a scene"),
    "neither": (_HEAD, "either an operation with shapes or a scene"),
    "no shapes": (_HEAD + b'operation = "Add"\n', "The entry shapes is missing."),
    "shape bomb": (_HEAD + b'operation = "Add"\nshapes = [[60000, 1], [1, 60000]]\n', "differ"),
    "result bomb": (_HEAD + b'operation = "Multiply"\nshapes = [[1, 60000, 1], [1, 1, 60000]]\n', "has 3,600,000,000 elements"),
    "negative size": (_HEAD + b'operation = "Add"\nshapes = [[2, -3]]\n', "got -3"),
    "infinite size": (_HEAD + b'operation = "Add"\nshapes = [[2, inf]]\n', "got inf"),
    "a date as shape": (_HEAD + b'operation = "Add"\nshapes = [2020-01-01]\n', ""),
    "entry twice": (_HEAD + b'text = "y"\n', "This is not TOML"),
    "title of a list": (b'title = ["a"]\n[[step]]\ntitle="t"\ntext="x"\nscene="open"\n', ""),
    "file of another encoding": ('title = "Größe"'.encode("latin-1"), "not UTF-8"),
}  # fmt: skip

SLICES = {
    "four axes": (
        "a.npy",
        npy(np.ones((2, 3, 5, 7))),
        "A slice must have shape (rows, columns), (rows, columns, 1) or (rows, columns, 3); got (",
    ),
    "one axis": (
        "a.npy",
        npy(np.ones(7)),
        "A slice must have shape (rows, columns), (rows, columns, 1) or (rows, columns, 3); got (",
    ),
    "two channels": (
        "a.npy",
        npy(np.ones((5, 7, 2))),
        "A slice must have shape (rows, columns), (rows, columns, 1) or (rows, columns, 3); got (",
    ),
    "all the same": ("a.npy", npy(np.full((5, 7), 3.0)), "All values of the slice are equal (3)"),
    "NaN": ("a.npy", npy(np.full((5, 7), np.nan)), "35 of these are NaN or infinite."),
    "one infinity": ("a.npy", npy(np.array([[1, 2], [3, np.inf]])), "1 of these are NaN or infinite."),
    "two arrays": (
        "a.npz",
        npz(a=np.ones((2, 2)), b=np.ones((2, 2))),
        "The archive contains 2 arrays; an image is one array.",
    ),
    "text": ("a.png", b"hello", "This is not a PNG, JPEG or WebP picture."),
    "one colour": ("a.png", picture((9, 9), colour=(7, 7, 7)), "All values of the slice are equal"),
    "another ending": ("a.dcm", FLOATS, "Only .npy"),
}

# what: (where, name of the file, content, a part of the sentence)
FILES = {
    **{f"array: {what}": (LAB, *row) for what, row in REFUSED.items() if what not in _ONLY_UPLOADED},
    **{f"model: {what}": (MODEL, "m.keras", *row) for what, row in hostile.UNREADABLE.items()},
    **{f"model, shown: {what}": (MODEL, "m.keras", *row) for what, row in hostile.REFUSED.items()},
    **{f"story: {what}": (STORY, "s.toml", *row) for what, row in STORIES.items()},
    **{f"slice: {what}": (SLICE, *row) for what, row in SLICES.items()},
}
GOOD_STORY = GOOD.encode()
