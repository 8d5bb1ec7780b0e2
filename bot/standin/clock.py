"""The demo's clock: turned from one due instant to the next, each finished before the next.

The bot follows it over a web socket (GET /control/clock/follow). Each frame asks one thing and carries a number;
the answer carries the same number:

    {"ask": "next", "after": ISO, "until": ISO}   {"due": ISO or null}   its clock stands; its next due instant in between
    {"ask": "run", "at": ISO}                     {"did": [what, …]}     its clock stands there until that is done
    {"ask": "import", "folder": PATH}             {"refused": why}       the book there is imported, at its clock's instant
    {"ask": "go", "ahead": SECONDS}               {}                     it runs on, that far ahead of the machine

Nothing is late that would not have been: what is due on Tuesday runs while it is Tuesday for everybody.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from aiohttp import WSMsgType, web

from bot.clock import TurnableClock
from bot.errors import OperatorError
from bot.standin.actors import CannotDo
from bot.standin.away import end_status, status_ends
from bot.standin.calls import Json
from bot.standin.changes import Happenings
from bot.standin.mornings import Mornings
from bot.standin.state import Workspace
from bot.standin.when import instant_meant

STEP_SECONDS = 120.0
EVENT_SECONDS = 3.0
TICK_SECONDS = 1.0


@dataclass(slots=True, eq=False)
class Follower:
    """The bot at the other end of the web socket."""

    socket: web.WebSocketResponse
    waiting: dict[int, asyncio.Future[Json]] = field(default_factory=dict)
    asked: int = 0

    async def ask(self, what: str, **more: Any) -> Json:
        """Ask one thing and wait for its answer; raises CannotDo when none comes."""
        self.asked += 1
        answer: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self.waiting[self.asked] = answer
        try:
            await self.socket.send_json({"ask": what, "number": self.asked, **more})
            return await asyncio.wait_for(answer, STEP_SECONDS)
        except (TimeoutError, ConnectionError):
            raise CannotDo("The bot did not finish what was due; the clock stands where it got to.") from None
        finally:
            self.waiting.pop(self.asked, None)

    def heard(self, text: str) -> None:
        """Take an answer."""
        try:
            frame = json.loads(text)
        except ValueError:
            return
        waiting = self.waiting.get(int(frame.get("number", 0))) if isinstance(frame, dict) else None
        if waiting is not None and not waiting.done():
            waiting.set_result(frame)

    def left(self) -> None:
        """The web socket ended: nothing that was asked will be answered."""
        for waiting in self.waiting.values():
            if not waiting.done():
                waiting.set_exception(ConnectionError())


class Turner:
    """Turns the clock of a workspace, and of the bot that follows it."""

    def __init__(self, workspace: Workspace, happenings: Happenings) -> None:
        self.workspace = workspace
        self.happenings = happenings
        self.follower: Follower | None = None
        self.followed = False  # once the bot has followed, nothing turns without it
        self.turning = False
        self.mornings: Mornings | None = None  # the demo's: a book that grows older with its clock
        self._one_at_a_time = asyncio.Lock()

    def clock(self) -> TurnableClock:
        """The workspace's clock; raises CannotDo when it is one that cannot be turned."""
        if not isinstance(self.workspace.clock, TurnableClock):
            raise CannotDo("The clock of this workspace cannot be turned.")
        return self.workspace.clock

    def shown(self) -> Json:
        """The present demo time as JSON."""
        clock = self.clock()
        return {
            "now": clock.now().isoformat(),
            "local": clock.now().astimezone(clock.zone).strftime("%A %Y-%m-%d %H:%M:%S"),
            "zone": clock.zone.key,
            "ahead": clock.ahead.total_seconds(),
            "turning": self.turning,
            "followed": self.follower is not None,
        }

    async def turn(self, body: Mapping[str, Any]) -> list[Json]:
        """Turn to the instant meant; gives what passed on the way, with what was done at each instant."""
        async with self._one_at_a_time:
            clock = self.clock()
            if self.followed and self.follower is None:
                raise CannotDo("The bot does not follow the clock at the moment; try again in a second.")
            to = instant_meant(body, clock.now(), clock.zone)
            async with self._standing(clock):
                return [one async for one in self._passed(clock, to)]

    @asynccontextmanager
    async def _standing(self, clock: TurnableClock) -> AsyncIterator[None]:
        self.turning = True
        clock.stand_at(clock.now())
        try:
            yield
        finally:
            clock.run_on()
            self.turning = False
            self.workspace.changed()
            if self.follower is not None:
                await self.follower.ask("go", ahead=clock.ahead.total_seconds())

    async def _passed(self, clock: TurnableClock, to: datetime) -> AsyncIterator[Json]:
        reached = clock.now()
        while True:
            at = await self._next(reached, to)
            morning = self.mornings.due(at or to) if self.mornings else None
            if morning is not None:
                reached = max(reached, morning)
                clock.stand_at(reached)
                yield {"at": reached.isoformat(), "did": await self._begin(morning, reached)}
            elif at is not None:
                clock.stand_at(at)
                done = [*await self._expire(), *await self._run(at)]
                yield {"at": at.isoformat(), "did": done}
                reached = at
            else:
                break
        clock.stand_at(to)

    async def _begin(self, morning: datetime, at: datetime) -> list[str]:
        """Begin a day; the bot's clock stands there too, so that nothing it reads lies in its future."""
        if self.mornings is None:
            return []
        if self.follower is not None and at == morning:
            await self.follower.ask("run", at=at.isoformat())
        try:
            await self.mornings.begin(morning)
        except OperatorError as error:
            raise CannotDo(str(error)) from None
        return [f"the book of {morning:%Y-%m-%d} was imported"]

    async def have_imported(self, folder: Path) -> None:
        """Have the bot import a book; raises OperatorError when it is refused, CannotDo when the bot is not there."""
        if self.follower is None:
            raise CannotDo("The bot does not follow the clock at the moment; try again in a second.")
        answer = await self.follower.ask("import", folder=str(folder))
        if answer.get("refused"):
            raise OperatorError(f"the demo's book could not be imported: {answer['refused']}")

    async def _next(self, after: datetime, until: datetime) -> datetime | None:
        dues = [
            at for user in self.workspace.users.values() if (at := status_ends(user)) and after < at <= until
        ]
        if self.follower is not None:
            asked = await self.follower.ask("next", after=after.isoformat(), until=until.isoformat())
            told = datetime.fromisoformat(asked["due"]) if asked.get("due") else None
            if told is not None and after < told <= until:
                dues.append(told)
        return min(dues, default=None)

    async def _run(self, at: datetime) -> list[str]:
        if self.follower is None:
            return []
        answer = await self.follower.ask("run", at=at.isoformat())
        return [str(one) for one in answer.get("did", ())]

    async def _expire(self) -> list[str]:
        """Take away every status whose time is over, and tell the app as Slack does."""
        now = self.workspace.clock.now()
        over = [one for one in self.workspace.users.values() if (at := status_ends(one)) and at <= now]
        for user in over:
            told = end_status(self.happenings, user)
            if told is not None:
                await asyncio.wait({told}, timeout=EVENT_SECONDS)
        return [f"the status of {user.real_name} ended" for user in over]

    async def tick(self) -> None:
        """End statuses and begin days while time runs by itself, for ever."""
        while True:
            await asyncio.sleep(TICK_SECONDS)
            async with self._one_at_a_time:
                await self._expire()
                now = self.workspace.clock.now()
                morning = self.mornings.due(now) if self.mornings else None
                if morning is not None:
                    with suppress(CannotDo):  # the book stays as it was; the next morning tries again
                        await self._begin(morning, now)

    async def follow(self, request: web.Request) -> web.StreamResponse:
        """Hold the bot's web socket; a newer one takes its place."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        follower = Follower(socket)
        greeting = asyncio.create_task(self._greet(follower))
        try:
            async for frame in socket:
                if frame.type is WSMsgType.TEXT:
                    follower.heard(frame.data)
        finally:
            follower.left()
            if self.follower is follower:
                self.follower = None
                self.workspace.changed()
            greeting.cancel()
            await asyncio.gather(greeting, return_exceptions=True)
        return socket

    async def _greet(self, follower: Follower) -> None:
        async with self._one_at_a_time:
            await follower.ask("go", ahead=self.clock().ahead.total_seconds())
            self.follower, self.followed = follower, True
            self.workspace.changed()

    async def close(self) -> None:
        """Let the bot go."""
        if self.follower is not None:
            await self.follower.socket.close()
