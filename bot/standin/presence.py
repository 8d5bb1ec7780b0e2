"""Statuses and paused notifications of people: what stands beside their names."""

from __future__ import annotations

from bot.standin.state import User, Workspace

FOR_A_START = (
    (":palm_tree:", "Away until Monday"),
    (":calendar:", "In a meeting"),
    (":house_with_garden:", "Working remotely"),
    (":face_with_thermometer:", "Out sick"),
)
PAUSED_SECONDS = 8 * 3600


def status_json(workspace: Workspace, user: User) -> dict[str, object]:
    """A person's status as it shows now, and whether their notifications are paused."""
    over = bool(user.status_expiration) and user.status_expiration <= workspace.seconds()
    return {
        "emoji": "" if over else user.status_emoji,
        "text": "" if over else user.status_text,
        "until": 0 if over else user.status_expiration,
        "paused": user.snooze_until > workspace.seconds(),
    }


def scatter(workspace: Workspace) -> None:
    """Give a few members a status and one a pause, so that a new workspace looks lived in."""
    people = [
        one for one in workspace.users.values() if workspace.is_ours(one) and one.title and not one.deleted
    ]
    for user, (emoji, text) in zip(people[5::6], FOR_A_START, strict=False):
        user.status_emoji, user.status_text = emoji, text
    for user in people[7:8]:
        user.snooze_until = int(workspace.seconds()) + PAUSED_SECONDS
