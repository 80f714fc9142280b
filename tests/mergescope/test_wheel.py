"""The wheel in a process that has nothing else of the repository."""

import ast
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def run_with(wheel, code):
    """A fresh process that has the wheel and not the repository."""
    return subprocess.run(
        [sys.executable, "-c", code], cwd=wheel.parent, env=os.environ | {"PYTHONPATH": str(wheel)},
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip


def test_the_wheel_holds_all_that_it_needs(wheel):
    """The engine under its own name, the view, both languages; neither Streamlit nor TensorFlow is imported."""
    code = (
        "import sys, numpy as np, mergescope, mergescope.core, mergescope.core.gates\n"
        "mergescope.set_language('zh')\n"
        "widget = mergescope.show('Multiply', np.ones((2, 5, 7)), np.ones((2, 1, 7)))\n"
        "print(mergescope.core.align('Add', [(2, 3), (2, 3)]).output_shape, widget.meta['words']['play'])\n"
        "print(len(widget._esm) > 100_000, isinstance(widget.view.alignment, mergescope.core.Alignment))\n"
        "print(sorted({'core', 'ui', 'streamlit', 'tensorflow', 'keras', 'plotly'} & set(sys.modules)))\n"
        "print(mergescope.__file__)"
    )
    lines = run_with(wheel, code).splitlines()
    assert lines[:3] == ["(2, 3) 播放", "True True", "[]"]
    assert lines[3].startswith(str(wheel))


def test_the_command_of_the_engine_works_in_the_wheel(wheel):
    code = (
        "import runpy, sys; sys.argv[1:] = ['Add', '2,3', '2,3']; runpy.run_module('mergescope.core', None, '__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=wheel.parent, env=os.environ | {"PYTHONPATH": str(wheel)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Add of (2, 3), (2, 3) gives (2, 3)" in done.stdout, done.stderr


def test_the_wheel_depends_on_numpy_and_anywidget_alone(wheel):
    (metadata,) = wheel.glob("mergescope-*.dist-info/METADATA")
    needed = [
        line.split(":")[1].split(">")[0].strip()
        for line in metadata.read_text().splitlines()
        if "Requires-Dist" in line
    ]
    assert sorted(needed) == ["anywidget", "numpy"]


def test_both_forms_of_the_package_name_the_same_parts_of_the_engine():
    """`mergescope.engine` lists them once for the repository and once for the wheel."""
    source = ast.parse((ROOT / "mergescope" / "engine.py").read_text(encoding="utf-8"))
    (choice,) = [node for node in source.body if isinstance(node, ast.If)]

    def named(body):
        return [(node.module, [one.name for one in node.names]) for node in body]

    assert named(choice.body) == named(choice.orelse)
