"""What tests have a second process make."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from typing import Any

from bot.errors import SourceUnavailable


class Odd(Exception):
    def __init__(self, *, said: str) -> None:
        super().__init__(said)


class Things:
    def __init__(self) -> None:
        self.yielded = 0
        self.ended = 0

    async def pid(self) -> int:
        return os.getpid()

    async def echo(self, *what: Any) -> Any:
        sys.stdout.write("a library talks\n")
        sys.stdout.flush()
        return what

    async def fail(self) -> None:
        raise SourceUnavailable("it is down", 7)

    async def fail_oddly(self) -> None:
        raise Odd(said="what nobody can make again")

    async def give_oddly(self) -> Any:
        return Odd

    async def slowly(self, seconds: float) -> str:
        await asyncio.sleep(seconds)
        return "slept"

    async def counted(self) -> tuple[int, int]:
        return self.yielded, self.ended

    async def count(self, to: int, fails_at: int = -1) -> AsyncIterator[tuple[int, bytes]]:
        try:
            for number in range(to):
                if number == fails_at:
                    raise SourceUnavailable("it went down")
                self.yielded += 1
                yield number, bytes(200_000)
        finally:
            self.ended += 1
