"""Events: what they make us forget, so that the next look at a person or a place is a fresh one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot import log
from bot.slack import payloads
from bot.slack.wiring import SlackSide
from bot.slack.working import Working

PEOPLE = frozenset({"user_change", "team_join", "user_profile_changed"})
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
GONE = frozenset({"app_uninstalled", "tokens_revoked"})

_log = log.get(__name__)


class Events:
    """Hears events; their ack has left already."""

    def __init__(self, side: SlackSide, working: Working) -> None:
        self._side = side
        self._working = working

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

    def _forget(self, kind: str, event: Mapping[str, Any]) -> None:
        directory = self._side.directory
        if kind in PEOPLE:
            user = event.get("user")
            directory.heard_of_person(user if isinstance(user, dict) else {"id": user})
        elif kind in GROUPS:
            directory.forget_groups()
        elif kind in PLACES:
            for key in ("channel", "old_channel_id", "new_channel_id"):
                place = event.get(key)
                directory.forget_place(str(place.get("id", "")) if isinstance(place, dict) else str(place))

    def _gone(self, event: Mapping[str, Any], team_id: str) -> None:
        settings, identity = self._side.settings, self._side.identity
        ours = identity.known.team_id if identity.known else settings.ta_bot_team_id
        tokens = event.get("tokens")
        bots = tokens.get("bot") if isinstance(tokens, dict) else None
        whole = event.get("type") == "app_uninstalled" or bool(bots)
        if team_id != ours or not whole:
            return
        _log.warning("the app was uninstalled or its token revoked")
        identity.forget()
        self._side.directory.forget_all()
        self._working.start(self._side.tokens.forget(team_id))
