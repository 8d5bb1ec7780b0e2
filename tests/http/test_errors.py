"""Five shapes of failure become three errors, with the vendor's own code and request id, and never its words."""

from __future__ import annotations

from typing import Any

import pytest

from bot.errors import SourceError, SourceRefused, SourceUnavailable
from bot.http.errors import Called, asked_wait, exhausted, judged, said_in

CALLED = Called(system="vitally", path="/resources/accounts", secret="VITALLY_API_KEY")
SENT = "Thu, 26 Nov 2026 08:00:00 GMT"

SHAPES: list[tuple[Any, str, str]] = [
    (
        [{"message": "No such column 'X__c'", "errorCode": "INVALID_FIELD"}],
        "INVALID_FIELD",
        "No such column 'X__c'",
    ),
    ({"error": "Authorization header not present."}, "", "Authorization header not present."),
    ({"error": "RecordNotFound", "description": "Not found"}, "RecordNotFound", "Not found"),
    (
        {"error": "invalid_client_id", "error_description": "client invalid"},
        "invalid_client_id",
        "client invalid",
    ),
    (
        {"error": {"message": "validation failed", "errors": [{"message": "must be string"}]}},
        "",
        "validation failed",
    ),
    ({"error": {"code": "E42", "message": "broke", "details": None}}, "E42", "broke"),
    ({"errors": [{"message": "Invalid request", "path": "status"}]}, "", "Invalid request"),
    (
        {"message": "Validation Failed", "errors": [{"code": "missing_field"}]},
        "missing_field",
        "Validation Failed",
    ),
    (
        "Number of allowed API requests per minute exceeded",
        "",
        "Number of allowed API requests per minute exceeded",
    ),
    ({"error": "Wołek-told-us"}, "", "Wołek-told-us"),
    ({"error": "a_" * 31 + "a"}, "", "a_" * 31 + "a"),
    ({"error": "Quelmarra"}, "", "Quelmarra"),
    ({"errors": ["QuelmarraHoldings", "rate_limited"]}, "rate_limited", "QuelmarraHoldings"),
    ({"error": "ann@x.example"}, "", "ann@x.example"),
    (None, "", ""),
    ([], "", ""),
    ({"error": None, "errors": 3}, "", ""),
    (17, "", ""),
]


@pytest.mark.parametrize(("data", "code", "message"), SHAPES)
def test_each_shape_is_read(data: Any, code: str, message: str) -> None:
    """Also those that are none."""
    said = said_in(data, {})
    assert (said.code, said.message) == (code, message)


STATUSES: list[tuple[int, Any, type[SourceError], bool]] = [
    (400, None, SourceRefused, False),
    (401, None, SourceRefused, False),
    (403, None, SourceRefused, False),
    (404, None, SourceRefused, False),
    (422, None, SourceRefused, False),
    (301, None, SourceRefused, False),
    (429, None, SourceUnavailable, True),
    (500, None, SourceUnavailable, True),
    (503, "<html>", SourceUnavailable, True),
    (403, [{"errorCode": "REQUEST_LIMIT_EXCEEDED"}], SourceUnavailable, False),
]


@pytest.mark.parametrize(("status", "data", "kind", "again"), STATUSES)
def test_each_status_is_one_of_ours(status: int, data: Any, kind: type[SourceError], again: bool) -> None:
    """A day's budget that is spent is no refusal, and asking again at once would only spend more."""
    failure = judged(CALLED, status, data, {"x-request-id": "req-1"})
    assert type(failure.error) is kind
    assert failure.again is again
    assert failure.error.request_id == "req-1"
    assert str(failure.error).startswith("Vitally ")
    assert f"HTTP {status}" in str(failure.error)
    assert "req-1" in str(failure.error)


def test_what_the_vendor_wrote_is_kept_apart_from_what_is_shown() -> None:
    """It may quote a record or the key itself; its client may read it."""
    error = judged(CALLED, 400, {"error": {"message": "bad name Acme, key sk_live_1"}}, {}).error
    assert "Acme" not in str(error)
    assert "sk_live" not in str(error)
    assert error.said == "bad name Acme, key sk_live_1"


def test_a_request_id_that_is_no_id_is_left_out() -> None:
    """A header is not trusted to be what it is called."""
    assert said_in(None, {"x-request-id": "a b <script>"}).request_id == ""
    assert said_in({"request": {"api_req_id": "d290-1"}}, {}).request_id == "d290-1"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "Thu, 26 Nov 2026 08:00:09 GMT", "date": SENT}, 9),
        ({"retry-after": "Thu, 26 Nov 2026 07:00:00 GMT", "date": SENT}, 0),
        ({"retry-after": "Thu, 26 Nov 2026 08:00:09 GMT"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "soon", "ratelimit-reset": "4"}, 4),
        ({"ratelimit-reset": "11"}, 11),
        ({"x-ratelimit-reset": "1795680013", "date": SENT}, 13),
        ({}, None),
    ],
)
def test_how_long_to_wait_is_read_in_every_form(headers: dict[str, str], seconds: float | None) -> None:
    """A date and an epoch are reckoned from the vendor's own clock, so that ours may be wrong."""
    assert asked_wait(headers) == seconds


def test_an_exhausted_budget_is_seen_before_it_is_refused() -> None:
    """Zero left, and a reset; anything else is none."""
    assert exhausted({"ratelimit-remaining": "0", "ratelimit-reset": "30"}) == 30
    assert exhausted({"x-rate-limit-remaining": "699", "ratelimit-reset": "30"}) is None
    assert exhausted({"ratelimit-remaining": "0"}) is None
