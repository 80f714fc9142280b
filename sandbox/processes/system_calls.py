"""The seccomp filter of a process that opens untrusted files: which system calls it may no longer make.

Numbers: Linux `arch/x86/entry/syscalls/syscall_64.tbl` and `include/uapi/asm-generic/unistd.h` (for aarch64). The
filter has the format of linux/filter.h and linux/seccomp.h.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct

# System calls by name: (number on x86_64, number on aarch64); None where the machine does not have the call.
_DENIED: dict[str, tuple[int | None, int | None]] = {
    # sockets
    "socket": (41, 198), "connect": (42, 203), "accept": (43, 202), "sendto": (44, 206), "sendmsg": (46, 211),
    "recvmsg": (47, 212), "bind": (49, 200), "listen": (50, 201), "socketpair": (53, 199), "accept4": (288, 242),
    "recvmmsg": (299, 243), "sendmmsg": (307, 269), "io_uring_setup": (425, 425), "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    # programs and processes
    "fork": (57, None), "vfork": (58, None), "execve": (59, 221), "execveat": (322, 281),
    # signals to other processes; tgkill, with which a thread signals its own process, is checked below
    "kill": (62, 129), "tkill": (200, 130), "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240),
    "pidfd_send_signal": (424, 424), "pidfd_open": (434, 434), "pidfd_getfd": (438, 438),
    # memory, pages, priorities and handles of other processes
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
    "process_madvise": (440, 440), "process_mrelease": (448, 448), "migrate_pages": (256, 238),
    "move_pages": (279, 239), "get_robust_list": (274, 100), "ioprio_set": (251, 30), "perf_event_open": (298, 241),
    # memory and messages shared between processes (System V, POSIX queues)
    "shmget": (29, 194), "shmat": (30, 196), "shmctl": (31, 195), "shmdt": (67, 197), "semget": (64, 190),
    "semop": (65, 193), "semctl": (66, 191), "semtimedop": (220, 192), "msgget": (68, 186), "msgsnd": (69, 189),
    "msgrcv": (70, 188), "msgctl": (71, 187), "mq_open": (240, 180), "mq_unlink": (241, 181),
    "mq_timedsend": (242, 182), "mq_timedreceive": (243, 183), "mq_notify": (244, 184), "mq_getsetattr": (245, 185),
    # watching files, reading the kernel's log
    "inotify_init": (253, None), "inotify_init1": (294, 26), "inotify_add_watch": (254, 27),
    "fanotify_init": (300, 262), "fanotify_mark": (301, 263), "syslog": (103, 116),
    # rights, owners, times and attributes of files, which Landlock does not restrict
    "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452), "chown": (92, None),
    "fchown": (93, 55), "lchown": (94, None), "fchownat": (260, 54), "utime": (132, None), "utimes": (235, None),
    "futimesat": (261, None), "utimensat": (280, 88), "setxattr": (188, 5), "lsetxattr": (189, 6),
    "fsetxattr": (190, 7), "removexattr": (197, 14), "lremovexattr": (198, 15), "fremovexattr": (199, 16),
    "setxattrat": (463, 463), "removexattrat": (466, 466), "file_setattr": (469, 469),
    # mounts, namespaces, keys, kernel code, ways around the list of files
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51), "open_tree": (428, 428),
    "move_mount": (429, 429), "fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432),
    "fspick": (433, 433), "mount_setattr": (442, 442), "open_by_handle_at": (304, 265), "unshare": (272, 97),
    "setns": (308, 268), "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219), "bpf": (321, 280),
    "userfaultfd": (323, 282), "init_module": (175, 105), "finit_module": (313, 273), "kexec_load": (246, 104),
    "reboot": (169, 142),
}  # fmt: skip
_OWN_PID = -1  # in the table below: the number of this process

# Calls that a process needs for itself: for each, the arguments that are checked, as (position, allowed values).
_OWN_ONLY: dict[str, tuple[int, int, tuple[tuple[int, tuple[int, ...]], ...]]] = {
    "tgkill": (234, 131, ((0, (_OWN_PID,)),)),
    "prlimit64": (302, 261, ((0, (0, _OWN_PID)),)),
    "setpriority": (141, 140, ((0, (0,)), (1, (0, _OWN_PID)))),  # of a process, not of a group or a user
    "sched_setaffinity": (203, 122, ((0, (0, _OWN_PID)),)),
    "sched_setscheduler": (144, 119, ((0, (0, _OWN_PID)),)),
    "sched_setparam": (142, 118, ((0, (0, _OWN_PID)),)),
    "sched_setattr": (314, 274, ((0, (0, _OWN_PID)),)),
}
# Calls with a command: for each, the position of the command, and the commands that are denied.
_COMMANDS: dict[str, tuple[int, int, int, tuple[int, ...]]] = {
    "fcntl": (72, 25, 1, (8, 10, 15)),  # F_SETOWN, F_SETSIG, F_SETOWN_EX: signals of a pipe to another process
    "ioctl": (
        16,
        29,
        1,
        (0x5412, 0x541C, 0x8901, 0x8902),
    ),  # TIOCSTI, TIOCLINUX: typing; FIOSETOWN, SIOCSPGRP: as above
}
_MACHINES = ("x86_64", "aarch64")  # in the order of the columns above
_CLONE = (56, 220)
_CLONE3 = 435
_SECCOMP = (317, 277)
_ARCHITECTURE = (0xC000003E, 0xC00000B7)
_X32 = 0x40000000  # the second numbering of x86_64 starts here
_CLONE_THREAD = 0x00010000
_ALLOW, _ERRNO, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_SET_MODE_FILTER, _ALL_THREADS = 1, 1
_NUMBER, _MACHINE, _ARGUMENTS = 0, 4, 16  # where seccomp_data holds them; an argument has 8 bytes, the low 4 first
_Step = tuple[int, int, int, int]  # operation, jump if true, jump if false, value
_DENY: _Step = (_RETURN, 0, 0, _ERRNO | errno.EPERM)


def install_filter(library: ctypes.CDLL, pid: int) -> bool:
    """Install the filter for all threads of this process; there is no way back.

    Args:
        library: the C library, after `prctl(PR_SET_NO_NEW_PRIVS)`.
        pid: of this process.

    Returns:
        Whether it holds: False on other machines, and where the kernel has no filters.
    """
    machine = platform.machine()
    if machine not in _MACHINES or struct.calcsize("P") != 8:
        return False
    program = filter_program(machine, pid)
    code = ctypes.create_string_buffer(program, len(program))
    holder = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code)))
    number = _SECCOMP[_MACHINES.index(machine)]
    return bool(library.syscall(number, _SET_MODE_FILTER, _ALL_THREADS, holder) == 0)


def filter_program(machine: str, pid: int) -> bytes:
    """The filter for a machine, 8 bytes for each step.

    Args:
        machine: "x86_64" or "aarch64".
        pid: of the process that it is for.
    """
    column = _MACHINES.index(machine)
    steps: list[_Step] = [
        (_LOAD, 0, 0, _MACHINE), (_EQUAL, 1, 0, _ARCHITECTURE[column]), (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER), (_AT_LEAST, 0, 1, _X32), _DENY,
        (_EQUAL, 0, 1, _CLONE3), (_RETURN, 0, 0, _ERRNO | errno.ENOSYS),  # its flags lie in memory: glibc falls back
    ]  # fmt: skip
    for numbers in _DENIED.values():
        if numbers[column] is not None:
            steps += [(_EQUAL, 0, 1, numbers[column] or 0), _DENY]
    for *pair, checks in _OWN_ONLY.values():
        block = [step for position, values in checks for step in _check(position, values, pid)]
        block.append((_RETURN, 0, 0, _ALLOW))
        steps += [(_EQUAL, 0, len(block), int(pair[column])), *block]
    for *pair, position, commands in _COMMANDS.values():
        block = [(_LOAD, 0, 0, _ARGUMENTS + 8 * position)]
        for command in commands:
            block += [(_EQUAL, 0, 1, command), _DENY]
        block.append((_RETURN, 0, 0, _ALLOW))
        steps += [(_EQUAL, 0, len(block), int(pair[column])), *block]
    steps += [  # threads may be started, processes not
        (_EQUAL, 0, 3, _CLONE[column]), (_LOAD, 0, 0, _ARGUMENTS), (_ANY_BIT, 1, 0, _CLONE_THREAD), _DENY,
        (_RETURN, 0, 0, _ALLOW),
    ]  # fmt: skip
    return b"".join(struct.pack("HBBI", *step) for step in steps)


def call_numbers(machine: str) -> dict[str, int]:
    """Every call that the filter names, with its number on a machine."""
    column = _MACHINES.index(machine)
    denied = {name: numbers[column] for name, numbers in _DENIED.items()}
    checked = {name: row[column] for name, row in [*_OWN_ONLY.items(), *_COMMANDS.items()]}
    every = {**denied, **checked, "clone": _CLONE[column], "clone3": _CLONE3, "seccomp": _SECCOMP[column]}
    return {name: int(number) for name, number in every.items() if isinstance(number, int)}


def _check(position: int, values: tuple[int, ...], pid: int) -> list[_Step]:
    """Go on with the next check where an argument has one of the values, else deny."""
    allowed = [pid if value == _OWN_PID else value for value in values]
    compare: list[_Step] = [(_EQUAL, len(allowed) - at, 0, value) for at, value in enumerate(allowed)]
    return [(_LOAD, 0, 0, _ARGUMENTS + 8 * position), *compare, _DENY]
