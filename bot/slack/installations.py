"""Tokens: the static one of SLACK_BOT_TOKEN, or that of an install, encrypted at rest and renewed in time."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import orjson
from cryptography.fernet import Fernet, InvalidToken

from bot import log
from bot.errors import SourceRefused
from bot.ports.clock import Clock
from bot.ports.installations import Installations, KeptTokens, SealedInstall
from bot.settings import Settings
from bot.slack.web import LOOK_UP, Patience, Session, called, patiently

RENEW_BEFORE = timedelta(hours=2)
RECALL = 60.0  # how long an install is used before the store is asked again whether it still stands
_ONCE = Patience(seconds=LOOK_UP.seconds, longest_wait=2)

_log = log.get(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Install:
    """What oauth.v2.access gave for the workspace."""

    team_id: str
    bot_token: str
    scopes: str = ""
    refresh_token: str = ""
    expires_at: str = ""  # ISO 8601; empty: the token does not expire
    installed_by: str = ""

    def due(self, now: datetime) -> bool:
        """Whether the token should be renewed."""
        return bool(self.expires_at) and now >= datetime.fromisoformat(self.expires_at) - RENEW_BEFORE


class Vault:
    """Seals installs with a key made from TA_BOT_SECRET_KEY."""

    def __init__(self, secret: str) -> None:
        # The setting may be any long text: the hash makes a Fernet key of it.
        key = hashlib.sha256(b"ta-bot installs\0" + secret.encode()).digest()
        self._fernet = Fernet(base64.urlsafe_b64encode(key))

    def seal(self, value: dict[str, Any]) -> str:
        """Encrypt."""
        return self._fernet.encrypt(orjson.dumps(value)).decode()

    def open(self, sealed: str, *, seconds: int | None = None) -> dict[str, Any]:
        """Decrypt; raises SourceRefused when the key is another, it was changed, or it is older than `seconds`."""
        try:
            found: dict[str, Any] = orjson.loads(self._fernet.decrypt(sealed.encode(), ttl=seconds))
        except InvalidToken as error:
            raise SourceRefused(
                "what was sealed cannot be opened: was TA_BOT_SECRET_KEY changed? Install again at /slack/install",
                code="sealed",
            ) from error
        return found


class Tokens:
    """Gives the bot token for every call to Slack."""

    def __init__(self, settings: Settings, kept: KeptTokens | None, clock: Clock, session: Session) -> None:
        self._settings = settings
        self._kept = kept
        self._clock = clock
        self._session = session
        self._static = settings.slack_bot_token.get_secret_value() if settings.slack_bot_token else ""
        self._current: Install | None = None
        self._recall_at = 0.0
        secret = settings.ta_bot_secret_key
        self.vault = Vault(secret.get_secret_value()) if secret else None

    async def bot_token(self) -> str:
        """The token; raises SourceRefused when the app is not installed."""
        if self._static:
            return self._static
        now = asyncio.get_running_loop().time()
        if self._current is None or now >= self._recall_at:
            self._current = await self._stored()
            self._recall_at = now + RECALL
        if self._current.due(self._clock.now()):
            self._current = await self._renew(self._current.team_id)
        return self._current.bot_token

    async def keep(self, install: Install) -> None:
        """Keep a new install, sealed."""
        store, vault = self._parts()
        sealed = SealedInstall(
            team_id=install.team_id, sealed=vault.seal(asdict(install)), saved_at=self._clock.now()
        )
        await store.save_install(sealed)
        self._current = install

    async def forget(self, team_id: str) -> None:
        """The app was uninstalled, or its bot token was revoked."""
        self._current = None
        if self._kept is not None:
            await self._kept.installations.delete_install(team_id)

    async def exchange(self, **form: str) -> dict[str, Any]:
        """oauth.v2.access, with the client's id and secret in the header; never repeated, as codes work once."""
        secret = self._settings.slack_client_secret
        login = aiohttp.encode_basic_auth(
            self._settings.slack_client_id or "", secret.get_secret_value() if secret else ""
        )
        url = self._settings.slack_api_url
        headers = {"Authorization": login}

        async def once() -> dict[str, Any]:
            return await called(self._session.get(), url, "oauth.v2.access", form, headers, _ONCE.seconds)

        return await patiently(once, _ONCE)

    async def _stored(self) -> Install:
        team_id = self._settings.ta_bot_team_id
        if self._kept is None or self.vault is None or not team_id:
            raise SourceRefused("no Slack token is configured: set SLACK_BOT_TOKEN", code="not_configured")
        sealed = await self._kept.installations.find_install(team_id)
        if sealed is None:
            raise SourceRefused("the app is not installed yet: open /slack/install", code="not_installed")
        return Install(**self.vault.open(sealed.sealed))

    async def _renew(self, team_id: str) -> Install:
        # A refresh token works once: whoever comes second, in whichever process, finds the first one's result.
        kept = self._kept
        assert kept is not None  # noqa: S101 # for the type checker: what is due was read from there
        async with kept.turns.turn(f"token:{team_id}"):
            current = await self._stored()
            if current.due(self._clock.now()):
                answer = await self.exchange(grant_type="refresh_token", refresh_token=current.refresh_token)
                renewed = installed(answer, self._clock.now())
                current = replace(renewed, team_id=current.team_id, installed_by=current.installed_by)
                await self.keep(current)
                _log.info("token renewed")
        return current

    def _parts(self) -> tuple[Installations, Vault]:
        if self._kept is None or self.vault is None:
            raise SourceRefused("installs need TA_BOT_SECRET_KEY", code="not_configured")
        return self._kept.installations, self.vault


def installed(answer: dict[str, Any], now: datetime) -> Install:
    """An install from oauth.v2.access's answer; raises SourceRefused when a part is missing or it is org-wide."""
    team, person = answer.get("team"), answer.get("authed_user")
    team_id = str(team.get("id", "")) if isinstance(team, dict) else ""
    if answer.get("is_enterprise_install"):
        raise SourceRefused(
            "an org-wide install is not taken: install into the one workspace", code="org_wide"
        )
    if not answer.get("access_token") or not team_id:
        raise SourceRefused("Slack’s answer to the install names no workspace or token", code="incomplete")
    seconds = answer.get("expires_in")
    expires = (now + timedelta(seconds=int(seconds))).isoformat() if seconds else ""
    return Install(
        team_id=team_id,
        bot_token=str(answer["access_token"]),
        scopes=str(answer.get("scope", "")),
        refresh_token=str(answer.get("refresh_token", "")),
        expires_at=expires,
        installed_by=str(person.get("id", "")) if isinstance(person, dict) else "",
    )
