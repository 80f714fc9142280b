"""The files for editors, hooks and continuous integration name targets, tools and versions that exist."""

import json
import re
import shlex
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
LOCKS = sorted(ROOT.glob("requirements*.lock"))


def make_knows(target: str) -> bool:
    return subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, check=False).returncode == 0


def pins(lock: Path) -> dict[str, set[str]]:
    """Package: the versions that a lock file pins (one for each marker)."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)==([^\s;]+)", lock.read_text(encoding="utf-8"), re.MULTILINE):
        found.setdefault(name, set()).add(version)
    return found


def test_the_workflow_runs_targets_of_the_makefile():
    """Quick on every supported Python, everything on Linux."""
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))["jobs"]
    runs = {name: [step["run"] for step in job["steps"] if "run" in step] for name, job in jobs.items()}
    for line in [line for lines in runs.values() for line in lines]:
        for target in re.findall(r"\bmake (\w+)", line):
            assert make_knows(target), target
    assert any("make quick" in line for line in runs["quick"])
    assert any("make test" in line for line in runs["full"])
    supported = re.search(r"Python (3\.\d+), (3\.\d+) or (3\.\d+)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert jobs["quick"]["strategy"]["matrix"]["python"] == list(supported.groups())


@pytest.mark.parametrize(
    "form", sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml")), ids=lambda path: path.stem
)
def test_issue_forms_are_valid(form):
    content = yaml.safe_load(form.read_text(encoding="utf-8"))
    if form.stem != "config":
        assert content["name"]
        assert content["description"]
        ids = [field["id"] for field in content["body"]]
        assert len(ids) == len(set(ids))
        assert all(field["attributes"]["label"] for field in content["body"])


def test_hooks_run_installed_tools():
    """Hooks are local and start what `make check` starts."""
    repos = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    assert [repo["repo"] for repo in repos] == ["local"]
    tools = {Path(shlex.split(hook["entry"])[0]).name for hook in repos[0]["hooks"]}
    assert tools == {"ruff", "mypy", "prettier", "tsc"}


def test_the_devcontainer_prepares_existing_targets():
    settings = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))
    for target in settings["postCreateCommand"].split()[1:]:
        assert make_knows(target), target


def test_all_locks_pin_the_same_versions():
    """The app, the quick tests and everything run with the same packages; every pin has hashes."""
    everything = pins(ROOT / "requirements-dev.lock")
    assert len(LOCKS) == 5
    for lock in LOCKS:
        pinned = pins(lock)
        if lock.stem == "requirements-torch":  # PyTorch is not among the packages for development
            pinned = {name: versions for name, versions in pinned.items() if name in everything}
        assert {name: versions for name, versions in pinned.items() if versions - everything.get(name, set())} == {}
        text = lock.read_text(encoding="utf-8")
        assert text.count("==") <= text.count("--hash=sha256:")


def test_the_quick_environment_has_no_tensorflow():
    heavy = {"tensorflow", "tensorflow-cpu", "keras", "playwright", "torch", "jax"}
    assert heavy & set(pins(ROOT / "requirements-quick.lock")) == set()
    assert {"keras", "tensorflow"} <= set(pins(ROOT / "requirements.lock"))


def test_versions_of_the_javascript_tools_are_pinned():
    """`package.json` and its lock agree, exactly; the lock names no server."""
    wanted = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["devDependencies"]
    text = (ROOT / "package-lock.json").read_text(encoding="utf-8")
    locked = json.loads(text)["packages"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    assert {name: locked[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    assert "resolved" not in text


def test_the_changelog_has_the_version():
    """A release of the version in `pyproject.toml`, and a section for what comes next."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    headings = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert headings[0] == "Unreleased"
    assert headings[1].startswith(f"{version} (")


def test_what_security_md_says_of_the_settings():
    """No figures of use are sent, no traceback is shown, and the default serves this machine alone."""
    settings = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert settings["browser"]["gatherUsageStats"] is False
    assert settings["client"]["showErrorDetails"] == "none"
    assert settings["server"]["address"] == "127.0.0.1"
    assert settings["server"]["enableStaticServing"] is False


def test_every_test_that_security_md_names_exists():
    """Files and folders, and tests by name."""
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[\w/.]*)`", text)
    assert len(named) > 10
    assert [path for path in named if not (ROOT / path).exists()] == []
    fence = (ROOT / "tests/sandbox/processes/test_fence.py").read_text(encoding="utf-8")
    assert [name for name in re.findall(r"`(test_\w+)`", text) if f"def {name}(" not in fence] == []
