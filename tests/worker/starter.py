"""Starts a second process, says its number, and waits to be killed."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from bot.worker import Worker


async def main() -> None:
    path = str(Path(__file__).with_name("things.py"))
    worker = Worker(eval, f"__import__('runpy').run_path({path!r})['Things']()")
    sys.stdout.write(f"{await worker.call('pid')}\n")
    sys.stdout.flush()
    await worker.call("slowly", 60)


if __name__ == "__main__":
    asyncio.run(main())
