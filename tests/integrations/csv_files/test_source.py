"""A CSV file becomes our nouns, or each bad row is named with line, column, value and reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.domain.account import Week
from bot.domain.person import Contact, Person, Role, Team
from bot.domain.provenance import Stamp
from bot.errors import BadRow, ImportRefused, OperatorError
from bot.integrations.csv_files.source import CsvFile
from bot.ports.people import Absence

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
Read = Callable[..., list[Any]]


@pytest.fixture
def read(tmp_path: Path, clock) -> Read:
    """Write a file and read it."""

    def _read(kind: str, content: str | bytes, known: tuple[str, ...] = ("A1",)) -> list[Any]:
        path = tmp_path / f"{kind}.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return list(CsvFile(kind, path, clock).rows(known))

    return _read


def refusal(read: Read, kind: str, content: str | bytes) -> ImportRefused:
    with pytest.raises(ImportRefused) as caught:
        read(kind, content)
    return caught.value


def test_any_column_order_with_or_without_a_byte_order_mark(read: Read) -> None:
    for mark in ("", "\ufeff"):
        (row,) = read("accounts", f'{mark}name,arr,Account_ID \r\n Fir ,"$1,234.50",A1\r\n')
        assert (row.id, row.name, row.values["arr"]) == ("A1", "Fir", 123_450)


def test_every_kind_of_value(read: Read) -> None:
    (row,) = read(
        "accounts",
        "account_id,name,aliases,ta_email,team,mau,dau_4w_avg,seats_unlimited,renewal_date,health_score,"
        "features_first_used,vitally_url,parent_id\n"
        'A1,Fir,"a; b ;",TA@Example.com,Scaled,12.0,3.25,YES,2028-02-29,10,'
        "deep search: 2026-01-31;batch:2025-02-28,https://v.example/1,\n",
    )
    assert {name: value for name, value in row.values.items() if name not in ("account_id", "name")} == {
        "aliases": ("a", "b"),
        "ta_email": "ta@example.com",
        "team": "scaled",
        "mau": 12,
        "dau_4w_avg": 3.25,
        "seats_unlimited": True,
        "renewal_date": date(2028, 2, 29),
        "health_score": 10.0,
        "features_first_used": (("deep search", date(2026, 1, 31)), ("batch", date(2025, 2, 28))),
        "vitally_url": "https://v.example/1",
    }


def test_stamps_follow_the_as_of_columns(read: Read) -> None:
    head = "account_id,name,arr,mau,health_score,as_of,usage_as_of,health_as_of\n"
    whole, bare = read(
        "accounts",
        f"{head}A1,Fir,1,2,3,2026-11-20,2026-11-19T23:00:00+02:00,2026-11-21\nA2,Oak,1,2,3,,,\n",
    )

    def stamp(*when: int) -> Stamp:
        return Stamp("accounts.csv", datetime(*when, tzinfo=UTC))  # type: ignore[arg-type]

    assert whole.stamp == stamp(2026, 11, 20)
    assert whole.stamps["mau"] == stamp(2026, 11, 19, 21)
    assert whole.stamps["health_score"] == stamp(2026, 11, 21)
    assert "arr" not in whole.stamps
    assert (bare.stamp, dict(bare.stamps)) == (Stamp("accounts.csv", NOW, assumed=True), {})


def test_today_where_the_organisation_is_may_still_be_tomorrow_in_utc(tmp_path: Path, clock) -> None:
    path = tmp_path / "accounts.csv"
    path.write_text("account_id,name,as_of\nA1,Fir,2026-11-22\n")
    with pytest.raises(ImportRefused):
        list(CsvFile("accounts", path, clock).rows())
    ahead = type(clock)(datetime(2026, 11, 21, 20, tzinfo=UTC), "Pacific/Auckland")
    (row,) = CsvFile("accounts", path, ahead).rows()
    assert row.stamp.as_of == ahead.now()


def test_the_other_four_files(read: Read) -> None:
    assert read("people", "email,name,role,team,timezone\nA@x.example,Ann,TA,scaled,Europe/Berlin\n") == [
        Person(email="a@x.example", name="Ann", role=Role.TA, team=Team.SCALED, timezone="Europe/Berlin")
    ]
    assert read("history", "account_id,week_ending,mau,arr\nA1,2026-11-20,5,$10\n") == [
        Week(account_id="A1", week_ending=date(2026, 11, 20), source="history.csv", mau=5, arr=1000)
    ]
    assert read("contacts", "account_id,name,roles\nA1,Cy,Champion; End User\n") == [
        Contact(account_id="A1", name="Cy", roles=("Champion", "End User"))
    ]
    assert read(
        "absences", "email,starts_on,ends_on,half_day_end\na@x.example,2026-12-01,2026-12-01,1\n"
    ) == [
        Absence(
            email="a@x.example", starts_on=date(2026, 12, 1), ends_on=date(2026, 12, 1), half_day_end=True
        )
    ]


def test_unknown_columns_are_named_and_ignored_and_blank_lines_skipped(tmp_path: Path, clock) -> None:
    path = tmp_path / "accounts.csv"
    path.write_text("account_id,colour,name,mood\nA1,red,Fir,good\n\n,,,\n")
    file = CsvFile("accounts", path, clock)
    assert [row.name for row in file.rows()] == ["Fir"]
    assert file.ignored == ("colour", "mood")


def test_a_header_alone_is_a_file_without_rows(read: Read) -> None:
    assert read("accounts", "account_id,name\n") == []


HEAD = "account_id,name,arr,mau,health_score,renewal_date,team,seats_unlimited,ta_email,vitally_url,as_of"
BAD_CELLS = [
    ("arr", "lots", "is not an amount"),
    ("arr", "-5", "is not an amount"),
    ("arr", "1.234", "is not an amount"),
    ("arr", "1,23", "is not an amount"),
    ("arr", "€5", "is not an amount"),
    ("arr", "١٢", "is not an amount"),
    ("mau", "many", "is not a whole number"),
    ("mau", "-1", "is not a whole number"),
    ("mau", "1.5", "is not a whole number"),
    ("mau", "9" * 30, "is not a whole number"),
    ("mau", "nan", "is not a whole number"),
    ("health_score", "10.1", "from 0 to 10"),
    ("health_score", "inf", "is not a number"),
    ("health_score", "7,5", "is not a number"),
    ("renewal_date", "2026-02-30", "no such day"),
    ("renewal_date", "30.11.2026", "YYYY-MM-DD"),
    ("renewal_date", "20261130", "YYYY-MM-DD"),
    ("team", "platinum", "one of: enterprise, scaled, digital"),
    ("seats_unlimited", "maybe", "yes, no, true, false"),
    ("ta_email", "not an address", "e-mail"),
    ("vitally_url", "javascript:alert(1)", "https://"),
    ("as_of", "2026-11-22", "future"),
    ("as_of", "2026-11-21T08:00:01Z", "future"),
    ("as_of", "2026-11-20T08:00:00", "time zone"),
    ("as_of", "0001-01-01T00:00:00+23:00", "is not a date"),
    ("as_of", "yesterday", "is not a date"),
    ("name", "bell\x07", "control character"),
    ("name", "two\nlines", "control character"),
    ("name", "nul\0", "control character"),
    ("name", "x" * 501, "at most 500"),
    ("name", "   ", "required and empty"),
    ("account_id", "", "required and empty"),
]


@pytest.mark.parametrize(("column", "cell", "reason"), BAD_CELLS)
def test_a_bad_cell_is_named_with_line_column_value_and_reason(
    read: Read, column: str, cell: str, reason: str
) -> None:
    names = HEAD.split(",")
    cells = [
        f'"{cell}"' if name == column else {"account_id": "A9", "name": "Oak"}.get(name, "") for name in names
    ]
    good = ["A1", "Fir", *[""] * (len(names) - 2)]
    content = "\n".join((HEAD, ",".join(good), ",".join(cells), ""))
    (bad,) = refusal(read, "accounts", content).bad
    assert (bad.line, bad.column) == (3, column)
    assert reason in bad.reason
    assert bad.value in (cell, cell[:79] + "…", "")


BAD_FILES = [
    ("accounts", "", 1, "", "is empty"),
    ("accounts", "\n\n", 1, "", "is empty"),
    ("accounts", "name\nFir\n", 1, "account_id", "required and missing"),
    ("accounts", "account_id;name\nA1;Fir\n", 1, "", "separated by commas"),
    ("accounts", "account_id,name,NAME\nA1,Fir,Oak\n", 1, "name", "occurs twice"),
    ("accounts", "account_id,name\nA1\n", 2, "", "has 1 cells, the header has 2"),
    ("accounts", "account_id,name\nA1,Fir,more\n", 2, "", "has 3 cells, the header has 2"),
    ("accounts", "account_id,name\nA1,Fir\nA2,Oak\nA1,Elm\n", 4, "account_id", "line 2 and on line 4"),
    ("accounts", 'account_id,name\nA1,"Fir\n', 2, "", "is not CSV"),
    ("accounts", 'account_id,name\nA1,"Fir" & Co\n', 2, "", "is not CSV"),
    ("accounts", b"account_id,name\nA1,Fir\nA2,M\xfcller\n", 3, "", "is not UTF-8 (byte 0xfc)"),
    ("accounts", "account_id,name\nA1,Fir\n".encode("utf-16"), 1, "", "UTF-16"),
    ("people", "email,name,role\na@x.example,Ann,ta\nA@X.example,Ann,ta\n", 3, "email", "occurs twice"),
    ("people", "email,name,role\na@x.example,Ann,boss\n", 2, "role", "must be one of: ta, ae"),
    ("people", "email,name,role,timezone\na@x.example,Ann,ta,../etc\n", 2, "timezone", "is no time zone"),
    (
        "history",
        "account_id,week_ending\nA1,2026-11-20\nA1,2026-11-20\n",
        3,
        "account_id and week_ending",
        "twice",
    ),
    ("history", "account_id,week_ending\nZ9,2026-11-20\n", 2, "account_id", "is no account of the book"),
    ("contacts", "account_id,name\nZ9,Cy\n", 2, "account_id", "is no account of the book"),
    ("absences", "email,starts_on,ends_on\na@x.example,2026-12-02,2026-12-01\n", 2, "ends_on", "before"),
]


@pytest.mark.parametrize(("kind", "content", "line", "column", "reason"), BAD_FILES)
def test_a_bad_file_is_one_clear_line(
    read: Read, kind: str, content: str | bytes, line: int, column: str, reason: str
) -> None:
    (bad,) = refusal(read, kind, content).bad
    assert (bad.line, bad.column) == (line, column)
    assert reason in bad.reason


def test_the_line_of_a_record_is_where_it_begins(read: Read) -> None:
    content = 'account_id,name,arr,mood\nA1,Fir,1,"a\nb\nc"\nA2,Oak,x,\n'
    assert refusal(read, "accounts", content).bad[0].line == 5


def test_fifty_bad_rows_are_listed_and_the_rest_counted(read: Read) -> None:
    rows = "".join(f"A{number},Oak,x\n" for number in range(120))
    error = refusal(read, "accounts", f"account_id,name,arr\n{rows}")
    assert (len(error.bad), error.more) == (50, 70)
    assert str(error) == "accounts.csv: nothing was imported, 120 problems found"
    assert error.bad[0] == BadRow(2, "arr", "x", error.bad[0].reason)


def test_a_file_that_cannot_be_read_or_is_of_no_kind(tmp_path: Path, clock) -> None:
    with pytest.raises(OperatorError, match="cannot be read"):
        CsvFile("accounts", tmp_path / "nope.csv", clock)
    with pytest.raises(OperatorError, match="choose one of: accounts, people"):
        CsvFile("colours", tmp_path / "nope.csv", clock)


def test_a_file_that_changes_meanwhile_is_refused(tmp_path: Path, clock) -> None:
    path = tmp_path / "accounts.csv"
    path.write_text("account_id,name\nA1,Fir\n")
    rows = CsvFile("accounts", path, clock).rows()
    next(rows)
    with path.open("a") as file:
        file.write("A2,Oak\n")
    with pytest.raises(OperatorError, match="changed while it was read"):
        list(rows)
