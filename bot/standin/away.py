"""People who are away: status, presence and do not disturb together, until an instant or until they come back."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from bot.standin.changes import Happenings
from bot.standin.state import User

A_DAY = 24 * 3600


def go_away(happenings: Happenings, user: User, until: datetime | None) -> asyncio.Task[bool] | None:
    """Somebody goes away, and everybody sees it."""
    end = int(until.timestamp()) if until else 0
    return happenings.change_user(
        user,
        is_away=True,
        status_text="Away",
        status_emoji=":palm_tree:",
        status_expiration=end,
        snooze_until=end or int(happenings.desk.workspace.seconds()) + A_DAY,
    )


def come_back(happenings: Happenings, user: User) -> asyncio.Task[bool] | None:
    """Somebody is here again, without a status."""
    user.is_away, user.snooze_until = False, 0
    return happenings.change_user(user, status_text="", status_emoji="", status_expiration=0)


def end_status(happenings: Happenings, user: User) -> asyncio.Task[bool] | None:
    """A status whose time is over goes; who was away because of it is back."""
    if user.is_away:
        return come_back(happenings, user)
    return happenings.change_user(user, status_text="", status_emoji="", status_expiration=0)


def status_ends(user: User) -> datetime | None:
    """When somebody's status goes by itself, None when it stays."""
    return datetime.fromtimestamp(user.status_expiration, UTC) if user.status_expiration else None
