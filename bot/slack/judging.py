"""Pure: what Slack's JSON about a person or a conversation means for who may read about accounts.

Every flag must be there and say no: an answer that leaves one out counts as unknown, and unknown means no.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.ports.directory import Member

OUTSIDERS = frozenset({"guest", "external"})
_SHARED = ("is_ext_shared", "is_org_shared", "is_pending_ext_shared", "is_global_shared")
_SHARED_LISTS = ("pending_shared", "pending_connected_team_ids")
WHY = {
    "guest": "a guest can read it",
    "external": "somebody of another organisation can read it",
    "bot": "another app can read it",
    "deleted": "a deactivated account is still in it",
    "unknown": "I could not find out who can read it",
}
_GRAVEST_FIRST = ("external", "guest", "unknown", "deleted", "bot")


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A conversation as conversations.info tells it. `shared` says why outsiders may read it, or is empty."""

    id: str
    name: str
    shared: str
    direct_with: str = ""  # the other person, in a direct message with the bot
    archived: bool = False
    can_join: bool = False  # a public channel that the bot is not in


def member(user: Mapping[str, Any], team_id: str) -> Member:
    """A person of users.info, users.list or users.lookupByEmail."""
    profile = user.get("profile")
    profile = profile if isinstance(profile, dict) else {}
    name = profile.get("display_name") or user.get("real_name") or user.get("name") or ""
    return Member(
        user_id=str(user.get("id", "")),
        team_id=str(user.get("team_id", "")),
        name=str(name),
        email=str(profile["email"]).lower() if profile.get("email") else None,
        timezone=str(user["tz"]) if user.get("tz") else None,
        outside=outside(user, profile, team_id),
    )


def unknown_member(user_id: str) -> Member:
    """A person Slack did not tell us about."""
    return Member(user_id=user_id, team_id="", name="", email=None, outside="unknown")


def outside(user: Mapping[str, Any], profile: Mapping[str, Any], team_id: str) -> str:
    """Why a person may not read about accounts; empty for a full member of our workspace."""
    home = user.get("team_id")
    if not isinstance(home, str) or not team_id or not user.get("id"):
        return "unknown"
    if home != team_id or profile.get("team", team_id) != team_id or user.get("is_stranger"):
        return "external"
    if user.get("deleted"):
        return "deleted"
    if user.get("is_bot") or user.get("is_workflow_bot") or user.get("id") == "USLACKBOT":
        return "bot"
    flags = [user.get(flag) for flag in ("is_restricted", "is_ultra_restricted", "is_bot", "deleted")]
    if True in flags or user.get("is_invited_user"):
        return "guest"
    return "" if all(flag is False for flag in flags) else "unknown"


def channel(info: Mapping[str, Any]) -> Channel:
    """A conversation of conversations.info."""
    is_im = info.get("is_im") is True
    return Channel(
        id=str(info.get("id", "")),
        name="" if is_im else str(info.get("name", "")),
        shared=_shared(info, is_im=is_im),
        direct_with=str(info.get("user", "")) if is_im else "",
        archived=info.get("is_archived") is True,
        can_join=info.get("is_channel") is True
        and info.get("is_private") is False
        and info.get("is_member") is False,
    )


def gravest(members: Iterable[Member]) -> str:
    """The weightiest reason among the members that are not full members, or empty."""
    found = {person.outside for person in members}
    return next((reason for reason in _GRAVEST_FIRST if reason in found), "")


def _shared(info: Mapping[str, Any], *, is_im: bool) -> str:
    if any(info.get(flag) for flag in _SHARED) or any(info.get(key) for key in _SHARED_LISTS):
        return "it is shared with another organisation, or is about to be"
    if info.get("is_shared"):
        return "it is shared with another organisation"
    # A direct message carries fewer flags: there the other person decides.
    told = is_im or all(info.get(flag) is False for flag in ("is_ext_shared", "is_org_shared"))
    return "" if told else WHY["unknown"]
