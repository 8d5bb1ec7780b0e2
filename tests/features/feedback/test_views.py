"""Lists of product feedback and its form, one picture a case, each within Slack's limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from slack_sdk.models.blocks import Block
from syrupy.assertion import SnapshotAssertion

from bot import policy as policy_module
from bot.blocks.answers import Modal
from bot.domain.feedback import Feedback, Weight
from bot.domain.person import Team
from bot.domain.provenance import Known, Stamp, Unknown
from bot.features.feedback import forms, rules, views
from bot.standin.validate import problems

NOW = datetime(2026, 11, 21, 14, 5, tzinfo=UTC)
HOSTILE = "<!channel> & <@U1> *bold* <https://evil.example|Click> :tada:"
AREAS = policy_module.load().feedback.areas
SESSION = Known(date(2026, 6, 2), Stamp("vitally", NOW - timedelta(hours=3)))


def entry(number: int, account: int = 1, weight: Weight = Weight.MATTERS, **changes: Any) -> Feedback:
    values: dict[str, Any] = {
        "account_name": f"Account {account}",
        "area": AREAS[number % 2],
        "text": f"They need number {number}.",
        "for_session": number % 2 == 0,
        "link": "https://slack.example/archives/C1/p1" if number == 1 else "",
        "given_at": NOW - timedelta(days=number),
        "by_email": "bea@ta.example",
        **changes,
    }
    return Feedback(
        id=number,
        account_id=f"A-{account}",
        team=Team.SCALED,
        weight=weight,
        by_name="Bea Ito",
        **values,
    )


USUAL = tuple(entry(at, at % 3, (Weight.WISH, Weight.BLOCKS, Weight.MATTERS)[at % 3]) for at in range(1, 6))
MUCH = tuple(
    entry(at, at, Weight.BLOCKS, text=HOSTILE * 40, account_name=HOSTILE * 9, area=HOSTILE + str(at % 30))
    for at in range(300)
)


def report(given: tuple[Feedback, ...], **changes: Any) -> rules.OfAccount:
    values: dict[str, Any] = {"account_name": "Marlin Freight", "session": SESSION, **changes}
    return rules.OfAccount(account_id="A-1", given=given, now=NOW, **values)


def _shown(modal: Modal) -> dict[str, Any]:
    assert problems([dict(block) for block in modal.blocks], "modal") == []
    for block in modal.blocks:
        parsed = Block.parse(dict(block))
        assert parsed is not None
        assert parsed.to_dict() == block
    assert "<!channel" not in str(modal.blocks).replace("'plain_text', 'text': '<!channel", "")
    assert "<https://evil" not in str([one for one in modal.blocks if one["type"] == "section"])
    return {"title": modal.title, "blocks": list(modal.blocks), "submit": modal.submit}


OF_ACCOUNT: dict[str, Callable[[], Modal]] = {
    "empty": lambda: views.of_account(report((), session=Unknown())),
    "usual": lambda: views.of_account(report(USUAL), views.KEPT),
    "theirs": lambda: views.of_account(
        report((*USUAL[:2], entry(300, by_email="ana@ta.example"), *USUAL[2:]), reader="Bea@TA.example")
    ),
    "too_much": lambda: views.of_account(report(MUCH, account_name=HOSTILE * 9)),
}


@pytest.mark.parametrize("case", OF_ACCOUNT)
def test_of_account(case: str, seen: SnapshotAssertion) -> None:
    assert _shown(OF_ACCOUNT[case]()) == seen


@pytest.mark.parametrize("given", [(), USUAL, MUCH], ids=["empty", "usual", "too_much"])
def test_gathered(given: tuple[Feedback, ...], seen: SnapshotAssertion) -> None:
    assert _shown(views.gathered(rules.by_area(given), date(2026, 5, 23), NOW)) == seen


def test_edit(seen: SnapshotAssertion) -> None:
    assert _shown(forms.edit(entry(2, weight=Weight.BLOCKS), AREAS)) == seen
    assert "Of old" in str(forms.edit(entry(1, area="Of old"), AREAS).blocks)


def test_form(seen: SnapshotAssertion) -> None:
    draft = forms.Draft(account=("Marlin Freight", "A-1"), text="They need it.", source="C1 1.2")
    assert _shown(forms.form(draft, AREAS)) == seen
    assert forms.form(forms.Draft(), AREAS).accounts == ()


def test_what_waits_for_the_session_was_given_since_the_last_one() -> None:
    """On its day too; where no session is known, everything that asks for one waits."""
    given = tuple(
        entry(0, given_at=datetime(2026, 6, day, 9, tzinfo=UTC), for_session=day != 9) for day in (1, 2, 3, 9)
    )
    assert report(given).waiting == 2
    assert report(given, session=Unknown()).waiting == 3


def test_what_blocks_most_accounts_comes_first_and_one_account_counts_once() -> None:
    given = (
        entry(1, 1, Weight.MATTERS, area="Search"),
        entry(2, 2, Weight.WISH, area="Search"),
        entry(3, 3, Weight.WISH, area="Search"),
        entry(4, 1, Weight.BLOCKS, area="Integrations"),
        entry(5, 1, Weight.BLOCKS, area="Integrations"),
        entry(6, 1, Weight.WISH, area="Administration"),
    )
    found = rules.by_area(given)
    assert [(one.name, one.accounts, one.blocking) for one in found] == [
        ("Integrations", 1, 1),
        ("Search", 3, 0),
        ("Administration", 1, 0),
    ]
    assert [one.id for one in found[0].given] == [4, 5]
    assert [one.id for one in rules.by_area(replace(one, area="x") for one in given)[0].given] == [
        *(4, 5),
        *(1, 2, 3, 6),
    ]
