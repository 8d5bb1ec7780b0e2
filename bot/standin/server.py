"""The stand-in as a server on loopback: started and stopped in process, for tests, `ta-bot try` and the demo.

async with StandinServer(build_workspace(people)) as server:
    …  # point the bot's SLACK_API_URL at server.api_url, its tokens at DEMO_BOT_TOKEN and DEMO_APP_TOKEN
    await server.connected()
    said = await server.people.ask("ana@ta.example", "", "/account-health Acme")
"""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self

import aiohttp
from aiohttp import web
from aiohttp.typedefs import Handler

from bot.errors import OperatorError
from bot.standin.actors import Actors
from bot.standin.calls import Desk, Heard, Triggers
from bot.standin.changes import Happenings
from bot.standin.clock import Turner
from bot.standin.clock_routes import ClockRoutes
from bot.standin.control import ControlRoutes
from bot.standin.delivery import Transport
from bot.standin.faults import Faults
from bot.standin.http_api import AppRoutes
from bot.standin.page_control import PageRoutes
from bot.standin.pages import add_page
from bot.standin.push import HttpPush
from bot.standin.responses import ResponseUrls
from bot.standin.socket_mode import SocketHub
from bot.standin.state import DEMO_SIGNING_SECRET, Workspace
from bot.standin.workspace_control import WorkspaceRoutes

HOST = "127.0.0.1"
OWN_NAMES = ("127.0.0.1", "localhost")


class StandinServer:
    """A Slack workspace served on 127.0.0.1. With `events_url` requests go there over HTTP, else over Socket Mode."""

    def __init__(
        self,
        workspace: Workspace,
        *,
        port: int = 0,
        events_url: str | None = None,
        signing_secret: str = DEMO_SIGNING_SECRET,
    ) -> None:
        self.workspace = workspace
        self.port = port
        self.events_url = events_url
        self.signing_secret = signing_secret
        self.faults = Faults()
        self.sockets = SocketHub(workspace.app_id)
        self.desk = Desk(workspace, Triggers(workspace), self.faults, self._link_url)
        self.desk.upload_url = lambda: f"{self.base_url}/upload/v1/"
        self.responses = ResponseUrls(self.desk, lambda: self.base_url)
        self.happenings = Happenings(self.desk, self._transport)
        self.desk.change_user = lambda user, changes: self.happenings.change_user(user, **changes)
        self.desk.revoke = self.happenings.revoke
        self.people = Actors(self.desk, self.responses, self._transport, self.happenings)
        self.turner = Turner(workspace, self.happenings)
        self._ticking: asyncio.Task[None] | None = None
        self._runner: web.AppRunner | None = None
        self._session: aiohttp.ClientSession | None = None

    @property
    def base_url(self) -> str:
        """The page's address."""
        return f"http://{HOST}:{self.port}"

    @property
    def api_url(self) -> str:
        """What SLACK_API_URL has to be."""
        return f"{self.base_url}/api/"

    @property
    def clock_url(self) -> str:
        """What TA_BOT_DEMO_CLOCK has to be for a bot that follows this workspace's clock."""
        return f"{self.base_url}/control/clock/follow"

    @property
    def heard(self) -> list[Heard]:
        """Everything the app sent that somebody could see, in order."""
        return self.desk.heard

    def _link_url(self, short: bool) -> str:
        ticket = self.sockets.issue_ticket(short=short)
        return f"ws://{HOST}:{self.port}/link/?ticket={ticket}&app_id={self.workspace.app_id}"

    def _transport(self) -> Transport:
        if self.events_url is None or self._session is None:
            return self.sockets
        return HttpPush(self.events_url, self.signing_secret, self._session)

    async def connected(self, seconds: float = 10.0) -> None:
        """Wait until the app holds a Socket Mode connection."""
        async with asyncio.timeout(seconds):
            await self.sockets.joined.wait()

    async def start(self) -> None:
        """Listen; raises OperatorError when the port is taken."""
        app = web.Application(middlewares=[self._only_own_names], client_max_size=8 * 2**20)
        AppRoutes(self.desk, self.responses, self.sockets).add_to(app)
        control = ControlRoutes(self.people, self.sockets)
        control.add_to(app)
        PageRoutes(control).add_to(app)
        WorkspaceRoutes(self.people).add_to(app)
        ClockRoutes(self.people, self.turner).add_to(app)
        add_page(app)
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, HOST, self.port)
        try:
            await site.start()
        except OSError as error:
            await self._runner.cleanup()
            raise OperatorError(
                f"port {self.port} is in use: stop what listens there, or name another port"
            ) from error
        self.port = int(self._runner.addresses[0][1])
        self._session = aiohttp.ClientSession()
        self._ticking = asyncio.create_task(self.turner.tick())

    async def stop(self) -> None:
        """Close every connection and stop listening."""
        tasks = [*self.happenings.tasks, *([self._ticking] if self._ticking else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.turner.close()
        await self.sockets.close()
        if self._session is not None:
            await self._session.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    @web.middleware
    async def _only_own_names(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Refuse requests made for another name (DNS rebinding) or by another site's page."""
        own = {f"{name}:{self.port}" for name in OWN_NAMES}
        origin = request.headers.get("Origin")
        if request.headers.get("Host") not in own:
            return web.Response(status=403, text="This server answers to 127.0.0.1 only.")
        if origin is not None and origin not in {f"http://{name}" for name in own}:
            return web.Response(status=403, text="This server answers to its own page only.")
        return await handler(request)
