"""The shape of policy.toml's `[sources]`: how each vendor's fields are read, and how their answers are joined."""

from __future__ import annotations

from bot.policy.kinds import Table


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


class JoinTable(Table):
    """How the systems' accounts become one, and which system owns which value."""


class SourcesTable(Table):
    """Everything about the systems that the book is filled from."""

    vitally: VitallyTable
    salesforce: SalesforceTable
    looker: LookerTable
    deel: DeelTable
    zendesk: ZendeskTable
    join: JoinTable
