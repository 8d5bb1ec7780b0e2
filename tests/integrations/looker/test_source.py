"""Looker before its stand-in: a Look that is cut off, renamed, wrong in itself, or gone on with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.domain.reading import Drift
from bot.errors import SourceGarbled, SourceRefused
from bot.http.client import Line, Patience, open_session
from bot.integrations.looker import source as looker_source
from bot.integrations.looker.client import PATIENCE, Access
from bot.integrations.looker.source import LookerSource
from bot.policy import load
from bot.standin.vendors.faults import VendorFault
from bot.standin.vendors.looker import CLIENT_ID, CLIENT_SECRET, LOOK_ID, LookerStandin
from bot.standin.vendors.serving import VendorBook, VendorSite

SAMPLES = Path(__file__).parents[2] / "data" / "vendors" / "looker"
KEY = "accounts.salesforce_account_id"


def standin(count: int = 5) -> LookerStandin:
    return LookerStandin(
        VendorBook({"rows": [{KEY: f"A{number:05d}", "usage.mau": number} for number in range(count)]})
    )


@asynccontextmanager
async def source(
    played: LookerStandin, clock: Any, secret: str = CLIENT_SECRET, **changes: Any
) -> AsyncIterator[LookerSource]:
    table = load().sources.looker.model_copy(update=changes)
    async with VendorSite(played) as base_url, open_session() as session:
        line = Line(session=session, patience=Patience(seconds=5, repeats=1, first_wait=0), paced=False)
        yield LookerSource(line, table, clock, Access(base_url, CLIENT_ID, SecretStr(secret), LOOK_ID))


async def pages(looker: LookerSource, cursor: str = "") -> list[Any]:
    return [page async for page in looker.pages("usage", cursor=cursor)]


async def test_one_call_is_all_and_is_gone_on_with_by_key(clock: Any) -> None:
    """Rows come in any order, and another one after a stop: they are handed on by key."""
    played = standin(2 * looker_source.PAGE + 1)
    async with source(played, clock) as looker:
        whole = await pages(looker)
        assert [len(page.readings) for page in whole] == [1000, 1000, 1]
        assert [page.cursor for page in whole] == ["A00999", "A01999", None]
        assert {page.total for page in whole} == {2001}
        played.book.of("rows").reverse()
        rest = await pages(looker, "A00999")
        assert [one.key for page in rest for one in page.readings] == [f"A{n:05d}" for n in range(1000, 2001)]
        assert played.calls[f"/api/4.0/looks/{LOOK_ID}/run/json"] == 2
        assert (await pages(looker, "A02000"))[0].cursor is None


async def test_a_look_that_was_cut_off_is_refused(clock: Any) -> None:
    """As many rows as were asked for: what is beyond would count as gone."""
    async with source(standin(), clock, limit=5) as looker:
        with pytest.raises(SourceGarbled, match=r"at 5 rows: raise limit in \[sources.looker\]"):
            await pages(looker)
    async with source(standin(), clock, limit=6) as looker:
        assert len((await pages(looker))[0].readings) == 5


async def test_a_renamed_column_is_told_by_name_and_the_rest_goes_on(clock: Any) -> None:
    played = standin()
    played.rename("usage.mau", "usage.monthly_active")
    played.rename("usage.licensed_seats", "usage.seats_licensed")
    async with source(played, clock) as looker:
        drifts = await looker.check()
        assert [drift.wanted for drift in drifts] == ["usage.mau", "usage.licensed_seats"]
        assert drifts[1] == Drift(
            system="looker",
            place="Look column",
            wanted="usage.licensed_seats",
            nearest=("usage.seats_licensed",),
        )
        page = (await pages(looker))[0]
        assert (len(page.readings), page.refused) == (5, ())
        assert all("mau" not in one.values for one in page.readings)
        assert not [path for path in played.calls if path.endswith("run/json") and played.calls[path] > 1]


async def test_a_look_without_its_key_says_what_it_has_instead(clock: Any) -> None:
    played = standin()
    played.rename(KEY, "accounts.salesforce_id")
    async with source(played, clock) as looker:
        with pytest.raises(SourceGarbled, match=rf"no column {KEY} \(it has accounts.salesforce_id"):
            await pages(looker)


async def test_an_error_within_a_success_is_told_without_its_words(clock: Any) -> None:
    body = (SAMPLES / "run_json_sql_error_200.json").read_text(encoding="utf-8")
    played = standin()
    played.faults.append(
        VendorFault(kind="answer", path="run/json", body=body, headers={"X-Request-Id": "r-1"})
    )
    async with source(played, clock) as looker:
        with pytest.raises(
            SourceGarbled, match=r"looker_error with HTTP 200: open Look 12 in Looker .*request r-1"
        ) as raised:
            await pages(looker)
    assert raised.value.request_id == "r-1"
    assert "FINANCE" not in repr(raised.value)


async def test_a_log_in_as_it_is_sampled_and_one_that_is_refused(clock: Any) -> None:
    played = standin()
    token = (SAMPLES / "login.json").read_text(encoding="utf-8")
    played.faults.append(VendorFault(kind="answer", path="login", body=token))
    async with source(played, clock) as looker:
        assert (
            len((await pages(looker))[0].readings) == 5
        )  # refused with this token, and well with the next one
        assert played.calls["/api/4.0/login"] == 2
    async with source(played, clock, secret="PLANTED-a7f3") as looker:
        with pytest.raises(SourceRefused, match="LOOKERSDK_CLIENT_SECRET") as raised:
            await looker.check()
    assert "PLANTED" not in repr(raised.value)


async def test_calculations_of_the_looks_author_are_columns_too(clock: Any) -> None:
    body = (
        '{"query": {"fields": ["accounts.salesforce_account_id", "accounts.name", "usage.snapshot_date"],'
        ' "dynamic_fields": "[{\\"table_calculation\\": \\"mau_now\\"}]"}}'
    )
    played = standin()
    played.faults.append(VendorFault(kind="answer", path=f"/looks/{LOOK_ID}", body=body))
    async with source(played, clock, columns={"mau": "mau_now"}, version="") as looker:
        assert await looker.check() == ()


def test_a_warehouse_is_given_more_time_than_others():
    assert PATIENCE.quiet > Patience().quiet
