"""How the cores are shared out between the parts: who receives comes first, who works steps back (Linux).

Linux shares the cores out between sessions before `nice` counts inside each (man 7 sched, autogroup), and each part
leads a session of its own. Who asks for short turns is let in sooner (`sched_setattr`, since Linux 6.12). 200 people
at once, two engines on two cores, accepting p95 of two or three runs each (28 November 2026): stepping back by 5
between sessions 35 and 21 ms, by 15 17 and 15, by 15 and with short turns 16, 14 and 16. Elsewhere, or where it is
refused, `nice` alone counts.
"""

from __future__ import annotations

import ctypes
import os
import sys
import time
from pathlib import Path

PROCESSES = Path("/proc")
# The nanoseconds of a short turn: the least that Linux takes.
TURN = 100_000
# The number of `sched_setattr`, for which there is no function in the C library of Debian 12.
SETATTR = {"x86_64": 314, "aarch64": 274}
# Whoever is not root may move one session's share in a tenth of a second.
TRIES, PAUSE = 30, 0.11


class _Attributes(ctypes.Structure):
    """`struct sched_attr`, version 0 (linux/sched/types.h)."""

    _fields_ = (
        ("size", ctypes.c_uint32),
        ("policy", ctypes.c_uint32),
        ("flags", ctypes.c_uint64),
        ("nice", ctypes.c_int32),
        ("priority", ctypes.c_uint32),
        ("runtime", ctypes.c_uint64),
        ("deadline", ctypes.c_uint64),
        ("period", ctypes.c_uint64),
    )


def take_short_turns() -> bool:
    """Have this process let in sooner, for shorter turns; whether Linux took it."""
    number = SETATTR.get(os.uname().machine)
    if sys.platform != "linux" or number is None:
        return False
    asked = _Attributes(size=ctypes.sizeof(_Attributes), nice=os.nice(0), runtime=TURN)
    return bool(ctypes.CDLL(None).syscall(number, 0, ctypes.byref(asked), 0) == 0)


def step_back(process: int, by: int) -> bool:
    """Have the session of a process step back behind other sessions; whether Linux took it.

    Once it is up, not before: at 15 an engine that started beside tests and a training was not up within two minutes.
    """
    share = PROCESSES / str(process) / "autogroup"
    for _ in range(TRIES):
        try:
            share.write_text(str(by))
        except BlockingIOError:
            time.sleep(PAUSE)
        except OSError:
            return False
        else:
            return True
    return False
