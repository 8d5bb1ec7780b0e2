"""The two ways in which vendors are told who calls: a name with a password, or a token that a log-in gives."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot.errors import SourceGarbled
from bot.http.client import Sign


def basic(name: str, password: str) -> Sign:
    """HTTP's own: the same header at each call."""
    pair = base64.b64encode(f"{name}:{password}".encode()).decode()

    async def sign() -> Mapping[str, str]:
        return {"Authorization": f"Basic {pair}"}

    return sign


class Token:
    """A bearer token. Asked for at the first call, and made anew where one is refused."""

    def __init__(self, system: str, log_in: Callable[[], Awaitable[Any]]) -> None:
        self._system = system
        self._log_in = log_in
        self._held = ""

    async def sign(self) -> Mapping[str, str]:
        """Who we are, at each call."""
        if not self._held:
            await self.renew()
        return {"Authorization": f"Bearer {self._held}"}

    async def renew(self) -> None:
        """Log in; raises SourceGarbled where the answer holds no token that a header can carry."""
        data = await self._log_in()
        token = data.get("access_token") if isinstance(data, dict) else None
        if not isinstance(token, str) or not token.isascii() or not token.isprintable() or not token:
            raise SourceGarbled(f"{self._system.capitalize()}’s answer to the log-in holds no token")
        self._held = token
