"""App Home's parts, one picture a case, each within Slack's limits of a tab."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from slack_sdk.models.blocks import Block
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from bot import policy as policy_module
from bot.blocks import build, running
from bot.blocks.answers import Message
from bot.domain.account import Account, CategoryChange
from bot.domain.digest import Owner, TeamDigest
from bot.domain.health import Category, read_account, recorded_category
from bot.domain.kpi import utilization_of
from bot.domain.person import Connector, Person, Role, Team
from bot.domain.provenance import Known, Stamp
from bot.errors import WrongUsage
from bot.features.books import rules as books
from bot.features.doctor.rules import Finding, Level
from bot.features.home import views
from bot.features.home.book import Glance, Renewing, Sold, SoldPage, Worst
from bot.features.home.plans import DuePlan, DuePlans
from bot.features.home.rules import Totals
from bot.features.leave_status.rules import Consent
from bot.ports.book import ImportRecord
from bot.ports.jobs import DueWork, WorkState
from bot.standin.validate import problems

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
TODAY = NOW.date()
POLICY = policy_module.load()
HOSTILE = "<!channel> & <@U1> *bold* 🐸 שלום " + "x" * 4000
DANA = Person(
    email="dana@ta.example", name="Dana Okafor", role=Role.TA, team=Team.ENTERPRISE, slack_user_id="U1"
)
TOTALS = Totals(
    count=9,
    arr=724_000_00,
    arr_unknown=1,
    mean_health=6.94,
    categories={Category.RED: 1, Category.YELLOW: 4, Category.GREEN: 3, None: 1},
)


@pytest.fixture
def seen(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(JSONSnapshotExtension)


def _picture(message: Message) -> Any:
    """The part as JSON, after a look at what Slack would refuse on a tab."""
    blocks = [dict(one) for one in message.blocks]
    assert problems(blocks, "home") == []
    for one in blocks:
        parsed = Block.parse(one)
        assert parsed is not None
        assert parsed.to_dict() == one
    return {"text": message.text, "blocks": blocks}


def _row(name: str, at: int = 0, **changes: Any) -> books.Row:
    values = {
        "health_score": 1.5 + at,
        "health_category": "red",
        "active_champion": False,
        "access_to_buyer": True,
        "licensed_seats": 500,
        "mau": 300,
        "renewal_date": date(2026, 12, 1 + at),
        "arr": 12_345_600,
        **changes,
    }
    stamp = Stamp("vitally", NOW - timedelta(hours=5 + at))
    facts = {key: Known(value, stamp) for key, value in values.items() if value is not None}
    account = Account(id=f"A-{at}", name=name, **facts)
    return books.Row(
        account=account,
        category=recorded_category(account, POLICY.health),
        traits=read_account(account, POLICY.health, TODAY).traits,
        stale=books.stale_groups(account, POLICY.freshness, NOW),
    )


def _glance(*names: str) -> Glance:
    rows = [_row(name, at) for at, name in enumerate(names)]
    change = CategoryChange(
        account_id="A-7",
        account_name=names[0],
        team=None,
        ta_email=None,
        changed_on=TODAY,
        before="green",
        now="red",
    )
    return Glance(
        totals=TOTALS,
        worst=tuple(Worst(row=one, change=None if at else -0.84) for at, one in enumerate(rows)),
        renewals=tuple(Renewing(row=one, on=date(2026, 12, 1 + at)) for at, one in enumerate(rows)),
        renewals_count=len(rows) + 40,
        changes=(change,),
        origins=books.origins_of(rows),
    )


def _due(at: int, name: str = "Acme Mills", **changes: Any) -> DuePlan:
    given: dict[str, Any] = {
        "account_id": f"A-{at}",
        "account_name": name,
        "plan": "success plan",
        "on": date(2026, 11, 24) - timedelta(days=9 * at),
        "is_asked": False,
        "last": date(2025, 8, 24) if at % 2 else None,
        "whose": "dana@ta.example",
        "fact": Known(TODAY, Stamp(("vitally", "accounts.csv")[at % 2], NOW - timedelta(hours=at))),
    }
    return DuePlan(**{**given, **changes})


def _plans(*some: DuePlan, offset: int = 0, total: int = 0, led: bool = False) -> DuePlans:
    names = {DANA.email: DANA.name} if led else {}
    return DuePlans(some=some, offset=offset, total=total or len(some), names=names, now=NOW)


PLANS = {
    "usual": (_plans(_due(0, is_asked=True, plan="get-well plan"), _due(1), _due(2), total=9), 6),
    "of a team": (
        _plans(_due(0, is_asked=True), _due(1, whose=""), _due(2, whose="b@ta.example"), led=True),
        6,
    ),
    "hostile": (_plans(*(_due(at, HOSTILE, is_asked=at < 3) for at in range(6)), led=True), 6),
    "a page": (_plans(*(_due(at, HOSTILE, is_asked=True) for at in range(20)), offset=20, total=61), 20),
}


@pytest.mark.parametrize("name", PLANS)
def test_plans(seen: SnapshotAssertion, name: str) -> None:
    page, count = PLANS[name]
    shown = views.plans("Plans due", page, count)
    assert _picture(shown) == seen
    assert set(shown.accounts) == {one.account_id for one in page.some}


def test_no_plan_that_is_due_is_no_part_of_a_tab() -> None:
    empty = views.plans("Plans due", _plans())
    assert views.home([], [empty]).blocks == ()


BUTTONS = (running.button("My whole book", "/account-health", "book"),)


@pytest.mark.parametrize("names", [("Acme Mills", "Globex"), (HOSTILE,) * 6], ids=["usual", "hostile"])
def test_book(seen: SnapshotAssertion, names: tuple[str, ...]) -> None:
    shown = views.book("Your book of business", _glance(*names), NOW, BUTTONS)
    assert _picture(shown) == seen
    assert "A-7" in shown.accounts
    assert "A-0" in shown.accounts


def test_empty_book(seen: SnapshotAssertion) -> None:
    assert _picture(views.empty_book("Your book of business", "Accounts name their TA in Vitally.")) == seen


def _sold(*names: str, offset: int = 0) -> SoldPage:
    away = Owner(
        email="a@x", name="Ann", away_until=date(2026, 12, 4), covered_by=Owner(email="b@x", name="Bo")
    )
    rows = [_row(name, at) for at, name in enumerate(names)]
    owners = (away, Owner(email="c@x", name=HOSTILE), None)
    return SoldPage(
        rows=tuple(
            Sold(row=one, seats=utilization_of(one.account), served_by=owners[at % 3])
            for at, one in enumerate(rows)
        ),
        offset=offset,
        totals=replace(TOTALS, count=45),
        origins=books.origins_of(rows),
    )


@pytest.mark.parametrize(
    ("page", "count"),
    [(_sold("Acme", "Globex", "Initech"), 6), (_sold(*(HOSTILE,) * 20, offset=20), 20)],
    ids=["first", "middle"],
)
def test_sold(seen: SnapshotAssertion, page: SoldPage, count: int) -> None:
    assert _picture(views.sold("Accounts you sell to", page, NOW, count)) == seen


@pytest.mark.parametrize(
    ("person", "name"),
    [(DANA, ""), (replace(DANA, name=HOSTILE, team=None, role=Role.OPERATOR), ""), (None, "Guest & Co")],
    ids=["ta", "operator", "stranger"],
)
def test_head(seen: SnapshotAssertion, person: Person | None, name: str) -> None:
    team = "Enterprise team" if person and person.team else ""
    blocks = views.head(person, name, team, TODAY, serves=person is DANA)
    assert _picture(Message(text="", blocks=tuple(blocks))) == seen


def test_stranger(seen: SnapshotAssertion) -> None:
    assert _picture(views.stranger([(of.short, team) for team, of in POLICY.teams.items()])) == seen


def test_failed(seen: SnapshotAssertion) -> None:
    assert _picture(views.failed("Requests", "/ask-ta mine")) == seen


def test_told(seen: SnapshotAssertion) -> None:
    assert _picture(views.told("Requests", WrongUsage("Name <the> team."))) == seen


def test_titled(seen: SnapshotAssertion) -> None:
    """A native table has no place on a tab: its twin stands there."""
    twin = (build.section("as words"),)
    answer = Message(text="a table", blocks=({"type": "data_table"},), plain=twin)
    assert _picture(views.titled("Requests", answer)) == seen


def test_led(seen: SnapshotAssertion) -> None:
    answer = Message(text="3 records", blocks=(build.section("3 records"),))
    assert _picture(views.led(answer, running.button("See them", "/segment drift"))) == seen


@pytest.mark.parametrize("case", ["usual", "withheld", "hostile", "empty"])
def test_team(seen: SnapshotAssertion, digest_of: Any, case: str) -> None:
    team: TeamDigest = digest_of("usual" if case == "empty" else case).teams[0]
    if case == "empty":
        team = replace(team, no_data="The book holds no account of <them>.")
    assert _picture(views.team(team, NOW, "✗ *Utilization 75 %*")) == seen


@pytest.mark.parametrize("case", ["usual", "nothing"])
def test_sources_of(seen: SnapshotAssertion, case: str) -> None:
    findings = [
        Finding(level=Level.OK, about="source", what="Vitally was last read 2 h ago"),
        Finding(level=Level.PROBLEM, about="source", what=f"Deel {HOSTILE}", cure="ta-bot sync deel"),
    ]
    file = ImportRecord(
        kind="accounts", file=HOSTILE, digest="", rows=12_000, imported_at=NOW - timedelta(days=2)
    )
    shown = views.sources_of(findings, [file], NOW) if case == "usual" else views.sources_of([], [], NOW)
    assert _picture(shown) == seen


@pytest.mark.parametrize("count", [0, 5])
def test_failures(seen: SnapshotAssertion, count: int) -> None:
    work = DueWork(
        key=f"digest:{HOSTILE}", job="digest.post", due_at=NOW, state=WorkState.FAILED, note=HOSTILE
    )
    assert _picture(views.failures([work] * count, more=bool(count))) == seen


@pytest.mark.parametrize(
    "consent",
    [
        Consent(given=True, url="", set_by="bot"),
        Consent(given=False, url="https://bot.example/slack/consent?u=U1", set_by="bot"),
        Consent(given=False, url="", set_by="deel"),
    ],
    ids=["given", "asked", "deel"],
)
def test_settings(seen: SnapshotAssertion, consent: Consent) -> None:
    connectors = (
        Connector("gmail_vitally", "Gmail in Vitally", "https://vitally.example/settings"),
        Connector("gmail_salesforce", HOSTILE, ""),
    )
    said = {"gmail_vitally": NOW} if consent.given else {}
    assert _picture(views.settings(consent, connectors, said)) == seen


def test_home(seen: SnapshotAssertion) -> None:
    """Parts that would pass the limit of a tab are left out, and that is said; the accounts are those of what stands.

    Two parts may show the same button: on one tab its id is told apart.
    """
    press, beside = build.button("Let me", "leave_status.open"), build.button("See", "coverage.open:1", "1:0")
    parts = (build.section("a part", beside), build.actions(press))
    small = Message(text="", blocks=parts, accounts=("A-1", "A-1"))
    large = Message(text="", blocks=(build.section("x"),) * 99, accounts=("A-2",))
    shown = views.home([build.section("Dana")], [small, large, small], unfinished=True)
    assert (shown.accounts, shown.unfinished) == (("A-1",), True)
    assert _picture(Message(text="", blocks=shown.blocks)) == seen
