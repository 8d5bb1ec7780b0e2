"""Values of an account that are counted from what happened with it: tickets, opportunities, meetings, notes. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, TypeAlias

from bot.domain.reading import Event
from bot.ports.readings import Happened

Counted: TypeAlias = dict[str, Any]
WINDOW = timedelta(days=90)
"""Of the health score's tickets (Vitally's traits count 90 days)."""
MOST_ACTIONS = 20
NEWEST = frozenset({"last_activity_on", "slack_channel_active_on"})
"""Where a system says so itself, and its events too, the later one is true."""


def counted_by_kind(happened: Iterable[Happened], today: date) -> Mapping[Event, Counted]:
    """What one system's events of one account come to, by their kind; a kind without events is not in it."""
    by_kind: dict[Event, list[Happened]] = {}
    for one in happened:
        if one.kind in by_kind:
            by_kind[one.kind].append(one)
        else:
            by_kind[one.kind] = [one]
    return {kind: _COUNTS[kind](some, today) for kind, some in by_kind.items()}


def none_of(kind: Event) -> Counted:
    """What it comes to where a system keeps events of that kind and has none of an account."""
    return _NONE[kind]


def _tickets(some: Sequence[Happened], today: date) -> Counted:
    since = today - WINDOW
    recent = [one.label for one in some if one.opened_on is not None and one.opened_on >= since]
    return {
        "open_tickets": len([one for one in some if not one.done]),
        "defect_tickets_90d": recent.count("defect"),
        "help_tickets_90d": recent.count("help"),
    }


def _opportunities(some: Sequence[Happened], today: date) -> Counted:
    """An opportunity that should have closed by now is still the next one, until somebody closes it."""
    del today
    days: dict[str, list[date | None]] = {}
    amounts: list[int] = []
    for one in some:
        if not one.done:
            days.setdefault(one.label, []).append(one.on)
            if one.label == "expansion" and one.amount is not None:
                amounts.append(one.amount)
    return {
        "renewal_date": _first(days.get("renewal", ())),
        "expected_close_on": _first(days.get("new", ())),
        "expansion_arr_open": sum(amounts) if amounts else None,
    }


def _tasks(some: Sequence[Happened], today: date) -> Counted:
    del today
    still = [one for one in some if not one.done and one.title]
    if len(still) > 1:
        still.sort(key=lambda one: (one.on or date.max, one.title, one.key))
    return {"pending_actions": tuple(dict.fromkeys(one.title for one in still))[:MOST_ACTIONS] or None}


def _meetings(some: Sequence[Happened], today: date) -> Counted:
    to_come = [one for one in some if one.label == "sync" and one.on and one.on >= today and not one.done]
    next_one = min(to_come, key=lambda one: (one.on or today, one.key), default=None)
    held = [one for one in some if one.on is not None and one.on <= today]
    kickoffs = [one.on for one in some if one.label == "kickoff" and one.on is not None]
    return {
        "next_customer_sync_on": next_one and next_one.on,
        "next_customer_sync_with": (next_one.whom or None) if next_one else None,
        "last_cbr_on": _last(one.on for one in held if one.label == "business_review"),
        "last_roadmap_review_on": _last(one.on for one in held if one.label == "roadmap_review"),
        "kickoff_on": _last(day for day in kickoffs if day <= today) or _first(kickoffs),
        "last_activity_on": _last(one.on for one in held),
    }


def _notes(some: Sequence[Happened], today: date) -> Counted:
    del today
    return {
        "save_plan_updated_on": _last(one.on for one in some if one.label == "save_plan"),
        "success_plan_updated_on": _last(one.on for one in some if one.label == "success_plan"),
    }


def _conversations(some: Sequence[Happened], today: date) -> Counted:
    held = [one for one in some if one.on is not None and one.on <= today]
    return {
        "last_activity_on": _last(one.on for one in held),
        "slack_channel_active_on": _last(one.on for one in held if one.label == "slack"),
    }


def _first(days: Iterable[date | None]) -> date | None:
    return min([day for day in days if day is not None], default=None)


def _last(days: Iterable[date | None]) -> date | None:
    return max([day for day in days if day is not None], default=None)


_COUNTS: Mapping[Event, Callable[[Sequence[Happened], date], Counted]] = {
    Event.TICKET: _tickets,
    Event.OPPORTUNITY: _opportunities,
    Event.TASK: _tasks,
    Event.MEETING: _meetings,
    Event.NOTE: _notes,
    Event.CONVERSATION: _conversations,
}
_NONE: Mapping[Event, Counted] = {kind: count((), date.max) for kind, count in _COUNTS.items()}
