"""A fence around a process that opens foreign files: no network, no other programs, no files but its own.

On Linux two things of the kernel, neither of which needs root: a seccomp filter (no sockets, no new processes, no
signals to others, no tracing) for all threads, and, where the kernel has it (5.13), Landlock for the thread that opens
files (only Python's own folders may be read, only the temporary folder written). Elsewhere only Python's sockets are
taken away, which stops accidents and no attacker. Numbers: Linux asm/unistd.h, linux/seccomp.h, linux/landlock.h.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import socket
import struct
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_DENIED = {  # system calls by machine: sockets, programs, signals, tracing, namespaces, and ways round these
    "x86_64": (
        41, 42, 43, 44, 46, 47, 49, 50, 53, 57, 58, 59, 62, 101, 129, 155, 161, 165, 166, 169, 175, 200, 246, 248, 249,
        250, 272, 288, 297, 298, 299, 304, 307, 308, 310, 311, 313, 321, 322, 323, 424, 425, 426, 427, 434, 438,
    ),
    "aarch64": (
        39, 40, 41, 51, 97, 104, 105, 117, 129, 130, 138, 142, 198, 199, 200, 201, 202, 203, 206, 211, 212, 217, 218,
        219, 221, 240, 241, 242, 243, 265, 268, 269, 270, 271, 273, 280, 281, 282, 424, 425, 426, 427, 434, 438,
    ),
}  # fmt: skip
_CLONE = {"x86_64": 56, "aarch64": 220}
_CLONE3 = 435
_SECCOMP = {"x86_64": 317, "aarch64": 277}
_ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32 = 0x40000000  # the other numbering of x86_64 starts here
_CLONE_THREAD = 0x00010000
_ALLOW, _ERRNO, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NO_NEW_PRIVILEGES, _FILTER, _ALL_THREADS = 38, 1, 1
_READ, _READ_FILE, _ALL, _TRUNCATE = 0b1101, 0b100, 0x1FFF, 0x4000  # of Landlock
_SYSTEM_FILES = ("/proc/meminfo", "/proc/cpuinfo", "/proc/stat", "/dev/null", "/dev/urandom")
_SYSTEM_FOLDERS = ("/usr", "/lib", "/lib64", "/sys/devices/system/cpu", "/proc/self")


def fence(folder: str) -> dict[str, bool]:
    """Close this process in; there is no way back. Call it in the thread that will open files.

    Args:
        folder: the only one in which files may be made.

    Returns:
        What holds: "seccomp", "landlock".
    """
    socket.socket = _NoSocket  # type: ignore[misc]
    if sys.platform != "linux":
        return {"seccomp": False, "landlock": False}
    library = ctypes.CDLL(None, use_errno=True)
    library.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    held = {"landlock": False, "seccomp": False}
    with suppress(OSError):
        held["landlock"] = _landlock(library, folder)
    with suppress(OSError):
        held["seccomp"] = _seccomp(library)
    return held


class _NoSocket(socket.socket):
    """Still a class, since other modules derive theirs from it."""

    def __init__(self, *_given: object, **_named: object) -> None:
        raise PermissionError(errno.EPERM, "There is no network in this process.")


def _seccomp(library: ctypes.CDLL) -> bool:
    machine = platform.machine()
    if machine not in _DENIED or struct.calcsize("P") != 8:
        return False
    program = _program(machine)
    code = ctypes.create_string_buffer(program, len(program))
    holder = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code))
    return bool(library.syscall(_SECCOMP[machine], _FILTER, _ALL_THREADS, ctypes.create_string_buffer(holder)) == 0)


def _program(machine: str) -> bytes:
    """The filter: 8 bytes a step, (what, jump if true, jump if false, number)."""
    denied = _ERRNO | errno.EPERM
    steps = [
        (_LOAD, 0, 0, 4), (_EQUAL, 1, 0, _ARCHITECTURE[machine]), (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, 0), (_AT_LEAST, 0, 1, _X32), (_RETURN, 0, 0, denied),
        (_EQUAL, 0, 1, _CLONE3), (_RETURN, 0, 0, _ERRNO | errno.ENOSYS),  # its flags lie in memory; clone stands in
    ]  # fmt: skip
    for number in _DENIED[machine]:
        steps += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, denied)]
    steps += [  # threads may be started, processes not
        (_EQUAL, 0, 3, _CLONE[machine]), (_LOAD, 0, 0, 16), (_ANY_BIT, 1, 0, _CLONE_THREAD), (_RETURN, 0, 0, denied),
        (_RETURN, 0, 0, _ALLOW),
    ]  # fmt: skip
    return b"".join(struct.pack("HBBI", *step) for step in steps)


def _landlock(library: ctypes.CDLL, folder: str) -> bool:
    version = library.syscall(444, None, 0, 1)
    if version < 1:
        return False
    everything = _ALL | (_TRUNCATE if version >= 3 else 0)
    ruleset = library.syscall(444, ctypes.create_string_buffer(struct.pack("Q", everything)), 8, 0)
    if ruleset < 0:
        return False
    try:
        for path in _readable():
            _allow(library, ruleset, path, _READ if path.is_dir() else _READ_FILE)
        _allow(library, ruleset, Path(folder), everything)
        return bool(library.syscall(446, ruleset, 0) == 0)
    finally:
        os.close(ruleset)


def _readable() -> Iterable[Path]:
    """Python, its libraries, our own code; not the folder of the app itself, which may hold secrets."""
    ours = [_ROOT / "core", _ROOT / "sandbox"]
    theirs = [Path(entry) for entry in (sys.prefix, sys.base_prefix, *sys.path) if entry]
    system = [Path(entry) for entry in (*_SYSTEM_FOLDERS, *_SYSTEM_FILES)]
    return {path for path in (*ours, *theirs, *system) if path.exists() and path.resolve() != _ROOT.resolve()}


def _allow(library: ctypes.CDLL, ruleset: int, path: Path, access: int) -> None:
    handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        rule = ctypes.create_string_buffer(struct.pack("=Qi", access, handle))
        library.syscall(445, ruleset, 1, rule, 0)
    finally:
        os.close(handle)
