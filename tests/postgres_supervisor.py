"""Runs a throw-away PostgreSQL server until its own input ends, however the tests ended.

Usage: postgres_supervisor.py PROGRAMS FOLDER USER; says `ready` once the server takes connections.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

_SETTINGS = {
    "listen_addresses": "",  # a socket in FOLDER alone
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "150",
    "shared_buffers": "64MB",
}


def main(programs: Path, folder: Path, user: str) -> None:
    # The server refuses to be root; this program stays who it is, for it may live where others cannot read.
    drop = {"user": user} if os.getuid() == 0 else {}
    data = folder / "data"
    made = subprocess.run(
        [programs / "initdb", "-D", data, "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"],
        capture_output=True,
        text=True,
        check=False,
        **drop,
    )
    if made.returncode:
        sys.exit(f"initdb failed: {made.stderr}")
    options = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(
            [programs / "postgres", "-D", data, "-k", folder, *options], stdout=log, stderr=log, **drop
        )
        try:
            _wait(programs, folder, server)
            sys.stdout.write("ready\n")
            sys.stdout.flush()
            sys.stdin.read()
        finally:
            server.send_signal(signal.SIGQUIT)  # at once: nothing of it is kept
            server.wait()
            shutil.rmtree(folder, ignore_errors=True)


def _wait(programs: Path, folder: Path, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        if server.poll() is not None:
            sys.stdout.write((folder / "log").read_text())
            sys.exit("the server ended")
        ready = subprocess.run([programs / "pg_isready", "-q", "-h", folder], check=False)
        if ready.returncode == 0:
            return
        time.sleep(0.1)
    sys.exit("the server did not take connections within 30 s")


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches the whole group: the tests decide
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
