"""Starts `ta-bot` quickly, many times: modules are imported once, then each run is a fork of this process.

launcher.py MODULE ... imports the modules named. A run is a process of its own that imports whatever else it needs in
the order it asks for it, with its own directory, environment and files for what it says.
Reads a run a line from stdin; says on stdout which process it is, and its exit code once it ended. What still runs
when the input ends is killed.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import runpy
import selectors
import signal
import sys
from typing import Any


def become(asked: dict[str, Any]) -> None:
    """Go on as `python -m MODULE WORDS…`."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(asked.get(name, os.devnull), os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    sys.argv[1:] = asked["words"]
    runpy.run_module(asked.get("module", "bot"), run_name="__main__", alter_sys=True)


def say(**told: int) -> None:
    """One line to whoever asked."""
    os.write(1, (json.dumps(told) + "\n").encode())


def reap(numbers: dict[int, int]) -> None:
    """Say of each run that ended how it did."""
    for pid, number in list(numbers.items()):
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            del numbers[pid]
            say(number=number, code=os.waitstatus_to_exitcode(status))


def begin(asked: dict[str, Any], numbers: dict[int, int]) -> bool:
    """Fork; gives whether this is the run itself, once it has ended."""
    pid = os.fork()
    if pid == 0:
        become(asked)
        return True
    numbers[pid] = asked["number"]
    say(number=asked["number"], pid=pid)
    return False


def fork_on_demand(woken: int) -> None:
    """Begin what is asked for and reap what ended, until the input ends."""
    selector = selectors.DefaultSelector()
    selector.register(0, selectors.EVENT_READ)
    selector.register(woken, selectors.EVENT_READ)
    numbers: dict[int, int] = {}
    held = b""
    while True:
        ready = {key.fd for key, _ in selector.select()}
        if woken in ready:
            os.read(woken, 4096)
            reap(numbers)
        if 0 in ready:
            read = os.read(0, 65_536)
            if not read:
                break
            *lines, held = (held + read).split(b"\n")
            if any(begin(json.loads(line), numbers) for line in lines):
                return
    for pid in numbers:
        os.kill(pid, signal.SIGKILL)


def main() -> None:
    """Import what runs will need, and wait to be asked."""
    for name in sys.argv[1:]:
        importlib.import_module(name)
    gc.freeze()  # a run looks for garbage in what is its own
    woken, wakes = os.pipe()
    os.set_blocking(wakes, False)
    signal.set_wakeup_fd(wakes)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    fork_on_demand(woken)


if __name__ == "__main__":
    main()
