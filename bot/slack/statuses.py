"""People's own statuses, with their own tokens: bots may neither set nor clear one."""

from __future__ import annotations

import html
import math
from datetime import UTC, datetime
from typing import Any

import orjson

from bot import log
from bot.domain.status import SlackStatus
from bot.errors import SourceError, SourceRefused, SourceUnavailable
from bot.ports.clock import Clock
from bot.ports.statuses import NO_CONSENT, NOBODY
from bot.slack.consents import Consents, UserToken
from bot.slack.web import LOOK_UP, Patience, SlackWeb

SET = Patience(seconds=10, longest_wait=20, repeats=(0.2, 0.8))  # setting the same twice is harmless
LONGEST = 100
DEAD = frozenset({"token_revoked", "token_expired", "account_inactive", "missing_scope"})
DOUBTFUL = "invalid_auth"
"""Said of a dead token, but also of every token where Slack does not like the address we call from."""
NO_EMOJI = frozenset({"invalid_emoji_not_allowed", "profile_status_set_failed_not_valid_emoji"})

_log = log.get(__name__)


class SlackStatuses:
    """Keeps ports.Statuses."""

    def __init__(self, web: SlackWeb, consents: Consents, clock: Clock) -> None:
        self._web = web
        self._consents = consents
        self._clock = clock

    async def has_consent(self, email: str) -> bool:
        """Whether the person let the bot set their status."""
        return await self._consents.find(email=email) is not None

    def consent_url(self, user_id: str) -> str:
        """Where the person gives consent; empty where OAuth or the public address is not set up."""
        return self._consents.link(user_id)

    async def read_status(self, email: str) -> SlackStatus:
        """What the profile shows now: as the person sees it, or without their consent as everybody does."""
        if await self.has_consent(email):
            try:
                return _status(await self._call(email, "users.profile.get", LOOK_UP))
            except SourceRefused as error:
                if error.code != NO_CONSENT:
                    raise
        try:
            user = (await self._web.call("users.lookupByEmail", email=email)).get("user")
        except SourceRefused as error:
            if error.code != "users_not_found":
                raise
            raise SourceRefused("nobody in Slack has that address", code=NOBODY) from error
        return _status(user if isinstance(user, dict) else {})

    async def write_status(self, email: str, status: SlackStatus) -> SlackStatus:
        """Show this from now on; where the workspace lacks its emoji, with Slack's own speech balloon."""
        try:
            return await self._write(email, status, status.emoji)
        except SourceRefused as error:
            if error.code not in NO_EMOJI:
                raise
            _log.warning("the workspace has no such emoji", emoji=status.emoji)
            return await self._write(email, status, "")

    async def set_snooze(self, email: str, until: datetime) -> None:
        """Do not disturb until then; nothing happens where the workspace does not allow it."""
        minutes = math.ceil((until - self._clock.now()).total_seconds() / 60)
        if minutes > 0:
            await self._quietly(email, "dnd.setSnooze", num_minutes=minutes)

    async def end_snooze(self, email: str) -> None:
        """Disturb again."""
        await self._quietly(email, "dnd.endSnooze")

    async def forget(self, email: str) -> None:
        """Take the consent back: Slack revokes the token, and we drop it whatever Slack says."""
        held = await self._consents.find(email=email)
        if held is None:
            return
        try:
            await self._web.call("auth.revoke", token=held.token)
        except SourceError as error:
            _log.warning("a person’s token was not revoked", user=held.user_id, error=str(error))
        await self._consents.drop(held.user_id)

    async def _write(self, email: str, status: SlackStatus, emoji: str) -> SlackStatus:
        shown = {
            "status_text": _cut(status.text),
            "status_emoji": emoji,
            "status_expiration": int(status.expires_at.timestamp()) if status.expires_at else 0,
        }
        answer = await self._call(email, "users.profile.set", SET, profile=orjson.dumps(shown).decode())
        return _status(answer)

    async def _quietly(self, email: str, method: str, **arguments: Any) -> None:
        await self._consents.get(email)  # what is wrong with the token is not the workspace's wish
        try:
            await self._call(email, method, SET, **arguments)
        except SourceRefused as error:
            if error.code == NO_CONSENT:
                raise
            _log.warning("notifications left as they are", error=str(error))

    async def _call(self, email: str, method: str, patience: Patience, **arguments: Any) -> dict[str, Any]:
        held = await self._consents.get(email)
        try:
            return await self._web.call(method, patience, token=held.token, **arguments)
        except SourceRefused as error:
            if not await self._is_dead(held, error):
                raise
            await self._consents.drop(held.user_id)
            raise SourceRefused("their consent was taken back", code=NO_CONSENT) from error

    async def _is_dead(self, held: UserToken, error: SourceRefused) -> bool:
        """Whether this token, and not our own standing with Slack, is what was refused."""
        if error.code in DEAD:
            return True
        if error.code != DOUBTFUL:
            return False
        try:
            await self._web.call("auth.test")
        except SourceError:
            raise SourceUnavailable("Slack takes none of our tokens") from error
        _log.info("a person’s token is dead", user=held.user_id)
        return True


def _status(answer: dict[str, Any]) -> SlackStatus:
    profile = answer.get("profile")
    if not isinstance(profile, dict):
        raise SourceRefused("Slack’s answer holds no profile", code="no_profile")
    until = profile.get("status_expiration")
    return SlackStatus(
        text=_said(profile.get("status_text")),
        emoji=_said(profile.get("status_emoji")),
        expires_at=datetime.fromtimestamp(until, UTC) if isinstance(until, int) and until > 0 else None,
    )


def _said(value: Any) -> str:
    # Slack escapes & < > in what it tells, and takes them as they are; both engines of the store take no NUL.
    words = html.unescape(value) if isinstance(value, str) else ""
    return words.encode("utf-8", "replace").decode().replace("\0", "?")


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
