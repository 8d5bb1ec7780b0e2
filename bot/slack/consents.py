"""What people let the bot do with their own tokens: sealed at rest, renewed when they are used, dropped when dead."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot import log
from bot.errors import SourceRefused
from bot.ports.clock import Clock
from bot.ports.installations import KeptTokens
from bot.ports.statuses import NO_CONSENT
from bot.ports.user_tokens import SealedUserToken
from bot.settings import Settings
from bot.slack.installations import RENEW_BEFORE, Tokens

SCOPES = ("dnd:write", "users.profile:read", "users.profile:write")
PAGE = "/slack/consent"
LINK_GOOD_FOR = 60 * 86_400  # a button in a message is pressed weeks later
NOT_RENEWED = frozenset({"invalid_refresh_token", "token_revoked", "token_expired", "account_inactive"})

_log = log.get(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class UserToken:
    """What oauth.v2.access gave for a person."""

    user_id: str
    email: str
    token: str
    refresh_token: str = ""
    expires_at: str = ""  # ISO 8601; empty: the token does not expire

    def due(self, now: datetime) -> bool:
        """Whether the token should be renewed."""
        return bool(self.expires_at) and now >= datetime.fromisoformat(self.expires_at) - RENEW_BEFORE


class Consents:
    """People's tokens. Never cached: each use asks the store whose token it is and whether it still stands."""

    def __init__(self, settings: Settings, tokens: Tokens, kept: KeptTokens | None, clock: Clock) -> None:
        self._settings = settings
        self._tokens = tokens
        self._kept = kept
        self._clock = clock

    @property
    def are_possible(self) -> bool:
        """Whether people can be asked: OAuth is set up, and there is an address for their browser to come back to."""
        return self._settings.uses_oauth and bool(self._settings.ta_bot_public_url) and self._can_seal

    def link(self, user_id: str) -> str:
        """Where that person, and nobody else, gives consent; empty where nobody can."""
        vault = self._tokens.vault
        if not self.are_possible or vault is None:
            return ""
        base = (self._settings.ta_bot_public_url or "").rstrip("/")
        return f"{base}{PAGE}?for={vault.seal({'consent_link': user_id})}"

    def whose(self, link: str) -> str:
        """The person whom a link was made for; raises SourceRefused when it is too old or not ours."""
        if self._tokens.vault is None:
            raise SourceRefused("people’s own tokens need TA_BOT_SECRET_KEY", code="not_configured")
        return str(self._tokens.vault.open(link, seconds=LINK_GOOD_FOR).get("consent_link", ""))

    async def keep(self, token: UserToken) -> None:
        """Keep it, sealed."""
        kept, vault = self._kept, self._tokens.vault
        if kept is None or vault is None:
            raise SourceRefused("people’s own tokens need TA_BOT_SECRET_KEY", code="not_configured")
        sealed = SealedUserToken(
            user_id=token.user_id,
            email=token.email,
            sealed=vault.seal(asdict(token)),
            saved_at=self._clock.now(),
        )
        await kept.user_tokens.save_token(sealed)

    async def find(self, *, email: str = "", user_id: str = "") -> UserToken | None:
        """The person's token; None as well when it was sealed with another key."""
        if self._kept is None or self._tokens.vault is None:
            return None
        found = await self._kept.user_tokens.find_token(email=email, user_id=user_id)
        if found is None:
            return None
        try:
            return UserToken(**self._tokens.vault.open(found.sealed))
        except SourceRefused as error:
            _log.warning("a person’s token cannot be used", user=found.user_id, error=str(error))
            return None

    async def get(self, email: str) -> UserToken:
        """The person's token, renewed where it is time; raises SourceRefused (`no_consent`) when there is none."""
        found = await self.find(email=email)
        if found is not None and found.due(self._clock.now()):
            found = await self._renewed(found.user_id)
        if found is None:
            raise SourceRefused("they have not let me set their status", code=NO_CONSENT)
        return found

    async def drop(self, user_id: str) -> bool:
        """Forget a token; False when there was none."""
        if self._kept is None:
            return False
        dropped = await self._kept.user_tokens.delete_token(user_id)
        if dropped:
            _log.info("consent dropped", user=user_id)
        return dropped

    @property
    def _can_seal(self) -> bool:
        return self._kept is not None and self._tokens.vault is not None

    async def _renewed(self, user_id: str) -> UserToken | None:
        # As with the bot's own: of all replicas one renews, the others find its result.
        assert self._kept is not None  # noqa: S101 # for the type checker: what is due was read from there
        async with self._kept.turns.turn(f"token:{user_id}"):
            current = await self.find(user_id=user_id)
            if current is None or not current.due(self._clock.now()):
                return current
            try:
                answer = await self._tokens.exchange(
                    grant_type="refresh_token", refresh_token=current.refresh_token
                )
            except SourceRefused as error:
                if error.code not in NOT_RENEWED:
                    raise
                await self.drop(user_id)
                raise SourceRefused("their consent was taken back", code=NO_CONSENT) from error
            current = renewed(current, answer, self._clock.now())
            await self.keep(current)
        return current


def consented(answer: dict[str, Any], now: datetime) -> tuple[str, UserToken]:
    """The workspace and the token of oauth.v2.access's answer, whoever agreed; the address is not known yet."""
    team, person = answer.get("team"), answer.get("authed_user")
    team_id = str(team.get("id", "")) if isinstance(team, dict) else ""
    given = person if isinstance(person, dict) else {}
    token = UserToken(user_id=str(given.get("id", "")), email="", token=str(given.get("access_token", "")))
    return team_id, _with(token, given, now)


def missing_scopes(answer: dict[str, Any]) -> tuple[str, ...]:
    """What was asked for and not granted."""
    person = answer.get("authed_user")
    granted = str(person.get("scope", "")).split(",") if isinstance(person, dict) else []
    return tuple(scope for scope in SCOPES if scope not in granted)


def renewed(token: UserToken, answer: dict[str, Any], now: datetime) -> UserToken:
    """The token with what a renewal gave: Slack puts a person's beside `ok`, as it does the bot's."""
    if answer.get("token_type", "user") != "user" or not answer.get("access_token"):
        raise SourceRefused("Slack’s answer to the renewal holds no token of theirs", code="incomplete")
    return _with(replace(token, token=str(answer["access_token"])), answer, now)


def _with(token: UserToken, given: dict[str, Any], now: datetime) -> UserToken:
    seconds = given.get("expires_in")
    return replace(
        token,
        refresh_token=str(given.get("refresh_token", "")),
        expires_at=(now + timedelta(seconds=int(seconds))).isoformat() if seconds else "",
    )
