"""A disk that fails, for the rest of one process's life: the kernel answers chosen calls with an error (seccomp)."""

import ctypes
import errno
import platform

NUMBERS = {
    "x86_64": {"pwrite64": 18, "fsync": 74, "fdatasync": 75, "write": 1},
    "aarch64": {"pwrite64": 68, "fsync": 82, "fdatasync": 83, "write": 64},
}
LOAD_NUMBER, IF_EQUAL, ANSWER = 0x20, 0x15, 0x06
ALLOW, REFUSE = 0x7FFF0000, 0x00050000
NO_NEW_PRIVILEGES, SECCOMP, FILTER = 38, 22, 2
can_fail = platform.system() == "Linux" and platform.machine() in NUMBERS


class _Step(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_uint16),
        ("then", ctypes.c_uint8),
        ("otherwise", ctypes.c_uint8),
        ("value", ctypes.c_uint32),
    )


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint16), ("steps", ctypes.POINTER(_Step)))


def full_disk() -> None:
    """From now on nothing that this process writes into a file at a place of its own finds room."""
    _refuse(("pwrite64",), errno.ENOSPC)


def dying_disk() -> None:
    """From now on nothing that this process has written can be made sure of."""
    _refuse(("fsync", "fdatasync"), errno.EIO)


def _refuse(calls: tuple[str, ...], error: int) -> None:
    numbers = NUMBERS[platform.machine()]
    steps = [_Step(LOAD_NUMBER, 0, 0, 0)]
    for place, name in enumerate(calls):
        steps.append(_Step(IF_EQUAL, len(calls) - place, 0, numbers[name]))
    steps += [_Step(ANSWER, 0, 0, ALLOW), _Step(ANSWER, 0, 0, REFUSE | error)]
    program = _Program(len(steps), (_Step * len(steps))(*steps))
    kernel = ctypes.CDLL(None, use_errno=True)
    for arguments in ((NO_NEW_PRIVILEGES, 1, 0, 0, 0), (SECCOMP, FILTER, ctypes.byref(program), 0, 0)):
        if kernel.prctl(*arguments) != 0:
            raise OSError(ctypes.get_errno(), "prctl")
