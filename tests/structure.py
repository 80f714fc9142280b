"""The import graph of the repository, read from the source: who imports whom, by import statement or by process name.

A process that is started by the name of its module (`SandboxProcess("network.worker")`) is an arrow like an import.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ("core", "figures", "mergescope", "ui", "network", "training", "sandbox", "survey", "findings", "bench")


@dataclass(frozen=True)
class Arrow:
    """One import.

    Attributes:
        file: the importing file, relative to the root.
        source: dotted name of the importing module.
        target: dotted name of what is imported: a module, or a name within one.
        line: of the import.
        as_text: whether the target is the name of a process, given as text.
    """

    file: str
    source: str
    target: str
    line: int
    as_text: bool = False


@cache
def python_files() -> tuple[Path, ...]:
    """Every Python file outside of tests and docs."""
    found = [file for folder in (*PACKAGES, "pages") for file in sorted((ROOT / folder).rglob("*.py"))]
    return (*found, ROOT / "app.py", ROOT / "serve.py")


@cache
def module_names() -> frozenset[str]:
    """Dotted names of all modules and packages."""
    return frozenset(module_name(file) for file in python_files())


def module_name(file: Path) -> str:
    """`core/merges/align.py` -> "core.merges.align"; a package is called as its folder."""
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@cache
def arrows() -> tuple[Arrow, ...]:
    """Every import of every file, standard library and packages of others included."""
    return tuple(arrow for file in python_files() for arrow in _arrows_of(file))


def _arrows_of(file: Path) -> Iterator[Arrow]:
    source = module_name(file)
    package = source if file.name == "__init__.py" else source.rpartition(".")[0]
    where = str(file.relative_to(ROOT))
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (Arrow(where, source, name.name, node.lineno) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.rsplit(".", node.level - 1)[0] if node.level > 1 else package
            base = ".".join(part for part in (above if node.level else "", node.module or "") if part)
            yield from (Arrow(where, source, f"{base}.{name.name}", node.lineno) for name in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and _is_module_text(node.value):
            yield Arrow(where, source, node.value, node.lineno, as_text=True)


def _is_module_text(text: str) -> bool:
    return "." in text and text.partition(".")[0] in PACKAGES and text in module_names()


def top(name: str) -> str:
    """The first part of a dotted name."""
    return name.partition(".")[0]


def room_of(package: str, name: str) -> str | None:
    """The direct child of a package in which a dotted name lies; None outside of it, and for the package itself."""
    if not name.startswith(f"{package}."):
        return None
    child = name.split(".")[package.count(".") + 1]
    return child if f"{package}.{child}" in module_names() else None


def rooms(package: str) -> dict[str, set[str]]:
    """The direct children of a package, each with those of its siblings that it imports."""
    children = {room_of(package, name) for name in module_names()} - {None, "__main__"}
    found: dict[str, set[str]] = {child: set() for child in sorted(child for child in children if child)}
    for arrow in arrows():
        source, target = room_of(package, arrow.source), room_of(package, arrow.target)
        if source in found and target in found and source != target:
            found[source].add(target)
    return found


def levels(graph: dict[str, set[str]]) -> dict[str, int]:
    """The floor of each room: 0 where it imports no sibling, else one above the highest that it imports.

    Raises:
        ValueError: names the rooms of a cycle.
    """
    found: dict[str, int] = {}
    while len(found) < len(graph):
        ready = {room for room, targets in graph.items() if room not in found and targets <= set(found)}
        if not ready:
            raise ValueError(f"These import each other in a cycle: {sorted(set(graph) - set(found))}")
        found |= {room: max((found[target] + 1 for target in graph[room]), default=0) for room in ready}
    return found


def direct(graph: dict[str, set[str]]) -> dict[str, list[str]]:
    """The arrows that no longer path implies: what a picture needs to show (transitive reduction)."""

    @cache
    def below(room: str) -> frozenset[str]:
        return frozenset(graph[room]).union(*(below(target) for target in graph[room]))

    return {
        room: sorted(t for t in targets if not any(t in below(other) for other in targets - {t}))
        for room, targets in graph.items()
    }


def mermaid(package: str) -> str:
    """The rooms of a package as a Mermaid graph, the highest floor first."""
    graph = rooms(package)
    floors = levels(graph)
    arrows_of = direct(graph)
    order = sorted(graph, key=lambda room: (-floors[room], room))
    lines = [f"    {room} --> {' & '.join(arrows_of[room])}" if arrows_of[room] else f"    {room}" for room in order]
    return "\n".join(["```mermaid", "graph TD", *lines, "```"])


PICTURES = ROOT / "docs" / "architecture.md"
PICTURED = ("core", "ui", "sandbox")


def with_pictures(text: str) -> str:
    """The page with the current graph after each `<!-- rooms of PACKAGE -->`."""
    for package in PICTURED:
        head, mark, rest = text.partition(f"<!-- rooms of {package} -->\n")
        if not mark:
            raise ValueError(f"{PICTURES.name} has no picture of {package}/")
        text = head + mark + mermaid(package) + rest[rest.index("\n```\n") + 4 :]
    return text


if __name__ == "__main__":  # `python -m tests.structure` draws the pictures of docs/architecture.md again
    PICTURES.write_text(with_pictures(PICTURES.read_text(encoding="utf-8")), encoding="utf-8")
