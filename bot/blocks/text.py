"""How things read in Slack: escaping, trimming, mentions, dates, money, percent, ages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from math import floor

FIRST_STRONG_ISOLATE = "\u2068"
POP_ISOLATE = "\u2069"
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\u200f\u202a-\u202e\u2066-\u2069]")
_DIRECTION_MARKS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f\s]+")
_FORMATTING = re.compile(r"(?<!\w)([*_~`])(?=\S.*\1)|(:)(?=[a-z0-9_+'-]+:)")
_NO_JOIN = "\u200b"
MARKS = {"healthy": "✓", "concerning": "~", "poor": "✗", None: "?"}
"""One mark a verdict, each with its own shape: colour carries no meaning."""
CIRCLES = {"green": ":large_green_circle:", "yellow": ":large_yellow_circle:", "red": ":red_circle:"}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def escape(text: str) -> str:
    """Make a text harmless in mrkdwn: no mention, link or broadcast can arise from it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def trim(text: str, limit: int) -> str:
    """Cut at `limit` characters, saying so with an ellipsis; never empty, which Slack refuses."""
    if len(text) > limit:
        text = text[: limit - 1].rstrip() + "…"
    return text or "–"


@lru_cache(maxsize=2048)  # names and sources recur in every answer
def one_line(text: str, limit: int = 80) -> str:
    """A name as people typed it, on one line and cut; a right-to-left one is kept from turning its line around."""
    if text.isascii() and text.isprintable():
        return trim(text.strip(), limit)
    text = trim(_UNSEEN.sub(" ", text).strip(), limit)
    if _RIGHT_TO_LEFT.search(text):
        inside = _DIRECTION_MARKS.sub("", text)
        return f"{FIRST_STRONG_ISOLATE}{inside}{POP_ISOLATE}"
    return text


@lru_cache(maxsize=2048)
def name(text: str, limit: int = 80) -> str:
    """A name for mrkdwn: one line, escaped, and with nothing in it taken for formatting or an emoji."""
    text = escape(one_line(text, limit))
    if any(mark in text for mark in "*_~`:"):
        return _FORMATTING.sub(lambda found: found.group() + _NO_JOIN, text)
    return text


def and_more(items: Sequence[str], limit: int, joiner: str = ", ") -> str:
    """The first items in a row, and how many more there are: `a, b and 12 more`."""
    if len(items) <= limit:
        return joiner.join(items)
    return f"{joiner.join(items[:limit])} and {len(items) - limit} more"


def mention(user_id: str) -> str:
    """A person, by Slack id."""
    return f"<@{user_id}>"


def person(called: str, user_id: str | None, *, quiet: bool = False) -> str:
    """A person, mentioned where Slack knows them; `quiet` names them without a notification."""
    return mention(user_id) if user_id and not quiet else name(called)


def group_mention(group_id: str) -> str:
    """A user group, by Slack id; in a channel this notifies every member."""
    return f"<!subteam^{group_id}>"


def link(url: str, text: str) -> str:
    """A link with a text."""
    return f"<{escape(url).replace('|', '%7C')}|{text}>"


def is_link(url: str) -> bool:
    """Whether an address from the book may sit behind a button."""
    return url.startswith("https://") and len(url) <= 3_000 and not _UNSEEN.search(url)


def moment(at: datetime) -> str:
    """An instant in each reader's own time zone."""
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}}, {{time}}|{at.isoformat(' ', 'minutes')[:16]} UTC>"


@lru_cache(maxsize=4096)  # the same days stand in every answer
def day(on: date) -> str:
    """A date that nobody reads the wrong way round: `3 Mar 2027`."""
    return f"{on.day} {MONTHS[on.month - 1]} {on.year}"


@lru_cache(maxsize=4096)
def short_day(on: date) -> str:
    """A date of the last months: `3 Mar`."""
    return f"{on.day} {MONTHS[on.month - 1]}"


def money(cents: int) -> str:
    """US dollars: `$84,000`, from a million on `$1.2M`."""
    if cents < 0:
        return "-" + money(-cents)
    if cents >= 99_995_000:
        return f"${cents / 100_000_000:.2f}".rstrip("0").rstrip(".") + "M"
    return f"${cents // 100:,}" if cents % 100 == 0 else f"${cents / 100:,.2f}"


def percent(ratio: float) -> str:
    """A ratio as people say it, cut and not rounded: 79.96 % is not yet 80 %."""
    tenths = int(ratio * 1_000 + 1e-9)
    return f"{tenths // 10} %" if tenths % 10 == 0 else f"{tenths / 10:.1f} %"


def score(value: float) -> str:
    """A score or points to one decimal, halves upwards as people round: 1.25 is 1.3."""
    return f"{floor(value * 10 + 0.5 + 1e-9) / 10:.1f}"


def signed(value: float) -> str:
    """A difference, with its direction: `▲ 0.4`, `▼ 1.2`, `± 0`."""
    size = score(abs(value))
    return "± 0" if size == "0.0" else f"{'▲' if value > 0 else '▼'} {size}"


def plural(count: int, noun: str, many: str = "") -> str:
    """`1 week`, `3 weeks`."""
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"


def age(old: timedelta) -> str:
    """How old something is, in words: `just now`, `3 h ago`, `12 days ago`."""
    seconds = old.total_seconds()
    if seconds < 60:
        return "just now"
    if seconds < 3_600:
        return f"{seconds // 60:.0f} min ago"
    if seconds < 172_800:
        return f"{seconds // 3_600:.0f} h ago"
    return f"{seconds // 86_400:.0f} days ago"


def worked(span: timedelta) -> str:
    """A length of working time, which has no days of 24 hours: `25 min`, `3 h 10 min`."""
    minutes = int(span.total_seconds()) // 60
    hours, minutes = divmod(minutes, 60)
    if not hours:
        return f"{minutes} min"
    return f"{hours:,} h {minutes} min" if minutes else f"{hours:,} h"


def in_days(days: int) -> str:
    """How far a date lies ahead or behind: `today`, `in 41 days`, `12 days ago`."""
    if days == 0:
        return "today"
    return f"in {plural(days, 'day')}" if days > 0 else f"{plural(-days, 'day')} ago"


def superscript(number: int) -> str:
    """A footnote's mark."""
    return str(number).translate(_SUPERSCRIPTS)


def target(at_least: float | None, tolerance: float, words: str) -> str:
    """What is expected: `≥ 80 %`, `85 % ± 5`, or the words that stand for a number."""
    if at_least is None:
        return escape(words)
    return f"{percent(at_least)} ± {tolerance * 100:g}" if tolerance else f"≥ {percent(at_least)}"


def points(value: float) -> str:
    """Points of a score gained or lost: `+0.4 points`; nothing where that rounds to none."""
    size = score(abs(value))
    return "" if size == "0.0" else f"{'+' if value > 0 else '−'}{size} points"


def category(word: str) -> str:
    """A health category: its circle and, always, its word."""
    return f"{CIRCLES[word]} {word.capitalize()}"


def quantity(value: object, unit: str = "", *, yes: str = "yes", no: str = "no") -> str:
    """A value with its unit: `43 %`, `3 versions`, `yes`; a flag in the words given for it; None is unknown."""
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return yes if value else no
    if not isinstance(value, int | float):
        return str(value)
    if unit == "percent":
        return percent(value)
    number = f"{value:,}" if isinstance(value, int) else f"{value:g}"
    return f"{number} {unit[:-1] if value == 1 and unit.endswith('s') else unit}".rstrip()
