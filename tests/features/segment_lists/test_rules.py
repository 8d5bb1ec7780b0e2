"""Which accounts a list holds, in what order, and what is told of each."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from typing import Any

import pytest

from bot.domain.boundary import SegmentRow
from bot.domain.person import Person, Role, Team
from bot.domain.provenance import Stamp
from bot.errors import WrongUsage
from bot.features.segment_lists import rules
from bot.features.segment_lists.rules import Kind, Scope
from bot.policy import load

POLICY = load()
FY25, OLDER = POLICY.models["fy25"], POLICY.models["managed-unmanaged"]
TODAY = date(2026, 11, 21)
STAMP = Stamp("salesforce", datetime(2026, 11, 20, 6, tzinfo=UTC))


def row(id_: str, developers: int | None = 480, arr: int | None = 120_000_00, **values: Any) -> SegmentRow:
    usual = {
        "ta_email": None,
        "segment": "Mid-Market",
        "team": "scaled",
        "renewal_date": None,
        "health_score": None,
        "health_category": None,
    }
    return SegmentRow(id_, values.pop("name", id_), developers=developers, arr=arr, **{**usual, **values})


@pytest.mark.parametrize(
    "scope",
    [
        Scope(kind=Kind.ALL),
        Scope(kind=Kind.MINE, value="a|b@x.example", model="fy25"),
        Scope(kind=Kind.TIER, value="Mid-Market"),
        Scope(kind=Kind.DRIFT),
    ],
)
def test_a_token_opens_the_list_it_was_made_for(scope: Scope) -> None:
    assert rules.read_token(scope.token(40)) == (scope, 40)


@pytest.mark.parametrize("token", ["", "x", "tier|SMB|x", "nothing|||0", "tier|SMB||-1"])
def test_a_broken_token_is_noticed(token: str) -> None:
    with pytest.raises(WrongUsage, match="Type `/segment` again"):
        rules.read_token(token)


@pytest.mark.parametrize(
    ("role", "team", "scope"),
    [
        (Role.TA, Team.ENTERPRISE, Scope(kind=Kind.MINE, value="p@x.example")),
        (Role.TA, Team.SCALED, Scope(kind=Kind.POOL, value="scaled")),
        (Role.PROGRAM_MANAGER, Team.DIGITAL, Scope(kind=Kind.POOL, value="digital")),
        (Role.AE, Team.ENTERPRISE, Scope(kind=Kind.ALL)),
    ],
)
def test_whose_accounts(role: Role, team: Team, scope: Scope) -> None:
    assert rules.scope_of(Person(email="p@x.example", name="P", role=role, team=team), "") == scope
    assert rules.scope_of(None, "") == Scope(kind=Kind.ALL)


@pytest.mark.parametrize(
    ("typed", "tier"),
    [
        ("Mid-Market", "Mid-Market"),
        ("midmarket", "Mid-Market"),
        ('"smb"', "SMB"),
        ("UNCLASSIFIED", "unclassified"),
    ],
)
def test_tiers_go_by_their_name_however_it_is_typed(typed: str, tier: str) -> None:
    assert rules.tier_of(typed, FY25) == tier


@pytest.mark.parametrize("typed", ["", "huge", "commercial"])
def test_an_unknown_tier_names_those_there_are(typed: str) -> None:
    with pytest.raises(
        WrongUsage, match=r"`Strategic`, `Enterprise`, `Mid-Market`, `SMB`.*for example `/segment tier"
    ):
        rules.tier_of(typed, FY25)


def test_teams_are_those_of_the_model() -> None:
    assert rules.team_of("Scaled TAs", FY25, POLICY.teams) == "scaled"
    assert rules.team_of("Managed", OLDER, POLICY.teams) == "managed"
    for typed, model in (("rocket", FY25), ("", FY25), ("scaled", OLDER)):
        with pytest.raises(WrongUsage, match="for example `/segment team"):
            rules.team_of(typed, model, POLICY.teams)


def test_a_tier_is_worst_first_and_the_unclassified_are_their_own() -> None:
    rows = [
        row("good", health_score=9.0),
        row("none"),
        row("small", arr=100, health_score=1.0),
        row("large", health_score=1.0),
        row("other", 50),
        row("odd", None),
    ]
    ids = [
        one.row.id
        for one in rules.members(rules.read(rows, FY25), Scope(kind=Kind.TIER, value="Mid-Market"), FY25)
    ]
    assert ids == ["large", "small", "good", "none"]
    assert [
        one.row.id
        for one in rules.members(rules.read(rows, FY25), Scope(kind=Kind.TIER, value="unclassified"), FY25)
    ] == ["odd"]
    assert [
        one.row.id
        for one in rules.members(rules.read(rows, FY25), Scope(kind=Kind.TEAM, value="digital"), FY25)
    ] == [
        "small",
        "other",
    ]
    mine = [one.row.id for one in rules.members(rules.read(rows, FY25), Scope(kind=Kind.ALL), FY25)]
    assert mine == ["large", "good", "none", "small", "other", "odd"]


def test_parts_add_up_to_the_whole() -> None:
    rows = [
        row(str(n), n * 97, None if n % 7 == 0 else n * 10_000_00, health_score=n / 10) for n in range(100)
    ]
    listed = rules.members(rules.read(rows, FY25), Scope(kind=Kind.ALL), FY25)
    total, parts = rules.part_of(listed, POLICY.health), rules.parts_of(listed, POLICY.health)
    assert rules.whole_of(parts) == total
    for name in ("count", "arr", "arr_unknown", "drifting"):
        assert sum(getattr(one, name) for one in parts) == getattr(total, name), name
    assert sum(total.categories.values()) == total.count == 100


SOON, LATE = date(2027, 3, 21), date(2027, 3, 22)


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({}, None),
        ({"renewal_date": SOON}, None),
        ({"team": "enterprise"}, "record disagrees"),
        ({"segment": "Enterprise"}, "record disagrees"),
        ({"segment": "mid-market", "team": None}, None),
        ({"segment": None, "team": None}, None),
        ({"developers": None, "team": "enterprise"}, None),
        ({"developers": 491, "renewal_date": SOON}, "10 developers below Enterprise, enterprise"),
        ({"developers": 490, "renewal_date": SOON}, None),
        ({"developers": 491, "renewal_date": LATE}, None),
        ({"developers": 491, "renewal_date": date(2026, 11, 20)}, None),
        ({"developers": 500, "renewal_date": TODAY}, "1 developer below Enterprise, enterprise"),
        ({"developers": 109, "renewal_date": SOON}, "10 developers above SMB, digital"),
        ({"arr": 105_000_00, "renewal_date": SOON}, None),
        (
            {"arr": 104_999_99, "renewal_date": SOON},
            "$4,999.99 above the line; across it Mid-Market, digital",
        ),
        ({"arr": 100_000_00, "renewal_date": SOON}, "exactly on the line; across it Mid-Market, digital"),
        (
            {"arr": 95_000_00, "team": "digital", "renewal_date": SOON},
            "$5,000 below the line; across it Mid-Market, scaled",
        ),
        ({"arr": 94_999_99, "team": "digital", "renewal_date": SOON}, None),
    ],
)
def test_drift_is_a_record_that_disagrees_or_an_edge_within_the_margin(
    values: dict[str, Any], why: str | None
) -> None:
    found = rules.drifting(rules.read([row("A", **values)], FY25), FY25, POLICY.drift, TODAY)
    assert [rules.why_of(one) for one in found] == ([] if why is None else [why])


def test_drift_is_by_team_with_what_disagrees_first() -> None:
    rows = [
        row("near", 491, renewal_date=SOON),
        row("wrong", team="digital", arr=200_000_00),
        row("bad", segment="SMB", arr=150_000_00),
        row("worse", segment="SMB", arr=250_000_00),
        row("unsaid", segment="SMB", team=None, arr=350_000_00),
    ]
    found = rules.drifting(rules.read(rows, FY25), FY25, POLICY.drift, TODAY)
    assert [one.row.id for one in found] == ["unsaid", "worse", "bad", "near", "wrong"]


def test_the_correction_says_what_to_change_and_why() -> None:
    listed = rules.drifting(
        rules.read([row("A-1", name="Fir\n& Co", team="digital")], FY25), FY25, POLICY.drift, TODAY
    )
    assert rules.correction_of(listed) == [
        (
            "Fir & Co (A-1): in Vitally team digital → scaled. Reason: 480 developers, $120,000 ARR, "
            "row “100 to 500 developers, $100,000 or more”."
        )
    ]


def test_the_file_holds_every_account_with_its_sources_and_no_formula() -> None:
    rows = [
        row("A1", name="=cmd()", counted=STAMP, earned=STAMP, arr=99_999_50, health_score=2.0),
        row("A2", None, None, name='Ünï, "Co"', team=None, segment=None),
    ]
    content = rules.csv_of(rules.members(rules.read(rows, FY25), Scope(kind=Kind.ALL), FY25), POLICY.health)
    assert content.startswith(b"\xef\xbb\xbf")
    first, second = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
    assert first["name"] == "'=cmd()"
    assert (first["arr"], first["arr_from"], first["arr_as_of"]) == (
        "99999.50",
        "salesforce",
        "2026-11-20T06:00:00+00:00",
    )
    assert (first["segment"], first["team"], first["health_category"]) == ("Mid-Market", "digital", "red")
    assert second["name"] == 'Ünï, "Co"'
    assert (second["segment"], second["why"]) == ("unclassified", "unknown: developers and arr")
    assert (second["developers"], second["developers_from"]) == ("", "")
