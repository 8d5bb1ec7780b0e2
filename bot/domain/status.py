"""A person's Slack status around their time off, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackStatus:
    """What a profile shows. `expires_at` None: until somebody clears it."""

    text: str
    emoji: str
    expires_at: datetime | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is shown."""
        return not self.text and not self.emoji

    def at(self, now: datetime) -> SlackStatus:
        """What is left of it by now: Slack takes a status away when its time is over."""
        return EMPTY if self.expires_at is not None and self.expires_at <= now else self

    def shows_same(self, other: SlackStatus) -> bool:
        """Whether people see the same, for however long."""
        return (self.text, self.emoji) == (other.text, other.emoji)


EMPTY = SlackStatus(text="", emoji="")


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusRecord:
    """What we did to somebody's status while they are away; there is none at other times.

    `before` stood there when we came and is put back at the end. `ours` is what we want to be shown; `over` is set
    from before a call until its answer: what the profile showed then, so that after a crash a call that never happened
    is told from a change of the person's own. `shown` are texts by which ours is known again, `shown_until` is when
    Slack takes it away. `yielded`: the person, or the leave system, has set another; it stays.
    """

    email: str
    plan_id: int
    before: SlackStatus
    ours: SlackStatus | None
    over: SlackStatus | None = None
    shown: tuple[str, ...] = ()
    shown_until: datetime | None = None
    yielded: bool = False
    restoring: SlackStatus | None = None
    snoozed_until: datetime | None = None
