"""Salesforce as sync reads it: accounts and opportunities, whole by their ids or what changed by its stamp.

The place that a feed reached is a record's own id or stamp, not a place in a query: that is forgotten after two
days, or once it was read.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

from bot.domain.json_values import Unlike, instant
from bot.domain.nearest import SHOWN, nearest
from bot.domain.reading import Drift, System
from bot.domain.salesforce_ids import full_id
from bot.errors import SourceGarbled
from bot.http.client import Line
from bot.integrations.salesforce.client import Access, SalesforceClient
from bot.integrations.salesforce.translate import Accounts, Opportunities
from bot.policy.sources import SalesforceTable
from bot.ports.clock import Clock
from bot.ports.vendors import Feed, Page

_Reader: TypeAlias = Accounts | Opportunities
_Fields: TypeAlias = Mapping[str, Mapping[str, Any]]
_ID = re.compile(r"[A-Za-z0-9]{18}")


class SalesforceSource:
    """Keeps ports.vendors.Vendor.

    What changed is read by its stamp, deleted records too. A change of what a look-up leads to, or of a formula, does
    not stamp the record: those are sure after a full sweep.
    """

    system = System.SALESFORCE.value
    feeds: Sequence[Feed] = (
        Feed(name="accounts", incremental=True),
        Feed(name="opportunities", incremental=True),
    )

    def __init__(self, line: Line, table: SalesforceTable, clock: Clock, access: Access) -> None:
        self._client = SalesforceClient(line, access, table.api_version)
        self._table = table
        self._clock = clock
        self._readers: dict[str, _Reader] = {
            "accounts": Accounts(table, access.base_url),
            "opportunities": Opportunities(table),
        }

    @property
    def calls(self) -> int:
        """How many HTTP calls were made so far, retries too."""
        return self._client.calls

    async def pages(
        self, feed: str, *, cursor: str = "", since: datetime | None = None
    ) -> AsyncIterator[Page]:
        """The feed's pages; fields that Salesforce does not have are left out, and told by `check`."""
        reader = self._readers[feed]
        lacking = await self._lacking(reader)
        fields = ", ".join(
            dict.fromkeys((*reader.own, *(path for path in reader.wanted if path not in lacking)))
        )
        place, more = cursor, True
        while more:
            begun, more = place, False
            soql = f"SELECT {fields} FROM {reader.name}{self._where(feed, place, since)}"  # noqa: S608 # policy holds the names to letters; nothing is written
            async for answer in self._client.query(soql, deleted=since is not None):
                # A page of two thousand takes its time, in which people are answered.
                readings, refused = await asyncio.to_thread(reader.read, answer.records, self._clock.now())
                place, more = _place(answer.records, since) or place, bool(answer.following)
                total = None if begun else answer.total  # from a place on, it is the rest
                yield Page(readings=readings, cursor=place if more else None, refused=refused, total=total)
            if more and place == begun:
                raise SourceGarbled("Salesforce forgets a query at once; it was given up")

    def _where(self, feed: str, place: str, since: datetime | None) -> str:
        """From a place on: whole by ids, which never change; what changed by its stamp, which never goes back."""
        conditions = (
            [f"({self._table.accounts_where})"] if feed == "accounts" and self._table.accounts_where else []
        )
        if feed == "opportunities" and since is None:
            closed_from = self._clock.today() - timedelta(days=self._table.closed_days)
            conditions.append(f"(IsClosed = false OR CloseDate >= {closed_from})")
        if since is None:
            order = "Id"
            conditions += [f"Id > '{place}'"] if _ID.fullmatch(place) else []
        else:
            order = "SystemModstamp, Id"
            conditions.append(f"SystemModstamp >= {_literal(_instant(place) or since - self._table.overlap)}")
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        return f"{where} ORDER BY {order}"

    async def check(self) -> tuple[Drift, ...]:
        """Each field of policy that Salesforce does not have or hides from us, and each opportunity type."""
        found: list[Drift] = []
        for reader in self._readers.values():
            lacking = await self._lacking(reader)
            found += [
                Drift(
                    system=self.system, place="Salesforce field", wanted=f"{reader.name}.{path}", nearest=near
                )
                for path, near in lacking.items()
            ]
        return (*found, *await self._unknown_types())

    async def close(self) -> None:
        """Nothing is held: the session is the caller's."""

    async def _lacking(self, reader: _Reader) -> Mapping[str, tuple[str, ...]]:
        """The fields of policy that are not there, each with the names most like it."""
        objects: dict[str, _Fields] = {}
        lacking: dict[str, tuple[str, ...]] = {}
        for path in reader.wanted:
            near = await self._near(objects, reader.name, path)
            if near is not None:
                lacking[path] = near
        return lacking

    async def _near(self, objects: dict[str, _Fields], name: str, path: str) -> tuple[str, ...] | None:
        """None where the path leads to a field; else what its missing part may be called."""
        if name not in objects:
            objects[name] = await self._client.fields(name)
        fields = objects[name]
        first, dot, rest = path.partition(".")
        known = (
            {
                str(field.get("relationshipName")): field
                for field in fields.values()
                if field.get("relationshipName")
            }
            if dot
            else fields
        )
        found = next((field for one, field in known.items() if one.casefold() == first.casefold()), None)
        if found is None:
            return tuple(f"{one}.{rest}" if dot else one for one in nearest(first, known))
        targets = found.get("referenceTo")
        if not dot or not isinstance(targets, list) or not targets:
            return None
        near = await self._near(objects, str(targets[0]), rest)
        return near and tuple(f"{first}.{one}" for one in near)

    async def _unknown_types(self) -> tuple[Drift, ...]:
        """The kinds of opportunity of which none of policy's types is among Salesforce's choices."""
        field = (await self._client.fields("Opportunity")).get(self._table.opportunity_type, {})
        choices = [
            str(one.get("value")) for one in field.get("picklistValues") or () if isinstance(one, dict)
        ]
        folded = {choice.casefold() for choice in choices}
        return tuple(
            Drift(
                system=self.system,
                place=f"Salesforce opportunity type for {label}",
                wanted=kinds[0],
                nearest=nearest(kinds[0], choices) or tuple(choices[:SHOWN]),
            )
            for label, kinds in self._table.opportunity_types
            if kinds and folded and folded.isdisjoint(kind.casefold() for kind in kinds)
        )


def _place(records: Sequence[Any], since: datetime | None) -> str:
    """The id or the stamp of the last record that has one."""
    name, known = ("Id", full_id) if since is None else ("SystemModstamp", str)
    found = (record.get(name) for record in reversed(records) if isinstance(record, dict))
    return next((known(one) for one in found if isinstance(one, str) and one), "")


def _instant(place: str) -> datetime | None:
    try:
        return instant(place)
    except Unlike:
        return None


def _literal(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z"
