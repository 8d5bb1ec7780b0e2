"""Looker's sample answers, each read for what it is; their values are checked."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.domain.reading import AccountReading, Unreadable
from bot.errors import SourceRefused
from bot.http.errors import Called, judged
from bot.integrations.looker.rows import parsed, rows_of
from bot.integrations.looker.translate import Look
from bot.policy import load

SAMPLES = Path(__file__).parents[2] / "data" / "vendors" / "looker"
NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
READ_HERE = {"run_look_json.json", "json_bi_shape.json", "error_404.json", "error_422_validation.json"}
READ_ELSEWHERE = {"login.json", "run_json_sql_error_200.json"}  # by test_source.py, over HTTP
NOT_ASKED_FOR = {"run_inline_query_request.json", "query_task.json"}  # the Look is run, no query of ours
ACME, GLOBEX = "001RO00000XyZabYAF", "001RO00000XyZacYAF"


def sample(name: str) -> Any:
    return json.loads((SAMPLES / name).read_text(encoding="utf-8"))


def answer(name: str) -> Any:
    return parsed((SAMPLES / name).read_bytes())


def read(rows: Any, **changes: Any) -> tuple[list[AccountReading], list[Unreadable]]:
    table = load().sources.looker.model_copy(update=changes)
    look = Look(table, rows, NOW)
    readings, refused = look.read(look.keyed)
    return [one for one in readings if isinstance(one, AccountReading)], [*look.refused, *refused]


def row(key: str = ACME, **values: Any) -> dict[str, Any]:
    return {
        "accounts.salesforce_account_id": key,
        **{f"usage.{name}": value for name, value in values.items()},
    }


def test_no_sample_is_left_out():
    assert {path.name for path in SAMPLES.glob("*.json")} == READ_HERE | READ_ELSEWHERE | NOT_ASKED_FOR


def test_a_looks_rows_are_accounts_with_their_usage():
    """Nothing in a column says that nothing is held there; a version's distance is to the newest that is run."""
    as_of = datetime(2026, 11, 20, tzinfo=UTC)
    assert read(rows_of(answer("run_look_json.json"))) == (
        [
            AccountReading(
                key=ACME,
                name="Acme, Inc.",
                ids={"salesforce": ACME},
                values={"mau": 412, "dau_4w_avg": 131.6, "licensed_seats": 500, "versions_behind": 0},
                as_of=as_of,
            ),
            AccountReading(
                key=GLOBEX,
                name="Globex",
                ids={"salesforce": GLOBEX},
                values={"mau": None, "dau_4w_avg": None, "licensed_seats": 50, "versions_behind": None},
                as_of=as_of,
            ),
        ],
        [],
    )


def test_rows_with_a_cell_for_each_value_are_read_as_well():
    rows = rows_of(answer("json_bi_shape.json"))
    assert rows == [{"accounts.name": "Acme, Inc.", "usage.mau": 412}]
    readings, refused = read(rows, key="accounts.name", key_of="looker", name="accounts.name")
    assert [(one.key, one.name, one.ids, one.values) for one in readings] == [
        ("Acme, Inc.", "Acme, Inc.", {}, {"mau": 412})
    ]
    assert refused == []


@pytest.mark.parametrize(("name", "status"), [("error_404.json", 404), ("error_422_validation.json", 422)])
def test_an_error_is_a_refusal(name: str, status: int):
    failure = judged(Called(system="looker", path="/x"), status, sample(name), {})
    assert isinstance(failure.error, SourceRefused)
    assert not failure.again


def test_a_version_is_as_many_releases_behind_as_others_run_newer_ones():
    versions = ["2026.10.0", "2026.9.4", "v2026.9.1", "2026.2", None, "2026.10.3-rc1"]
    readings, _ = read([row(f"A{number}", product_version=one) for number, one in enumerate(versions)])
    assert [one.values["versions_behind"] for one in readings] == [0, 1, 1, 2, None, 0]
    readings, _ = read([row(product_version="2026.10.0")], releases=["2026.11", "2026.10"])
    assert readings[0].values["versions_behind"] == 1


def test_a_column_of_its_own_says_how_far_behind():
    readings, _ = read(
        [row(behind="3", product_version="2026.10.0")], columns={"versions_behind": "usage.behind"}
    )
    assert readings[0].values == {"versions_behind": 3}


def test_values_in_text_are_numbers_and_formatted_ones_are_refused():
    """Decimals come as text from some warehouses; `1,234` only where the Look was run otherwise than we ask."""
    readings, refused = read(
        [row(mau="412", dau_avg_28d="131.60", licensed_seats="1,234", product_version="new")]
    )
    assert readings[0].values == {"mau": 412, "dau_4w_avg": 131.6}
    assert [(one.field, one.reason) for one in refused] == [
        ("usage.licensed_seats", "is not a number"),
        ("usage.product_version", "is not a version such as 2026.3.1"),
    ]


def test_an_account_in_two_rows_is_not_guessed():
    """Short and long ids of Salesforce are the same account."""
    readings, refused = read([row(mau=1), row(GLOBEX, mau=2), row(ACME[:15], mau=3)])
    assert [one.key for one in readings] == [GLOBEX]
    assert [(one.key, one.reason) for one in refused] == [
        (ACME, "stands in 2 rows: which one holds is not known")
    ]


@pytest.mark.parametrize(
    ("said", "as_of"),
    [
        ("2026-11-22", NOW),
        (None, NOW),
        ("", NOW),
        ("2026-11-20T06:00:00Z", datetime(2026, 11, 20, 6, tzinfo=UTC)),
    ],
)
def test_values_are_never_from_the_future(said: str | None, as_of: datetime):
    assert read([row(snapshot_date=said)])[0][0].as_of == as_of


def test_an_accounts_dashboard_is_found_by_its_key():
    readings, _ = read(
        [row("a b/ä")], key_of="looker", account_url="https://l.example/dashboards/1?Account={key}"
    )
    assert readings[0].values["looker_url"] == "https://l.example/dashboards/1?Account=a%20b%2F%C3%A4"
