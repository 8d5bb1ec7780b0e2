"""Logs: one line an event, in the form that was chosen; no token and no customer's words in any of them."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest

from bot import log

TOKENS = ("xoxb-1-secret", "xapp-1-A1-secret", "xoxe.xoxb-1-secret", "xoxe-1-secret", "xoxp-secret")


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    before = list(root.handlers), root.level
    yield
    root.handlers, root.level = before


@pytest.mark.parametrize("form", ["json", "console"])
@pytest.mark.parametrize("token", TOKENS)
def test_no_token_is_logged_by_us_or_by_a_library(form: str, token: str) -> None:
    """Neither in a field, nor in a sentence, nor in a traceback."""
    out = io.StringIO()
    log.configure(level="INFO", form=form, stream=out)
    log.get("ours").info("said", error=f"refused {token}", token=token)
    try:
        raise RuntimeError(f"could not use {token}")  # noqa: TRY301 # a traceback is what is tried
    except RuntimeError:
        log.get("ours").exception("broke")
        logging.getLogger("theirs").exception("broke with %s", token)
    said = out.getvalue()
    assert token not in said
    assert said.count(log.HIDDEN) >= 4
    assert "RuntimeError" in said


def test_every_line_is_json_where_json_was_asked_for() -> None:
    """A library's line and its traceback too: a log reader must not stumble."""
    out = io.StringIO()
    log.configure(level="INFO", form="json", stream=out)
    log.get("ours").info("ours")
    try:
        raise RuntimeError("a\nb")  # noqa: TRY301 # a traceback is what is tried
    except RuntimeError:
        logging.getLogger("theirs").exception("theirs")
    logging.getLogger("theirs").warning("two\nlines")
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [line["event"] for line in lines] == ["ours", "theirs", "two\nlines"]
    assert "RuntimeError" in lines[1]["exception"]
    assert "exception" not in lines[2]


def test_customers_words_are_hidden() -> None:
    """What was typed and what was answered stay out, whoever logs them."""
    out = io.StringIO()
    log.configure(level="INFO", form="json", stream=out)
    log.get("ours").info("said", text="Acme", blocks=["Acme"], account_name="Acme", description="Acme")
    assert "Acme" not in out.getvalue()
