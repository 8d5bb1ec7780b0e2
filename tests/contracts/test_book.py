"""What every keeper of ports.Book promises, on both engines."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot.domain.account import FIELDS, Account, DrawnWeek, Kind, Week
from bot.domain.boundary import SegmentRow
from bot.domain.person import Contact
from bot.domain.provenance import Known, Stamp, Unknown
from bot.ports.book import AccountRow, ImportRecord, Written
from bot.store import Store, book

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
TODAY = NOW.date()
FILE = Stamp("accounts.csv", NOW)
OLDER = Stamp("accounts.csv", NOW - timedelta(days=3), assumed=True)
SAMPLES: dict[Kind, Any] = {
    Kind.TEXT: "Ünïcode 🎉 <!channel> & 'quotes' \"too\" \u200fשלום",
    Kind.EMAIL: "ta@example.com",
    Kind.URL: "https://vitally.example/1",
    Kind.LIST: ("one", "two; three"),
    Kind.DATED: (("search: deep", date(2026, 1, 31)), ("batch", date(2025, 2, 28))),
    Kind.COUNT: 9_007_199_254_740_993,
    Kind.NUMBER: 12.345678901234,
    Kind.SCORE: 6.67,
    Kind.MONEY: 999_999_999_999_99,
    Kind.FLAG: False,
    Kind.DATE: date(2027, 2, 28),
}
EVERY_VALUE = {field.name: field.choices[0] if field.choices else SAMPLES[field.kind] for field in FIELDS}


def row(id_: str, name: str = "", stamps: dict[str, Stamp] | None = None, **values: Any) -> AccountRow:
    return AccountRow(id=id_, name=name or f"Account {id_}", values=values, stamp=FILE, stamps=stamps or {})


async def save(store: Store, *rows: AccountRow, complete: bool = False, seen_on: date = TODAY) -> Written:
    async with store.work.transaction() as tx:
        return await store.book.save_accounts(tx, rows, complete=complete, seen_on=seen_on)


async def save_weeks(store: Store, *weeks: Week) -> Written:
    async with store.work.transaction() as tx:
        return await store.book.save_weeks(tx, weeks)


def week(id_: str, ending: date, **values: Any) -> Week:
    return Week(account_id=id_, week_ending=ending, source="history.csv", **values)


async def test_every_value_comes_back_as_it_was_with_its_stamp(store: Store) -> None:
    stamps = {"mau": OLDER, "arr": OLDER}
    await save(store, row("A1", "Fir & Co", stamps, **EVERY_VALUE))
    known = {name: Known(value, stamps.get(name, FILE)) for name, value in EVERY_VALUE.items()}
    assert await store.book.find_account("A1") == Account(id="A1", name="Fir & Co", **known)


async def test_the_kinds_of_values_are_those_that_were_written(store: Store) -> None:
    await save(store, row("A1", **EVERY_VALUE))
    found = await store.book.find_account("A1")
    for name, value in EVERY_VALUE.items():
        assert type(getattr(found, name).value) is type(value), name


async def test_an_account_with_nothing_but_a_name_is_unknown_throughout(store: Store) -> None:
    await save(store, row("A1", "Bare"))
    found = await store.book.find_account("A1")
    assert found == Account(id="A1", name="Bare")
    assert all(getattr(found, field.name) == Unknown() for field in FIELDS)


async def test_a_whole_groups_stamp_and_a_single_fields_stamp_are_kept_apart(store: Store) -> None:
    usage = {field.name: OLDER for field in FIELDS if field.group.value == "usage"}
    other = Stamp("looker", NOW - timedelta(hours=1))
    await save(store, row("A1", "One", {**usage, "arr": other}, **EVERY_VALUE))
    found = await store.book.find_account("A1")
    for field in FIELDS:
        expected = OLDER if field.name in usage else other if field.name == "arr" else FILE
        assert getattr(found, field.name).stamp == expected, field.name


async def test_an_unknown_id_is_none_even_if_it_cannot_be_stored(store: Store) -> None:
    for id_ in ("nope", "", "nul\0byte", "half \ud83d", "x" * 5000):
        assert await store.book.find_account(id_) is None


async def test_writing_counts_what_truly_changed(store: Store) -> None:
    first = await save(store, row("A1", arr=100), row("A2", arr=200), row("A3", arr=300))
    assert first == Written(added=3)
    again = await save(store, row("A1", arr=100), row("A2", arr=201), row("A4"))
    assert again == Written(added=1, changed=1, unchanged=1)


async def test_a_newer_stamp_alone_is_kept_but_is_no_change(store: Store) -> None:
    await save(store, row("A1", arr=100))
    newer = Stamp("accounts.csv", NOW + timedelta(days=1))
    assert await save(store, row("A1", "", {"arr": newer}, arr=100)) == Written(unchanged=1)
    found = await store.book.find_account("A1")
    assert found is not None
    assert found.arr == Known(100, newer)


async def test_a_value_that_a_later_row_leaves_out_is_unknown(store: Store) -> None:
    await save(store, row("A1", arr=100, mau=5))
    assert await save(store, row("A1", arr=100)) == Written(changed=1)
    found = await store.book.find_account("A1")
    assert found is not None
    assert found.mau == Unknown()


async def test_more_rows_than_a_chunk_are_all_written(store: Store) -> None:
    many = [row(f"A{number}", arr=number) for number in range(2_501)]
    assert await save(store, *many) == Written(added=2_501)
    assert await store.book.count_accounts() == 2_501
    assert await store.book.list_account_ids() == {each.id for each in many}


async def test_an_account_missing_from_a_complete_file_is_kept_and_marked(store: Store) -> None:
    await save(store, row("A1"), row("A2"), complete=True)
    later = TODAY + timedelta(days=1)
    assert await save(store, row("A1"), complete=True, seen_on=later) == Written(unchanged=1, missing=1)
    left_out = await store.book.find_account("A2")
    assert left_out is not None
    assert left_out.missing_since == later
    assert {account.id for account in await store.book.list_accounts()} == {"A1", "A2"}
    # It keeps its day while it stays away, and loses the mark when it returns.
    await save(store, row("A1"), complete=True, seen_on=later + timedelta(days=5))
    still = await store.book.find_account("A2")
    assert still is not None
    assert still.missing_since == later
    await save(store, row("A2"))
    back = await store.book.find_account("A2")
    assert back is not None
    assert back.missing_since is None


async def test_an_error_in_a_transaction_leaves_everything_as_it_was(store: Store) -> None:
    await save(store, row("A1", arr=1))
    version = await store.book.version()

    async def fail() -> None:
        async with store.work.transaction() as tx:
            await store.book.save_accounts(tx, [row("A1", arr=2), row("A2")], complete=True, seen_on=TODAY)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    found = await store.book.find_account("A1")
    assert found is not None
    assert found.arr == Known(1, FILE)
    assert await store.book.count_accounts() == 1
    assert await store.book.version() == version


async def test_what_is_not_yet_kept_is_not_yet_seen(store: Store) -> None:
    async with store.work.transaction() as tx:
        await store.book.save_accounts(tx, [row("A1")], complete=False, seen_on=TODAY)
        assert await store.book.find_account("A1") is None
    assert await store.book.find_account("A1") is not None


async def test_every_write_moves_the_version_on(store: Store) -> None:
    seen = [await store.book.version()]
    await save(store, row("A1"))
    seen.append(await store.book.version())
    await save_weeks(store, week("A1", TODAY, mau=1))
    seen.append(await store.book.version())
    async with store.work.transaction() as tx:
        await store.book.save_contacts(tx, [Contact(account_id="A1", name="Ann")], source="contacts.csv")
    seen.append(await store.book.version())
    assert seen == sorted(set(seen))


async def test_lists_by_ta_and_team_without_churned_accounts_by_name(store: Store) -> None:
    await save(
        store,
        row("1", "zebra", ta_email="a@example.com", team="enterprise"),
        row("2", "Äpfel", ta_email="a@example.com", team="scaled"),
        row("3", "birch", ta_email="b@example.com", team="scaled"),
        row("4", "Gone today", ta_email="a@example.com", churned_on=TODAY),
        row("5", "Leaving tomorrow", ta_email="a@example.com", churned_on=TODAY + timedelta(days=1)),
    )

    async def ids(**chosen: str) -> list[str]:
        return [account.id for account in await store.book.list_accounts(**chosen)]

    assert await ids() == ["3", "5", "1", "2"]
    assert await ids(ta_email="A@Example.com") == ["5", "1", "2"]
    assert await ids(team="scaled") == ["3", "2"]
    assert await ids(team="scaled", ta_email="a@example.com") == ["2"]
    assert await ids(team="nul\0") == []
    assert await store.book.find_account("4") is not None


async def test_a_book_is_sifted_some_at_a_time_each_account_once(store: Store) -> None:
    count = book._SIFTED * 2
    await save(store, *(row(f"A{at:05}", arr=at) for at in range(count)), row("churned", churned_on=TODAY))

    def odd(account: Account) -> str | None:
        return account.id if account.arr.value % 2 else None

    parts = [part async for part in store.book.sift(odd)]
    assert [len(part) for part in parts] == [book._SIFTED // 2] * 2
    assert [one for part in parts for one in part] == [f"A{at:05}" for at in range(1, count, 2)]
    assert [part async for part in store.book.sift(lambda _: None)] == [(), ()]


async def test_what_is_due_by_team_the_longest_ago_first(store: Store) -> None:
    """Counted from the value that is named, else from the start; no prospect, none that left or that a file has lost."""
    old, day, new = date(2026, 1, 31), date(2026, 6, 1), date(2026, 9, 1)
    values = {"team": "enterprise", "ta_email": "dana@ta.example", "last_cbr_on": day}
    gone = (
        row("churned", **{**values, "churned_on": TODAY}),
        row("ahead", **{**values, "expected_close_on": TODAY + timedelta(days=1)}),
        row("other team", **{**values, "team": "digital"}),
        row("unknown", team="enterprise"),
    )
    started = row("started", team="enterprise", customer_since=old)
    await save(store, row("lost", **values))
    await save(
        store,
        *(row("on the day", **values), row("kept", **{**values, "last_cbr_on": new}), started, *gone),
        row("pool", team="scaled", last_cbr_on=old),
        complete=True,
    )
    by = {"enterprise": day, "scaled": day - timedelta(days=1)}

    async def due(**wanted: Any) -> tuple[int, tuple[str, ...]]:
        return await store.book.list_due("last_cbr_on", by, **{"limit": 9, **wanted})

    assert await due() == (3, ("pool", "started", "on the day"))
    assert await due(limit=1, offset=1) == (3, ("started",))
    assert await due(ta_email="DANA@ta.example") == (1, ("on the day",))
    assert await store.book.list_due("last_cbr_on", {}, limit=9) == (0, ())


async def test_names_are_found_as_soon_as_they_are_written(store: Store) -> None:
    assert (await store.book.find_by_name("Nordwind")).chosen is None
    await save(store, row("A1", "Nordwind Logistik", aliases=("NWL",), domain="nordwind.example"))
    for typed in ("Nordwind Logistik", "nordwind logistik", "nwl", "a1", "NORDWIND.example"):
        found = await store.book.find_by_name(typed)
        assert found.chosen is not None, typed
        assert (found.chosen.id, found.chosen.exact) == ("A1", True), typed
    await save(store, row("A1", "Südwind"))
    renamed = await store.book.find_by_name("Südwind")
    assert renamed.chosen is not None
    old = await store.book.find_by_name("NWL")
    assert old.chosen is None
    assert [match.id for match in await store.book.search_names("südw")] == ["A1"]


async def test_weeks_come_back_as_they_were_oldest_first(store: Store) -> None:
    await save(store, row("A1"), row("A2"))
    full = week(
        "A1",
        TODAY,
        mau=1,
        dau_4w_avg=0.5,
        licensed_seats=3,
        arr=12_345,
        health_score=6.5,
        health_category="yellow",
        ta_sentiment="poor",
        versions_behind=2,
        precise_code_nav=False,
        defect_tickets_90d=4,
        help_tickets_90d=5,
        active_champion=True,
        access_to_buyer=False,
        last_activity_on=date(2026, 11, 2),
    )
    assert all(getattr(full, field.name) is not None for field in fields(Week))
    bare = week("A1", TODAY - timedelta(weeks=1))
    old = week("A1", TODAY - timedelta(weeks=2), mau=9)
    assert await save_weeks(store, full, bare, old, week("A2", TODAY)) == Written(added=4)
    assert await store.book.list_weeks("A1", since=bare.week_ending) == (bare, full)
    assert await store.book.list_weeks("nope", since=old.week_ending) == ()
    drawn = await store.book.list_drawn_weeks("A1", since=bare.week_ending)
    assert [one._asdict() for one in drawn] == [
        {name: getattr(one, name) for name in DrawnWeek._fields} for one in (bare, full)
    ]
    assert await store.book.find_week("A1", full.week_ending) == full
    assert await store.book.find_week("A1", TODAY + timedelta(days=1)) is None


async def test_the_same_week_again_replaces_it(store: Store) -> None:
    await save(store, row("A1"))
    await save_weeks(store, week("A1", TODAY, mau=1, arr=2), week("A1", TODAY - timedelta(weeks=1), mau=1))
    again = await save_weeks(store, week("A1", TODAY, mau=5), week("A1", TODAY - timedelta(weeks=1), mau=1))
    assert again == Written(changed=1, unchanged=1)
    assert await store.book.list_weeks("A1", since=TODAY) == (week("A1", TODAY, mau=5),)


async def test_the_latest_week_by_a_day(store: Store) -> None:
    ids = [f"A{number}" for number in range(1_203)]
    await save(store, *(row(id_) for id_ in ids))
    before, after = TODAY - timedelta(days=7), TODAY + timedelta(days=7)
    await save_weeks(
        store,
        *(week(id_, day, mau=1) for id_ in ids[1:] for day in (before - timedelta(days=7), before, after)),
    )
    found = await store.book.list_latest_weeks([*ids, "nope"], ending_by=TODAY)
    assert dict(found) == {id_: week(id_, before, mau=1) for id_ in ids[1:]}
    assert await store.book.list_latest_weeks([], ending_by=TODAY) == {}


async def test_contacts_are_replaced_account_by_account(store: Store) -> None:
    await save(store, row("A1"), row("A2"))
    ann = Contact(account_id="A1", name="Ann", email="ann@x.example", title="CTO", roles=("Champion", "User"))
    bob = Contact(account_id="A1", name="bob")
    cy = Contact(account_id="A2", name="Cy")

    async def replace(*contacts: Contact) -> Written:
        async with store.work.transaction() as tx:
            return await store.book.save_contacts(tx, contacts, source="contacts.csv")

    assert await replace(bob, ann, cy) == Written(added=3)
    assert await store.book.list_contacts("A1") == (ann, bob)
    assert await replace(bob, ann) == Written(unchanged=2)
    assert await replace(Contact(account_id="A1", name="Dee")) == Written(changed=1)
    assert [contact.name for contact in await store.book.list_contacts("A1")] == ["Dee"]
    assert await store.book.list_contacts("A2") == (cy,)


async def test_the_newest_import_of_a_kind_is_remembered(store: Store) -> None:
    assert await store.book.last_import("accounts") is None
    records = [
        ImportRecord(kind=kind, file=f"{digest}.csv", digest=digest, rows=2, imported_at=NOW)
        for kind, digest in (("accounts", "aa"), ("accounts", "bb"), ("history", "cc"))
    ]
    async with store.work.transaction() as tx:
        for record in records:
            await store.book.save_import(tx, record)
    assert await store.book.last_import("accounts") == records[1]
    assert await store.book.last_import("history") == records[2]


async def test_segments_are_told_what_they_need_of_each_account(store: Store) -> None:
    stamps = {"arr": OLDER}
    await save(
        store,
        row("A1", "Fir & Co", stamps, **EVERY_VALUE | {"churned_on": None, "team": "scaled"}),
        row("A2", "Bare"),
        row("A3", "Gone", churned_on=TODAY),
    )
    found = {one.id: one for one in await store.book.list_segment_rows()}
    assert set(found) == {"A1", "A2"}
    assert found["A2"] == SegmentRow("A2", "Bare", *[None] * 8)
    for name in (
        "ta_email",
        "segment",
        "developers",
        "arr",
        "renewal_date",
        "health_score",
        "health_category",
    ):
        assert getattr(found["A1"], name) == EVERY_VALUE[name], name
    assert found["A1"].counted is None
    stamped = {one.id: one for one in await store.book.list_segment_rows(stamped=True)}
    assert (stamped["A1"].counted, stamped["A1"].earned) == (FILE, OLDER)
    assert [one.id for one in await store.book.list_segment_rows(team="scaled")] == ["A1"]
    assert [one.id for one in await store.book.list_segment_rows(ta_email="TA@example.com")] == ["A1"]
    assert await store.book.list_segment_rows(team="scaled", ta_email="x@example.com") == ()


async def test_the_accounts_that_a_message_names_are_found(store: Store) -> None:
    await save(
        store, row("A1", "Fir & Co"), row("A2", "Fir Freight Ltd", domain="fir.example"), row("A3", "Ok")
    )
    for text, named in (
        ("Is fir freight renewing? Ask Fir & Co.", ["A2", "A1"]),
        ("see jane@fir.example, or A1!", ["A2", "A1"]),
        ("ok, frir freight", []),
        ("", []),
    ):
        assert [one.id for one in await store.book.find_named_in(text)] == named, text


async def test_an_ae_s_accounts_are_found_whatever_the_letters_of_the_address(store: Store) -> None:
    rows = [
        row("A", ae_email="ada@x.example", ta_email="tom@x.example"),
        row("B", ae_email="ben@x.example"),
        row("C", ae_email="ada@x.example", churned_on=TODAY - timedelta(days=9)),
        row("D"),
    ]
    async with store.work.transaction() as tx:
        await store.book.save_accounts(tx, rows, complete=True, seen_on=TODAY)
    assert [one.id for one in await store.book.list_segment_rows(ae_email="Ada@X.example")] == ["A"]
    assert await store.book.list_segment_rows(ae_email="ada@x.example", ta_email="nobody@x.example") == ()
