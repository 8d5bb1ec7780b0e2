"""Alerts: what somebody must see in time, said once, to whom it concerns.

A notice is one alert for one receiver. It is kept under a key that is never told twice, and waits to be told: bundled
with whatever else its reader has to hear, in their working hours. Whoever receives it may acknowledge it, have it
brought up again later, or turn its signal off.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple

from bot.domain.person import Team


class Press(NamedTuple):
    """A button that a notice brings with it: its text, the action's id and value."""

    text: str
    action_id: str
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One alert for one receiver.

    `key` says when it is the same alert: kept once for ever (`seats:A1:100:ann@ae.example`). `signal` is a key of
    `policy.toml`'s [alerts.signals]. `receiver` is a person's e-mail, or a channel's name without `#`. `headline` and
    `lines` are mrkdwn: names in them are escaped. `source` and `as_of` say where it is known from and how old that is;
    `assumed` that the source gave no instant. `urgent` does not wait for the hour's bundle, yet for working hours.
    """

    key: str
    signal: str
    receiver: str
    headline: str
    account_id: str = ""
    account_name: str = ""
    lines: tuple[str, ...] = ()
    source: str = ""
    as_of: datetime | None = None
    assumed: bool = False
    urgent: bool = False
    press: Press | None = None

    @property
    def is_for_channel(self) -> bool:
        """Whether a channel receives it, not a person."""
        return is_channel(self.receiver)


def is_channel(receiver: str) -> bool:
    """Whether a receiver is a channel's name and not a person's e-mail."""
    return "@" not in receiver


class NoticeState(StrEnum):
    """Where a notice stands."""

    WAITING = "waiting"  # for its bundle, its reader's hours, or the end of a snooze
    TOLD = "told"
    OFF = "off"  # its receiver has turned the signal off


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A notice as it is kept, and what became of it.

    `reader` hears of it: the receiver, or whoever stands in for them. `bundle` is the key of the message that told it;
    `rounds` counts how often it was told: again after each snooze.
    """

    id: int
    notice: Notice
    reader: str
    state: NoticeState
    kept_at: datetime
    not_before: datetime | None = None
    bundle: str = ""
    rounds: int = 0
    told_at: datetime | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalRule:
    """What policy says of a signal. `tells` and `pool_tells` name whom: ta, ae, ce, ie, manager, channel, operators.

    What is told again within `quiet` of the last time for the same account, and is no worse, is not.
    """

    key: str
    title: str
    tells: tuple[str, ...]
    pool_tells: tuple[str, ...]
    quiet: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRules:
    """Everything `policy.toml` says of alerts: how they are told. `cap` is of messages to a person in a day.

    What would be over it waits for the day's last message, which gathers it. A channel's notices are told once a
    working day at `bundle_at`. What nobody covers waits for whoever is away no longer than `waits_for`; their manager
    hears of it otherwise.
    """

    channel: str
    bundle_at: time
    cap: int
    waits_for: timedelta
    works_from: time
    works_to: time
    evaluate_every: timedelta
    signals: Mapping[str, SignalRule]

    def title_of(self, signal: str) -> str:
        """What a signal is called; the key itself where policy has dropped it."""
        rule = self.signals.get(signal)
        return rule.title if rule else signal

    def tells(self, signal: str, team: Team | None) -> tuple[str, ...]:
        """Whom a signal is for, by the account's team; nobody where policy has dropped it."""
        rule = self.signals.get(signal)
        if rule is None:
            return ()
        return rule.pool_tells if team is not None and team.is_pool else rule.tells
