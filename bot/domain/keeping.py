"""How long messages are tried, and how long what was done and said is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkRules:
    """What `policy.toml` says of work. `message_retries` are the waits between attempts; after the last it failed."""

    message_retries: tuple[timedelta, ...]
    keep_work: timedelta
    keep_messages: timedelta
    keep_texts: timedelta
