"""The borders of the house: who may import whom, who may touch what."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HEAVY = {"tensorflow", "keras", "jax", "torch"}
FORBIDDEN = {  # folder: what it may not import
    "core": {
        "streamlit",
        "plotly",
        "pandas",
        "PIL",
        "pyarrow",
        "ui",
        "figures",
        "sandbox",
        "pages",
        "training",
        *HEAVY,
    },
    "figures": {"streamlit", "ui", "sandbox", "pages", "training", *HEAVY},
    "ui": {"plotly", "figures", "pages", "training", *HEAVY},
    "pages": {"plotly", "sandbox", "training", *HEAVY},
    "sandbox": {"streamlit", "plotly", "ui", "figures", "pages", "training"},
    "training": {"streamlit", "plotly", "ui", "figures", "pages"},
}
BAD_NAMES = {"utils", "helpers", "common", "manager", "service"}


def _imports(file: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


def _files() -> list[Path]:
    folders = [*FORBIDDEN, "tests", "bench"]
    return [file for folder in folders for file in sorted((ROOT / folder).rglob("*.py"))] + [
        ROOT / "app.py",
        ROOT / "serve.py",
    ]


@pytest.mark.parametrize("folder", FORBIDDEN)
def test_arrows_point_down(folder):
    """No folder imports what stands above it or beside it."""
    for file in (ROOT / folder).rglob("*.py"):
        assert not _imports(file) & FORBIDDEN[folder], file


def test_core_is_numpy_and_the_standard_library():
    """Nothing else is imported by the engine, in a fresh process that looks at every module."""
    code = (
        "import sys, importlib, pkgutil; before = set(sys.modules); import core\n"
        "for module in pkgutil.iter_modules(core.__path__): importlib.import_module(f'core.{module.name}')\n"
        "loaded = {name.split('.')[0] for name in set(sys.modules) - before}\n"
        "print(sorted(loaded - set(sys.stdlib_module_names) - {'core', 'numpy'}))"
    )
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_the_server_never_imports_keras():
    """Every page is run in a fresh process, as the server runs it, and Keras is not there afterwards."""
    code = (
        "import sys\n"
        "from streamlit.testing.v1 import AppTest\n"
        "from pathlib import Path\n"
        "app = AppTest.from_file('app.py', default_timeout=60).run()\n"
        "for page in sorted(Path('pages').glob('*.py')):\n"
        "    app.switch_page(str(page)).run()\n"
        "    assert not app.exception, app.exception\n"
        f"print(sorted({HEAVY!r} & set(sys.modules)))"
    )
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.stdout.strip().endswith("[]"), answer.stdout + answer.stderr


def test_session_state_is_touched_in_one_folder():
    """Keys, URL parameters and session state belong to ui/controls/."""
    for file in _files():
        if (ROOT / "ui" / "controls") in file.parents or (ROOT / "tests") in file.parents:
            continue
        assert "session_state" not in file.read_text(encoding="utf-8"), file


def test_no_raw_html():
    """Nothing a user typed can become markup."""
    for file in [*(ROOT / "ui").rglob("*.py"), *(ROOT / "pages").rglob("*.py"), ROOT / "app.py"]:
        text = file.read_text(encoding="utf-8")
        assert "unsafe_allow_html" not in text, file
        assert "st.html" not in text, file


def test_names_and_sizes():
    """No drawer for odds and ends; no file that hides two things in one."""
    limits = {"pages": 70, "tests": 400}
    for file in _files():
        assert file.stem not in BAD_NAMES
        lines = file.read_text(encoding="utf-8").count("\n")
        assert lines <= limits.get(file.relative_to(ROOT).parts[0], 230), (file, lines)


def test_no_function_is_long():
    """Forty lines, without the docstring, and most have about six."""
    for file in _files():
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                said = (ast.get_docstring(node) or "").count("\n") + 1
                assert node.end_lineno - node.lineno + 1 - said <= 40, (file, node.name)


def test_the_version_history_names_no_registry():
    """Locks and settings work with any mirror."""
    for name in ("requirements.lock", "requirements-dev.lock", "requirements.txt", "Makefile", "pyproject.toml"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "index-url" not in text.replace("--no-emit-index-url", "")
        assert "http" not in text
    assert not (ROOT / "uv.lock").exists()
    others = [path for kind in ("*.md", "docs/*.md", "deploy/**/*.*", "Dockerfile") for path in ROOT.glob(kind)]
    for file in _files() + others:
        text = file.read_text(encoding="utf-8")
        assert not any(f"{name}.org" in text for name in ("pypi", "pythonhosted", "npmjs")), file
