"""What there is in a book of business, and what vendors' answers hold besides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.standin.vendors.serving import JsonRecord

PRIVATE = "between-us-4711"
"""Stands wherever customers or TAs write freely, and where reasons of leave are: found anywhere else it has leaked."""
TRAITS: Mapping[str, str] = {
    "domain": "domain",
    "customer_since": "customerSince",
    "production_since": "productionSince",
    "ta_sentiment": "sentiment",
    "active_champion": "activeChampion",
    "access_to_buyer": "accessToBuyer",
    "precise_code_nav": "preciseCodeNavigation",
    "lighthouse": "lighthouse",
    "goals_set": "goalsSet",
    "goals_met": "goalsMet",
    "slack_channel": "slackChannel",
}
"""Columns of accounts.csv that are traits of Vitally's, below `vitally.custom.`."""
TICKET: JsonRecord = {
    "external_id": None,
    "via": {"channel": "api", "source": {"from": {}, "to": {}, "rel": None}},
    "priority": None,
    "recipient": None,
    "requester_id": 6_130_907_993_114,
    "submitter_id": 6_130_907_993_114,
    "assignee_id": None,
    "group_id": None,
    "collaborator_ids": [],
    "follower_ids": [],
    "email_cc_ids": [],
    "forum_topic_id": None,
    "problem_id": None,
    "has_incidents": False,
    "is_public": True,
    "due_at": None,
    "custom_fields": [{"id": 360_000_000_000 + number, "value": None} for number in range(4)],
    "satisfaction_rating": {"score": "unoffered"},
    "sharing_agreement_ids": [],
    "custom_status_id": 6_130_830_355_738,
    "followup_ids": [],
    "ticket_form_id": None,
    "brand_id": 6_130_830_355_999,
    "allow_channelback": False,
    "allow_attachments": True,
    "from_messaging_channel": False,
    "generated_timestamp": 1_695_052_663,
}
"""What Zendesk's answers hold besides; nothing of it is read."""
ROLES = (
    ("ta_email", "Technical Advisor"),
    ("ae_email", "Account Executive"),
    ("ce_email", "Customer Engineer"),
    ("ie_email", "Implementation Engineer"),
)
NOTES = (("save_plan_updated_on", "Save Plan"), ("success_plan_updated_on", "Joint Success Plan"))
HELD = (
    ("last_cbr_on", "Quarterly business review"),
    ("last_roadmap_review_on", "Roadmap"),
    ("kickoff_on", "Kickoff"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Business:
    """What there is: rows by the columns of accounts.csv and contacts.csv, people by those of people.csv, absences."""

    accounts: Sequence[Mapping[str, Any]]
    contacts: Sequence[Mapping[str, Any]] = ()
    people: Sequence[Mapping[str, Any]] = ()
    absences: Sequence[Mapping[str, Any]] = ()
