"""What vendors answer when they fail, in five shapes, and which of our three errors it is. Pure.

The shapes: a list of errors, `error` as words, `error` as an object, `errors` as a list, and plain text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any

from bot.errors import SourceError, SourceGarbled, SourceRefused, SourceUnavailable

_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.\-]{0,59}")
"""What is shown of a field that is for codes: nothing that could be a sentence, a name with accents or an address."""
_WRITTEN_TOGETHER = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+){1,7}")
_WORDS = frozenset(
    {
        *("forbidden", "invalid", "unauthorized", "unavailable"),
        *("DatabaseConflict", "Forbidden", "InvalidEndpoint", "InvalidPaginationParameter"),
        *("RecordInvalid", "RecordNotFound", "TooManyValues", "Unauthorized"),
    }
)
"""A single word where words stand may be anybody's name: it is shown if it is written as codes alone are, or is known."""
_REQUEST_ID = re.compile(r"[\w.:/=\-]{1,128}", re.ASCII)
_ID_HEADERS = ("x-request-id", "request-id", "x-zendesk-request-id", "x-amzn-requestid", "x-correlation-id")
_AT_REST = ("ratelimit-reset", "rate-limit-reset", "x-rate-limit-reset", "x-ratelimit-reset")
_LEFT = ("ratelimit-remaining", "rate-limit-remaining", "x-rate-limit-remaining", "x-ratelimit-remaining")
_BUSY = frozenset({"REQUEST_LIMIT_EXCEEDED", "SERVER_UNAVAILABLE", "unavailable"})
"""Words for "not now" that come with a status that says "no"."""
_EPOCH = 1_000_000_000  # a reset beyond this many seconds is an instant, not a span


@dataclass(frozen=True, slots=True)
class Said:
    """What an answer says of a failure. `message` is in the vendor's words: for its client to read, never to show."""

    message: str = ""
    code: str = ""
    request_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """Whom we called, and for what; `secret` names the settings that hold the credentials."""

    system: str
    path: str
    secret: str = ""

    @property
    def name(self) -> str:
        """The system as people call it."""
        return self.system.capitalize()


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A call that failed: whether the same call may go well later, and how long the vendor asks us to wait."""

    error: SourceError
    again: bool = False
    stale_token: bool = False
    wait: float | None = None


def said_in(data: Any, headers: Mapping[str, str]) -> Said:
    """Read any of the shapes; what is in none of them says nothing."""
    message, code = next(((m, c) for m, c in _told(data) if m or c), ("", ""))
    own = data.get("request") if isinstance(data, Mapping) else None
    named = own.get("api_req_id") if isinstance(own, Mapping) else None
    ids = (*(headers.get(name) for name in _ID_HEADERS), named)
    found = (str(one) for one in ids if one and _REQUEST_ID.fullmatch(str(one)))
    return Said(message[:1000], code, next(found, ""))


def _told(data: Any) -> Iterator[tuple[str, str]]:
    """Every pair of message and code there is, the most telling first."""
    if isinstance(data, list):
        for each in data:
            yield from _told(each)
    elif isinstance(data, str):
        yield data, data if data in _WORDS or (len(data) < 60 and _WRITTEN_TOGETHER.fullmatch(data)) else ""
    elif isinstance(data, Mapping):
        own = _pair(data)
        inner = [pair for name in ("error", "errors") for pair in _told(data.get(name))]
        codes = (code for _, code in (own, *inner) if code)
        messages = (message for message, _ in (own, *inner) if message)
        yield next(messages, ""), next(codes, "")


def _pair(data: Mapping[str, Any]) -> tuple[str, str]:
    words = (data.get(name) for name in ("message", "error_description", "description", "looker_error"))
    message = next((one for one in words if isinstance(one, str)), "")
    codes = (data.get(name) for name in ("errorCode", "code"))
    code = next((one for one in codes if isinstance(one, str) and _CODE.fullmatch(one)), "")
    return message, code


def judged(called: Called, status: int, data: Any, headers: Mapping[str, str]) -> Failure:
    """Which of our errors an answer is that is no success, and whether to ask again."""
    said = said_in(data, headers)
    wait = asked_wait(headers)
    if status == 429 or said.code in _BUSY:
        sentence = _sentence(called, "asks us to wait", status, said)
        # A word for "not now" without 429 means the budget of a day: asking again would only spend it.
        return Failure(error=_with(SourceUnavailable(sentence, wait), said), again=status == 429, wait=wait)
    if status >= 500 or status in (408, 425):
        sentence = _sentence(called, "failed", status, said)
        return Failure(error=_with(SourceUnavailable(sentence, wait), said), again=True, wait=wait)
    sentence = f"{_sentence(called, 'refuses', status, said)}: {_cure(called, status)}"
    return Failure(error=_with(SourceRefused(sentence, said.code), said), stale_token=status == 401)


def unreachable(called: Called, why: str) -> Failure:
    """No answer came."""
    return Failure(error=SourceUnavailable(f"{called.name} {why}"), again=True)


def garbled(called: Called, what: str, headers: Mapping[str, str], *, again: bool = False) -> Failure:
    """A success that cannot be read."""
    said = said_in(None, headers)
    where = f" (request {said.request_id})" if said.request_id else ""
    return Failure(
        error=_with(SourceGarbled(f"{called.name}’s answer to {called.path} {what}{where}"), said),
        again=again,
    )


def _with(error: SourceError, said: Said) -> SourceError:
    error.request_id, error.said = said.request_id, said.message
    return error


def _sentence(called: Called, verb: str, status: int, said: Said) -> str:
    known = [f"HTTP {status}", said.code, f"request {said.request_id}" if said.request_id else ""]
    at = "at" if verb == "failed" else "about" if verb.startswith("asks") else ""
    return (
        f"{called.name} {' '.join(filter(None, (verb, at, called.path)))} ({', '.join(filter(None, known))})"
    )


def _cure(called: Called, status: int) -> str:
    secret = called.secret or "its credentials"
    if 300 <= status < 400:
        return f"it sends us elsewhere; set {called.system.upper()}’s base URL to the address that answers itself"
    return {
        401: f"the credentials are wrong or have expired; check {secret}",
        403: f"the credentials lack a permission (scope) for it; grant it to {secret}",
        404: "there is nothing at that address; check the base URL and the ids in the settings",
    }.get(status, "it cannot read what was asked; check the names that policy.toml gives it")


def asked_wait(headers: Mapping[str, str]) -> float | None:
    """How many seconds the vendor asks us to wait, in any of the headers' forms; None where it does not say."""
    after = headers.get("retry-after")
    reset = next((headers[name] for name in _AT_REST if name in headers), None)
    for text in (after, reset):
        if text and (seconds := _seconds(text, headers.get("date"))) is not None:
            return seconds
    return None


def exhausted(headers: Mapping[str, str]) -> float | None:
    """For how many seconds nothing is left of the vendor's own budget; None while something is."""
    left = next((headers[name] for name in _LEFT if name in headers), None)
    return asked_wait(headers) if left is not None and left.strip() == "0" else None


def _seconds(text: str, sent: str | None) -> float | None:
    """Seconds from a number or from a date; a date is reckoned from the vendor's own clock, `sent`."""
    try:
        number = float(text)
    except ValueError:
        then, now = _instant(text), _instant(sent)
        return max(0.0, then - now) if then is not None and now is not None else None
    if number != number or number < 0:  # noqa: PLR0124 # only what is no number differs from itself
        return None
    if number < _EPOCH:
        return number
    now = _instant(sent)
    return None if now is None else max(0.0, number - now)


def _instant(text: str | None) -> float | None:
    try:
        at = parsedate_to_datetime(text or "")
    except (ValueError, TypeError, IndexError):
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
