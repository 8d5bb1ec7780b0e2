"""Consent through a browser: /slack/consent sends a person to Slack, and takes back what they allowed.

A link is sealed and made for one person; whoever else follows it is refused, and what they allowed is given back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot import log
from bot.asks import Happening, HappeningKind
from bot.errors import SourceError, SourceRefused
from bot.slack.consents import UserToken, consented, missing_scopes
from bot.slack.wiring import SlackSide

Tell = Callable[[Happening], None]

_log = log.get(__name__)


class Consenting:
    """Takes what a person allowed, or refuses it."""

    def __init__(self, side: SlackSide, tell: Tell) -> None:
        self._side = side
        self._tell = tell

    async def take(self, user_id: str, code: str, redirect_uri: str) -> None:
        """Keep the token that a code stands for; raises SourceRefused where it is not that person's, or too little."""
        side = self._side
        answer = await side.tokens.exchange(code=code, redirect_uri=redirect_uri)
        team_id, given = consented(answer, side.clock.now())
        if not given.token or not given.user_id:
            raise SourceRefused("Slack’s answer names no person or token", code="incomplete")
        try:
            await self._check_team(team_id)
            _check_person(given.user_id, user_id, missing_scopes(answer))
            email = await self._address(user_id)
        except SourceRefused:
            await self._give_back(given)
            raise
        await side.consents.keep(replace(given, email=email))
        _log.info("consent given", user=user_id)
        self._tell(
            Happening(
                kind=HappeningKind.CONSENT_GIVEN,
                user_id=user_id,
                email=email,
                key=f"{user_id}:{side.clock.now():%Y%m%dT%H%M%S}",
            )
        )

    async def _check_team(self, team_id: str) -> None:
        wanted = self._side.settings.ta_bot_team_id or (await self._side.identity.get()).team_id
        if team_id != wanted:
            raise SourceRefused("this bot serves another workspace", code="other_team")

    async def _address(self, user_id: str) -> str:
        member = await self._side.directory.get_member(user_id, fresh=True)
        if member.outside or not member.email:
            raise SourceRefused("only full members with an e-mail address can allow this", code="outside")
        return member.email

    async def _give_back(self, given: UserToken) -> None:
        """Revoke what Slack just made; not where the same person allowed it before, since that would end too."""
        if await self._side.consents.find(user_id=given.user_id) is not None:
            return
        try:
            await self._side.web.call("auth.revoke", token=given.token)
        except SourceError as error:
            _log.warning("a token that was refused was not revoked", error=str(error))


def _check_person(given: str, asked: str, missing: tuple[str, ...]) -> None:
    if given != asked:
        raise SourceRefused(
            "this link is somebody else’s: use the button in your own message", code="other_person"
        )
    if missing:
        raise SourceRefused(f"too little was allowed ({', '.join(missing)} is missing)", code="missing_scope")
