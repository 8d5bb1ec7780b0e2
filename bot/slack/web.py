"""Calls Slack's Web API: one shared session, one reading of everything that can go wrong."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode, urlsplit
from urllib.request import getproxies

import aiohttp
import orjson

from bot.errors import SourceLost, SourceRefused, SourceUnavailable
from bot.slack.metrics import Metrics

TRANSIENT = frozenset(
    {
        "ratelimited",
        "rate_limited",
        "internal_error",
        "fatal_error",
        "service_unavailable",
        "request_timeout",
        "team_added_to_org",
    }
)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a call may take, and when it may be made again."""

    seconds: float
    longest_wait: float  # how long Retry-After is waited for, all in all
    # When to do it again after a dropped connection or a 5xx: only where doing it twice is harmless.
    repeats: tuple[float, ...] = ()


LOOK_UP = Patience(seconds=5, longest_wait=4, repeats=(0.1, 0.4))
SAY = Patience(seconds=30, longest_wait=30)  # long: what was given up on may arrive after all
OPEN_MODAL = Patience(seconds=5, longest_wait=0)
MOST_REPEATS = 5


class Session:
    """The one aiohttp session, opened at first use in the running loop."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    def get(self) -> aiohttp.ClientSession:
        """The session."""
        if self._session is None:
            # Reading the proxy settings costs on every request, so only where there are any.
            connector = aiohttp.TCPConnector(limit=100, keepalive_timeout=25)
            self._session = aiohttp.ClientSession(
                connector=connector,
                trust_env=bool(getproxies()),
                cookie_jar=aiohttp.DummyCookieJar(),  # Slack's cookies mean nothing to us and cost time
            )
        return self._session

    async def close(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()
            self._session = None


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer, read whole."""

    status: int
    body: bytes
    retry_after: float | None


class SlackWeb:
    """Slack's Web API with the workspace's bot token."""

    def __init__(
        self, base_url: str, token: Callable[[], Awaitable[str]], session: Session, metrics: Metrics
    ) -> None:
        self.base_url = base_url
        self._token = token
        self._session = session
        self._metrics = metrics

    async def call(
        self, method: str, patience: Patience = LOOK_UP, *, token: str | None = None, **arguments: Any
    ) -> dict[str, Any]:
        """Call a method; raises SourceRefused with Slack's own word, or SourceUnavailable."""
        given = {name: value for name, value in arguments.items() if value is not None}
        headers = {"Authorization": f"Bearer {token or await self._token()}"}
        session, seconds = self._session.get(), patience.seconds
        try:
            return await patiently(
                lambda: called(session, self.base_url, method, given, headers, seconds), patience
            )
        except (SourceRefused, SourceUnavailable) as error:
            self._metrics.slack_error(method, getattr(error, "code", "") or type(error).__name__)
            raise


async def called(  # one call has this many parts; two callers
    session: aiohttp.ClientSession,
    base_url: str,
    method: str,
    arguments: Mapping[str, Any],
    headers: Mapping[str, str],
    seconds: float,
) -> dict[str, Any]:
    """Call a method once."""
    body, kind = _encoded(method, arguments)
    reply = await posted(session, base_url + method, body, {**headers, "Content-Type": kind}, seconds)
    return _read(method, reply)


async def posted(
    session: aiohttp.ClientSession, url: str, body: bytes, headers: Mapping[str, str], seconds: float
) -> Reply:
    """POST and read the answer; a connection that never came about or broke raises SourceUnavailable."""
    try:
        async with session.post(
            url, data=body, headers=headers, timeout=_timeout(seconds), allow_redirects=False
        ) as answer:
            return Reply(answer.status, await answer.read(), _seconds(answer.headers.get("Retry-After")))
    except aiohttp.ClientConnectorError as error:
        where = urlsplit(url).netloc
        raise SourceUnavailable(f"Slack cannot be reached at {where}", retry_after=0.2) from error
    except TimeoutError as error:
        raise SourceLost("Slack did not answer in time") from error
    except aiohttp.ClientError as error:
        raise SourceLost("the connection to Slack broke") from error


async def patiently(once: Callable[[], Awaitable[dict[str, Any]]], patience: Patience) -> dict[str, Any]:
    """Do it, and again as often as is harmless and as long as Slack's wish to wait allows."""
    waited = 0.0
    for attempt in itertools.count():
        try:
            return await once()
        except SourceLost:
            if attempt >= len(patience.repeats):
                raise
            wait = patience.repeats[attempt] * random.uniform(0.75, 1.25)
        except SourceUnavailable as error:
            # A wish without end is no wish to wait: some answers come with Retry-After: 0.
            too_often = attempt >= MOST_REPEATS
            if error.retry_after is None or too_often or waited + error.retry_after > patience.longest_wait:
                raise
            wait = error.retry_after
        waited += wait
        await asyncio.sleep(wait)
    raise AssertionError  # the count has no end; mypy cannot know


@lru_cache(maxsize=16)
def _timeout(seconds: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=seconds)


def _encoded(method: str, arguments: Mapping[str, Any]) -> tuple[bytes, str]:
    # JSON is taken by chat.*, views.* and conversations.open; every method takes a form.
    if method.startswith(("chat.", "views.")):
        return orjson.dumps(arguments), "application/json; charset=utf-8"
    form = urlencode({name: _plain(value) for name, value in arguments.items()})
    return form.encode(), "application/x-www-form-urlencoded"


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _read(method: str, reply: Reply) -> dict[str, Any]:
    if reply.status == 429:
        raise SourceUnavailable("Slack asks us to wait", retry_after=reply.retry_after or 1.0)
    if reply.status >= 500:
        raise SourceLost(f"Slack failed (HTTP {reply.status})")
    try:
        data = orjson.loads(reply.body)
    except orjson.JSONDecodeError as error:
        raise SourceLost(f"Slack’s answer to {method} is not JSON (HTTP {reply.status})") from error
    if isinstance(data, dict) and data.get("ok") is True:
        return data
    code = str(data.get("error", "")) if isinstance(data, dict) else ""
    if code in TRANSIENT:
        raise SourceUnavailable(f"Slack cannot answer {method} now ({code})", retry_after=reply.retry_after)
    raise SourceRefused(f"Slack refuses {method} ({code or 'no reason given'})", code=code or "unknown")


def _seconds(header: str | None) -> float | None:
    try:
        return max(0.0, float(header)) if header else None
    except ValueError:
        return None
