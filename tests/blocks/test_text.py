"""How things read in Slack, and that nothing typed by outsiders does anything there."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blocks import text


@pytest.mark.parametrize(
    ("cents", "said"),
    [
        (0, "$0"),
        (8_400_000, "$84,000"),
        (8_400_050, "$84,000.50"),
        (99_994_999, "$999,949.99"),
        (100_000_000, "$1M"),
        (120_000_000, "$1.2M"),
        (125_400_000, "$1.25M"),
        (-8_400_000, "-$84,000"),
    ],
)
def test_money(cents: int, said: str) -> None:
    assert text.money(cents) == said


@pytest.mark.parametrize(
    ("ratio", "said"),
    [(0, "0 %"), (0.43, "43 %"), (0.29, "29 %"), (0.7996, "79.9 %"), (0.8, "80 %"), (1.0825, "108.2 %")],
)
def test_percent_never_rounds_up_to_a_target(ratio: float, said: str) -> None:
    assert text.percent(ratio) == said


@pytest.mark.parametrize(
    ("old", "said"),
    [
        (timedelta(), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 min ago"),
        (timedelta(hours=3, minutes=59), "3 h ago"),
        (timedelta(hours=47), "47 h ago"),
        (timedelta(hours=48), "2 days ago"),
        (timedelta(days=12, hours=23), "12 days ago"),
    ],
)
def test_age(old: timedelta, said: str) -> None:
    assert text.age(old) == said


@pytest.mark.parametrize(
    ("value", "said"), [(0, "0.0"), (1.25, "1.3"), (0.35, "0.4"), (3.333, "3.3"), (6.66, "6.7"), (10, "10.0")]
)
def test_scores_round_as_people_do(value: float, said: str) -> None:
    assert text.score(value) == said


@pytest.mark.parametrize(
    ("difference", "said"), [(0.44, "▲ 0.4"), (-1.2, "▼ 1.2"), (0.04, "± 0"), (-0.04, "± 0"), (0.06, "▲ 0.1")]
)
def test_signed(difference: float, said: str) -> None:
    assert text.signed(difference) == said


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (None, "days", "unknown"),
        (True, "", "yes"),
        (False, "", "no"),
        (0.43, "percent", "43 %"),
        (1, "versions", "1 version"),
        (0, "versions", "0 versions"),
        (1234, "tickets", "1,234 tickets"),
        ("concerning", "", "concerning"),
    ],
)
def test_quantity(value: object, unit: str, said: str) -> None:
    assert text.quantity(value, unit) == said


@pytest.mark.parametrize(
    ("at_least", "tolerance", "words", "said"),
    [(0.8, 0, "", "≥ 80 %"), (0.85, 0.05, "", "85 % ± 5"), (None, 0, "monitored", "monitored")],
)
def test_target(at_least: float | None, tolerance: float, words: str, said: str) -> None:
    assert text.target(at_least, tolerance, words) == said


@pytest.mark.parametrize(
    ("days", "said"), [(0, "today"), (1, "in 1 day"), (41, "in 41 days"), (-2, "2 days ago")]
)
def test_in_days(days: int, said: str) -> None:
    assert text.in_days(days) == said


def test_trimming_says_so_and_is_never_empty() -> None:
    assert text.trim("abcdef", 4) == "abc…"
    assert text.trim("abcd", 4) == "abcd"
    assert text.trim("", 4) == "–"
    assert text.and_more(["a", "b", "c"], 2) == "a, b and 1 more"
    assert text.and_more(["a", "b"], 2) == "a, b"


def test_a_right_to_left_name_is_kept_apart_from_its_line() -> None:
    assert text.one_line("شركة زرافين") == "\u2068شركة زرافين\u2069"
    assert text.one_line("a\u202eb") == "\u2068ab\u2069"


@pytest.mark.parametrize(
    "hostile", ["<!channel>", "<@U1>", "a & b", "<https://x.example|y>", "<!subteam^S1>"]
)
def test_no_name_mentions_or_links(hostile: str) -> None:
    said = text.name(hostile)
    assert "<" not in said
    assert ">" not in said
    assert not re.search("&(?!amp;|lt;|gt;)", said)


@pytest.mark.parametrize("formatted", ["*bold*", "_slanted_", "`code`", "~gone~", ":tada:", "```x```"])
def test_no_name_is_formatted(formatted: str) -> None:
    said = text.name(formatted)
    assert formatted not in said
    assert said.replace("\u200b", "") == formatted


@pytest.mark.parametrize("ordinary", ["snake_case_name", "5 * 3 * 2", "A: B", "C'est", "12:30"])
def test_an_ordinary_name_stays_as_it_is(ordinary: str) -> None:
    assert text.name(ordinary) == ordinary


@given(st.text())
def test_any_name_is_one_harmless_line(anything: str) -> None:
    said = text.name(anything)
    assert said
    assert "\n" not in said
    assert "<" not in said
    plain = text.one_line(anything, 80)
    assert 0 < len(plain) <= 82  # two isolates around a right-to-left name


def test_a_moment_reads_in_the_readers_time_zone_and_has_words_for_old_clients() -> None:
    at = datetime(2026, 11, 21, 14, 5, tzinfo=UTC)
    assert text.moment(at) == "<!date^1795269900^{date_short_pretty}, {time}|2026-11-21 14:05 UTC>"
    assert text.day(date(2027, 3, 3)) == "3 Mar 2027"


@pytest.mark.parametrize(
    ("url", "fits"),
    [
        ("https://vitally.example/a", True),
        ("http://vitally.example/a", False),
        ("javascript:alert(1)", False),
        ("https://x.example/" + "a" * 3000, False),
        ("https://x.example/a b", False),
    ],
)
def test_only_https_addresses_become_buttons(url: str, fits: bool) -> None:
    assert text.is_link(url) is fits


def test_people_are_mentioned_only_where_that_may_notify_them() -> None:
    assert text.person("Dana", "U1") == "<@U1>"
    assert text.person("Dana", "U1", quiet=True) == "Dana"
    assert text.person("Dana <x>", None) == "Dana &lt;x&gt;"
