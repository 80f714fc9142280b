"""What a restricted process can no longer do, whichever of its threads tries, and what it still can."""

import os
import platform
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.processes.fence import hide_memory
from sandbox.processes.process import SandboxProcess
from sandbox.processes.system_calls import call_numbers, filter_program
from tests.patience import PATIENCE
from tests.sandbox.calls import LINUX, ask

ROOT = Path(__file__).parents[3]
ALLOWED_FILES = ("own folder", "own folder, renamed", "own folder, removed")
HEADERS = {  # of the kernel: where they are installed, they name every number
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}


@pytest.fixture(scope="module")
def probing(tmp_path_factory):
    """A restricted child, and the values that its probes need: another process and a file, both of this test."""
    folder, outside = tmp_path_factory.mktemp("inside"), tmp_path_factory.mktemp("outside")
    (outside / "secret").write_text("secret")
    other = subprocess.Popen(["sleep", "3600"])
    process = SandboxProcess("tests.sandbox.processes.probe", 2**31, 600, folder=str(folder))
    yield process, {
        "other": other.pid, "secret": str(outside / "secret"), "folder": str(folder), "root": str(ROOT),
    }  # fmt: skip
    process.close()
    other.kill()
    other.wait(PATIENCE)


def probe(probing, kind, thread="main"):
    process, values = probing
    return ask(process, "probe", {"kind": kind, "thread": thread, **values}).header


def has_landlock():
    import ctypes

    return LINUX and ctypes.CDLL(None).syscall(444, None, 0, 1) >= 1


def test_what_must_still_work(probing):
    """Threads, imports, numbers, its own limits and signals. Sockets of Python are gone on every system."""
    found = probe(probing, "works")["found"]
    assert found.pop("socket") == "PermissionError"
    assert found.pop("address") != "done"
    assert set(found.values()) == {"done"}, found


@pytest.mark.skipif(not has_landlock(), reason="this kernel has no Landlock")
@pytest.mark.parametrize("thread", ["main", "old"])
def test_no_files_but_its_own(probing, thread):
    """Neither secrets, nor what belongs to another process; threads that libraries have started are no way round.

    Their rights, owners and times stay as well, which the filter denies, since Landlock does not.
    """
    reply = probe(probing, "files", thread)
    found = reply["found"]
    kept = {name: found.pop(name) for name in list(found) if name.endswith(" of the secret")}
    assert not reply["seccomp"] or set(kept.values()) == {"PermissionError"}, kept
    assert {found.pop(name) for name in ALLOWED_FILES} == {"done"}
    assert set(found.values()) == {"PermissionError"}, found


@pytest.mark.skipif(not LINUX, reason="the kernel's filter")
@pytest.mark.parametrize("thread", ["main", "old"])
def test_nothing_reaches_another_process(probing, thread):
    """No signal, limit, priority, tracing, shared memory, terminal, program or socket; by the kernel."""
    reply = probe(probing, "processes", thread)
    if not reply["seccomp"]:
        pytest.skip("this kernel or machine has no filter")
    assert set(reply["found"].values()) == {"PermissionError"}, reply["found"]


@pytest.mark.parametrize("machine", HEADERS)
def test_the_numbers_are_the_kernels(machine):
    """Each call of the filter has the number that the kernel's headers give it."""
    if not HEADERS[machine].exists():
        pytest.skip("the kernel's headers are not installed")
    text = HEADERS[machine].read_text()
    known = {name: int(number) for name, number in re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)\s*$", text, re.M)}
    ours = call_numbers(machine)
    assert len(ours) > 80
    assert {name: known.get(name) for name in ours if name in known} == {n: ours[n] for n in ours if n in known}
    newest = {"process_mrelease", "fchmodat2", "setxattrat", "removexattrat", "file_setattr"}
    assert set(ours) - set(known) <= newest, "older headers lack the newest calls"


def test_both_machines_deny_the_same():
    """But for calls that aarch64 does not have."""
    x86, arm = (set(call_numbers(machine)) for machine in ("x86_64", "aarch64"))
    older = {"chmod", "chown", "lchown", "utime", "utimes", "futimesat"}
    assert x86 - arm == {"fork", "vfork", "inotify_init"} | older
    assert arm - x86 == set()


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_the_filter_by_hand(machine):
    """The program is run here, step by step: which calls it allows, with which arguments."""
    program, numbers, pid = filter_program(machine, 7_000), call_numbers(machine), 7_000
    architecture = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}[machine]

    def verdict(name, *arguments, machine=architecture):
        number = numbers[name] if isinstance(name, str) else name
        action = run(program, {0: number, 4: machine} | {16 + 8 * at: value for at, value in enumerate(arguments)})
        return {0x7FFF0000: "allow", 0x00050001: "EPERM", 0x00050026: "ENOSYS", 0x80000000: "kill"}[action]

    assert verdict("clone", 0x00010000) == "allow"
    assert verdict("clone", 17) == "EPERM"
    assert verdict("clone3") == "ENOSYS"
    assert verdict("socket", machine=0x40000003) == "kill"
    assert verdict("tgkill", pid, 7_001, 6) == "allow"
    assert verdict("tgkill", pid + 1, pid + 1, 0) == "EPERM"
    for name in ("prlimit64", "sched_setaffinity", "sched_setscheduler", "sched_setparam", "sched_setattr"):
        assert [verdict(name, one) for one in (0, pid, pid + 1, 1)] == ["allow", "allow", "EPERM", "EPERM"]
    found = [verdict("setpriority", which, who) for which in (0, 1, 2) for who in (0, pid, 1)]
    assert found == ["allow", "allow", "EPERM"] + ["EPERM"] * 6
    assert [verdict("fcntl", 0, command) for command in (8, 10, 15)] == ["EPERM"] * 3
    assert [verdict("fcntl", 0, command) for command in (1, 2, 3, 4, 6, 1030)] == ["allow"] * 6
    assert [verdict("ioctl", 0, command) for command in (0x5412, 0x541C, 0x8901, 0x8902)] == ["EPERM"] * 4
    assert [verdict("ioctl", 0, command) for command in (0x5401, 0x5421, 0x541B)] == ["allow"] * 3
    checked = {"clone", "clone3", "seccomp", "tgkill", "prlimit64", "setpriority", "fcntl", "ioctl"}
    for name in set(numbers) - checked - {name for name in numbers if name.startswith("sched_")}:
        assert verdict(name) == "EPERM", name
    for number in {0, 1, 63, 100, 113} - set(numbers.values()):
        assert verdict(number) == "allow", number
    assert verdict(0x40000000) == "EPERM"


def run(program, data):
    """A machine for the few steps that the filter uses."""
    import struct

    steps = [struct.unpack_from("HBBI", program, at) for at in range(0, len(program), 8)]
    at = value = 0
    while True:
        operation, yes, no, constant = steps[at]
        at += 1
        if operation == 0x20:
            value = data.get(constant, 0)
        elif operation == 0x06:
            return constant
        else:
            holds = {0x15: value == constant, 0x35: value >= constant, 0x45: bool(value & constant)}[operation]
            at += yes if holds else no


@pytest.mark.skipif(not LINUX, reason="reads /proc")
def test_hidden_memory():
    """Its files in /proc belong to root from then on, so that another process of the same user cannot open them."""
    code = (
        "import os, sys; sys.path.insert(0, sys.argv[1]); from sandbox.processes.fence import hide_memory\n"
        "print(hide_memory()); input()"
    )
    command = [sys.executable, "-I", "-c", code, str(ROOT)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as hidden:
        assert hidden.stdout.readline() == "True\n"
        if os.getuid() != 0:
            assert os.stat(f"/proc/{hidden.pid}/mem").st_uid == 0
        hidden.communicate("\n")


@pytest.mark.skipif(not has_landlock(), reason="this kernel has no Landlock")
def test_landlock_alone(tmp_path):
    """Without the filter: files, and where the kernel can, TCP and signals."""
    code = (
        "import os, sys, socket, ctypes; sys.path.insert(0, sys.argv[1])\n"
        "from sandbox.processes.fence import restrict_files; print(restrict_files(sys.argv[2]))\n"
        "print(ctypes.CDLL(None).syscall(444, None, 0, 1))\n"
        "def attempt(action):\n"
        "    try: action(); return 'done'\n"
        "    except OSError as error: return type(error).__name__\n"
        "print(attempt(lambda: open('/etc/passwd')), attempt(lambda: os.kill(os.getppid(), 0)),\n"
        "      attempt(lambda: socket.create_connection(('127.0.0.1', 9), timeout=60)))"
    )
    command = [sys.executable, "-I", "-c", code, str(ROOT), str(tmp_path)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=True)
    held, version, tries = run.stdout.splitlines()
    passwd, signal, tcp = tries.split()
    assert (held, passwd) == ("True", "PermissionError")
    assert signal == ("PermissionError" if int(version) >= 6 else "done")
    assert tcp == ("PermissionError" if int(version) >= 4 else "ConnectionRefusedError")


def test_on_other_systems_nothing_is_claimed(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert hide_memory() is False
    assert platform.machine()
