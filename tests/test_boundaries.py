"""The boundaries of the code: who imports whom, which names of a package are public, how large a file may be."""

import ast
import importlib
import re
import subprocess
import sys
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

from tests.structure import ROOT, Arrow, arrows, levels, module_name, module_names, python_files, rooms, top

HEAVY = {"tensorflow", "keras", "jax", "torch"}
OURS = {"core", "figures", "mergescope", "ui", "network", "training", "sandbox", "survey", "pages", "bench", "tests"}
ALLOWED = {  # folder: which of our folders it may import
    "core": set(),
    "figures": {"core"},
    "mergescope": {"core"},
    "ui": {"core", "sandbox", "survey"},
    "pages": {"core", "figures", "ui"},
    "app": {"core", "figures", "ui"},
    "serve": {"core", "ui"},
    "network": {"core", "sandbox"},  # of the sandbox, the types of its messages
    "training": {"core", "network"},
    "sandbox": {"core"},
    "survey": {"core", "sandbox", "network"},  # of the network, the generator of slices
}
STARTED = {"sandbox": {"network"}}  # folder: whose modules it may start as processes, by name
FOREIGN = {  # folder: packages of others that it may not import
    "core": {"streamlit", "plotly", "pandas", "PIL", "pyarrow", *HEAVY},
    "figures": {"streamlit", *HEAVY},
    "mergescope": {"streamlit", "plotly", "PIL", "pyarrow"},
    "ui": {"plotly", *HEAVY},
    "pages": {"plotly", *HEAVY},
    "app": {"plotly", *HEAVY},
    "serve": {"plotly", *HEAVY},
    "network": {"streamlit", "plotly"},
    "training": {"streamlit", "plotly"},
    "sandbox": {"streamlit", "plotly"},
    "survey": {"streamlit", "plotly", "h5py", *HEAVY},
}
OWN_STYLE = ROOT / "ui" / "stage" / "face.py"  # writes one style sheet of its own, before the first paint
STATE = (
    "ui/session.py",
    "ui/state/",
    "ui/streamlit_internals/",
)  # where Streamlit's session state is read and written
PRIVATE = {
    "streamlit": tuple(
        f"ui/streamlit_internals/{name}.py"
        for name in ("absent", "components", "fragments", "messages", "server", "stale", "values")
    ),
    "keras": ("sandbox/processes/keras_internals.py", "mergescope/keras_internals.py"),  # the wheel has no sandbox
    "PIL": ("ui/export/pillow_internals.py",),
}
PRIVATE_FILES = [file for files in PRIVATE.values() for file in files]
PUBLIC_STREAMLIT = {
    "components",
    "errors",
    "testing",
    "typing",
}  # the modules of Streamlit that its documentation names
OTHER_PRIVATE = {  # private names of other packages: each is needed, in one file
    ("ui/export/painters/slide_parts.py", "_element"): "python-pptx: the XML element of a shape",
    ("ui/export/painters/slide_parts.py", "_blob"): "python-pptx: the content of a part",
    ("ui/export/painters/slide_parts.py", "_r"): "python-pptx: the XML element of a run",
    ("sandbox/processes/child_main.py", "_exit"): "os: documented in spite of its name",
}
PROTOCOL = (
    "bench/load_tree.py",
    "bench/load_messages.py",
    "bench/load_visitor.py",
    "bench/load_widgets.py",
)  # speak Streamlit's protocol, as a browser does
MOST_ROOMS = {"core": 12, "ui": 20, "sandbox": 6, "survey": 12}
BAD_NAMES = {"utils", "helpers", "common", "manager", "service", "misc"}
LONG, TOO_LONG, SLICE = 250, 400, 60


@cache
def public_names(package: str) -> set[str]:
    """`__all__` of a package, read from its source."""
    file = ROOT / package.replace(".", "/") / "__init__.py"
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__":
            return set(ast.literal_eval(node.value))
    return set()


@cache
def functions(package: str) -> set[str]:
    """The names that the face of a package imports from its modules."""
    file = ROOT / package.replace(".", "/") / "__init__.py"
    nodes = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    return {name.name for node in nodes if isinstance(node, ast.ImportFrom) for name in node.names}


@cache
def crossings(arrow: Arrow) -> list[tuple[str, str]]:
    """The packages into which an import reaches from outside, each with the name that is taken from it."""
    parts = arrow.target.split(".")
    reached = [(".".join(parts[:at]), parts[at]) for at in range(1, len(parts))]
    packages = [
        (package, name) for package, name in reached if (ROOT / package.replace(".", "/") / "__init__.py").exists()
    ]
    return [(package, name) for package, name in packages if not f"{arrow.source}.".startswith(f"{package}.")]


@pytest.mark.parametrize("folder", ALLOWED)
def test_arrows_point_down(folder):
    """No folder imports a folder above or beside it, or a library that belongs elsewhere."""
    wrong = [
        arrow
        for arrow in arrows()
        if top(arrow.source) == folder or arrow.file == f"{folder}.py" or arrow.file.startswith(f"{folder}/")
        if top(arrow.target) in (OURS | FOREIGN[folder]) - ALLOWED[folder] - {folder}
        if not (arrow.as_text and top(arrow.target) in STARTED.get(folder, set()))
    ]
    assert wrong == []


def test_one_file_knows_dask():
    """Everything else of a survey works without it: results are opened by the page, a shard is measured in a test."""
    found = {arrow.file for arrow in arrows() if top(arrow.target) in {"dask", "distributed"}}
    assert found == {"survey/engine.py", "bench/survey.py"}


def test_a_process_name_is_an_arrow():
    """The graph holds the network's process, which `sandbox/` starts by name only."""
    assert [arrow.target for arrow in arrows() if arrow.as_text and top(arrow.source) == "sandbox"].count(
        "network.worker"
    )


def test_only_public_names_are_imported():
    """Outside of a package, only what its `__all__` lists is imported; a listed module is public as a whole."""
    wrong = [
        f"{arrow.file}:{arrow.line} takes {name} from {package}"
        for arrow in arrows()
        if not arrow.as_text
        for package, name in crossings(arrow)
        if top(package) in OURS - {"tests"} and name not in public_names(package)
    ]
    assert wrong == []


PACKAGES = [
    pytest.param(name, marks=[pytest.mark.keras] if name == "mergescope" else [])  # its callback is one of Keras
    for name in sorted(module_names())
    if (ROOT / name.replace(".", "/")).is_dir()
]


@pytest.mark.parametrize("package", PACKAGES)
def test_public_names_exist_and_are_used(package):
    """`__all__` promises nothing that is not there; each module that it lists is imported from outside."""
    names = public_names(package)
    loaded = importlib.import_module(package) if top(package) not in {"training", "network", "bench"} else None
    for name in names:
        is_module = f"{package}.{name}" in module_names()
        assert is_module or loaded is None or hasattr(loaded, name), name
    taken = {name for arrow in arrows() for at, name in crossings(arrow) if at == package}
    modules = {name for name in names if f"{package}.{name}" in module_names() and name not in functions(package)}
    assert modules - taken == set()


@pytest.mark.parametrize("package", MOST_ROOMS)
def test_few_rooms_and_no_cycle(package):
    """A package has few direct children, and these import each other in one direction."""
    graph = rooms(package)
    assert len(graph) <= MOST_ROOMS[package]
    assert set(levels(graph)) == set(graph)


def test_core_is_numpy_and_the_standard_library():
    """Nothing else is imported by the engine, in a fresh process that imports each of its modules."""
    modules = sorted(name for name in module_names() if top(name) == "core" and not name.endswith("__main__"))
    code = (
        "import sys, importlib; before = set(sys.modules)\n"
        f"for module in {modules!r}: importlib.import_module(module)\n"
        "loaded = {name.split('.')[0] for name in set(sys.modules) - before}\n"
        "print(sorted(loaded - set(sys.stdlib_module_names) - {'core', 'numpy'}))"
    )
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_the_notebook_package_imports_no_framework():
    """In a fresh process, `import mergescope` loads neither Streamlit nor a framework nor the widget."""
    code = f"import sys, mergescope; print(sorted({HEAVY | {'streamlit', 'pandas', 'anywidget'}!r} & set(sys.modules)))"
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_the_server_never_imports_keras():
    """Every page is run in a fresh process, as the server runs it, and Keras is not there afterwards."""
    code = (
        "import sys\n"
        "from streamlit.testing.v1 import AppTest\n"
        "from pathlib import Path\n"
        "app = AppTest.from_file('app.py', default_timeout=600).run()\n"
        "for page in sorted(Path('pages').glob('*.py')):\n"
        "    app.switch_page(str(page)).run()\n"
        "    assert not app.exception, app.exception\n"
        f"print(sorted({HEAVY!r} & set(sys.modules)))"
    )
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.stdout.strip().endswith("[]"), answer.stdout + answer.stderr


def test_only_the_frame_writes_to_the_sidebar():
    """A page's content is a fragment; Streamlit lets it add to the sidebar only what a whole run had there, too."""
    writers = {
        str(file.relative_to(ROOT))
        for file in python_files()
        for node in ast.walk(_tree(file))
        if isinstance(node, ast.Attribute) and node.attr == "sidebar"
    }
    assert writers == {"ui/frame.py"}


def test_session_state_is_touched_in_one_place():
    """Session state and URL parameters belong to `ui/state/` and `ui/session.py`; comments may name them."""
    for file in python_files():
        where = str(file.relative_to(ROOT))
        if not where.startswith(STATE):
            names = {name for node in ast.walk(_tree(file)) for name in _names(node)}
            assert not names & {"session_state", "query_params"}, where


def test_no_raw_html():
    """Nothing that a user typed can become markup."""
    for file in python_files():
        for node in ast.walk(_tree(file)):
            if isinstance(node, ast.keyword):
                assert node.arg != "unsafe_allow_html", file
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "st":
                assert node.attr != "html" or file == OWN_STYLE, file


def private_imports() -> list[tuple[str, str, str]]:
    """File, package and module of every import from the inside of Streamlit, Keras or Pillow."""
    found = []
    for arrow in arrows():
        package, *inner = arrow.target.split(".")
        modules = inner[:-1] if package == "streamlit" else inner
        inside = {
            "streamlit": bool(modules) and modules[0] not in PUBLIC_STREAMLIT,
            "keras": "src" in inner,
            "PIL": any(part.startswith("_") for part in inner),
        }
        if inside.get(package) and not (arrow.file in PROTOCOL and modules[0] == "proto"):
            found.append((arrow.file, package, arrow.target))
    return found


@cache
def private_attributes() -> list[tuple[str, int, str]]:
    """File, line and name of every attribute that starts with an underscore and that no file here defines."""
    nodes = [(file, node) for file in python_files() for node in ast.walk(_tree(file))]
    ours = {node.name for _, node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef)}
    ours |= {node.id for _, node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    ours |= {
        node.attr
        for _, node in nodes
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
        if isinstance(node.value, ast.Name) and node.value.id in {"self", "cls"}
    }
    return [
        (str(file.relative_to(ROOT)), node.lineno, node.attr)
        for file, node in nodes
        if isinstance(node, ast.Attribute) and re.match(r"_[^_]", node.attr) and node.attr not in ours
    ]


def test_private_modules_are_imported_in_one_file_each():
    """After an upgrade of Streamlit, Keras or Pillow, one file each has to be checked."""
    wrong = [
        f"{file} imports {name}: move it to {PRIVATE[of]}"
        for file, of, name in private_imports()
        if file not in PRIVATE[of]
    ]
    assert wrong == []


def test_private_attributes_are_used_in_one_file_each():
    """Likewise for attributes; `tests/` has a test for each of those files that fails after an upgrade."""
    wrong = [
        f"{file}:{line} uses {name}: move it to one of {sorted(PRIVATE_FILES)}"
        for file, line, name in private_attributes()
        if file not in PRIVATE_FILES and (file, name) not in OTHER_PRIVATE
    ]
    assert wrong == []


def test_no_permission_is_left_over():
    """Every file and name that is allowed to be private is still there."""
    used = {(file, name) for file, _, name in private_attributes()}
    assert set(OTHER_PRIVATE) - used == set()
    assert [file for file in PRIVATE_FILES if not (ROOT / file).exists()] == []


def test_names_and_sizes():
    """No file for odds and ends; no file that holds two things. Over 250 lines is a warning, over 400 a failure."""
    long = {}
    for file in [*python_files(), *sorted((ROOT / "tests").rglob("*.py"))]:
        assert file.stem not in BAD_NAMES
        count = file.read_text(encoding="utf-8").count("\n")
        most = 80 if "pages" in file.relative_to(ROOT).parts[:1] else TOO_LONG
        assert count <= most, (file, count)
        if count > LONG:
            long[str(file.relative_to(ROOT))] = count
    if long:
        print("Longer than 250 lines, perhaps two things in one:", long)


def test_no_slices():
    """No file of under 60 lines exists only for one other file of its own folder: that is one thing in two files."""
    importers = defaultdict(set)
    for arrow in arrows():
        for name in (arrow.target, arrow.target.rpartition(".")[0]):
            if name in module_names() and not arrow.as_text and name != arrow.source:
                importers[name].add(arrow.source)
    wrong = []
    for file in python_files():
        name = module_name(file)
        short = file.read_text(encoding="utf-8").count("\n") < SLICE and file.stem not in {"__init__", "__main__"}
        if short and len(importers[name]) == 1:
            (only,) = importers[name]
            if only.rpartition(".")[0] == name.rpartition(".")[0] and only in module_names():
                wrong.append(f"{name} is only used by {only}")
    assert sorted(set(wrong) - {f"{a} is only used by {b}" for a, b in OWN_IDEA.items()}) == []


OWN_IDEA = {  # short files with one user that are a whole idea all the same, each with its user
    "training.card": "training.evaluate",  # writes assets/CARD.md
    "training.keras_file": "training.train",  # writes assets/attention_unet.keras
    "training.losses": "training.recipe",
    "ui.story.tours": "ui.story.controls",  # the files of the tour
    "ui.files.images": "ui.files.uploads",  # pictures as tensors; one reader for each kind of file
    "core.gates.elementary": "core.gates.map_changes",  # exponential and logarithm
    "core.tensor_view.scene": "core.tensor_view.payload",  # the image beside the tensors, packed for the browser
}


def test_no_function_is_long():
    """Forty lines, without the docstring; most have about six."""
    for file in [*python_files(), *sorted((ROOT / "tests").rglob("*.py"))]:
        for node in ast.walk(_tree(file)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                docstring = (ast.get_docstring(node) or "").count("\n") + 1
                assert node.end_lineno - node.lineno + 1 - docstring <= 40, (file, node.name)


def test_no_registry_is_named():
    """Locks and settings work with any mirror of a package registry; no tracked text file names a host of one."""
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    hosts = re.compile("|".join(rf"{name}\.org" for name in ("pypi", "pythonhosted", "npmjs")))
    for name in tracked or [str(file.relative_to(ROOT)) for file in python_files()]:
        file = ROOT / name
        if file.suffix in {".png", ".webp", ".npz", ".parquet", ".keras", ".mo", ".ttf"} or not file.exists():
            continue
        text = file.read_text(encoding="utf-8", errors="ignore")
        assert not hosts.search(text), name
        if name.endswith(".lock"):
            assert "index-url" not in text.replace("--no-emit-index-url", "")
            assert "http" not in re.sub(r"\bhttp(x|core)2", "", text), name  # two packages are called so
    assert not (ROOT / "uv.lock").exists()


def _tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def _names(node: ast.AST) -> set[str]:
    """Names, attributes and texts of a node: `getattr(st, "session_state")` counts too."""
    if isinstance(node, ast.Attribute):
        return {node.attr}
    if isinstance(node, ast.Name):
        return {node.id}
    if isinstance(node, ast.Call):
        return {a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)}
    return set()
