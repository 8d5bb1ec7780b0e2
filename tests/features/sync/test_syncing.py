"""A whole sync over scripted vendors: read, joined, merged, told; the book stays consistent whatever fails."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from bot.domain.person import Person, Role
from bot.domain.provenance import Stamp, value_of
from bot.domain.reading import AbsenceReading, Event, PersonReading
from bot.errors import SourceRefused, SourceUnavailable, SyncUnderWay
from bot.features.sync import telling
from bot.features.sync.people import list_unknown
from bot.ports.book import AccountRow
from bot.ports.plans import NOTICE


def three(say: Any) -> list[Any]:
    """Two accounts in Salesforce and Vitally, a desk of tickets."""
    salesforce = say.scripted(
        "salesforce",
        {
            "accounts": [
                say.account("001A", name="Fir", arr=100_00, ae_email="ae@x.example"),
                say.account("001B", name="Oak", arr=200_00),
                say.account("001C", name="Elm", arr=300_00),
            ],
            "opportunities": [
                say.event(Event.OPPORTUNITY, "o1", "001A", label="renewal", on=date(2027, 1, 31)),
                say.event(Event.OPPORTUNITY, "o2", "001A", label="expansion", amount=50_00),
            ],
        },
    )
    vitally = say.scripted(
        "vitally",
        {
            "accounts": [
                say.account(
                    "v1", sf="001A", name="Fir Inc.", arr=150_00, health_score=8.0, ta_email="ta@x.example"
                ),
                say.account("v2", sf="001B", name="Oak", arr=200_00, health_score=2.0),
                say.account("v3", sf="001C", name="Elm"),
                say.account("v9", name="Firr"),
            ],
            "tasks": [say.event(Event.TASK, "t1", "v1", title="Call back", on=date(2026, 12, 1))],
        },
    )
    zendesk = say.scripted(
        "zendesk",
        {
            "organizations": [say.account("1", sf="001A"), say.account("2", sf="001X")],
            "tickets": [
                say.event(Event.TICKET, "1", "1", label="defect", opened_at=say.as_of),
                say.event(Event.TICKET, "2", "1", label="help", opened_at=say.as_of, done=True),
            ],
        },
    )
    return [salesforce, vitally, zendesk]


async def test_one_account_of_what_three_systems_say(desk: Any, say: Any) -> None:
    """Each value is its owner's, with that system's name and instant; counts are made from events."""
    report = await desk.sync(*three(say))
    assert (report.merged.accounts, report.merged.added) == (3, 3)
    assert report.unmatched == {"vitally": 1, "zendesk": 1}
    fir = await desk.book.find_account("001A")
    assert fir is not None
    assert (fir.name, value_of(fir.arr), fir.arr.source) == ("Fir Inc.", 100_00, "Salesforce")
    assert (value_of(fir.ta_email), fir.ta_email.source, fir.ta_email.as_of) == (
        "ta@x.example",
        "Vitally",
        say.as_of,
    )
    assert (value_of(fir.renewal_date), value_of(fir.expansion_arr_open)) == (date(2027, 1, 31), 50_00)
    assert value_of(fir.pending_actions) == ("Call back",)
    tickets = (value_of(fir.open_tickets), value_of(fir.defect_tickets_90d), value_of(fir.help_tickets_90d))
    assert tickets == (1, 1, 1)
    oak = await desk.book.find_account("001B")
    assert (value_of(oak.health_category), value_of(oak.open_tickets)) == ("red", None)


async def test_systems_that_disagree_are_told_of(desk: Any, say: Any) -> None:
    report = await desk.sync(*three(say))
    assert report.disagreements == {"arr": 1}
    ((account_id, name, (odds,)),) = await desk.readings.list_disagreements(10)
    assert (account_id, name, odds.field) == ("001A", "Fir Inc.", "arr")
    assert [(one.system, one.value) for one in odds.said] == [("salesforce", 100_00), ("vitally", 150_00)]


async def test_nothing_is_rewritten_that_says_the_same(desk: Any, say: Any) -> None:
    await desk.sync(*three(say))
    report = await desk.sync(*three(say), whole=True)
    assert [feed.changed for source in report.sources for feed in source.feeds] == [0] * 6
    assert (report.merged.accounts, report.merged.changed, report.merged.added) == (3, 0, 0)


async def test_what_changed_is_asked_for_from_the_last_reading_on(desk: Any, say: Any, clock: Any) -> None:
    vendors = three(say)
    await desk.sync(*vendors)
    before = clock.now()
    clock.at += timedelta(hours=2)
    fir = vendors[0].holds["accounts"][0]
    vendors[0].holds["accounts"][0] = say.account("001A", name="Fir", arr=175_00)
    vendors[0].holds["accounts"][0] = type(fir)(
        key="001A", name="Fir", values={"arr": 175_00}, as_of=clock.now()
    )
    report = await desk.sync(*vendors)
    assert vendors[0].asked[-2] == ("accounts", "", before)
    assert (report.merged.accounts, report.merged.changed) == (1, 1)
    fir = await desk.book.find_account("001A")
    assert (value_of(fir.arr), fir.arr.as_of, value_of(fir.renewal_date)) == (
        175_00,
        clock.now(),
        date(2027, 1, 31),
    )


def held(say: Any, count: int, system: str = "vitally") -> Any:
    """So many accounts of one system."""
    accounts = [say.account(f"v{n}", sf=f"001{n:03}", arr=n * 100, health_score=5.0) for n in range(count)]
    return say.scripted(system, {"accounts": accounts}, size=10)


async def test_an_account_that_vanishes_is_kept_and_marked_churned(desk: Any, say: Any, clock: Any) -> None:
    """Since the day on which it was first missing; it comes back as soon as the system has it again."""
    vendor = held(say, 30)
    await desk.sync(vendor)
    clock.at += timedelta(days=1)
    gone = vendor.holds["accounts"].pop()
    report = await desk.sync(vendor, whole=True)
    assert (report.sources[0].feeds[0].gone, report.merged.churned) == (1, 1)
    clock.at += timedelta(days=1)
    await desk.sync(vendor, whole=True)
    account = await desk.book.find_account("001029")
    assert (value_of(account.churned_on), account.churned_on.source) == (date(2026, 11, 22), "Vitally")
    assert value_of(account.arr) == 29 * 100
    vendor.holds["accounts"].append(gone)
    await desk.sync(vendor, whole=True)
    account = await desk.book.find_account("001029")
    assert value_of(account.churned_on) is None


async def test_a_system_with_far_fewer_accounts_is_not_believed_until_confirmed(desk: Any, say: Any) -> None:
    vendor = held(say, 100)
    await desk.sync(vendor)
    del vendor.holds["accounts"][40:]
    report = await desk.sync(vendor, whole=True)
    (problem,) = report.sources[0].problems
    assert problem == (
        "Vitally gave 40 accounts where it had 100: nothing is taken as gone. "
        "If they truly are, say so: ta-bot sync vitally --full --confirm"
    )
    assert (report.merged.churned, report.sources[0].feeds[0].state) == (0, "refused")
    confirmed = await desk.sync(vendor, whole=True, confirmed=True)
    assert (confirmed.merged.churned, confirmed.sources[0].problems) == (60, ())


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.MANAGER])
async def test_a_refusal_is_told_once_to_those_who_can_confirm_it(
    sqlite_desk: Any, say: Any, role: Role
) -> None:
    """The operators, else the managers: what was given, and the line that confirms it."""
    desk = sqlite_desk
    staff = [Person(email="ann@ta.example", name="Ann", role=role)]
    staff.append(
        Person(email="mo@ta.example", name="Mo", role=Role.TA if role is Role.MANAGER else Role.MANAGER)
    )
    async with desk.work.transaction() as tx:
        await desk.people.save_people(tx, staff, source="people.csv")
    vendor = held(say, 100)
    await desk.sync(vendor)
    del vendor.holds["accounts"][40:]
    await desk.sync(vendor, whole=True)
    await desk.sync(vendor)
    assert [one.email for one in await desk.outgoing.list_outgoing(prefix="sync.refused:")] == [
        "ann@ta.example"
    ]
    (sweep,) = [one for one in await desk.readings.list_sweeps() if one.feed == "accounts"]
    message = telling.refused(sweep)
    assert "40 accounts where it had 100" in message.text
    assert "`ta-bot sync vitally --full --confirm`" in str(message.blocks[0])
    await desk.sync(vendor, whole=True, confirmed=True)
    assert len(await desk.outgoing.list_outgoing(prefix="sync.refused:")) == 1


async def test_an_outage_leaves_the_last_values_with_their_age(desk: Any, say: Any, clock: Any) -> None:
    vendors = three(say)
    await desk.sync(*vendors)
    clock.at += timedelta(days=1)
    vendors[1].fails = {"accounts": (0, SourceUnavailable("Vitally did not answer in time"))}
    report = await desk.sync(*vendors, whole=True)
    assert [(one.system, one.problems) for one in report.sources] == [
        ("salesforce", ()),
        ("vitally", ("Vitally did not answer in time",)),
        ("zendesk", ()),
    ]
    fir = await desk.book.find_account("001A")
    assert (value_of(fir.health_score), fir.health_score.as_of) == (8.0, say.as_of)
    assert value_of(fir.churned_on) is None


async def test_what_a_system_refuses_of_one_feed_does_not_keep_it_from_the_next(desk: Any, say: Any) -> None:
    vendors = three(say)
    refused = SourceRefused("Vitally refuses tasks")
    refused.request_id = "r-1"
    vendors[1].holds = {"tasks": vendors[1].holds["tasks"], "accounts": vendors[1].holds["accounts"]}
    vendors[1].fails = {"tasks": (0, refused)}
    report = await desk.sync(*vendors)
    assert report.sources[1].problems == ("Vitally refuses tasks (request r-1)",)
    assert report.merged.added == 3


async def test_a_reading_goes_on_at_the_page_that_was_reached(desk: Any, say: Any) -> None:
    vendor = held(say, 35)
    vendor.fails = {"accounts": (2, SourceUnavailable("down"))}
    await desk.sync(vendor)
    assert await desk.book.count_accounts() == 20  # what was read is in the book
    vendor.fails = {}
    report = await desk.sync(vendor)
    assert vendor.asked[-1] == ("accounts", "2", None)
    assert (report.sources[0].feeds[0].read, report.sources[0].feeds[0].gone) == (35, 0)
    assert await desk.book.count_accounts() == 35


async def test_a_cursor_that_is_too_old_begins_anew(desk: Any, say: Any) -> None:
    vendor = held(say, 35)
    vendor.fails = {"accounts": (2, SourceUnavailable("down"))}
    await desk.sync(vendor)
    vendor.fails = {"accounts": (2, SourceRefused("unknown cursor"))}

    async def forgetful(feed: str, *, cursor: str = "", since: Any = None) -> Any:
        if not cursor:
            vendor.fails = {}
        async for page in type(vendor).pages(vendor, feed, cursor=cursor, since=since):
            yield page

    vendor.pages = forgetful
    report = await desk.sync(vendor)
    assert report.sources[0].problems == ()
    assert await desk.book.count_accounts() == 35


async def test_only_one_sync_at_a_time(desk: Any, say: Any) -> None:
    async with desk.readings.alone():
        with pytest.raises(SyncUnderWay, match="under way"):
            await desk.sync(held(say, 1))
    assert (await desk.sync(held(say, 1))).merged.added == 1


async def test_each_whole_reading_writes_the_weeks_row_and_changes_have_their_day(
    desk: Any, say: Any, clock: Any
) -> None:
    """One row a week, of its last sweep; a category that moves is told with the day on which it was seen to move."""
    vendor = held(say, 1)
    scores = {0: 8.0, 2: 2.0, 4: 2.0}  # Saturday, Monday, Wednesday
    for days, score in scores.items():
        clock.at = say.as_of + timedelta(days=days, hours=2)
        vendor.holds["accounts"] = [say.account("v0", sf="001000", health_score=score)]
        await desk.sync(vendor, whole=True)
    weeks = await desk.book.list_weeks("001000", since=date(2026, 11, 1))
    assert [(week.week_ending, week.health_category, week.source) for week in weeks] == [
        (date(2026, 11, 21), "green", "Vitally"),
        (date(2026, 11, 25), "red", "Vitally"),
    ]
    (change,) = await desk.book.list_category_changes(since=date(2026, 11, 1))
    assert (change.changed_on, change.before, change.now) == (date(2026, 11, 23), "green", "red")


async def test_what_no_system_speaks_of_stays_as_the_book_holds_it(desk: Any, say: Any, clock: Any) -> None:
    """A file's value stays where systems hold nothing; a system's own value goes when it holds nothing any more."""
    csv = Stamp("accounts.csv", clock.now())
    values = {"team": "scaled", "tam": 900, "segment": "SMB"}
    row = AccountRow(id="001000", name="Old", values=values, stamp=csv, stamps={})
    async with desk.work.transaction() as tx:
        await desk.book.save_accounts(tx, [row], complete=True, seen_on=clock.today())
    vendor = say.scripted(
        "vitally",
        {"accounts": [say.account("v0", sf="001000", name="New", segment=None, domain="x.example")]},
    )
    await desk.sync(vendor)
    vendor.holds["accounts"] = [say.account("v0", sf="001000", name="New", segment=None, domain=None)]
    await desk.sync(vendor, whole=True)
    account = await desk.book.find_account("001000")
    assert account.name == "New"
    assert (value_of(account.team), account.team.source) == ("scaled", "accounts.csv")
    assert (value_of(account.tam), value_of(account.segment), value_of(account.domain)) == (900, "SMB", None)


async def test_records_are_joined_by_policys_override_and_over_other_systems_never_by_name(
    desk: Any, say: Any
) -> None:
    joined = desk.with_join(same={("zendesk", "2"): "001B", ("zendesk", "3"): ""})
    vendors = three(say)
    looker = say.scripted("looker", {"usage": [say.account("L1", mau=5)]})
    fir = vendors[1].holds["accounts"][0]
    vendors[1].holds["accounts"][0] = fir._replace(ids={"salesforce": "001A", "looker": "L1"})
    vendors[2].holds["organizations"] = [say.account(str(n), name="Fir") for n in (1, 2, 3)]
    report = await joined.sync(*vendors, looker)
    assert report.unmatched == {"vitally": 1, "zendesk": 1}
    assert {one.key for one in await desk.readings.list_unmatched(10)} == {"v9", "1"}
    fir, oak = [await desk.book.find_account(key) for key in ("001A", "001B")]
    assert (value_of(fir.mau), fir.mau.source, value_of(fir.open_tickets)) == (5, "Looker", None)
    assert value_of(oak.open_tickets) == 0


async def test_absences_follow_by_work_email_and_are_gone_when_the_leave_system_lets_them_go(
    desk: Any, say: Any, clock: Any
) -> None:
    """Who is away is planned for as after an import; of people whom the book does not know nothing is kept there."""
    ann = Person(email="ann@x.example", name="Ann", role=Role.TA)
    bea = Person(email="bea@x.example", name="Bea Ito", role=Role.TA)
    async with desk.work.transaction() as tx:
        await desk.people.save_people(tx, [ann, bea], source="people.csv")
    first, last = clock.today() + timedelta(days=3), clock.today() + timedelta(days=9)
    people = [
        PersonReading(key="p1", email="Ann@x.example", name="Ann", country="DE"),
        PersonReading(key="p2", email="b.ito@x.example", name="Bea Ito"),
    ]
    away = [AbsenceReading(key=f"t{n}", person_key=f"p{n}", starts_on=first, ends_on=last) for n in (1, 2)]
    other = AbsenceReading(key="t3", person_key="p1", starts_on=last, ends_on=last)
    deel = say.scripted("deel", {"people": people, "time_offs": [*away, other]}, incremental=False)
    report = await desk.sync(deel)
    assert report.absences == 2
    assert [(one.starts_on, one.source) for one in await desk.people.list_absences(ann.email)] == [
        (first, "Deel"),
        (last, "Deel"),
    ]
    assert (await desk.people.find_person(ann.email)).country == "DE"
    assert [work.job for work in await desk.jobs.list_work(prefix=NOTICE)] == [NOTICE]
    ((missing, likely),) = await list_unknown(desk, "deel")
    assert (missing.email, likely.email) == ("bea@x.example", "b.ito@x.example")
    deel.holds["time_offs"] = away
    await desk.sync(deel, whole=True)
    assert [one.status for one in await desk.people.list_absences(ann.email)] == ["approved", "gone"]


async def test_a_file_over_a_synced_book_speaks_where_no_system_does(desk: Any, say: Any) -> None:
    """What systems told stays, with its source and age; what none of them knows is the file's, and stays after a sync."""
    vendors = three(say)
    await desk.sync(*vendors)
    stamp = Stamp("accounts.csv", say.as_of)
    told = {"arr": 1_00, "ta_email": None, "team": "enterprise", "renewal_date": date(2030, 1, 1)}
    rows = [
        AccountRow(id="001A", name="FIR", values=told, stamp=stamp, stamps={}),
        AccountRow(id="001Z", name="Yew", values={"arr": 9_00}, stamp=stamp, stamps={}),
    ]
    async with desk.work.transaction() as tx:
        written = await desk.book.save_accounts(tx, rows, complete=True, seen_on=date(2026, 11, 21))
    assert (written.added, written.changed, written.missing) == (1, 1, 0), "no system's account is missing"
    assert written.overruled == {"arr": 1, "renewal_date": 1, "name": 1}, "said, since nobody would know else"
    for _ in range(2):
        fir, yew = await desk.book.find_account("001A"), await desk.book.find_account("001Z")
        assert (fir.name, fir.arr.value, fir.arr.source) == ("Fir Inc.", 100_00, "Salesforce")
        assert (fir.ta_email.value, fir.ta_email.source) == ("ta@x.example", "Vitally")
        assert (fir.renewal_date.value, fir.renewal_date.source) == (date(2027, 1, 31), "Salesforce")
        assert (fir.team.value, fir.team.source) == ("enterprise", "accounts.csv")
        assert (yew.name, yew.arr.value, yew.missing_since) == ("Yew", 9_00, None)
        await desk.sync(*vendors, whole=True)
