"""How alerts look: one, usual, too many, hostile words; within what Slack takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from bot import policy as policy_module
from bot.blocks import limits, listing, text
from bot.blocks.answers import Message
from bot.domain.alert import Kept, Notice, NoticeState, Press
from bot.domain.provenance import Stamp
from bot.features.alerts import rules, views
from bot.standin.validate import problems

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
RULES = policy_module.load().alerts
DANA, CHANNEL = "dana@ta.example", "alerts-customer-usage"
READING = views.Reading(
    rules=RULES, now=NOW, reader=DANA, names={DANA: "Dana <!channel>", "bea@ta.example": "Bea"}
)
HOSTILE = ("<!channel> & <@U1>", "*bold* _it_ `code` :tada:", "שלום עולם", "&" * 4000, "x" * 4000)


def kept(number: int = 1, signal: str = "seats", receiver: str = DANA, **changes: object) -> Kept:
    notice = Notice(
        key=f"{signal}:A{number}",
        signal=signal,
        receiver=receiver,
        headline=f"*Account {number}* uses 93 % of its seats",
        account_id=f"A{number}",
        account_name=f"Account {number:03}",
        lines=(
            "447 of 480 licensed seats, by users of the last 28 days.",
            "It was 88 % when last looked at.",
        ),
        source="looker + salesforce",
        as_of=NOW - timedelta(hours=3),
    )
    given = Kept(id=number, notice=notice, reader=receiver, state=NoticeState.WAITING, kept_at=NOW)
    own = {name: value for name, value in changes.items() if name in Notice.__slots__}
    became = {name: value for name, value in changes.items() if name not in own}
    return replace(given, notice=replace(notice, **own), **became)  # type: ignore[arg-type]


def told(one: Kept, **changes: object) -> Kept:
    return replace(one, state=NoticeState.TOLD, bundle="alert:1:1", told_at=NOW, rounds=1, **changes)  # type: ignore[arg-type]


USUAL = (
    kept(1),
    kept(2, "category", urgent=True, press=Press("Ask the team", "routing.ask", "A2")),
    kept(3, "renewal", assumed=True),
    kept(4, "renewal", reader="bea@ta.example"),
)
BUNDLES: dict[str, Message] = {
    "one": views.bundle(USUAL[:1], READING, "alert:1:1"),
    "usual": views.bundle(USUAL, READING, "alert:1:1"),
    "what became of them": views.bundle(
        (
            told(kept(1), acknowledged_at=NOW, acknowledged_by=DANA),
            told(kept(2, receiver=CHANNEL), acknowledged_at=NOW, acknowledged_by="bea@ta.example"),
            replace(told(kept(3)), state=NoticeState.WAITING, not_before=NOW + timedelta(days=1)),
            told(kept(4, receiver=CHANNEL, reader="bea@ta.example")),
        ),
        READING,
        "alert:1:1",
    ),
    "too many": views.bundle([kept(number) for number in range(30)], READING, "alert:1:1"),
    "the second page": views.bundle([told(kept(number)) for number in range(30)], READING, "alert:1:1", 1),
}


def pictured(message: Message, snapshot: SnapshotAssertion) -> None:
    assert not problems(message.blocks)
    assert listing.size(message.blocks) <= limits.MESSAGE_CHARS
    picture = {"text": message.text, "blocks": list(message.blocks), "accounts": list(message.accounts)}
    assert picture == snapshot(extension_class=JSONSnapshotExtension)


@pytest.mark.parametrize("name", BUNDLES)
def test_bundle(name: str, snapshot: SnapshotAssertion) -> None:
    pictured(BUNDLES[name], snapshot)


def test_noted(snapshot: SnapshotAssertion) -> None:
    pictured(views.noted(), snapshot)


def test_unreached(snapshot: SnapshotAssertion) -> None:
    pictured(views.unreached(USUAL, CHANNEL, "there is no such channel"), snapshot)


def crowded(signal: str, count: int, line: str, stamp: Stamp | None) -> views.Crowded:
    lines = (line,) * min(count, views.NAMED)
    ids = tuple(f"A{number}" for number in range(len(lines)))
    return views.Crowded(signal=signal, count=count, accounts=ids, lines=lines, stamp=stamp, now=NOW)


def test_crowded(snapshot: SnapshotAssertion) -> None:
    renewing = crowded("renewal", 4_321, "*Acme* renews on 20 Jan 2027", Stamp("vitally", NOW - 2 * HOUR))
    hostile = crowded("category", 21, f"*{text.name('<!channel>')}*: green → red", None)
    pictured(views.crowded((renewing, hostile), NOW.date(), RULES, 20), snapshot)
    every = [crowded(signal, 21, "&amp;" * 100, None) for signal in RULES.signals]
    message = views.crowded(every, NOW.date(), RULES, 20)
    assert not problems(message.blocks)
    assert listing.size(message.blocks) <= limits.MESSAGE_CHARS


@pytest.mark.parametrize("off", [(), ("seats", "renewal")], ids=["nothing", "two"])
def test_turned(off: tuple[str, ...], snapshot: SnapshotAssertion) -> None:
    pictured(views.turned(RULES, off), snapshot)


@pytest.mark.parametrize("mine", [lambda _: True, lambda key: key == "renewal"], ids=["all", "some"])
def test_settings_section(mine: Callable[[str], bool], snapshot: SnapshotAssertion) -> None:
    blocks = tuple(views.settings_section(RULES, {"seats"}, mine))
    pictured(Message(text="-", blocks=blocks), snapshot)


@pytest.mark.parametrize("count", [0, 2, 30])
def test_open_alerts(count: int, snapshot: SnapshotAssertion) -> None:
    shown = views.open_alerts([told(kept(number)) for number in range(count)], NOW)
    assert not problems(shown.blocks, "home")
    pictured(shown, snapshot)


@pytest.mark.parametrize("words", HOSTILE)
@pytest.mark.parametrize("count", [1, 7, 200])
def test_no_words_break_a_message_or_call_anybody(words: str, count: int) -> None:
    name = text.name(words)
    many: Sequence[Kept] = [
        kept(at, headline=f"*{name}* uses its seats", lines=(name, text.trim(text.escape(words), 2_000)))
        for at in range(count)
    ]
    many = rules.in_order(many, RULES)
    fits = READING.fits(many)
    assert fits >= min(count, 5)
    for page in range(3):
        message = views.bundle(many[:fits], READING, "alert:1:1", page)
        assert not problems(message.blocks)
        assert listing.size(message.blocks) <= limits.MESSAGE_CHARS
        assert "<!channel>" not in str(message.blocks)
