"""Runs `ta-bot` for as long as whoever started it lives: when its input ends, it stops as on SIGTERM.

python -m bot.standin.leash serve

A parent that is killed at once cannot stop its child, but the pipe between them closes on every system.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading

GRACE = 30.0  # seconds to finish what was acked


def main() -> None:
    """Watch the input, and be `ta-bot` with the same words."""
    threading.Thread(target=_watch, name="leash", daemon=True).start()
    runpy.run_module("bot", run_name="__main__", alter_sys=True)


def _watch() -> None:
    while os.read(sys.__stdin__.fileno() if sys.__stdin__ else 0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Event().wait(GRACE)
    os._exit(1)


if __name__ == "__main__":
    main()
