"""Who is written to, why, with what and in which words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.person import Contact, Team
from bot.features.drafts import rules, texts, wording
from bot.features.drafts.rules import Why
from bot.policy import Policy, load

Make = Callable[..., Any]
TODAY = date(2026, 12, 1)
WELL = {"mau": 90, "dau_4w_avg": 40.0, "versions_behind": 1}
REASONS: dict[str, tuple[dict[str, Any], list[tuple[Why, str]]]] = {
    "all is well": (WELL, []),
    "nothing known": (dict.fromkeys(WELL), []),
    "behind, not yet poor": (WELL | {"versions_behind": 2}, [(Why.UPGRADE, "2 versions behind")]),
    "behind, of enterprise": (WELL | {"versions_behind": 9, "team": "enterprise"}, []),
    "few seats used": (WELL | {"mau": 49, "dau_4w_avg": 20.0}, [(Why.USAGE, "utilization 49 %")]),
    "half of the seats": (WELL | {"mau": 50, "dau_4w_avg": 20.0}, []),
    "seldom used, by few": (
        WELL | {"mau": 40, "dau_4w_avg": 8.0},
        [(Why.USAGE, "usage 20 %, utilization 40 %")],
    ),
    "a feature on the last day": (
        WELL
        | {"features_first_used": (("Notebooks", TODAY - timedelta(days=31)), ("Old", date(2025, 1, 1)))},
        [(Why.FEATURE, "first used Notebooks on 31 Oct 2026")],
    ),
    "features by their first day": (
        WELL
        | {
            "features_first_used": (
                *(("B", TODAY - timedelta(days=2)), ("A", TODAY - timedelta(days=2))),
                ("C", TODAY),
            )
        },
        [
            (Why.FEATURE, "first used C on 1 Dec 2026"),
            (Why.FEATURE, "first used A, B on 29 Nov 2026"),
        ],
    ),
    "a feature too long ago": (WELL | {"features_first_used": (("N", TODAY - timedelta(days=32)),)}, []),
    "a feature that is to come": (WELL | {"features_first_used": (("N", TODAY + timedelta(days=1)),)}, []),
    "churned": ({"churned_on": TODAY}, []),
    "a prospect": ({"expected_close_on": TODAY + timedelta(days=1)}, []),
    "of no team": ({"team": None}, []),
}


@pytest.mark.parametrize("case", REASONS)
def test_who_is_written_to_and_why(case: str, account: Make, looking: Make) -> None:
    values, expected = REASONS[case]
    found = rules.look(account(**values), looking())
    told = [(one.why, wording.reason(one)) for one in found.reasons] if found else []
    assert told == expected


def test_most_reasons_come_first_then_the_name_and_who_was_written_to_is_left_out(
    account: Make, looking: Make
) -> None:
    held = [
        account("Zebra", 1),
        account("beta", 2, versions_behind=0),
        account("Alpha", 3, versions_behind=0),
        account("written", 4),
        account("other team", 5, team="digital"),
    ]
    found = [rules.look(one, looking()) for one in held]
    listed = rules.listed([rules.wanted_of(one) for one in found if one], Team.SCALED, {"A-4": TODAY})
    assert [one.account_name for one in listed.wanted] == ["Zebra", "Alpha", "beta"]
    assert listed.counts == {Why.UPGRADE: 1, Why.USAGE: 3, Why.FEATURE: 0}
    assert listed.left_out == (("written", TODAY),)


def test_the_same_reason_is_told_again_next_quarter_and_a_feature_never(account: Make, looking: Make) -> None:
    used = account(features_first_used=(("Notebooks", date(2026, 11, 30)),))

    def crossings(day: date) -> dict[Why, str]:
        return {one.why: one.crossing for one in rules.reasons_of(used, Team.SCALED, looking(today=day))}

    first, next_day = crossings(date(2026, 12, 30)), crossings(date(2026, 12, 31))
    assert first == next_day
    assert first[Why.USAGE] == "2026-Q4"
    later = crossings(date(2027, 1, 1))
    assert (later[Why.USAGE], later[Why.UPGRADE]) == ("2027-Q1", "2027-01")
    assert Why.FEATURE not in later


def test_recaps_are_made_as_often_as_policy_says(account: Make, looking: Make, tmp_path: Path) -> None:
    """Monthly, as the handbook has it; where policy says every three months, in January, April, July and October."""
    quarterly = tmp_path / "policy.toml"
    quarterly.write_text('[programmes.usage_recap]\nevery = "3 months"\n', "utf-8")

    def months(policy: Policy) -> list[int]:
        days = [date(2027, month, 28) for month in range(1, 13)]
        found = [rules.look(account(), looking(today=day, rules=policy.drafts)) for day in days]
        return [
            day.month
            for day, one in zip(days, found, strict=True)
            if one and Why.UPGRADE in {reason.why for reason in one.reasons}
        ]

    assert months(load()) == list(range(1, 13))
    assert months(load(quarterly)) == [1, 4, 7, 10]


def test_material_is_for_poor_traits_reasons_and_features_by_contact_role(account: Make, draft: Make) -> None:
    """A trait that is only concerning brings material where it is why the account is written to."""
    made = draft(account(features_first_used=(("batch CHANGES", date(2026, 11, 30)),)))
    offered = {one.material.title: [who.name for who in one.readers] for one in made.offers}
    assert offered["First steps in an afternoon"] == ["Ayşe Almgren", "Bram Soto"]
    assert offered["Upgrade without a window"] == ["Bram Soto"]
    assert offered["Change a thousand repositories at once"] == ["Ayşe Almgren", "Bram Soto"]
    assert offered["How a bank came to use nine seats of ten"] == []
    assert "What a champion does in a month" not in offered
    assert [one.name for one in rules.addressed(made.offers)] == ["Ayşe Almgren", "Bram Soto"]


def test_what_an_accounts_people_would_read(account: Make, draft: Make) -> None:
    made = draft(account())
    assert made.text.startswith(
        "Hello Ayşe, Bram,\n\nhere is how Marlin Freight used the product last month. 40 people worked with it, "
        "40 % of your 100 seats. On an ordinary day it was 15 % of them.\n\nYour version is 3 releases behind"
    )
    assert "https://learn.example/upgrade" in made.text
    assert "story-bank" not in made.text, "it is for an executive, whom the book does not know"
    assert "story-bank" in draft(account(), ()).text


def test_a_letter_says_nothing_that_is_not_known(account: Make) -> None:
    bare = texts.draft_text(account(mau=None, dau_4w_avg=None, versions_behind=None), (), ())
    assert bare == "Hello,\n\nShall we find half an hour for it?"


def test_contacts_without_a_name_or_an_address_do_no_harm(account: Make, draft: Make) -> None:
    odd = (
        Contact(account_id="A-1", name="  ", roles=("Champion",)),
        Contact(account_id="A-1", name="<!here>\nX", roles=("Champion",)),
    )
    made = draft(account(), odd)
    assert made.text.startswith("Hello –, <!here>,")
    assert len(rules.addressed(made.offers)) == 2
