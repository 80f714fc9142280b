"""The elements of a page as a browser holds them: messages add to a tree, the end of a run takes away what is old."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

Path = tuple[int, ...]


@dataclass(frozen=True)
class Node:
    """An element, or a container of others.

    Attributes:
        drawn: its message, an element or a block of Streamlit's protocol; None for the page itself.
        run: that has drawn it, or something in it, last.
        fragment: that it is in; empty for the whole page.
        children: of a container; None for an element.
    """

    drawn: Any
    run: str
    fragment: str = ""
    children: tuple[Node, ...] | None = None


@dataclass
class Tree:
    """All elements of a page.

    Attributes:
        root: of its containers, such as the main one and the sidebar.
    """

    root: Node = field(default_factory=lambda: Node(None, "", children=(Node(None, "", children=()),) * 4))

    def add(self, path: Path, delta: Any, run: str) -> None:
        """Take over a message.

        Args:
            path: where it belongs.
            delta: of Streamlit's protocol.
            run: that sends it.

        Raises:
            IndexError: there is no such place; a browser fails as well.
        """
        if delta.WhichOneof("type") != "new_transient":  # what is shown for a moment only
            self.root = _put(self.root, path, node_of(delta, run), run)

    def end(self, run: str, fragments: tuple[str, ...]) -> None:
        """A run is complete.

        Args:
            run: its name.
            fragments: that it has drawn; none for the whole page.
        """
        found = [_cleared(child, run, fragments, inside=False) for child in self.root.children or ()]
        places = zip(found, self.root.children or (), strict=True)
        self.root = replace(self.root, children=tuple(new or replace(old, children=()) for new, old in places))

    def elements(self) -> Iterator[tuple[Path, Node]]:
        """All elements and containers, in the order of the page, with their places."""
        yield from _walk(self.root, ())


def node_of(delta: Any, run: str = "") -> Node:
    """What a message draws.

    Args:
        delta: of Streamlit's protocol.
        run: that sends it.
    """
    if delta.HasField("add_block"):
        return Node(delta.add_block, run, delta.fragment_id, ())
    return Node(delta.new_element, run, delta.fragment_id)


def _put(node: Node, path: Path, new: Node, run: str) -> Node:
    if not path:
        same_kind = node.children is not None and new.children is not None and _kind(node) == _kind(new)
        return replace(new, children=node.children) if same_kind else new
    at, *rest = path
    children = node.children
    if children is None or at > len(children) or (at == len(children) and rest):
        raise IndexError(f"There is nothing at {path} to put an element into.")
    placed = new if at == len(children) else _put(children[at], tuple(rest), new, run)
    return replace(node, run=run, children=(*children[:at], placed, *children[at + 1 :]))


def _kind(node: Node) -> str | None:
    return node.drawn.WhichOneof("type") if node.drawn is not None else None


def _cleared(node: Node, run: str, fragments: tuple[str, ...], *, inside: bool) -> Node | None:
    """What stays of a node at the end of a run; `inside` is a fragment that the run has drawn."""
    old = node.run != run
    if old and (inside or not fragments):
        return None
    if node.children is None:
        return node
    inside = inside or (not old and node.fragment in fragments)
    kept = [_cleared(child, run, fragments, inside=inside) for child in node.children]
    return replace(node, children=tuple(child for child in kept if child is not None))


def _walk(node: Node, path: Path) -> Iterator[tuple[Path, Node]]:
    for at, child in enumerate(node.children or ()):
        yield (*path, at), child
        yield from _walk(child, (*path, at))
