"""The shape of policy.toml's `[sources]`: how each vendor's fields are read, and how their answers are joined."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from bot.policy.kinds import Share, Span, Table, Text, Whole

SystemName = Literal["vitally", "salesforce", "looker", "deel", "zendesk"]
Systems = Annotated[list[SystemName], Field(min_length=1)]


class VitallyTable(Table):
    """How Vitally's accounts are read."""


class SalesforceTable(Table):
    """How Salesforce's objects are read."""


class LookerTable(Table):
    """How the Look's columns are read."""


class DeelTable(Table):
    """How Deel's people and time off are read."""


class ZendeskTable(Table):
    """How Zendesk's tickets are told apart."""


class OrderTable(Table):
    """Who goes before whom: by group of values, and by value where that differs from its group."""

    profile: Systems
    revenue: Systems
    usage: Systems
    health: Systems
    tickets: Systems
    programme: Systems
    values: dict[Text, Systems] = Field(default_factory=dict)


class CompareTable(Table):
    """Which values are compared between systems, and how far apart they may be."""

    values: list[Text]
    amounts_within: Annotated[float, Field(ge=0, lt=1)]
    days_within: Annotated[int, Field(ge=0)]


class JoinTable(Table):
    """How the systems' accounts become one, and which system owns which value."""

    account_id: SystemName
    makes: Systems
    lives_in: Systems
    history_from: SystemName
    fewer_share: Share
    few: Whole
    every: Span
    whole_every: Span
    overlap: Span
    same: dict[Text, str] = Field(default_factory=dict)
    order: OrderTable
    compare: CompareTable


class SourcesTable(Table):
    """Everything about the systems that the book is filled from."""

    vitally: VitallyTable
    salesforce: SalesforceTable
    looker: LookerTable
    deel: DeelTable
    zendesk: ZendeskTable
    join: JoinTable
