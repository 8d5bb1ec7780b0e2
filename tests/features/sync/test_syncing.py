"""A whole sync over scripted vendors: read, joined, merged, told; the book stays consistent whatever fails."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from bot.domain.provenance import value_of
from bot.domain.reading import Event


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
