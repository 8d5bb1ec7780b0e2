"""What every vendor's source promises, whatever its system answers: over real HTTP, before its stand-in."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot import log
from bot.errors import SourceGarbled, SourceRefused, SourceUnavailable

SENT = "Thu, 26 Nov 2026 08:00:00 GMT"
PLANT = "PLANTED-a7f3"


@pytest.mark.vendors("PAGED")
async def test_every_record_of_every_page_is_read_once(bench: Any) -> None:
    keys = await bench.keys()
    assert sorted(keys) == bench.expected(7)
    assert bench.source.calls == sum(bench.standin.calls.values())


@pytest.mark.vendors("PAGED")
async def test_reading_goes_on_at_the_page_that_was_reached(bench: Any) -> None:
    """From each page's cursor on come exactly the pages after it; the last one has none."""
    pages = [page async for page in bench.source.pages(bench.trial.FEED)]
    assert len(pages) >= 3
    for number, page in enumerate(pages[:-1]):
        assert page.cursor
        rest = [reading.key for later in pages[number + 1 :] for reading in later.readings]
        assert await bench.keys(page.cursor) == rest
    assert pages[-1].cursor is None


@pytest.mark.parametrize("count", [0])
async def test_an_empty_system_gives_nothing(bench: Any) -> None:
    assert await bench.read() == ([], [])


@pytest.mark.vendors("CURSORS")
@pytest.mark.parametrize("count", [6, 7])
async def test_a_last_page_may_name_a_cursor(bench: Any, count: int) -> None:
    """Whoever only looks for a cursor never ends; it is not followed."""
    fault = bench.fault("dangling_cursor", times=None)
    assert sorted(await bench.keys()) == bench.expected(count)
    assert fault.struck <= 1


@pytest.mark.vendors("CURSORS")
async def test_pages_that_go_in_circles_are_garbled(bench: Any) -> None:
    """Neither read for ever nor taken for the whole: what was not reached is not gone."""
    bench.fault("repeated_cursor", times=None, skip=1)
    seen: list[str] = []

    async def read() -> AsyncIterator[str]:
        async for page in bench.source.pages(bench.trial.FEED):
            for reading in page.readings:
                yield reading.key

    with pytest.raises(SourceGarbled, match="twice"):
        seen.extend([key async for key in read()])
    assert sum(bench.standin.calls.values()) < 12


async def test_a_401_is_mended_by_a_new_token(bench: Any) -> None:
    bench.fault("status", status=401)
    assert sorted(await bench.keys()) == bench.expected(7)


async def test_a_401_that_stays_is_refused_and_names_the_setting(bench: Any) -> None:
    fault = bench.fault("status", status=401, times=None)
    with pytest.raises(SourceRefused, match=bench.trial.SECRET) as raised:
        await bench.read()
    assert raised.value.request_id
    assert fault.struck == 2


@pytest.mark.parametrize("status", [400, 403, 404])
async def test_a_refusal_is_told_at_once(bench: Any, status: int) -> None:
    """A missing scope, a path that is not there, a query it cannot read: asking again would not help."""
    fault = bench.fault("status", status=status, times=None)
    with pytest.raises(SourceRefused, match=f"HTTP {status}") as raised:
        await bench.read()
    assert raised.value.request_id
    assert fault.struck == 1
    assert bench.waits.seconds == []


@pytest.mark.parametrize(
    ("headers", "least", "most"),
    [
        ({"Retry-After": "7"}, 7, 7.8),
        ({"Retry-After": "Thu, 26 Nov 2026 08:00:09 GMT", "Date": SENT}, 9, 10),
        ({}, 0.5, 1),
    ],
    ids=["seconds", "date", "absent"],
)
@pytest.mark.parametrize(
    "body", [None, "Number of allowed API requests per minute exceeded"], ids=["json", "text"]
)
async def test_a_429_is_waited_out(
    bench: Any, headers: dict[str, str], least: float, most: float, body: str | None
) -> None:
    kind = "text/plain" if body else "application/json"
    bench.fault("status", status=429, headers=headers, body=body, content_type=kind)
    assert sorted(await bench.keys()) == bench.expected(7)
    assert [wait for wait in bench.waits.seconds if least <= wait <= most] == bench.waits.seconds
    assert len(bench.waits.seconds) == 1


async def test_a_429_without_end_says_so(bench: Any) -> None:
    fault = bench.fault("status", status=429, times=None, headers={"Retry-After": "1"})
    with pytest.raises(SourceUnavailable) as raised:
        await bench.read()
    assert raised.value.retry_after == 1
    assert fault.struck == 4


@pytest.mark.parametrize("kind", ["status", "slow", "cut", "drop"])
async def test_a_passing_trouble_passes(bench: Any, kind: str) -> None:
    """A 500, a body that stalls, one that is cut off, a connection that is dropped: at the first page."""
    fault = bench.fault(kind, seconds=0.4)
    assert sorted(await bench.keys()) == bench.expected(7)
    assert fault.struck == 1


@pytest.mark.vendors("PAGED")
@pytest.mark.parametrize("kind", ["status", "cut"])
async def test_a_passing_trouble_passes_on_a_later_page(bench: Any, kind: str) -> None:
    fault = bench.fault(kind, skip=1)
    assert sorted(await bench.keys()) == bench.expected(7)
    assert fault.struck == 1


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("status", SourceUnavailable),
        ("slow", SourceUnavailable),
        ("drop", SourceUnavailable),
        ("cut", SourceGarbled),
        ("html", SourceGarbled),
    ],
)
async def test_a_lasting_trouble_is_told(bench: Any, kind: str, error: type[Exception]) -> None:
    bench.fault(kind, times=None, seconds=0.2)
    with pytest.raises(error, match=f"^{bench.source.system.capitalize()}"):
        await bench.read()


@pytest.mark.parametrize("body", ["[1, 2]", '{"unlike": "anything"}', "17", '"words"', "null"])
async def test_another_shape_is_garbled(bench: Any, body: str) -> None:
    """What is not in the shape that it promises is not taken for an empty answer."""
    bench.fault("answer", body=body, times=None)
    with pytest.raises(SourceGarbled):
        await bench.read()


@pytest.mark.vendors("EMBEDDED")
async def test_an_error_within_a_success_is_seen(bench: Any) -> None:
    bench.standin.faults.append(bench.trial.EMBEDDED())
    with pytest.raises(SourceGarbled):
        await bench.read()


async def test_nothing_in_every_field_that_may_be_empty(bench: Any) -> None:
    """Such a record is read, or refused by itself; the others are read as before."""
    record = bench.trial.nulled()
    bench.trial.add(bench.standin.book, record)
    readings, refused = await bench.read()
    assert set(bench.expected(7)) <= {reading.key for reading in readings}
    assert len(readings) == 8
    assert refused == []


async def test_a_bad_record_is_refused_by_itself(bench: Any) -> None:
    """By its id, its field and a reason, without its words; the page goes on."""
    for record in bench.trial.bad():
        bench.trial.add(bench.standin.book, record)
    readings, refused = await bench.read()
    assert sorted(reading.key for reading in readings) == bench.expected(7)
    assert len(refused) >= len(bench.trial.bad())
    assert all(each.reason for each in refused)
    assert PLANT not in repr(refused)


async def test_fields_that_nobody_knows_change_nothing(bench: Any) -> None:
    before = await bench.read()
    bench.trial.extended(bench.standin.book)
    assert await bench.read() == before


async def test_what_people_wrote_is_not_read(bench: Any) -> None:
    """Subjects, bodies, notes, descriptions and reasons hold a planted word in the trial's book."""
    assert PLANT in repr(bench.standin.book)
    for feed in bench.source.feeds:
        pages = [page async for page in bench.source.pages(feed.name)]
        assert pages
        assert PLANT not in repr(pages)


async def test_what_an_error_quotes_is_neither_logged_nor_shown(bench: Any) -> None:
    """A vendor's error may repeat what was sent or a record of somebody's."""
    out = io.StringIO()
    log.configure(level="DEBUG", form="json", stream=out)
    for status in (503, 400):
        bench.fault(
            "status", status=status, body=f'{{"error": {{"message": "{PLANT}"}}, "message": "{PLANT}"}}'
        )
    with pytest.raises(SourceRefused) as raised:
        await bench.read()
    assert "HTTP 503" in out.getvalue()
    assert PLANT not in out.getvalue() + str(raised.value) + repr(raised.value)


async def test_check_reaches_the_system(bench: Any) -> None:
    """Nothing has drifted in the trial's book; wrong credentials are told."""
    assert await bench.source.check() == ()
    bench.standin.faults.clear()
    bench.fault("status", status=401, times=None, path="")
    with pytest.raises(SourceRefused, match=bench.trial.SECRET):
        await bench.source.check()
