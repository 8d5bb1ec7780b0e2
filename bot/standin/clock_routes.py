"""The control interface's clock, and what is switched on: GET and POST /control/clock, /control/faults, /control/away."""

from __future__ import annotations

from aiohttp import web

from bot.standin.actors import Actors, CannotDo
from bot.standin.away import come_back, go_away
from bot.standin.calls import Json
from bot.standin.clock import Turner
from bot.standin.control import json_handler
from bot.standin.when import instant_meant


class ClockRoutes:
    """The handlers of the clock and of what is switched on; documented in `control`."""

    def __init__(self, actors: Actors, turner: Turner) -> None:
        self.actors = actors
        self.turner = turner

    def add_to(self, app: web.Application) -> None:
        """Register the routes."""
        app.router.add_get("/control/clock", self.clock)
        app.router.add_get("/control/clock/follow", self.turner.follow)
        app.router.add_get("/control/faults", self.faults)
        app.router.add_post("/control/clock", json_handler(self._turn))
        app.router.add_post("/control/away", json_handler(self._away))

    async def clock(self, _request: web.Request) -> web.Response:
        """The present demo time."""
        try:
            return web.json_response({"ok": True, **self.turner.shown()})
        except CannotDo as no:
            return web.json_response({"ok": False, "error": str(no)}, status=409)

    async def faults(self, _request: web.Request) -> web.Response:
        """Every fault that can still strike, and who is away."""
        desk = self.actors.desk
        away = [one.id for one in desk.workspace.users.values() if one.is_away]
        on = [one.as_json() for one in desk.faults.active if one.times != 0]
        return web.json_response({"ok": True, "faults": on, "away": away})

    async def _turn(self, body: Json) -> Json:
        passed = await self.turner.turn(body)
        return {**self.turner.shown(), "passed": passed}

    async def _away(self, body: Json) -> None:
        user = self.actors.who(body["user"])
        if not body.get("away", True):
            come_back(self.actors.happenings, user)
            return
        clock = self.turner.clock()
        until: Json = {name: body[name] for name in ("by", "to", "next") if name in body}
        go_away(
            self.actors.happenings, user, instant_meant(until, clock.now(), clock.zone) if until else None
        )
