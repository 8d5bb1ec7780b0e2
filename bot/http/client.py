"""The one client that every vendor is called with: paced, patient, and silent about what it carries."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias
from urllib.parse import urljoin, urlsplit
from urllib.request import getproxies

import aiohttp
import orjson
from yarl import URL

from bot import log
from bot.errors import SourceError, SourceGarbled
from bot.http import errors
from bot.http.budget import Bucket, Budget
from bot.http.errors import Called, Failure

Params: TypeAlias = Mapping[str, str] | Sequence[tuple[str, str]]
Sign: TypeAlias = Callable[[], Awaitable[Mapping[str, str]]]
Renew: TypeAlias = Callable[[], Awaitable[None]]
Parse: TypeAlias = Callable[[bytearray], Any]

_log = log.get("bot.http")


def _sleep(seconds: float) -> Awaitable[None]:
    return asyncio.sleep(seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a call may take and how often it is made again; all spans are seconds (ours).

    `seconds` is for one call from connecting to its last byte, `quiet` between two pieces of it. A failed call is
    made again after about `first_wait`, then twice that, and so on. A vendor that asks for more than
    `longest_wait` is not waited for: it is unavailable, and says until when.
    """

    seconds: float = 120
    connect: float = 10
    quiet: float = 45
    repeats: int = 5
    first_wait: float = 1
    longest_wait: float = 60
    most_bytes: int = 256_000_000  # a body without end must not take the memory of everything else
    sleep: Callable[[float], Awaitable[None]] = _sleep
    elapsed: Callable[[], float] = time.monotonic


@dataclass(frozen=True, slots=True)
class Reply:
    """A success: its JSON (None where there is no content), its headers in any case of letters, its status."""

    data: Any
    headers: Mapping[str, str]
    status: int


@dataclass(slots=True)
class Caller:
    """Calls one vendor; raises SourceRefused, SourceUnavailable or SourceGarbled.

    Everything it calls only reads (a POST asks for a token or runs a query), so any call may be made twice.
    `sign` gives the headers that prove who we are, at each attempt; `renew` makes a new token after a 401.
    `budget` None lifts the limit. `secret` names the settings with the credentials, for the operator.
    """

    session: aiohttp.ClientSession
    system: str = field(kw_only=True)
    base_url: str = field(kw_only=True)
    budget: Budget | None = field(default=None, kw_only=True)
    sign: Sign | None = field(default=None, kw_only=True)
    renew: Renew | None = field(default=None, kw_only=True)
    patience: Patience = field(default_factory=Patience, kw_only=True)
    secret: str = field(default="", kw_only=True)
    calls: int = field(default=0, init=False)
    _bucket: Bucket | None = field(init=False, repr=False)
    _timeout: aiohttp.ClientTimeout = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Fill the bucket."""
        self._bucket = Bucket(self.budget) if self.budget else None
        self._timeout = aiohttp.ClientTimeout(
            total=self.patience.seconds, connect=self.patience.connect, sock_read=self.patience.quiet
        )

    async def get(self, target: str, params: Params | None = None, *, parse: Parse | None = None) -> Reply:
        """GET below the base URL, from the root of its host (`/…`), or at a whole URL of the same host.

        A very large answer is parsed by `parse`, in a thread; it raises ValueError where that is not JSON.
        """
        asked = self._asked("GET", target, params=params)
        return await self._patiently(replace(asked, parse=parse) if parse else asked)

    async def post(
        self,
        target: str,
        *,
        form: Mapping[str, str] | None = None,
        json: Any = None,
        params: Params | None = None,
        signed: bool = True,
    ) -> Reply:
        """POST a form or JSON. `signed` False leaves out who we are: for the call that asks for a token."""
        data = orjson.dumps(json) if form is None and json is not None else form
        kind = {"Content-Type": "application/json"} if isinstance(data, bytes) else {}
        asked = self._asked("POST", target, params=params)
        return await self._patiently(replace(asked, data=data, headers=kind, signed=signed))

    def garbled(self, target: str, what: str, reply: Reply) -> SourceError:
        """What to raise where a success is not in the shape that it promises: “… `what`”."""
        called = Called(system=self.system, path=urlsplit(target).path)
        return errors.garbled(called, what, reply.headers).error

    def _asked(self, method: str, target: str, params: Params | None) -> _Asked:
        url = urljoin(self.base_url.rstrip("/") + "/", target)
        base, parts = urlsplit(self.base_url), urlsplit(url)
        if (parts.scheme, parts.netloc) != (base.scheme, base.netloc):
            # The credentials would go with it.
            raise SourceGarbled(
                f"{self.system.capitalize()} names another host to go on at; it is not followed"
            )
        address = URL(url, encoded="?" in url)  # a link of the vendor's own is taken to the letter
        called = Called(system=self.system, path=parts.path, secret=self.secret)
        return _Asked(method, address.extend_query(params) if params else address, called)

    async def _patiently(self, asked: _Asked) -> Reply:
        renewed = False
        for attempt in itertools.count():
            await self._pace()
            outcome = await self._once(asked)
            if isinstance(outcome, Reply):
                return outcome
            if outcome.stale_token and asked.signed and not renewed:
                renewed = True
                await self._renewed()
                continue
            wait = self._wait(outcome, attempt)
            if wait is None:
                raise outcome.error
            _log.info("call_again", system=self.system, path=asked.called.path, seconds=round(wait, 1))
            await self.patience.sleep(wait)
        raise AssertionError  # the count has no end; mypy cannot know

    async def _renewed(self) -> None:
        if self.renew is not None:
            await self.renew()

    async def _pace(self) -> None:
        if self._bucket is not None:
            wait = self._bucket.take(self.patience.elapsed())
            if wait > 0:
                await self.patience.sleep(wait)

    def _wait(self, failed: Failure, attempt: int) -> float | None:
        """How long until the next attempt; None where there is to be none."""
        patience = self.patience
        if not failed.again or attempt >= patience.repeats or (failed.wait or 0) > patience.longest_wait:
            return None
        own = min(patience.first_wait * float(2**attempt), patience.longest_wait) * random.uniform(0.5, 1)
        return max(own, (failed.wait or 0) * random.uniform(1, 1.1))

    async def _once(self, asked: _Asked) -> Reply | Failure:
        """One call. Its own time, number and outcome are logged; no query, header or body ever is."""
        self.calls += 1
        begun = self.patience.elapsed()
        outcome = await self._tried(asked)
        ms = round((self.patience.elapsed() - begun) * 1000)
        failed = str(outcome.error) if isinstance(outcome, Failure) else None
        _log.debug("called", system=self.system, path=asked.called.path, ms=ms, error=failed)
        return outcome

    async def _tried(self, asked: _Asked) -> Reply | Failure:
        status, headers = 0, dict[str, str]()
        try:
            async with await self._sent(asked) as answer:
                status, headers = (
                    answer.status,
                    {name.lower(): value for name, value in answer.headers.items()},
                )
                body = await self._body(answer)
        except TimeoutError:
            late = "did not finish its answer in time" if status else "did not answer in time"
            return errors.unreachable(asked.called, late)
        except aiohttp.ClientPayloadError:
            return errors.garbled(asked.called, "was cut off", headers, again=True)
        except aiohttp.ClientError:
            return errors.unreachable(asked.called, f"cannot be reached at {asked.url.host}")
        if asked.parse is None:
            return self._read(asked, status, headers, body)
        return await asyncio.to_thread(self._read, asked, status, headers, body)

    async def _sent(self, asked: _Asked) -> aiohttp.ClientResponse:
        own = await self.sign() if self.sign and asked.signed else {}
        return await self.session.request(
            asked.method,
            asked.url,
            data=asked.data,
            headers={"Accept": "application/json", "User-Agent": "ta-bot", **asked.headers, **own},
            timeout=self._timeout,
            allow_redirects=False,  # the credentials are for this host alone
        )

    async def _body(self, answer: aiohttp.ClientResponse) -> bytearray | None:
        """The whole body; None where it is larger than we take."""
        body = bytearray()
        async for piece in answer.content.iter_any():
            if len(body) + len(piece) > self.patience.most_bytes:
                return None
            body += piece
        return body

    def _read(
        self, asked: _Asked, status: int, headers: Mapping[str, str], body: bytearray | None
    ) -> Reply | Failure:
        called = asked.called
        if body is None:
            return errors.garbled(called, "is larger than we take", headers)
        if not 200 <= status < 300:
            return errors.judged(called, status, _json_or_text(body), headers)
        spent = errors.exhausted(headers)
        if spent and self._bucket is not None:
            self._bucket.rest(self.patience.elapsed(), min(spent, self.patience.longest_wait))
        if not body and status in (202, 204):
            return Reply(None, headers, status)
        try:
            return Reply((asked.parse or orjson.loads)(body), headers, status)
        except ValueError:
            if body.lstrip()[:1] == b"<":
                return errors.garbled(called, "is a web page instead of JSON: check the base URL", headers)
            return errors.garbled(called, "is not JSON, or was cut off", headers, again=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What the callers of all vendors share; `paced` False lifts their budgets, to measure without them."""

    session: aiohttp.ClientSession
    patience: Patience = field(default_factory=Patience)
    paced: bool = True

    def caller(self, *, budget: Budget, **given: Any) -> Caller:
        """A caller of one vendor; `given` are Caller's other arguments."""
        held = budget if self.paced else None
        return Caller(self.session, patience=self.patience, budget=held, **given)


@dataclass(frozen=True, slots=True)
class _Asked:
    """One call as it is made, as often as it takes."""

    method: str
    url: URL
    called: Called
    data: bytes | Mapping[str, str] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    signed: bool = True
    parse: Parse | None = None


def _json_or_text(body: bytearray) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None  # a page or plain text says no more than the status does


def open_session() -> aiohttp.ClientSession:
    """The one session of all vendors, within the running loop: connections are kept and used again."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=20, limit_per_host=8, keepalive_timeout=30),
        trust_env=bool(getproxies()),
        cookie_jar=aiohttp.DummyCookieJar(),  # what one vendor sets is no other's business
    )
