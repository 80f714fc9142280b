"""Restricts this process before it reads untrusted files: no network, no other programs, no files but its own.

On Linux it uses two parts of the kernel, neither of which needs root:

- Landlock (Linux 5.13) restricts files. It holds for the thread that asks for it and for all threads that this thread
  starts later, so `restrict_files` runs first, before NumPy or TensorFlow is imported and starts threads. Only
  Python's own folders can be read then, and only one folder can be written. Newer kernels also restrict TCP (6.7) and
  signals to other processes (6.12).
- A seccomp filter (`sandbox/processes/system_calls.py`) denies system calls to all threads. `restrict_system_calls`
  installs it after the imports, since importing TensorFlow starts programs.

On other systems only Python's sockets are replaced, which prevents accidents and stops no attacker.
"""

from __future__ import annotations

import ctypes
import errno
import os
import socket
import struct
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from sandbox.processes.system_calls import install_filter

_ROOT = Path(__file__).parents[2]
_SET_DUMPABLE, _GET_DUMPABLE, _NO_NEW_PRIVILEGES = 4, 3, 38  # of prctl
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same numbers on every machine
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_READ = _EXECUTE | _READ_FILE | _READ_DIR
_FILE_ACCESS = ((1, 0x1FFF), (2, 0x2000), (3, 0x4000), (5, 0x8000))  # version of Landlock: what it can restrict
_NETWORK = 0b11  # bind and connect by TCP, from version 4 on
_TRIES = 10  # to add a rule
_SCOPE = 0b11  # abstract UNIX sockets and signals, from version 6 on
_SYSTEM_FILES = (
    "/proc/meminfo", "/proc/cpuinfo", "/proc/stat", "/dev/urandom", "/etc/ld.so.cache", "/etc/localtime",
)  # fmt: skip
_SYSTEM_FOLDERS = ("/usr", "/lib", "/lib64", "/bin", "/sys/devices/system/cpu", "/proc/self")


def restrict_files(folder: str, package: str = "sandbox") -> bool:
    """Deny this thread, and all threads that it starts, every file but Python's, this program's and one folder.

    Args:
        folder: the only one in which files may be made.
        package: of this repository, whose code may be read besides `core` and `sandbox`.

    Returns:
        Whether it holds.
    """
    if sys.platform != "linux":
        return False
    with suppress(OSError):
        return _landlock(_c_library(), folder, package)
    return False


def restrict_system_calls() -> bool:
    """Deny all threads sockets, programs, and what reaches other processes (`sandbox/processes/system_calls.py`).

    Returns:
        Whether the kernel enforces it; Python's own sockets are gone in any case.
    """
    socket.socket = _NoSocket  # type: ignore[misc]
    if sys.platform != "linux":
        return False
    with suppress(OSError):
        return install_filter(_c_library(), os.getpid())
    return False


def hide_memory() -> bool:
    """Close /proc/PID/mem and environ of this process to other processes of its user; gives whether that holds.

    A process that `execve` starts is not affected. Root still reads everything.
    """
    if sys.platform != "linux":
        return False
    library = ctypes.CDLL(None, use_errno=True)
    library.prctl(_SET_DUMPABLE, 0, 0, 0, 0)
    return bool(library.prctl(_GET_DUMPABLE, 0, 0, 0, 0) == 0)


class _NoSocket(socket.socket):
    """Still a class, since other modules derive theirs from it."""

    def __init__(self, *_given: object, **_named: object) -> None:
        raise PermissionError(errno.EPERM, "There is no network in this process.")


def _c_library() -> ctypes.CDLL:
    library = ctypes.CDLL(None, use_errno=True)
    library.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    return library


def _landlock(library: ctypes.CDLL, folder: str, package: str) -> bool:
    version = library.syscall(_CREATE_RULESET, None, 0, 1)
    if version < 1:
        return False
    access = sum(bits for since, bits in _FILE_ACCESS if version >= since)
    attributes = struct.pack("QQQ", access, _NETWORK, _SCOPE)[: 24 if version >= 6 else 16 if version >= 4 else 8]
    ruleset = library.syscall(_CREATE_RULESET, ctypes.create_string_buffer(attributes), len(attributes), 0)
    if ruleset < 0:
        return False
    try:
        for path in _readable(package):
            _allow(library, ruleset, path, _READ if path.is_dir() else _READ_FILE)
        _allow(library, ruleset, Path("/dev/null"), _READ_FILE | _WRITE_FILE)
        _allow(library, ruleset, Path(folder), access)
        return bool(library.syscall(_RESTRICT_SELF, ruleset, 0) == 0)
    finally:
        os.close(ruleset)


def _readable(package: str) -> Iterable[Path]:
    """Python, its libraries and our own code; not the folder of the app itself, which may hold secrets."""
    ours = [_ROOT / "core", _ROOT / "sandbox", _ROOT / package]
    libraries = [Path(entry) for entry in (sys.prefix, sys.base_prefix, *sys.path) if entry]
    system = [Path(entry) for entry in (*_SYSTEM_FOLDERS, *_SYSTEM_FILES)]
    return {path for path in (*ours, *libraries, *system) if path.exists() and path.resolve() != _ROOT.resolve()}


def _allow(library: ctypes.CDLL, ruleset: int, path: Path, access: int) -> None:
    """Add a rule, again where that fails: the kernel may be out of memory for a moment.

    A path that cannot have a rule stays closed; Python finds no module in such a folder.
    """
    handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        rule = ctypes.create_string_buffer(struct.pack("=Qi", access, handle))
        for _ in range(_TRIES):
            if library.syscall(_ADD_RULE, ruleset, 1, rule, 0) == 0:
                break
    finally:
        os.close(handle)
