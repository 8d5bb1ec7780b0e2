"""Eighteen books whose coverage plans were worked out on paper from the handbook's steps and the packaged policy.

Policy: a renewal counts from 7 days before an absence to 7 after; a customer channel is active for 14 days after its
last message; a get-well plan is due on day 45 and 60 below 80 % utilization; capacity is 14 accounts, Senior 16,
Principal 12. November 2026 begins on a Sunday: its Mondays are the 2nd, 9th, 16th, 23rd and 30th.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from inspect import cleandoc
from typing import Any

import pytest

from bot import policy as policy_module
from bot.bank_holidays import BankHolidays
from bot.domain.account import Account
from bot.domain.leave import Away, Candidate, CoverState, Item, OpenRequest, day_in_words
from bot.domain.person import Person, Role, Team
from bot.domain.provenance import Known, Stamp
from bot.features.coverage import rules
from bot.features.coverage.needs import Drafting

POLICY = policy_module.load()
CALENDAR = BankHolidays()
FILE = Stamp("accounts.csv", datetime(2026, 11, 9, 6, tzinfo=UTC))
TODAY = date(2026, 11, 9)
BERLIN, LONDON, NEW_YORK = "Europe/Berlin", "Europe/London", "America/New_York"


def on(day: str) -> date:
    """`23 Nov`, of 2026 unless a year is given."""
    return datetime.strptime(day if len(day.split()) == 3 else f"{day} 2026", "%d %b %Y").date()  # noqa: DTZ007


def away(days: str, email: str = "dana", zone: str = BERLIN) -> Away:
    """`23 Nov noon - 27 Nov noon`: away from noon of the first until noon of the last."""
    first, _, last = days.partition(" - ")
    last = last or first
    return Away(
        email=email,
        first=on(first.removesuffix(" noon")),
        last=on(last.removesuffix(" noon")),
        zone=zone,
        half_start=first.endswith(" noon"),
        half_end=" - " in days and last.endswith(" noon"),
    )


def account(name: str, **values: Any) -> Account:
    """Dana's, of the Enterprise segment and team, where nothing else is said; days as `23 Nov`."""
    said = {"ta_email": "dana", "team": "enterprise", "segment": "Enterprise"} | values
    facts = {
        key: Known(on(value) if key.endswith(("_on", "_date", "_since")) else value, FILE)
        for key, value in said.items()
        if value is not None
    }
    return Account(id=name, name=name, **facts)


def mate(email: str, zone: str = BERLIN, **values: Any) -> Candidate:
    """Somebody of the Enterprise team with a few accounts of that segment; `away` as text or absences."""
    absences: Iterable[str] = values.pop("away", ())
    made = {
        "name": email.title(),
        "team": Team.ENTERPRISE,
        "level": "",
        "region": "",
        "segments": frozenset(["Enterprise"]),
        "own": 5,
        "covered": 0,
    }
    return Candidate(
        email=email, zone=zone, away=tuple(away(days, email, zone) for days in absences), **made | values
    )


def person(email: str = "dana", **values: Any) -> Person:
    made = {"role": Role.TA, "team": Team.ENTERPRISE, "country": "DE", "timezone": BERLIN}
    return Person(email=email, name=email.title(), **made | values)


@dataclass(frozen=True, kw_only=True)
class Book:
    """What is in the book, and the plan that was worked out from it by hand."""

    away: Away
    accounts: Sequence[Account] = ()
    mates: Sequence[Candidate] = ()
    person: Person = field(default_factory=person)
    today: date = TODAY
    requests: Sequence[OpenRequest] = ()
    active: Mapping[str, bool] = field(default_factory=dict)
    kept: Callable[[Item], Item] = lambda item: item
    pool: Sequence[Person] = ()
    absences: Sequence[Away] = ()
    plan: str


def written(book: Book) -> str:
    """The plan that the rules make of a book, as it is written by hand."""
    drafting = Drafting(
        away=book.away,
        person=book.person,
        rules=POLICY.ooo,
        health=POLICY.health,
        today=book.today,
        requests=book.requests,
        active=book.active,
    )
    drafted, on_request = rules.draft_items(book.accounts, drafting)
    segments = {one.id: one.segment.value for one in book.accounts if isinstance(one.segment, Known)}
    kept = [book.kept(item) for item in drafted]
    items = rules.suggest_all(kept, book.away, book.mates, POLICY.ooo, segments, book.person.team)
    lines = [line for item in items for line in _item(item)]
    lines += [f"on request: {', '.join(one.account_name for one in on_request)}"] if on_request else []
    asked = rules.to_ask(book.accounts, drafting)
    lines += [f"ask: {', '.join(one.account_name for one in asked)}"] if asked else []
    lines += [f"not {one.email}: {why}" for one in book.mates if (why := rules.why_not(one, book.away))]
    held = {one.email: [leave for leave in book.absences if leave.email == one.email] for one in book.pool}
    days = rules.pool_days(book.away, book.pool, held, CALENDAR) if book.pool else ()
    lines += [f"{day:%a} {day_in_words(day)}: {count} of {total} in" for day, count, total in days]
    return "\n".join(lines)


def _item(item: Item) -> Iterable[str]:
    yield f"{item.account_name} until {day_in_words(item.until)}: {item.cover_email or item.state.value}"
    yield f"  because {' + '.join(one.words for one in item.reasons)}"
    yield f"  do {' + '.join(item.todo)}"
    yield f"  {item.state.value}: {item.why_cover}"
    if item.sync_on:
        yield f"  sync {day_in_words(item.sync_on)} with {item.sync_with or 'nobody named'}"
    if item.warning:
        yield f"  mind {item.warning}"


HEALTHY = {"health_category": "green", "renewal_date": "1 May 2027"}
WEEK = away("23 Nov - 27 Nov")
RENEWAL = {"renewal_date": "25 Nov"}
BOOKS: dict[str, Book] = {}

# The three of the handbook, each beside one that just misses it: nobody wrote on Dune's channel for 20 days,
# Evergreen's save plan is active and its health green, Fjord renews in spring. Bea is at the same time, so she comes
# before Carl; with one account she comes after him; with one each, before.
BOOKS["the handbook's three reasons"] = Book(
    away=away("23 Nov - 4 Dec"),
    accounts=[
        account("Fjord", **HEALTHY),
        account("Evergreen", **HEALTHY, lighthouse="active"),
        account("Dune", open_tickets=3, slack_channel_active_on="20 Oct", renewal_date="1 May 2027"),
        account("Cobalt", open_tickets=3, slack_channel="cobalt-help", slack_channel_active_on="26 Oct"),
        account("Blue", lighthouse="active", health_category="red", save_plan_updated_on="5 Nov"),
        account("Acme", renewal_date="24 Nov", pending_actions=("order form", "legal review")),
    ],
    mates=[mate("carl", LONDON), mate("bea")],
    plan="""
    Acme until 24 Nov 2026: bea
      because renews on 24 Nov 2026, 2 pending action items
      do Resolve by 24 Nov 2026: order form; legal review
      suggested: same team, has Enterprise accounts, covers no others, same time
    Blue until 4 Dec 2026: carl
      because red, with an active Lighthouse save plan
      do Update the save plan every week (last on 5 Nov 2026)
      suggested: same team, has Enterprise accounts, covers no others, 1 h apart
    Cobalt until 4 Dec 2026: bea
      because 3 open tickets, active on #cobalt-help (last message on 26 Oct 2026)
      do Answer in #cobalt-help and follow 3 open tickets
      suggested: same team, has Enterprise accounts, covers 1 other, same time
    on request: Dune, Evergreen, Fjord
    """,
)

# 12 Oct + 44 days = 25 Nov, so that is day 45; 57 of 100 seats. Helio started 26 days later (7 Nov): its day 45 is
# 21 Dec. Granite stands at 80 %. One account may have several reasons, and matters until the last of them.
BOOKS["what a good colleague adds"] = Book(
    away=WEEK,
    accounts=[
        account("Helio", customer_since="7 Nov", mau=10, licensed_seats=100),
        account("Granite", customer_since="12 Oct", mau=80, licensed_seats=100),
        account("Juno", customer_since="12 Oct", mau=57, licensed_seats=100, ae_email="ari"),
        account(
            "Kilo", kickoff_on="24 Nov", next_customer_sync_on="26 Nov", next_customer_sync_with="Ana Ruiz"
        ),
        account("Lima", next_customer_sync_on="30 Nov"),
        account("Mike"),
    ],
    requests=[OpenRequest(account_id="Mike", words="SSO set-up", asked_on=on("6 Nov"))],
    mates=[mate("bea")],
    plan="""
    Kilo until 26 Nov 2026: bea
      because customer sync with Ana Ruiz on 26 Nov 2026 + kick-off on 24 Nov 2026
      do Settle the sync: moved, taken by the cover or cancelled; the AE is told + Lead the kick-off
      suggested: same team, has Enterprise accounts, covers no others, same time
      sync 26 Nov 2026 with Ana Ruiz
    Juno until 25 Nov 2026: bea
      because get-well plan due on 25 Nov 2026: day 45, utilization 57 %
      do Agree the get-well plan by 25 Nov 2026
      suggested: same team, has Enterprise accounts, covers 1 other, same time
    Mike until 27 Nov 2026: bea
      because open request of 6 Nov 2026: SSO set-up
      do Answer the open request of 6 Nov 2026
      suggested: same team, has Enterprise accounts, covers 2 others, same time
    on request: Granite, Helio, Lima
    """,
)

# 23 - 7 = 16 and 27 + 7 = 4 Dec are the last days that count; the 15th and the 5th are a day too far. A renewal
# outside the absence may slip into it, so its cover stays until the last day.
BOOKS["renewals on the first and the last day, and at both edges"] = Book(
    away=WEEK,
    accounts=[
        account("A 15th", renewal_date="15 Nov"),
        account("B 16th", renewal_date="16 Nov"),
        account("C first", renewal_date="23 Nov"),
        account("D last", renewal_date="27 Nov"),
        account("E 4th", renewal_date="4 Dec", pending_actions=("quote",)),
        account("F 5th", renewal_date="5 Dec"),
    ],
    mates=[mate("bea")],
    plan="""
    B 16th until 27 Nov 2026: bea
      because renews on 16 Nov 2026, 7 days before the absence
      do See the renewal of 16 Nov 2026 through with the AE
      suggested: same team, has Enterprise accounts, covers no others, same time
    C first until 23 Nov 2026: bea
      because renews on 23 Nov 2026
      do See the renewal of 23 Nov 2026 through with the AE
      suggested: same team, has Enterprise accounts, covers 1 other, same time
    D last until 27 Nov 2026: bea
      because renews on 27 Nov 2026
      do See the renewal of 27 Nov 2026 through with the AE
      suggested: same team, has Enterprise accounts, covers 2 others, same time
    E 4th until 27 Nov 2026: bea
      because renews on 4 Dec 2026, 7 days after the absence, 1 pending action item
      do Resolve by 4 Dec 2026: quote
      suggested: same team, has Enterprise accounts, covers 3 others, same time
    on request: A 15th, F 5th
    """,
)

# Bea leaves on Dana's last day. Carl is back on her first, Mina leaves on the day after her last: both can. Mina
# covers fewer.
BOOKS["absences that overlap and absences that touch"] = Book(
    away=WEEK,
    accounts=[account("Acme", **RENEWAL)],
    mates=[
        mate("bea", away=["27 Nov - 1 Dec"]),
        mate("carl", away=["16 Nov - 22 Nov"], covered=2),
        mate("mina", away=["2 Nov - 3 Nov", "28 Nov - 5 Dec"], covered=1),
    ],
    plan="""
    Acme until 25 Nov 2026: mina
      because renews on 25 Nov 2026
      do See the renewal of 25 Nov 2026 through with the AE
      suggested: same team, has Enterprise accounts, covers 1 other, same time
    not bea: away themselves 27 Nov – 1 Dec 2026
    """,
)

# Tom is of another team and never asked; all three of Dana's are away or she herself: the channel looks after it.
BOOKS["nobody of the team is in"] = Book(
    away=WEEK,
    accounts=[account("Acme", **RENEWAL)],
    mates=[
        mate("bea", away=["20 Nov - 23 Nov"]),
        mate("carl", away=["23 Nov", "26 Nov - 30 Nov"]),
        mate("dana"),
        mate("tom", team=Team.SCALED),
    ],
    plan="""
    Acme until 25 Nov 2026: channel
      because renews on 25 Nov 2026
      do See the renewal of 25 Nov 2026 through with the AE
      channel: nobody of the team is left: 2 away themselves
    not bea: away themselves 20 Nov – 23 Nov 2026
    not carl: away themselves 23 Nov 2026 and 26 Nov – 30 Nov 2026
    not dana: they are the one who is away
    """,
)

# Dana leaves at noon on Monday and is back at noon on Friday. Bea is back at that Monday's noon and Carl leaves at
# that Friday's: neither misses an instant of it. Mina leaves Friday morning. Sam, an hour west, is back at his own
# noon, when Dana's is an hour past.
BOOKS["half days at both ends"] = Book(
    away=away("23 Nov noon - 27 Nov noon"),
    accounts=[
        account("Acme", renewal_date="27 Nov"),
        account("Blue", next_customer_sync_on="23 Nov"),
    ],
    mates=[
        mate("bea", away=["18 Nov - 23 Nov noon"], covered=1),
        mate("carl", away=["27 Nov noon - 30 Nov"]),
        mate("mina", away=["27 Nov"]),
        mate("sam", LONDON, away=["18 Nov - 23 Nov noon"]),
    ],
    plan="""
    Acme until 27 Nov 2026: carl
      because renews on 27 Nov 2026 (back at noon)
      do See the renewal of 27 Nov 2026 through with the AE
      suggested: same team, has Enterprise accounts, covers no others, same time
    Blue until 23 Nov 2026: bea
      because customer sync on 23 Nov 2026 (away from noon)
      do Settle the sync: moved, taken by the cover or cancelled; the AE is told
      suggested: same team, has Enterprise accounts, covers 1 other, same time
      sync 23 Nov 2026 with nobody named
    not mina: away themselves 27 Nov 2026
    not sam: away themselves 18 Nov – 23 Nov 2026 (until noon)
    """,
)

# Auckland +13. Kiritimati +14 is 1 h apart. Honolulu -10 is 23 h apart, so its clocks are 1 h apart, a day behind.
# Sydney +11 is 2 h. Los Angeles -8 is 21 h apart: 3 h. Each takes one before anybody takes two.
BOOKS["the closest clocks, either side of the date line"] = Book(
    person=person(timezone="Pacific/Auckland", country="NZ"),
    away=away("23 Nov - 27 Nov", zone="Pacific/Auckland"),
    accounts=[account(name, **RENEWAL) for name in ("A", "B", "C", "D", "E")],
    mates=[
        mate("leo", "America/Los_Angeles"),
        mate("syd", "Australia/Sydney"),
        mate("hana", "Pacific/Honolulu"),
        mate("kiri", "Pacific/Kiritimati"),
    ],
    plan="""
    A until 25 Nov 2026: kiri
      because renews on 25 Nov 2026
      do See the renewal of 25 Nov 2026 through with the AE
      suggested: same team, has Enterprise accounts, covers no others, 1 h apart
    B until 25 Nov 2026: hana
      because renews on 25 Nov 2026
      do See the renewal of 25 Nov 2026 through with the AE
      suggested: same team, has Enterprise accounts, covers no others, 1 h apart across the date line
    C until 25 Nov 2026: syd
      because renews on 25 Nov 2026
      do See the renewal of 25 Nov 2026 through with the AE
      suggested: same team, has Enterprise accounts, covers no others, 2 h apart
    D until 25 Nov 2026: leo
      because renews on 25 Nov 2026
      do See the renewal of 25 Nov 2026 through with the AE
      suggested: same team, has Enterprise accounts, covers no others, 3 h apart across the date line
    E until 25 Nov 2026: kiri
      because renews on 25 Nov 2026
      do See the renewal of 25 Nov 2026 through with the AE
      suggested: same team, has Enterprise accounts, covers 1 other, 1 h apart
    """,
)

# Dana's Monday in Auckland is 22 Nov 11:00 to 23 Nov 11:00 UTC. In Honolulu (-10) the Sunday before and the Monday
# both share some of it: 22 Nov 10:00 to 23 Nov 10:00, 23 Nov 10:00 to 24 Nov 10:00. In Pago Pago (-11) the Sunday is
# that very span, and the Monday begins as Dana's ends.
BOOKS["one day away, which is another date across the line"] = Book(
    person=person(timezone="Pacific/Auckland", country="NZ"),
    away=away("23 Nov", zone="Pacific/Auckland"),
    accounts=[account("Acme", renewal_date="23 Nov")],
    mates=[
        mate("ann", "Pacific/Honolulu", away=["22 Nov"]),
        mate("bob", "Pacific/Honolulu", away=["23 Nov"]),
        mate("cleo", "Pacific/Pago_Pago", away=["22 Nov"]),
        mate("dov", "Pacific/Pago_Pago", away=["23 Nov"]),
        mate("eve", "Pacific/Honolulu", away=["24 Nov"], covered=1),
    ],
    plan="""
    Acme until 23 Nov 2026: dov
      because renews on 23 Nov 2026
      do See the renewal of 23 Nov 2026 through with the AE
      suggested: same team, has Enterprise accounts, covers no others, same time across the date line
    not ann: away themselves 22 Nov 2026
    not bob: away themselves 23 Nov 2026
    not cleo: away themselves 22 Nov 2026
    """,
)

# On 26 Oct London is at +0 and New York still at -4: as far as Dubai at +4, and `ann` comes before `zoe`. A week
# later New York is at -5, and Dubai the closer.
ACME = account("Acme", renewal_date="30 Oct")
ACROSS_CHANGES = [mate("ann", NEW_YORK), mate("zoe", "Asia/Dubai")]
BOOKS["before New York's clocks change"] = Book(
    today=on("12 Oct"),
    away=away("26 Oct", zone=LONDON),
    accounts=[ACME],
    mates=ACROSS_CHANGES,
    plan="""
    Acme until 26 Oct 2026: ann
      because renews on 30 Oct 2026, 4 days after the absence
      do See the renewal of 30 Oct 2026 through with the AE
      suggested: same team, has Enterprise accounts, covers no others, 4 h apart
    """,
)
BOOKS["after New York's clocks changed"] = Book(
    today=on("12 Oct"),
    away=away("2 Nov", zone=LONDON),
    accounts=[ACME],
    mates=ACROSS_CHANGES,
    plan="""
    Acme until 2 Nov 2026: zoe
      because renews on 30 Oct 2026, 3 days before the absence
      do See the renewal of 30 Oct 2026 through with the AE
      suggested: same team, has Enterprise accounts, covers no others, 4 h apart
    """,
)

# Bea (Senior: 16) has 15, Carl (14) has 13: a first account each is right. The second passes both. Pia (Principal:
# 12) has 10 and covers 1; her first is her twelfth, and comes third since she covers one already.
BOOKS["more than policy's number"] = Book(
    away=WEEK,
    accounts=[account(name, **RENEWAL) for name in ("A", "B", "C", "D", "E")],
    mates=[
        mate("bea", level="Senior", own=15),
        mate("carl", LONDON, own=13),
        mate("pia", NEW_YORK, level="principal", own=10, covered=1),
    ],
    plan="""
    A until 25 Nov 2026: bea
      because renews on 25 Nov 2026
      do See the renewal of 25 Nov 2026 through with the AE
      suggested: same team, has Enterprise accounts, covers no others, same time
    B until 25 Nov 2026: carl
      because renews on 25 Nov 2026
      do See the renewal of 25 Nov 2026 through with the AE
      suggested: same team, has Enterprise accounts, covers no others, 1 h apart
    C until 25 Nov 2026: bea
      because renews on 25 Nov 2026
      do See the renewal of 25 Nov 2026 through with the AE
      suggested: same team, has Enterprise accounts, covers 1 other, same time
      mind 17 accounts with this one, policy says 16
    D until 25 Nov 2026: carl
      because renews on 25 Nov 2026
      do See the renewal of 25 Nov 2026 through with the AE
      suggested: same team, has Enterprise accounts, covers 1 other, 1 h apart
      mind 15 accounts with this one, policy says 14
    E until 25 Nov 2026: pia
      because renews on 25 Nov 2026
      do See the renewal of 25 Nov 2026 through with the AE
      suggested: same team, has Enterprise accounts, covers 1 other, 6 h apart
    """,
)

# Only Mina has Strategic accounts: she is suggested though she covers four and sits furthest. For the Enterprise
# account she is the last.
BOOKS["the segment before everything else"] = Book(
    away=WEEK,
    accounts=[account("Acme", **RENEWAL, segment="Strategic"), account("Blue", **RENEWAL)],
    mates=[
        mate("bea"),
        mate("mina", "Asia/Tokyo", segments=frozenset(["Strategic"]), covered=4),
    ],
    plan="""
    Acme until 25 Nov 2026: mina
      because renews on 25 Nov 2026
      do See the renewal of 25 Nov 2026 through with the AE
      suggested: same team, has Strategic accounts, covers 4 others, 8 h apart
    Blue until 25 Nov 2026: bea
      because renews on 25 Nov 2026
      do See the renewal of 25 Nov 2026 through with the AE
      suggested: same team, has Enterprise accounts, covers no others, same time
    """,
)
BOOKS["nobody with that segment is in"] = Book(
    away=WEEK,
    accounts=[account("Acme", **RENEWAL, segment="Strategic"), account("Blue", **RENEWAL, segment=None)],
    mates=[
        mate("bea", zone=""),
        mate("mina", segments=frozenset(["Strategic"]), away=["25 Nov"]),
    ],
    plan="""
    Acme until 25 Nov 2026: bea
      because renews on 25 Nov 2026
      do See the renewal of 25 Nov 2026 through with the AE
      suggested: same team, no Strategic accounts, covers no others, time zone unknown
    Blue until 25 Nov 2026: bea
      because renews on 25 Nov 2026
      do See the renewal of 25 Nov 2026 through with the AE
      suggested: same team, covers 1 other, time zone unknown
    not mina: away themselves 25 Nov 2026
    """,
)

# A pool's accounts have no owner. Dana holds the sync, the kick-off, the save plan that she updated last (green as it
# is) and a request about an account that Tom served last. The renewal and the tickets are the team's. Thursday is
# Thanksgiving: Uma (US) rests, Vic is away from noon (in for half a day) and on Friday, Dana all week.
BOOKS["a pool"] = Book(
    person=person(team=Team.SCALED, country="GB", timezone=LONDON),
    away=away("21 Nov - 27 Nov", zone=LONDON),
    accounts=[
        account(
            "Acme", team="scaled", renewal_date="25 Nov", open_tickets=2, slack_channel_active_on="8 Nov"
        ),
        account("Blue", team="scaled", next_customer_sync_on="24 Nov", renewal_date="25 Nov"),
        account("Cobalt", team="scaled", lighthouse="active", health_category="green"),
        account("Dune", team="scaled", ta_email="tom", kickoff_on="24 Nov"),
        account("Evergreen", team="scaled", kickoff_on="23 Nov"),
        account("Fjord", team="scaled", ta_email=None, lighthouse="active"),
    ],
    requests=[OpenRequest(account_id="Dune", words="usage report")],
    mates=[
        mate("uma", NEW_YORK, team=Team.SCALED),
        mate("vic", LONDON, team=Team.SCALED, away=["26 Nov noon - 27 Nov"]),
    ],
    pool=[
        person(team=Team.SCALED, country="GB"),
        person("uma", team=Team.SCALED, country="US"),
        person("vic", team=Team.SCALED, country=None),
    ],
    absences=[away("21 Nov - 27 Nov", zone=LONDON), away("26 Nov noon - 27 Nov", "vic", LONDON)],
    plan="""
    Cobalt until 27 Nov 2026: uma
      because green, with an active Lighthouse save plan
      do Update the save plan every week (no update is recorded)
      suggested: same team, covers no others, 5 h apart
    Blue until 24 Nov 2026: uma
      because customer sync on 24 Nov 2026
      do Settle the sync: moved, taken by the cover or cancelled; the AE is told
      suggested: same team, covers 1 other, 5 h apart
      sync 24 Nov 2026 with nobody named
    Evergreen until 23 Nov 2026: uma
      because kick-off on 23 Nov 2026
      do Lead the kick-off
      suggested: same team, covers 2 others, 5 h apart
    Dune until 27 Nov 2026: uma
      because open request: usage report
      do Answer the open request
      suggested: same team, covers 3 others, 5 h apart
    not vic: away themselves 26 Nov (from noon) – 27 Nov 2026
    Mon 23 Nov 2026: 2 of 3 in
    Tue 24 Nov 2026: 2 of 3 in
    Wed 25 Nov 2026: 2 of 3 in
    Thu 26 Nov 2026: 1 of 3 in
    Fri 27 Nov 2026: 1 of 3 in
    """,
)

# The save plan of a pool account that nobody served is the manager's, of the manager's own team alone.
BOOKS["a pool's manager"] = Book(
    person=person("maya", role=Role.MANAGER, team=Team.SCALED),
    away=away("23 Nov - 27 Nov", "maya"),
    accounts=[
        account("Acme", team="scaled", ta_email=None, lighthouse="active", health_category="red"),
        account("Blue", team="scaled", ta_email=None, kickoff_on="24 Nov"),
        account("Cobalt", team="digital", ta_email=None, lighthouse="active", health_category="red"),
        account("Dune", team="scaled", ta_email="tom", lighthouse="active", health_category="red"),
    ],
    mates=[mate("tom", team=Team.SCALED)],
    plan="""
    Acme until 27 Nov 2026: tom
      because red, with an active Lighthouse save plan
      do Update the save plan every week (no update is recorded)
      suggested: same team, covers no others, same time
    """,
)

# An emergency on the third day of it. Acme's renewal was due the day before; Blue went to Tom meanwhile; Cobalt
# churned before, Dune churns within; Evergreen's health is unknown, which is not healthy; of Fjord Dana answered that
# its channel is active, of Granite nothing yet. Nobody else is in the team.
BOOKS["an emergency in an unsettled book"] = Book(
    today=on("25 Nov"),
    away=WEEK,
    accounts=[
        account("Acme", renewal_date="24 Nov", pending_actions=("signature",)),
        account("Blue", ta_email="tom", **RENEWAL),
        account("Cobalt", churned_on="23 Nov", **RENEWAL),
        account("Dune", churned_on="26 Nov"),
        account("Evergreen", lighthouse="active"),
        account("Fjord", open_tickets=1),
        account("Granite", open_tickets=2),
    ],
    active={"Fjord": True},
    plan="""
    Acme until 24 Nov 2026: channel
      because renewal was due on 24 Nov 2026, 1 pending action item
      do Resolve by 25 Nov 2026: signature
      channel: nobody else is in the team
    Evergreen until 27 Nov 2026: channel
      because health unknown, with an active Lighthouse save plan
      do Update the save plan every week (no update is recorded)
      channel: nobody else is in the team
    Fjord until 27 Nov 2026: channel
      because 1 open ticket, active on its customer channel
      do Answer in its customer channel and follow 1 open ticket
      channel: nobody else is in the team
    on request: Dune, Granite
    ask: Fjord, Granite
    """,
)

# Planned anew: Carl accepted A and keeps it, which counts; Bea declined B, which does not count, and does not get it
# again; Mina covers five elsewhere, so B is Carl's too. C is open, and Bea covers none.
KEPT: Mapping[str, Mapping[str, Any]] = {
    "A": {"cover_email": "carl", "state": CoverState.ACCEPTED, "why_cover": "said yes"},
    "B": {"cover_email": "bea", "state": CoverState.DECLINED, "declined": ("bea",)},
}


def _kept(item: Item) -> Item:
    return replace(item, **KEPT.get(item.account_id, {}))


BOOKS["planned anew, with one that accepted and one that declined"] = Book(
    away=WEEK,
    accounts=[account(name, **RENEWAL) for name in ("A", "B", "C")],
    kept=_kept,
    mates=[mate("bea"), mate("carl"), mate("mina", covered=5)],
    plan="""
    A until 25 Nov 2026: carl
      because renews on 25 Nov 2026
      do See the renewal of 25 Nov 2026 through with the AE
      accepted: said yes
    B until 25 Nov 2026: carl
      because renews on 25 Nov 2026
      do See the renewal of 25 Nov 2026 through with the AE
      suggested: same team, has Enterprise accounts, covers 1 other, same time
    C until 25 Nov 2026: bea
      because renews on 25 Nov 2026
      do See the renewal of 25 Nov 2026 through with the AE
      suggested: same team, has Enterprise accounts, covers no others, same time
    """,
)

BOOKS["nothing to look after"] = Book(away=WEEK, accounts=[], mates=[mate("bea")], plan="")


@pytest.mark.parametrize("book", BOOKS.values(), ids=list(BOOKS))
def test_a_plan_is_what_was_worked_out_by_hand(book: Book) -> None:
    assert written(book) == cleandoc(book.plan)
