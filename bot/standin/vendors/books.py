"""A book of business as five vendors would hold it: each its part, in its own words, with texts that nobody may keep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from bot.domain.salesforce_ids import full_id
from bot.standin.vendors.business import HELD, NOTES, PRIVATE, ROLES, TICKET, TRAITS, Business
from bot.standin.vendors.serving import JsonRecord, VendorBook


@dataclass(kw_only=True)
class Books:
    """The five books. `by_vitally`: all know an account by Vitally's id, which is the row's; else by Salesforce's."""

    business: Business
    now: datetime
    by_vitally: bool = False
    numbers: dict[str, int] = field(default_factory=dict)
    _rows: dict[str, JsonRecord] = field(
        default_factory=dict
    )  # Vitally gives its users whole copies of their accounts

    def __post_init__(self) -> None:
        rows = self.business.accounts
        self.numbers = {str(row["account_id"]): number for number, row in enumerate(rows, 1)}

    def all(self) -> Mapping[str, VendorBook]:
        """Each vendor's, by its name."""
        return {
            "vitally": self.vitally(),
            "salesforce": self.salesforce(),
            "looker": self.looker(),
            "deel": self.deel(),
            "zendesk": self.zendesk(),
        }

    def vitally(self) -> VendorBook:
        """Accounts with traits, key roles and health; who is there; what is to be done, was held and was written."""
        rows = self.business.accounts
        self._rows = {str(row["account_id"]): self._account(row) for row in rows}
        paths = [
            {"label": name, "path": f"vitally.custom.{name}", "type": "string"} for name in TRAITS.values()
        ]
        of_users = [
            {"label": name, "path": f"vitally.custom.{name}", "type": "string"} for name in ("role", "title")
        ]
        return VendorBook(
            {
                "accounts": list(self._rows.values()),
                "users": [self._user(number, one) for number, one in enumerate(self.business.contacts, 1)],
                "tasks": [one for row in rows for one in self._tasks(row)],
                "meetings": [one for row in rows for one in self._meetings(row)],
                "notes": [one for row in rows for one in self._notes(row)],
                "conversations": [one for row in rows for one in self._conversations(row)],
                "admins": [],
                "customFields:accounts": paths,
                "customFields:users": of_users,
            }
        )

    def salesforce(self) -> VendorBook:
        """Accounts with what they pay and who sells; opportunities of all three kinds."""
        rows = self.business.accounts
        return VendorBook(
            {
                "Account": [self._sold(row) for row in rows],
                "Opportunity": [one for row in rows for one in self._opportunities(row)],
            }
        )

    def looker(self) -> VendorBook:
        """The Look's rows."""
        return VendorBook(
            {"rows": [self._used(row) for row in self.business.accounts if row.get("mau") is not None]}
        )

    def deel(self) -> VendorBook:
        """People, and their time off with the reasons that are nobody's business."""
        people = [self._person(one) for one in self.business.people]
        away = [self._away(number, one) for number, one in enumerate(self.business.absences, 1)]
        return VendorBook({"people": people, "time_offs": away})

    def zendesk(self) -> VendorBook:
        """Organizations and tickets."""
        rows = self.business.accounts
        return VendorBook(
            {
                "organizations": [self._organization(row) for row in rows],
                "tickets": [one for row in rows for one in self._tickets(row)],
            }
        )

    def key(self, row: Mapping[str, Any]) -> str:
        """Its id in Salesforce."""
        return full_id(f"001{self.numbers[str(row['account_id'])]:012d}")

    def _known_by(self, row: Mapping[str, Any]) -> str:
        return str(row["account_id"]) if self.by_vitally else self.key(row)

    def _at(self, row: Mapping[str, Any], minutes: int = 0) -> str:
        """An instant of its own, the later an account was added the earlier."""
        before = timedelta(days=1, minutes=self.numbers[str(row["account_id"])] + minutes)
        return _instant(self.now - before)

    def _account(self, row: Mapping[str, Any]) -> JsonRecord:
        account_id, arr = str(row["account_id"]), row.get("arr")
        traits = {f"vitally.custom.{trait}": _plain(row.get(name)) for name, trait in TRAITS.items()}
        roles = [
            {
                "id": f"{account_id}-{label}",
                "createdAt": self._at(row),
                "assignedAt": self._at(row),
                "keyRole": {"id": label, "createdAt": self._at(row), "label": label},
                "vitallyUser": {
                    "id": row[name],
                    "email": row[name],
                    "name": row[name],
                    "licenseStatus": "active",
                },
            }
            for name, label in ROLES
            if row.get(name)
        ]
        return {
            "id": account_id,
            "createdAt": self._at(row),
            "updatedAt": self._at(row),
            "externalId": None if self.by_vitally else self.key(row),
            "name": row["name"],
            "traits": traits,
            "mrr": None if arr is None else arr / 12,
            "nextRenewalDate": _midnight(row.get("renewal_date")),
            "churnedAt": _midnight(row.get("churned_on")),
            "healthScore": row.get("health_score"),
            "lastInboundMessageTimestamp": _midnight(row.get("last_activity_on")),
            "lastOutboundMessageTimestamp": None,
            "organizationId": None,
            "accountOwnerId": None,
            "firstSeenTimestamp": self._at(row),
            "lastSeenTimestamp": self._at(row),
            "trialEndDate": None,
            "usersCount": 2,
            "npsDetractorCount": 0,
            "npsPassiveCount": 0,
            "npsPromoterCount": 0,
            "npsScore": None,
            "csmId": None,
            "accountExecutiveId": None,
            "segments": [{"id": "s1", "name": row["segment"]}] if row.get("segment") else [],
            "keyRoles": roles,
        }

    def _user(self, number: int, one: Mapping[str, Any]) -> JsonRecord:
        traits = {
            "vitally.custom.role": ", ".join(one.get("roles") or ()),
            "vitally.custom.title": one.get("title"),
        }
        return {
            "id": f"user-{number}",
            "createdAt": _instant(self.now - timedelta(minutes=number)),
            "updatedAt": _instant(self.now - timedelta(minutes=number)),
            "name": one["name"],
            "email": one.get("email"),
            "traits": traits,
            "externalId": None,
            "avatar": None,
            "firstKnown": _instant(self.now),
            "joinDate": None,
            "lastSeenTimestamp": None,
            "unsubscribedFromConversations": False,
            "deactivatedAt": None,
            "segments": [],
            "accounts": [self._rows[str(one["account_id"])]],
            "organizations": [],
        }

    def _tasks(self, row: Mapping[str, Any]) -> Iterator[JsonRecord]:
        for number, name in enumerate(row.get("pending_actions") or ()):
            yield {
                **self._of(row, f"task-{row['account_id']}-{number}"),
                "name": name,
                "description": f"<p>{PRIVATE}</p>",
                "dueDate": (self.now.date() + timedelta(days=7)).isoformat(),
                "completedAt": None,
                "completedById": None,
                "assignedToId": None,
                "archivedAt": None,
                "projects": [],
                "tags": [],
                "traits": {},
            }

    def _meetings(self, row: Mapping[str, Any]) -> Iterator[JsonRecord]:
        held = [(row[name], title, "") for name, title in HELD if row.get(name)]
        if row.get("next_customer_sync_on"):
            held.append(
                (row["next_customer_sync_on"], "Weekly sync", row.get("next_customer_sync_with") or "")
            )
        for number, (on, title, whom) in enumerate(held):
            participants = [{"userId": "user-1", "name": whom, "email": None}] if whom else []
            yield {
                **self._of(row, f"meeting-{row['account_id']}-{number}"),
                "title": f"{title} {PRIVATE}",
                "description": PRIVATE,
                "startDateTime": _instant(datetime(on.year, on.month, on.day, 12, tzinfo=self.now.tzinfo)),
                "participants": participants,
                "archivedAt": None,
            }

    def _notes(self, row: Mapping[str, Any]) -> Iterator[JsonRecord]:
        for name, category in NOTES:
            if row.get(name):
                yield {
                    **self._of(row, f"note-{row['account_id']}-{name}"),
                    "subject": PRIVATE,
                    "note": f"<p>{PRIVATE}</p>",
                    "noteDate": _midnight(row[name]),
                    "category": {"id": category, "name": f"📌 {category}"},
                    "archivedAt": None,
                }

    def _conversations(self, row: Mapping[str, Any]) -> Iterator[JsonRecord]:
        if row.get("slack_channel_active_on"):
            yield {
                **self._of(row, f"conversation-{row['account_id']}"),
                "_account": row["account_id"],
                "subject": PRIVATE,
                "source": "slack",
                "status": "open",
                "updatedAt": _midnight(row["slack_channel_active_on"]),
            }

    def _of(self, row: Mapping[str, Any], key: str) -> JsonRecord:
        return {
            "id": key,
            "accountId": row["account_id"],
            "createdAt": self._at(row, 60),
            "updatedAt": self._at(row, 60),
        }

    def _sold(self, row: Mapping[str, Any]) -> JsonRecord:
        return {
            "attributes": {
                "type": "Account",
                "url": f"/services/data/v66.0/sobjects/Account/{self.key(row)}",
            },
            "Id": self.key(row),
            "Name": row["name"],
            "IsDeleted": False,
            "SystemModstamp": self._at(row),
            "Description": PRIVATE,
            "Vitally_Id__c": row["account_id"],
            "ARR__c": row.get("arr"),
            "Estimated_Developers__c": row.get("developers"),
            "Licensed_Seats__c": row.get("licensed_seats"),
            "Technical_Advisor__r": _look_up(row.get("ta_email")),
            "Customer_Engineer__r": _look_up(row.get("ce_email")),
            "Implementation_Engineer__r": _look_up(row.get("ie_email")),
            "Owner": _look_up(row.get("ae_email")),
        }

    def _opportunities(self, row: Mapping[str, Any]) -> Iterator[JsonRecord]:
        number = self.numbers[str(row["account_id"])]
        found = (
            ("Renewal", row.get("renewal_date"), row.get("arr")),
            ("Expansion", row.get("renewal_date"), row.get("expansion_arr_open")),
            ("New Business", row.get("expected_close_on"), row.get("arr")),
        )
        for place, (kind, on, amount) in enumerate(found):
            if on is not None and (amount is not None or kind != "Expansion"):
                key = full_id(f"006{number * 4 + place:012d}")
                yield {
                    "attributes": {
                        "type": "Opportunity",
                        "url": f"/services/data/v66.0/sobjects/Opportunity/{key}",
                    },
                    "Id": key,
                    "AccountId": self.key(row),
                    "Name": PRIVATE,
                    "Description": PRIVATE,
                    "Type": kind,
                    "Amount": amount,
                    "CloseDate": on.isoformat(),
                    "CreatedDate": self._at(row, 90),
                    "SystemModstamp": self._at(row, 90),
                    "StageName": "Prospecting",
                    "IsClosed": False,
                    "IsWon": False,
                    "IsDeleted": False,
                }

    def _used(self, row: Mapping[str, Any]) -> JsonRecord:
        on = row.get("usage_as_of") or self.now.date() - timedelta(days=1)
        behind = row.get("versions_behind")
        return {
            "accounts.salesforce_account_id": self._known_by(row),
            "accounts.name": row["name"],
            "usage.mau": row["mau"],
            "usage.dau_avg_28d": row.get("dau_4w_avg"),
            "usage.licensed_seats": row.get("licensed_seats"),
            "usage.product_version": None if behind is None else f"2026.{20 - behind}.1",
            "usage.snapshot_date": on.isoformat(),
        }

    def _organization(self, row: Mapping[str, Any]) -> JsonRecord:
        return {
            "id": 360_000_000 + self.numbers[str(row["account_id"])],
            "name": row["name"],
            "external_id": self._known_by(row),
            "domain_names": [row["domain"]] if row.get("domain") else [],
            "url": f"https://desk.example/api/v2/organizations/{self.numbers[str(row['account_id'])]}.json",
            "shared_tickets": False,
            "shared_comments": False,
            "group_id": None,
            "tags": [],
            "organization_fields": {},
            "deleted_at": None,
            "created_at": self._at(row),
            "details": PRIVATE,
            "notes": PRIVATE,
            "updated_at": self._at(row),
        }

    def _tickets(self, row: Mapping[str, Any]) -> Iterator[JsonRecord]:
        still = row.get("open_tickets") or 0
        kinds = ["problem"] * (row.get("defect_tickets_90d") or 0) + ["question"] * (
            row.get("help_tickets_90d") or 0
        )
        number = self.numbers[str(row["account_id"])]
        for place in range(max(still, len(kinds))):
            days = 3 + place * 5 if place < len(kinds) else 120
            opened = self.now - timedelta(days=min(days, 85) if place < len(kinds) else days)
            yield {
                **TICKET,
                "id": number * 100 + place,
                "url": f"https://desk.example/api/v2/tickets/{number * 100 + place}.json",
                "organization_id": 360_000_000 + number,
                "subject": PRIVATE,
                "raw_subject": PRIVATE,
                "description": f"{PRIVATE}: {'a few words of what happened and when ' * 6}",
                "type": kinds[place] if place < len(kinds) else None,
                "tags": [],
                "status": "open" if place < still else "solved",
                "created_at": _instant(opened),
                "updated_at": _instant(self.now - timedelta(hours=2, minutes=number)),
            }

    def _person(self, one: Mapping[str, Any]) -> JsonRecord:
        return {
            "id": f"deel-{one['email']}",
            "full_name": one["name"],
            "country": one.get("country"),
            "timezone": one.get("timezone"),
            "emails": [{"type": "work", "value": one["email"]}],
            "person_status": "ACTIVE",
            "direct_manager": {"work_email": one["manager_email"]} if one.get("manager_email") else None,
        }

    def _away(self, number: int, one: Mapping[str, Any]) -> JsonRecord:
        status = {"approved": "APPROVED", "requested": "REQUESTED"}.get(str(one["status"]), "CANCELED")
        return {
            "id": f"time-off-{number}",
            "recipient_profile": {"hris_profile_id": f"deel-{one['email']}"},
            "start_date": one["starts_on"].isoformat(),
            "end_date": one["ends_on"].isoformat(),
            "half_start_date": one.get("half_day_start") in (True, "yes"),
            "half_end_date": one.get("half_day_end") in (True, "yes"),
            "status": status,
            "reason": PRIVATE,
            "description": PRIVATE,
            "time_off_type": {"id": "t1", "name": PRIVATE, "policy": {"name": PRIVATE}},
            "updated_at": _instant(self.now - timedelta(days=1)),
        }


def _look_up(email: Any) -> JsonRecord | None:
    return {"Email": email} if email else None


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _midnight(on: date | None) -> str | None:
    return None if on is None else f"{on.isoformat()}T00:00:00.000Z"


def _instant(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
