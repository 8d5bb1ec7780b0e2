"""What each person's App Home tab shows by now, so that nothing is published twice or over something newer."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass, field
from typing import Any

import orjson

from bot.blocks.answers import Home
from bot.errors import SourceRefused
from bot.slack.outbox import Outbox

STALE = "stale"
"""The outcome where another tab was put there meanwhile."""


@dataclass(slots=True)
class _Shown:
    """What a person's tab shows: Slack's hash of it, and ours of the blocks."""

    digest: str = ""
    hash: str = ""
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Tabs:
    """What each tab shows by now."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._shown: dict[str, _Shown] = {}

    def looks_so(self, user_id: str, home: Home) -> bool:
        """Whether the person's tab shows these very blocks already."""
        shown = self._shown.get(user_id)
        return shown is not None and shown.digest == _digest(home)

    async def publish(self, user_id: str, home: Home) -> bool:
        """Show it; False where another tab was put there meanwhile: it must be made anew, not put over that one."""
        shown = self._shown.setdefault(user_id, _Shown())
        async with shown.lock:
            try:
                shown.hash = await self._outbox.publish_home(user_id, home, replaces=shown.hash)
            except SourceRefused as error:
                self._shown.pop(user_id, None)
                if error.code != "hash_conflict":
                    raise
                return False
            shown.digest = _digest(home)
        return True

    def forget(self, user_id: str) -> None:
        """Let the next look count as a change."""
        self._shown.pop(user_id, None)


def _digest(home: Home) -> str:
    blocks: Any = list(home.blocks)
    return hashlib.sha256(orjson.dumps(blocks)).hexdigest()
