"""The ES modules of the tensor view as one script, for a page that can load only one."""

from __future__ import annotations

import re
from collections.abc import Callable

_IMPORT = re.compile(r'^import \{([^}]*)\} from "(?:[\w.]+/)+(\w+)\.js";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?:default )?(function|const) (\w+)", re.MULTILINE)


def joined_modules(entry: str, read: Callable[[str], str]) -> str:
    """The modules as one text without imports, each in a function of its own.

    Args:
        entry: name of the module to start at; afterwards a constant of that name holds what it exports.
        read: returns the source of a module, given its name.
    """
    done: dict[str, str] = {}
    _collect(entry, read, done)
    return "\n".join(done.values()) + "\n"


def _collect(name: str, read: Callable[[str], str], done: dict[str, str]) -> None:
    source = read(name)
    for _, needed in _IMPORT.findall(source):
        if needed not in done:
            _collect(needed, read, done)
    names = [found for _, found in _EXPORT.findall(source)]
    body = _EXPORT.sub(r"\1 \2", _IMPORT.sub(r"const {\1} = \2;", source))
    done[name] = f"const {name} = (() => {{\n{body}\nreturn {{ {', '.join(names)} }};\n}})();"
