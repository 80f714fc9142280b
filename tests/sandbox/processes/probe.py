"""A worker that tries what it may no longer do, from a thread that is older than the system call filter.

Everything is harmless where it is allowed: signal 0, limits and priorities that stay as they are, processes and files
of the test. Started by `test_fence.py` as a real child, so that the order of restrictions and imports is the real one.
"""

import ctypes
import fcntl
import os
import platform
import queue
import resource
import shutil
import socket
import struct
import subprocess
import sys
import threading
import urllib.request

import numpy as np

from sandbox.processes.fence import restrict_system_calls
from sandbox.processes.system_calls import call_numbers

tasks, answers = queue.SimpleQueue(), queue.SimpleQueue()


def serve():
    while True:
        answers.put(tasks.get()())


old = threading.Thread(target=serve, daemon=True)  # as the threads that libraries start while they are imported
old.start()
libc = ctypes.CDLL(None, use_errno=True)
SECCOMP = restrict_system_calls()
NUMBERS = call_numbers(platform.machine()) if platform.machine() in ("x86_64", "aarch64") else {}


def attempt(action):
    try:
        action()
    except Exception as error:
        return type(error).__name__
    return "done"


def call(name, *arguments):
    """A system call, past the C library's function of that name; the name of the error, or "done"."""

    def run():
        if libc.syscall(NUMBERS[name], *arguments) == -1:
            raise OSError(ctypes.get_errno(), name)

    return attempt(run)


def files(header):
    other, secret, folder = header["other"], header["secret"], header["folder"]
    return {
        "secret": attempt(lambda: open(secret).read()),
        "beside the secret": attempt(lambda: open(secret + ".new", "w")),
        "the app's own settings": attempt(lambda: open(os.path.join(header["root"], "app.py")).read()),
        "environment of another process": attempt(lambda: open(f"/proc/{other}/environ").read()),
        "memory of another process": attempt(lambda: open(f"/proc/{other}/mem", "r+b")),
        "list of users": attempt(lambda: open("/etc/passwd").read()),
        "temporary folder of all": attempt(lambda: open(f"/tmp/mergescope-probe-{os.getpid()}", "w")),
        "rights of the secret": attempt(lambda: os.chmod(secret, os.stat(secret).st_mode)),
        "owner of the secret": attempt(lambda: os.chown(secret, -1, -1)),
        "times of the secret": attempt(lambda: os.utime(secret, (1, 1))),
        "attribute of the secret": attempt(lambda: os.setxattr(secret, "user.probe", b"1")),
        "size of the secret": attempt(lambda: os.truncate(secret, 6)),
        "own folder": attempt(lambda: open(os.path.join(folder, "a"), "w").write("a")),
        "own folder, renamed": attempt(lambda: os.replace(os.path.join(folder, "a"), os.path.join(folder, "b"))),
        "own folder, removed": attempt(lambda: os.remove(os.path.join(folder, "b"))),
    }


def processes(header):
    other = header["other"]
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    mask = ctypes.create_string_buffer(128)
    libc.syscall(NUMBERS["sched_setaffinity"] + 1, 0, len(mask), mask)  # sched_getaffinity has the next number
    ours = ctypes.c_int(0)
    return {
        "kill": attempt(lambda: os.kill(other, 0)),
        "tgkill": call("tgkill", other, other, 0),
        "rt_sigqueueinfo": call("rt_sigqueueinfo", other, 0, ctypes.create_string_buffer(128)),
        "pidfd_open": call("pidfd_open", other, 0),
        "prlimit64, to read": attempt(lambda: resource.prlimit(other, resource.RLIMIT_NOFILE)),
        "prlimit64, to set": attempt(lambda: resource.prlimit(other, resource.RLIMIT_NOFILE, limits)),
        "setpriority": attempt(lambda: os.setpriority(os.PRIO_PROCESS, other, 5)),
        "setpriority of a user": attempt(lambda: os.setpriority(os.PRIO_USER, 0, 5)),
        "setpriority of a group": attempt(lambda: os.setpriority(os.PRIO_PGRP, 0, 5)),
        "sched_setaffinity": call("sched_setaffinity", other, len(mask), mask),
        "sched_setscheduler": call("sched_setscheduler", other, 0, ctypes.byref(ours)),
        "ioprio_set": call("ioprio_set", 1, other, 0),
        "ptrace": call("ptrace", 16, other, 0, 0),
        "process_vm_readv": call("process_vm_readv", other, 0, 0, 0, 0, 0),
        "fsopen": call("fsopen", b"tmpfs", 0),
        "open_tree": call("open_tree", -100, b"/tmp", 0),
        "shmget": call("shmget", 0, 4096, 0o600 | 0o1000),
        "msgget": call("msgget", 0, 0o600 | 0o1000),
        "semget": call("semget", 0, 1, 0o600 | 0o1000),
        "inotify_init1": call("inotify_init1", 0),
        "program": attempt(lambda: subprocess.run([sys.executable, "-c", "1"], check=False)),
        "fork": attempt(os.fork),
        "signals of a pipe to it": attempt(lambda: fcntl.fcntl(0, fcntl.F_SETOWN, other)),
        "signals of a pipe to its group": attempt(lambda: fcntl.fcntl(0, fcntl.F_SETOWN, -other)),
        "signals of a pipe to its thread": attempt(lambda: fcntl.fcntl(0, 15, struct.pack("ii", 0, other))),
        "which signal": attempt(lambda: fcntl.fcntl(0, 10, 0)),
        "what is typed in a terminal": attempt(lambda: fcntl.ioctl(0, 0x5412, b"x")),
        "socket, below Python": attempt(lambda: __import__("_socket").socket(2, 1)),
    }


def works(header):
    started = []
    return {
        "socket": attempt(socket.socket),
        "address": attempt(lambda: urllib.request.urlopen("http://127.0.0.1:9/", timeout=20)),
        "thread": attempt(lambda: threading.Thread(target=started.append, args=[1]).start()),
        "import": attempt(lambda: __import__("email.mime.text")),
        "numbers": attempt(lambda: np.ones((99, 99)) @ np.ones((99, 99))),
        "own limits": attempt(lambda: resource.setrlimit(resource.RLIMIT_CORE, (0, 0))),
        "own priority": attempt(lambda: os.setpriority(os.PRIO_PROCESS, 0, os.getpriority(os.PRIO_PROCESS, 0))),
        "own signal": attempt(lambda: call("tgkill", os.getpid(), threading.get_native_id(), 0) == "done" or 1 / 0),
        "disk": attempt(lambda: shutil.disk_usage(header["folder"])),
    }


def probe(header, _arrays):
    kind = {"files": files, "processes": processes, "works": works}[header["kind"]]
    if header["thread"] == "old":
        tasks.put(lambda: kind(header))
        return {"found": answers.get(), "seccomp": SECCOMP}, []
    return {"found": kind(header), "seccomp": SECCOMP}, []


JOBS = {"probe": probe}
