"""Drafts and a pool's list of the month, one picture a case, each within Slack's limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.blocks.answers import Message
from bot.domain.person import Contact, Team
from bot.features.drafts import rules, views, wording
from bot.features.drafts.rules import Draft, Found, Monthly, Why
from bot.standin.validate import problems

Make = Callable[..., Any]
NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
HOSTILE = "<!channel> & <@U1> *bold* <https://evil.example|Click> ``` :tada: "
FEATURE = {"features_first_used": (("Batch changes", date(2026, 11, 20)),)}
MANY = tuple(
    Contact(
        account_id="A-1",
        name=f"{HOSTILE * 4} {at}",
        email=f"{at}@x.example",
        roles=(f"{HOSTILE * 9}", "Champion"),
    )
    for at in range(60)
)


def hostile(account: Make, draft: Make, number: int = 1) -> Draft:
    used = tuple((f"{HOSTILE * 20} {at}", date(2026, 11, 20)) for at in range(30))
    made = draft(account(HOSTILE * 20, number, features_first_used=used), MANY)
    return replace(made, offers=made.offers * 4, text=HOSTILE * 400)


CASES: dict[str, Callable[[Make, Make], Draft]] = {
    "usual": lambda account, draft: draft(account(**FEATURE)),
    "enterprise": lambda account, draft: draft(account(team="enterprise"), written_on=date(2026, 11, 12)),
    "nothing_to_say": lambda account, draft: draft(account(mau=90, dau_4w_avg=40.0, versions_behind=0)),
    "hostile": hostile,
}


@pytest.mark.parametrize("case", CASES)
def test_draft(case: str, account: Make, draft: Make, seen: SnapshotAssertion) -> None:
    modal = views.draft(CASES[case](account, draft))
    assert problems([dict(block) for block in modal.blocks], "modal") == []
    assert not any(said in str(modal.blocks) for said in ("<!channel", "<@U1>", "<https://evil"))
    assert str(modal.blocks).count("```") in (0, 2)
    assert {"title": modal.title, "blocks": list(modal.blocks)} == seen


def monthly(drafts: tuple[Draft, ...], **changes: Any) -> Monthly:
    rules_ = changes.pop("announcements", ())
    values: dict[str, Any] = {
        "total": len(drafts),
        "counts": {Why.UPGRADE: len(drafts), Why.USAGE: 1, Why.FEATURE: 0},
        "left_out": (("Beta & Sons", date(2026, 11, 12)),),
        "reads_conversations": True,
        "playbook_url": "https://vitally.example/playbooks/1",
        "name": "Scaled team",
        **changes,
    }
    return Monthly(
        team=Team.SCALED,
        month=date(2026, 12, 1),
        drafts=drafts,
        announcements=rules_,
        written_days=30,
        now=NOW,
        **values,
    )


MONTHS: dict[str, Callable[[Make, Make, Make], Monthly]] = {
    "usual": lambda account, draft, looking: monthly(
        (draft(account(**FEATURE)), draft(account("Acme", 2, mau=90, dau_4w_avg=40.0), ())),
        total=31,
        announcements=looking().rules.announcements,
    ),
    "no_conversations": lambda account, draft, _: monthly(
        (draft(account()),), left_out=(), reads_conversations=False, playbook_url=""
    ),
    "too_much": lambda account, draft, looking: monthly(
        tuple(hostile(account, draft, at) for at in range(15)),
        total=9_000,
        name=HOSTILE * 9,
        left_out=((HOSTILE * 9, date(2026, 11, 12)),) * 3_000,
        announcements=tuple(replace(one, title=HOSTILE * 9) for one in looking().rules.announcements * 20),
    ),
}


@pytest.mark.parametrize("case", MONTHS)
def test_monthly(
    case: str,
    account: Make,
    draft: Make,
    looking: Make,
    seen: SnapshotAssertion,
    shown: Callable[[Message], dict[str, Any]],
) -> None:
    assert shown(views.monthly(MONTHS[case](account, draft, looking))) == seen


def test_notice(account: Make, looking: Make, seen: SnapshotAssertion) -> None:
    """A TA hears why, with where it is known from; a name in it is harmless."""
    held = account(HOSTILE, team="enterprise", **FEATURE)
    reasons = rules.reasons_of(held, Team.ENTERPRISE, looking())
    found = Found(account=held, team=Team.ENTERPRISE, reasons=reasons)
    made = [wording.notice(found, one, "dana@ta.example") for one in reasons]
    assert not any("<" in one.headline for one in made)
    assert [asdict(one) | {"as_of": str(one.as_of)} for one in made] == seen
