"""A coverage plan read back from the text it is kept in. What a later version adds has its own default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime
from typing import Any

import orjson

from bot.domain.leave import (
    Approval,
    Away,
    CoverState,
    Item,
    Need,
    OnRequest,
    Plan,
    PlanState,
    Reason,
    Step,
    SyncChoice,
    Ticked,
)
from bot.domain.person import Team

Row = Mapping[str, Any]


def plan_of(number: int, text: str) -> Plan:
    """The plan of a row."""
    row = orjson.loads(text)
    return Plan(
        **_known(Plan, row)
        | {
            "id": number,
            "away": _away(row["away"]),
            "team": row["team"] and Team(row["team"]),
            "state": PlanState(row["state"]),
            "items": tuple(map(_item, row["items"])),
            "on_request": tuple(OnRequest(**_known(OnRequest, one)) for one in row["on_request"]),
            "ticked": tuple(map(_ticked, row["ticked"])),
            "approvals": tuple(map(_approval, row["approvals"])),
            "shared_at": _instant(row["shared_at"]),
            "created_at": datetime.fromisoformat(row["created_at"]),
            "confirmed_at": _instant(row["confirmed_at"]),
            "pool_days": tuple((date.fromisoformat(day), some, of) for day, some, of in row["pool_days"]),
            "active_channels": tuple(row.get("active_channels", ())),
        }
    )


def _away(row: Row) -> Away:
    days = {name: date.fromisoformat(row[name]) for name in ("first", "last")}
    return Away(**_known(Away, row) | days)


def _item(row: Row) -> Item:
    return Item(
        **_known(Item, row)
        | {
            "reasons": tuple(map(_reason, row["reasons"])),
            "todo": tuple(row["todo"]),
            "until": date.fromisoformat(row["until"]),
            "state": CoverState(row["state"]),
            "declined": tuple(row["declined"]),
            "sync_on": _day(row["sync_on"]),
            "sync": SyncChoice(row["sync"]),
        }
    )


def _reason(row: Row) -> Reason:
    return Reason(**_known(Reason, row) | {"need": Need(row["need"]), "on": _day(row["on"])})


def _ticked(row: Row) -> Ticked:
    return Ticked(
        **_known(Ticked, row) | {"step": Step(row["step"]), "at": datetime.fromisoformat(row["at"])}
    )


def _approval(row: Row) -> Approval:
    return Approval(**_known(Approval, row) | {"at": datetime.fromisoformat(row["at"])})


def _known(noun: type[Any], row: Row) -> dict[str, Any]:
    return {field.name: row[field.name] for field in fields(noun) if field.name in row}


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
