"""Events: what they make us forget, so that the next look is a fresh one, and what they tell features."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bot import log
from bot.asks import Happening, HappeningKind
from bot.errors import SourceError, SourceRefused
from bot.slack import payloads
from bot.slack.wiring import SlackSide
from bot.slack.working import Working

CHANGED = "user_change"
PEOPLE = frozenset({CHANGED, "team_join", "user_profile_changed"})
GROUPS = frozenset({"subteam_created", "subteam_updated", "subteam_members_changed"})
PLACES = frozenset(
    {
        "channel_shared",
        "channel_unshared",
        "channel_id_changed",
        "channel_rename",
        "member_joined_channel",
        "member_left_channel",
        "shared_channel_invite_accepted",
        "shared_channel_invite_approved",
        "shared_channel_invite_received",
    }
)
NAMES = frozenset({"channel_rename", "channel_id_changed"})
GONE = frozenset({"app_uninstalled", "tokens_revoked"})

_log = log.get(__name__)


class Events:
    """Hears events; their ack has left already."""

    def __init__(self, side: SlackSide, working: Working, tell: Callable[[Happening], None]) -> None:
        self._side = side
        self._working = working
        self._tell = tell

    def heard(self, body: Mapping[str, Any]) -> None:
        """Act on one event of our own workspace."""
        event = body.get("event")
        kind = event.get("type") if isinstance(event, dict) else None
        if not isinstance(event, dict) or not isinstance(kind, str):
            return
        myself = self._side.identity.known
        teams = payloads.teams(body)
        if kind in GONE:
            self._gone(event, teams.installed)
        elif myself is None or teams.foreign_to(myself.team_id) in ("", "person of another workspace"):
            # Forgetting is safe whoever asks; only revoking must be ours.
            self._forget(kind, event)
            if kind == CHANGED and myself is not None:
                changed = payloads.status_changed(event, payloads.event_id(body), myself.team_id)
                if changed is not None:
                    self._tell(changed)

    def _forget(self, kind: str, event: Mapping[str, Any]) -> None:
        directory = self._side.directory
        if kind in PEOPLE:
            user = event.get("user")
            directory.heard_of_person(user if isinstance(user, dict) else {"id": user})
        elif kind in GROUPS:
            directory.forget_groups()
        elif kind in PLACES:
            if kind in NAMES:
                directory.forget_names()
            for key in ("channel", "old_channel_id", "new_channel_id"):
                place = event.get(key)
                directory.forget_place(str(place.get("id", "")) if isinstance(place, dict) else str(place))

    def _gone(self, event: Mapping[str, Any], team_id: str) -> None:
        settings, identity = self._side.settings, self._side.identity
        ours = identity.known.team_id if identity.known else settings.ta_bot_team_id
        if team_id != ours:
            return
        tokens = event.get("tokens")
        revoked = tokens if isinstance(tokens, dict) else {}
        for user_id in revoked.get("oauth") or ():
            self._working.start(self._withdrawn(str(user_id)))
        if event.get("type") != "app_uninstalled" and not revoked.get("bot"):
            return
        _log.warning("the app was uninstalled or its token revoked")
        identity.forget()
        self._side.directory.forget_all()
        self._working.start(self._side.tokens.forget(team_id))

    async def _withdrawn(self, user_id: str) -> None:
        """Drop a person's token, unless it works: Slack may be telling of one that a renewal has replaced."""
        held = await self._side.consents.find(user_id=user_id)
        if held is None:
            return
        try:
            await self._side.web.call("auth.test", token=held.token)
        except SourceRefused:
            await self._side.consents.drop(user_id)
            key = f"{user_id}:{self._side.clock.now():%Y%m%dT%H%M%S}"
            kind = HappeningKind.CONSENT_WITHDRAWN
            self._tell(Happening(kind=kind, user_id=user_id, email=held.email, key=key))
        except SourceError as error:
            _log.warning("a person’s token may be gone", user=user_id, error=str(error))
