"""Who the bot is: the one workspace it serves and its own ids, as auth.test tells."""

from __future__ import annotations

from dataclasses import dataclass

from bot.errors import SourceRefused
from bot.slack.cache import Cache
from bot.slack.web import SlackWeb

FOREVER = 10 * 365 * 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Myself:
    """auth.test's answer."""

    team_id: str
    team: str
    user_id: str
    bot_id: str
    url: str


class Identity:
    """Asks Slack once and remembers; `known` is None until it answered."""

    def __init__(self, web: SlackWeb, team_id: str | None) -> None:
        self._web = web
        self._wanted = team_id
        self._cache: Cache[str, Myself] = Cache(FOREVER)
        self.known: Myself | None = None
        self.problem = "Slack has not answered auth.test yet"

    async def get(self) -> Myself:
        """Who we are; raises SourceRefused or SourceUnavailable while Slack does not tell."""
        if self.known is None:
            try:
                self.known = await self._cache.get("", self._ask)
            except Exception as error:
                self.problem = str(error)
                raise
            self.problem = ""
        return self.known

    def forget(self) -> None:
        """Ask again: the token was taken away or replaced."""
        self.known = None
        self.problem = "Slack has not answered auth.test since the token changed"
        self._cache.clear()

    async def _ask(self) -> Myself:
        answer = await self._web.call("auth.test")
        myself = Myself(
            team_id=str(answer.get("team_id", "")),
            team=str(answer.get("team", "")),
            user_id=str(answer.get("user_id", "")),
            bot_id=str(answer.get("bot_id", "")),
            url=str(answer.get("url", "")),
        )
        if not myself.team_id or not myself.user_id:
            raise SourceRefused("Slack’s auth.test names no workspace", code="no_team")
        if self._wanted and myself.team_id != self._wanted:
            raise SourceRefused(
                f"the bot token belongs to workspace {myself.team_id}, but TA_BOT_TEAM_ID is {self._wanted}",
                code="other_team",
            )
        return myself
