"""What is typed about a subscription, and what is told of its slots."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import policy as policy_module
from bot.bank_holidays import BankHolidays
from bot.domain.person import Person, Role, Team
from bot.errors import WrongUsage
from bot.features.subscriptions import rules
from bot.features.subscriptions.rules import Draft
from bot.ports.jobs import DueWork, WorkState
from bot.ports.outgoing import MessageState, Outgoing

COUNTRIES = BankHolidays().countries()
TEAMS = {team: (of.name, of.short, of.user_group) for team, of in policy_module.load().teams.items()}
DRAFT = Draft(
    channel_id="C1", teams=(Team.ENTERPRISE,), weekday=0, at=time(8), zone="Europe/Berlin", country="DE"
)
AT = datetime(2026, 11, 23, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("", DRAFT),
        (
            "scaled monday 09:30 Asia/Kolkata IN",
            replace(DRAFT, teams=(Team.SCALED,), at=time(9, 30), zone="Asia/Kolkata", country="IN"),
        ),
        (
            "scaled, digital on fridays at 5pm",
            replace(DRAFT, teams=(Team.SCALED, Team.DIGITAL), weekday=4, at=time(17)),
        ),
        ("all sun 0:00 utc none", replace(DRAFT, teams=(), weekday=6, at=time(0), zone="UTC", country="")),
        ("at 8.15 in europe/paris fr", replace(DRAFT, at=time(8, 15), zone="Europe/Paris", country="FR")),
        ("@scaled-success us-ca", replace(DRAFT, teams=(Team.SCALED,), country="US-CA")),
        ("in", replace(DRAFT, country="IN")),
        ("12am", replace(DRAFT, at=time(0))),
        ("12pm", replace(DRAFT, at=time(12))),
    ],
)
def test_words_fill_the_form_in_any_order(typed: str, read: Draft) -> None:
    assert rules.read_draft(typed, DRAFT, TEAMS, COUNTRIES) == read


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("scaled 25:00", "“25:00” is no time of the day. Type it from 00:00 to 23:59, like `08:00`."),
        ("08:60", "“08:60” is no time"),
        ("8", "“8” is no time"),
        ("13pm", "“13pm” is no time"),
        ("Europe/Berln", "I know no time zone “Europe/Berln”. Zones are named like `Europe/Berlin`"),
        ("XX", "I know no bank holidays of “XX”."),
        (
            "tomorrow",
            "I cannot read “tomorrow”. Type `/kpi-digest subscribe #channel team weekday time zone country`",
        ),
        ("<!channel>", "I cannot read “<!channel>”"),
    ],
)
def test_what_is_nothing_of_it_is_answered_with_what_is(typed: str, said: str) -> None:
    with pytest.raises(WrongUsage) as raised:
        rules.read_draft(typed, DRAFT, TEAMS, COUNTRIES)
    assert said in str(raised.value)


@given(st.text(max_size=30))
def test_any_text_is_read_or_answered(typed: str) -> None:
    try:
        read = rules.read_draft(typed, DRAFT, TEAMS, COUNTRIES)
    except WrongUsage:
        return
    assert 0 <= read.weekday <= 6
    assert read.zone in rules.zones()


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("<#C0ABC|scaled> scaled monday", ("C0ABC", "scaled monday")),
        ("<#G0ABC|>", ("G0ABC", "")),
        ("<#D0ABC>", ("D0ABC", "")),
        ("scaled monday", ("", "scaled monday")),
        ("", ("", "")),
    ],
)
def test_the_channel_stands_first(typed: str, read: tuple[str, str]) -> None:
    assert rules.read_channel(typed) == read


def test_a_channel_that_slack_does_not_know_is_not_guessed_at() -> None:
    with pytest.raises(WrongUsage, match="I know no channel #nowhere"):
        rules.read_channel("#nowhere scaled")


@pytest.mark.parametrize(
    ("role", "may"),
    [(role, role not in (Role.AE, Role.CE, Role.IE, Role.PEOPLE_PARTNER)) for role in Role],
)
def test_who_decides_what_a_channel_gets(role: Role, *, may: bool) -> None:
    assert rules.may_subscribe(Person(email="a@x.example", name="A", role=role)) is may


def test_somebody_who_is_in_no_book_does_not() -> None:
    assert not rules.may_subscribe(None)


def test_zones_are_found_by_their_place() -> None:
    assert rules.zones_like("new y")[0] == ("America/New York", "America/New_York")
    assert rules.zones_like("berlin") == (("Europe/Berlin", "Europe/Berlin"),)
    assert rules.zones_like("xqz") == ()
    assert len(rules.zones_like("a")) == rules.OFFERED
    assert {"Pacific/Pago_Pago", "Pacific/Kiritimati", "UTC"} <= set(rules.zones())
    assert not [name for name in rules.zones() if name.startswith(("posix", "right", "Etc"))]


def test_countries_are_found_by_name_or_code() -> None:
    assert rules.countries_like("germ", COUNTRIES)[:2] == (("No bank holidays", "none"), ("Germany", "DE"))
    assert rules.countries_like("us", COUNTRIES)[1] == ("United States", "US")
    assert ("Germany, BY", "DE-BY") in rules.countries_like("germany", COUNTRIES)
    assert len(rules.countries_like("a", COUNTRIES)) == rules.OFFERED


def test_a_corrected_one_was_posted_when_it_was_posted() -> None:
    corrected = replace(
        _head("digest:3:2026-W47:head", MessageState.SENT),
        ts=f"{AT.timestamp():.6f}",
        settled_at=AT + timedelta(hours=2),
        sent_revision=2,
    )
    (event,) = rules.events_of([corrected], [])
    assert (event.at, event.corrected_at) == (AT, AT + timedelta(hours=2))
    (event,) = rules.events_of([replace(corrected, sent_revision=1)], [])
    assert event.corrected_at is None


def _head(key: str, state: MessageState, note: str = "") -> Outgoing:
    return Outgoing(
        key=key,
        channel_id="C1",
        email="",
        reply_to="",
        state=state,
        revision=1,
        sent_revision=1,
        then="",
        subject="3",
        permalink="https://x.example/p1" if state is MessageState.SENT else "",
        note=note,
        asked_at=AT,
    )


def test_the_last_slots_are_told_by_their_newest_message_else_by_their_work() -> None:
    heads = [
        _head("digest:3:2026-W47:2:head", MessageState.SENT),
        _head("digest:3:2026-W47:scaled", MessageState.SENT),
        _head("digest:3:2026-W47:head", MessageState.FAILED, "is_archived"),
        _head("digest:3:2026-W45:head", MessageState.SENT),
    ]
    works = [
        DueWork(key="digest:3:2026-W47", job="j", due_at=AT, state=WorkState.DONE, note="posted"),
        DueWork(key="digest:3:2026-W46", job="j", due_at=AT, state=WorkState.FAILED, note="no database"),
        DueWork(key="digest:3:2026-W44", job="j", due_at=AT, state=WorkState.DONE, note="skipped: too old"),
        DueWork(key="digest:3:2026-W43", job="j", due_at=AT, state=WorkState.CANCELLED, note="changed"),
    ]
    told = [(str(one.week), one.state, one.note) for one in rules.events_of(heads, works)]
    assert told == [
        ("2026-W47", MessageState.SENT, ""),
        ("2026-W46", None, "no database"),
        ("2026-W45", MessageState.SENT, ""),
    ]
    assert [str(one.week) for one in rules.events_of([], works)] == ["2026-W46", "2026-W44"]
