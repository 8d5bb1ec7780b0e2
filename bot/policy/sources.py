"""The shape of policy.toml's `[sources]`: how each vendor's fields are read, and how their answers are joined."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from bot.domain.account import FIELDS
from bot.policy.kinds import Share, Span, Table, Text, Texts, Whole

_VALUES = frozenset(field.name for field in FIELDS)


def _value(name: str) -> str:
    if name not in _VALUES:
        msg = "must be a value of an account, as the columns of accounts.csv are called"
        raise ValueError(msg)
    return name


ValueName = Annotated[str, AfterValidator(_value)]
SystemName = Literal["vitally", "salesforce", "looker", "deel", "zendesk"]
Systems = Annotated[list[SystemName], Field(min_length=1)]


EmailName = Literal["ta_email", "ae_email", "ce_email", "ie_email"]
VitallyFeed = Literal["contacts", "tasks", "meetings", "notes", "conversations"]


class MeetingWordsTable(Table):
    """Words of a meeting's title that say which kind it is; the first kind that fits."""

    kickoff: list[Text] = Field(default_factory=list)
    roadmap_review: list[Text] = Field(default_factory=list)
    business_review: list[Text] = Field(default_factory=list)
    sync: list[Text] = Field(default_factory=list)


class NoteCategoriesTable(Table):
    """Categories of notes that are a save plan or a success plan, or tell of a meeting."""

    save_plan: list[Text] = Field(default_factory=list)
    success_plan: list[Text] = Field(default_factory=list)
    meeting: list[Text] = Field(default_factory=list)


class ConversationSourcesTable(Table):
    """What Vitally calls the places that conversations come from."""

    slack: list[Text] = Field(default_factory=list)
    mail: list[Text] = Field(default_factory=list)


class VitallyTable(Table):
    """How Vitally's accounts are read: traits, key roles and categories are the organisation's own."""

    external_id_of: SystemName | Literal[""]
    csm: EmailName | Literal[""]
    account_executive: EmailName | Literal[""]
    account_url: str = ""
    segments: list[Text] = Field(default_factory=list)
    overlap: Span
    conversation_days: Whole
    by_account: list[VitallyFeed] = Field(default_factory=list)
    contact_roles: str = ""
    contact_title: str = ""
    fields: dict[ValueName, Text]
    traits: dict[ValueName, Text]
    meanings: dict[ValueName, dict[Text, Text]] = Field(default_factory=dict)
    ids: dict[SystemName, Text] = Field(default_factory=dict)
    key_roles: dict[EmailName, Texts]
    note_categories: NoteCategoriesTable
    meeting_words: MeetingWordsTable
    conversation_sources: ConversationSourcesTable


def _salesforce_field(name: str) -> str:
    if name and not re.fullmatch(r"[A-Za-z]\w*(\.[A-Za-z]\w*){0,4}", name, re.ASCII):
        msg = "must be a field’s API name like ARR__c or Owner.Email"
        raise ValueError(msg)
    return name


SalesforceField = Annotated[str, AfterValidator(_salesforce_field)]
"""A field's API name (`ARR__c`), or the way to it through look-ups (`Technical_Advisor__r.Email`); "" for none."""


class OpportunityTypesTable(Table):
    """What the organisation calls an opportunity that wins an account, renews it, or lets it grow."""

    new: list[Text] = Field(default_factory=list)
    renewal: list[Text] = Field(default_factory=list)
    expansion: list[Text] = Field(default_factory=list)


class SalesforceTable(Table):
    """How Salesforce's objects are read: fields differ from organisation to organisation."""

    api_version: Annotated[str, StringConstraints(pattern=r"^\d{2,3}\.0$")]
    overlap: Span
    closed_days: Whole
    accounts_where: str = ""
    accounts: dict[ValueName, SalesforceField]
    ids: dict[SystemName, SalesforceField] = Field(default_factory=dict)
    opportunity_type: SalesforceField
    opportunity_amount: SalesforceField
    opportunity_types: OpportunityTypesTable


class LookerTable(Table):
    """How the Look's columns are read; `key_of` says whose id of the account the key is."""

    key: Text
    key_of: SystemName
    name: str = ""
    as_of: str = ""
    version: str = ""
    release_parts: Whole
    releases: list[Text] = Field(default_factory=list)
    account_url: str = ""
    limit: Whole
    columns: dict[ValueName, Text]


class DeelTable(Table):
    """How Deel's people and time off are read."""

    person_statuses: Texts
    days_back: Whole
    overlap: Span


TicketType = Literal["problem", "incident", "question", "task"]


class TicketKindTable(Table):
    """What tells one kind of ticket: its tags before its type."""

    tags: list[Text] = Field(default_factory=list)
    types: list[TicketType] = Field(default_factory=list)


class ZendeskTable(Table):
    """How Zendesk's organizations are known, and how its tickets are told apart."""

    external_id_of: SystemName | Literal[""]
    overlap: Span
    look_back_days: Whole
    otherwise: Literal["defect", "help", ""]
    defect: TicketKindTable
    help: TicketKindTable


class OrderTable(Table):
    """Who goes before whom: by group of values, and by value where that differs from its group."""

    profile: Systems
    revenue: Systems
    usage: Systems
    health: Systems
    tickets: Systems
    programme: Systems
    values: dict[ValueName, Systems] = Field(default_factory=dict)


class CompareTable(Table):
    """Which values are compared between systems, and how far apart they may be."""

    values: list[ValueName]
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
    same: dict[Text, str] = Field(default_factory=dict)
    order: OrderTable
    compare: CompareTable


class ConnectorTable(Table):
    """A connector that each TA must have on."""

    key: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    name: Text
    url: str


class SourcesTable(Table):
    """Everything about the systems that the book is filled from."""

    vitally: VitallyTable
    salesforce: SalesforceTable
    looker: LookerTable
    deel: DeelTable
    zendesk: ZendeskTable
    connectors: list[ConnectorTable]
    join: JoinTable
