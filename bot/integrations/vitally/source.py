"""Vitally as sync reads it: keeps ports.Vendor."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from bot.domain import json_values
from bot.domain.json_values import Unlike
from bot.domain.nearest import nearest
from bot.domain.reading import Drift, Reading, Unreadable
from bot.domain.records import Record, take
from bot.http.client import Line
from bot.integrations.vitally.client import Results, VitallyClient, of_account
from bot.integrations.vitally.translate import Told, Translator
from bot.policy.sources import VitallyTable
from bot.ports.clock import Clock
from bot.ports.vendors import Feed, Page

ALL: Mapping[str, str] = MappingProxyType({"status": "activeOrChurned"})
NONE: Mapping[str, str] = MappingProxyType({})
_KEYS = ("id", "externalId")
_PATHS = {"contacts": "users", **{name: name for name in ("tasks", "meetings", "notes", "conversations")}}


@dataclass(frozen=True, slots=True)
class _Asked:
    """A feed as it was asked for."""

    feed: str
    cursor: str
    since: datetime | None


class VitallySource:
    """Reads Vitally.

    What changed since an instant is read newest first until there; a full sweep goes by creation. A health score
    may change without its account's `updatedAt` (not known): scores are sure after a full sweep of the accounts.
    """

    system = "vitally"
    feeds = (
        Feed(name="accounts", incremental=True),
        Feed(name="contacts", incremental=True),
        Feed(name="tasks", incremental=True),
        Feed(name="meetings", incremental=True),
        Feed(name="notes", incremental=True),
        Feed(name="conversations", incremental=True, windowed=True),
    )

    def __init__(self, line: Line, table: VitallyTable, clock: Clock, *, base_url: str, api_key: str) -> None:
        self._client = VitallyClient(line, base_url=base_url, api_key=api_key)
        self._table = table
        self._clock = clock
        self._translator = Translator(table)

    @property
    def calls(self) -> int:
        """How many calls were made."""
        return self._client.caller.calls

    async def pages(
        self, feed: str, *, cursor: str = "", since: datetime | None = None
    ) -> AsyncIterator[Page]:
        """The feed's pages from a cursor on."""
        since = since - self._table.overlap if since else None
        asked = _Asked(feed, cursor, since)
        if feed in self._table.by_account:
            pages = self._by_account(asked)
        elif feed == "accounts":
            pages = self._accounts(asked)
        else:
            pages = self._listed(asked)
        async for page in pages:
            yield page

    async def close(self) -> None:
        """Nothing is held: the session is everybody's."""

    async def _accounts(self, asked: _Asked) -> AsyncIterator[Page]:
        admins = await self._client.every("admins")
        told = Told(
            admins={
                str(each["id"]): each.get("email")
                for each in admins
                if isinstance(each, dict) and each.get("id")
            },
            traits=frozenset(await self._client.custom_fields("accounts")),
            now=self._clock.now(),
        )
        async for records, cursor in self._since("accounts", asked, ALL):
            yield _page(records, lambda record: self._translator.account(record, told), cursor)

    async def _listed(self, asked: _Asked) -> AsyncIterator[Page]:
        async for records, cursor in self._since(_PATHS[asked.feed], asked):
            yield _page(records, self._reader(asked.feed), cursor)

    async def _by_account(self, asked: _Asked) -> AsyncIterator[Page]:
        """Account by account, for lists that do not say whose their records are."""
        inner = _Asked(asked.feed, "", self._horizon(asked))
        accounts = self._client.pages("accounts", ALL, cursor=asked.cursor, ahead=True)
        async for page in accounts:
            readings: list[Reading] = []
            refused: list[Unreadable] = []
            for key in _worth_asking(page, inner):
                async for records, _ in self._since(of_account(key, _PATHS[asked.feed]), inner):
                    taken = take(records, self._reader(asked.feed, key), *_KEYS)
                    readings.extend(taken[0])
                    refused.extend(taken[1])
            yield Page(readings=tuple(readings), refused=tuple(refused), cursor=page.cursor)

    def _horizon(self, asked: _Asked) -> datetime | None:
        if asked.feed != "conversations":
            return asked.since
        quiet = self._clock.now() - timedelta(days=self._table.conversation_days)
        return max(asked.since or quiet, quiet)

    async def _since(
        self, path: str, asked: _Asked, params: Mapping[str, str] = NONE
    ) -> AsyncIterator[tuple[list[Any], str | None]]:
        """A list's records, up to those that did not change since the instant."""
        sort_by = "updatedAt" if asked.since else "createdAt"
        pages = self._client.pages(path, params, cursor=asked.cursor, sort_by=sort_by, ahead=not asked.since)
        async for page in pages:
            fresh = [each for each in page.records if not asked.since or _is_fresh(each, asked.since)]
            ended = len(fresh) < len(page.records)
            yield fresh, None if ended else page.cursor
            if ended:
                return

    def _reader(self, feed: str, account_key: str = "") -> Callable[[Record], Iterable[Reading]]:
        if feed == "contacts":
            return lambda record: self._translator.contact(record, account_key)
        now = self._clock.now()
        read = getattr(self._translator, feed.removesuffix("s"))
        return lambda record: read(record, account_key, now=now)

    async def check(self) -> tuple[Drift, ...]:
        """Tries the key, and looks for every trait, role and category that policy names."""
        table = self._table
        accounts = await self._sample("accounts", ALL)
        users = await self._sample("users")
        of_accounts = {*await self._client.custom_fields("accounts"), *_traits(accounts)}
        of_users = {*await self._client.custom_fields("users"), *_traits(users)}
        contact = [trait for trait in (table.contact_roles, table.contact_title) if trait]
        labels = {str(one) for each in accounts for one in _role_labels(each)}
        fields = {str(name) for each in accounts for name in each}
        return (
            *_drift("trait", [*table.traits.values(), *table.ids.values()], of_accounts),
            *_drift("trait of users", contact, of_users),
            *(_drift("field of accounts", table.fields.values(), fields) if fields else ()),
            *(_no_role(table.key_roles.items(), labels) if labels else ()),
        )

    async def _sample(self, path: str, params: Mapping[str, str] = NONE) -> list[dict[str, Any]]:
        async for page in self._client.pages(path, params):
            return [each for each in page.records if isinstance(each, dict)]
        return []


def _page(records: list[Any], read: Callable[[Record], Iterable[Reading]], cursor: str | None) -> Page:
    readings, refused = take(records, read, *_KEYS)
    return Page(readings=readings, refused=refused, cursor=cursor)


def _is_fresh(record: Any, since: datetime) -> bool:
    """Whether it changed since; what does not say is taken."""
    try:
        changed = json_values.instant(record.get("updatedAt")) if isinstance(record, dict) else None
    except Unlike:
        return True
    return changed is None or changed >= since


def _worth_asking(page: Results, asked: _Asked) -> list[str]:
    """The accounts of a page; of conversations only those with a message since, for each costs a call."""
    named = [each for each in page.records if isinstance(each, dict) and isinstance(each.get("id"), str)]
    if asked.feed == "conversations" and asked.since:
        since = asked.since
        named = [each for each in named if _last_message(each, since)]
    return [each["id"] for each in named]


def _last_message(account: dict[str, Any], since: datetime) -> bool:
    names = ("lastInboundMessageTimestamp", "lastOutboundMessageTimestamp")
    held = [{"updatedAt": account[name]} for name in names if account.get(name)]
    return any(_is_fresh(each, since) for each in held)


def _traits(records: list[dict[str, Any]]) -> set[str]:
    found = (each.get("traits") for each in records)
    return {str(key) for traits in found if isinstance(traits, dict) for key in traits}


def _role_labels(account: dict[str, Any]) -> list[str]:
    roles = account.get("keyRoles")
    named = (
        [each.get("keyRole") for each in roles if isinstance(each, dict)] if isinstance(roles, list) else []
    )
    return [str(role["label"]) for role in named if isinstance(role, dict) and role.get("label")]


def _drift(place: str, wanted: Iterable[str], known: set[str]) -> tuple[Drift, ...]:
    missing = [name for name in dict.fromkeys(wanted) if name not in known]
    return tuple(
        Drift(system="vitally", place=place, wanted=name, nearest=nearest(name, known)) for name in missing
    )


def _no_role(roles: Iterable[tuple[str, list[str]]], labels: set[str]) -> tuple[Drift, ...]:
    """A value none of whose labels anybody holds: one is enough."""
    held = {label.casefold() for label in labels}
    lost = [names[0] for _, names in roles if not any(name.casefold() in held for name in names)]
    return _drift("key role", lost, labels)
