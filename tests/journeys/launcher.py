"""Starts `ta-bot` quickly, many times: the libraries are imported once, then each run is a fork of this process.

A run is a process of its own that imports every module of ours anew, in the order its command asks for, with its
own directory, environment and files for what it says; with `ours` on the command line it finds them imported.
Reads a run a line from stdin, answers its exit code.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import runpy
import sys
from typing import Any

LIBRARIES = (
    "aiohttp.web",
    "cryptography.fernet",
    "orjson",
    "prometheus_client",
    "psycopg",
    "pydantic_settings",
    "rapidfuzz.fuzz",
    "rich.markdown",
    "rich.table",
    "slack_bolt.async_app",
    "sqlalchemy.dialects.postgresql",
    "sqlalchemy.dialects.sqlite",
    "sqlite_utils",
    "structlog",
    "typer.rich_utils",
    "yaml",
)
OURS = (
    "bot.bootstrap.digesting",
    "bot.bootstrap.doctoring",
    "bot.bootstrap.dues",
    "bot.bootstrap.importing",
    "bot.bootstrap.keeping",
    "bot.bootstrap.serving",
    "bot.bootstrap.syncing",
    "bot.bootstrap.trying",
)


def become(asked: dict[str, Any]) -> None:
    """Go on as `ta-bot WORDS…`."""
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(asked[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    sys.argv[1:] = asked["words"]
    runpy.run_module("bot", run_name="__main__", alter_sys=True)


def main() -> None:
    for name in (*LIBRARIES, *(OURS if sys.argv[1:] == ["ours"] else ())):
        importlib.import_module(name)
    gc.freeze()  # a run looks for garbage in what is its own
    for line in sys.stdin:
        run = os.fork()
        if run == 0:
            become(json.loads(line))
            return
        _, status = os.waitpid(run, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
