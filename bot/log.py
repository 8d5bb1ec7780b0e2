"""Structured logs: one line an event, a reference for each request, no token and no customer text.

Field names used everywhere: `ref` (a request's reference), `ask` (what was asked), `user`, `channel`,
`ms` (how long), `error` (a sentence) and `cause` (an exception's class).
"""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

import structlog

TOKENS = re.compile(r"(xox[a-z]+-|xapp-|xoxe\.|xoxe-)[A-Za-z0-9.\-]+")
SECRET_FIELDS = frozenset({"token", "secret", "password", "authorization", "api_key", "signing_secret"})
CUSTOMER_FIELDS = frozenset({"text", "message", "blocks", "account_name", "description"})
HIDDEN = "[hidden]"


def redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Hide tokens wherever they stand, and fields that hold secrets or customers' words."""
    for key, value in event.items():
        if key.lower() in SECRET_FIELDS or (key.lower() in CUSTOMER_FIELDS and key != "event"):
            event[key] = HIDDEN
        elif isinstance(value, str):
            event[key] = TOKENS.sub(HIDDEN, value)
    return event


class _RedactingFormatter(logging.Formatter):
    """The same for what libraries log through the standard library, tracebacks too."""

    def __init__(self, form: str) -> None:
        super().__init__("%(levelname)s %(name)s %(message)s")
        self._json = form == "json"

    def format(self, record: logging.LogRecord) -> str:
        said = TOKENS.sub(HIDDEN, super().format(record))
        if not self._json:
            return said
        line = {"event": TOKENS.sub(HIDDEN, record.getMessage()), "level": record.levelname.lower()}
        if said.count("\n") > line["event"].count("\n"):
            line["exception"] = said
        at = datetime.fromtimestamp(record.created, UTC).isoformat()
        return json.dumps({**line, "logger": record.name, "timestamp": at})


def configure(*, level: str, form: str, stream: TextIO | None = None) -> None:
    """Set up logging once. `form` is `console` or `json`; lines go to stderr."""
    out = stream or sys.stderr
    renderer: Any = (
        structlog.processors.JSONRenderer() if form == "json" else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            redact,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.PrintLoggerFactory(file=out),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(_RedactingFormatter(form))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("slack_bolt").setLevel(logging.WARNING)


def get(name: str) -> Any:
    """The logger of a module."""
    return structlog.get_logger(name)


def traced(error: BaseException | None) -> str:
    """Where an exception came from, innermost first. Its own words stay out: they may name a customer."""
    frames = traceback.extract_tb(error.__traceback__) if error else []
    return " < ".join(f"{Path(one.filename).name}:{one.lineno} {one.name}" for one in reversed(frames))
