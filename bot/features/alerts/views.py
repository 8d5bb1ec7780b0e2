"""How alerts look: a bundle with what can be done about each, and what somebody has turned off."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from bot.blocks import build, listing, text
from bot.blocks.answers import Block, Message
from bot.blocks.build import Json
from bot.blocks.footnotes import origin
from bot.domain.alert import AlertRules, Kept, NoticeState
from bot.domain.provenance import Stamp
from bot.features.alerts.rules import in_order

MENU = "alerts.menu"
ALL = "alerts.acknowledge_all"
MORE = "alerts.more"
TURN = "alerts.turn"
SETTINGS = "alerts.settings"
OPEN = 6
ACKNOWLEDGE, DAY, WEEK, OFF, ON = "ack", "day", "week", "off", "on"
FULL = 10
"""Alerts of a page that are shown with everything about them."""
PAGE = 7_500
"""Characters of JSON that they may take."""
TITLE = 120
"""Characters that a signal's title takes above them."""
BRIEF = 3_600
"""Characters that the others' headlines may take."""
LINE = 220
NAMED = 8
"""Accounts that are named of a signal that many had at once."""
CROWDED = 9_000
"""Characters that they may take, of all such signals together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a bundle is shown with: policy, now, names by e-mail, and the reader (a channel's name or an e-mail)."""

    rules: AlertRules
    now: datetime
    reader: str
    names: Mapping[str, str]

    def called(self, email: str) -> str:
        """A person's name for mrkdwn."""
        return text.name(self.names.get(email, email))

    def fits(self, kept: Sequence[Kept]) -> int:
        """How many of what waits, in the order of `in_order`, one message can tell."""
        pages = _pages(kept, self)
        brief = listing.fitting([_brief(one) for page in pages[1:] for one in page], BRIEF, len)
        return len(pages[0]) + len(brief)


def bundle(kept: Sequence[Kept], reading: Reading, key: str, page: int = 0) -> Message:
    """A message of alerts: the page's in full; on the first page the others' headlines below, and how to see them."""
    pages = _pages(in_order(kept, reading.rules), reading)
    page = min(page, len(pages) - 1)
    rest = [one for later in pages[page + 1 :] for one in later]
    blocks = [block for one in _grouped(pages[page], reading, page) for block in one]
    if page == 0:
        blocks += build.paragraphs([_brief(one) for one in rest], 12)
    return Message(
        text=_notice(kept, reading),
        blocks=(*blocks, *_foot(kept, rest, key, page)),
        accounts=tuple(dict.fromkeys(one.notice.account_id for one in kept if one.notice.account_id)),
    )


def _pages(kept: Sequence[Kept], reading: Reading) -> list[list[Kept]]:
    least = PAGE // FULL - 1  # no more than FULL on a page, however short they are
    return listing.paged(
        kept, PAGE, lambda one: max(least, listing.size(list(_shown(one, reading, 0))) + TITLE)
    )


def _grouped(kept: Sequence[Kept], reading: Reading, page: int) -> Iterator[list[Block]]:
    for signal, some in groupby(kept, key=lambda one: one.notice.signal):
        yield [build.context(f"*{text.escape(reading.rules.title_of(signal))}*")]
        for one in some:
            yield list(_shown(one, reading, page))


def _shown(kept: Kept, reading: Reading, page: int) -> Iterator[Block]:
    notice = kept.notice
    lines = [notice.headline, *notice.lines]
    if said := _stand_in(kept, reading):
        lines.append(said)
    if notice.as_of:
        old = reading.now - notice.as_of
        lines.append(f"_{text.escape(origin(notice.source, old, assumed=notice.assumed))}_")
    became = _became(kept, reading)
    menu = None if became else build.overflow(f"{MENU}:{kept.id}", _choices(kept, page))
    yield build.section(text.trim("\n".join([*lines, became] if became else lines), 2_900), menu)
    if notice.press and not became:
        press = notice.press
        yield build.actions(build.button(press.text, f"{press.action_id}:{kept.id}", press.value))


def _choices(kept: Kept, page: int) -> list[tuple[str, str]]:
    choices = [("Acknowledge", ACKNOWLEDGE), ("Again tomorrow", DAY), ("Again in a week", WEEK)]
    if kept.reader == kept.notice.receiver and not kept.notice.is_for_channel:
        choices.append(("Turn such alerts off", OFF))
    return [(said, f"{verb}:{kept.id}:{page}") for said, verb in choices]


def _stand_in(kept: Kept, reading: Reading) -> str:
    if kept.reader == kept.notice.receiver:
        return ""
    if kept.notice.is_for_channel:
        return f":leftwards_arrow_with_hook: for #{text.escape(kept.notice.receiver)}, where it could not be posted"
    return (
        f":leftwards_arrow_with_hook: for {reading.called(kept.notice.receiver)}, who cannot be reached now"
    )


def _became(kept: Kept, reading: Reading) -> str:
    """What its reader did with it, in words; nothing where nothing was done."""
    if kept.state is NoticeState.WAITING and kept.not_before:
        return f":zzz: comes again {text.moment(kept.not_before)}"
    if kept.acknowledged_at:
        by = f" by {reading.called(kept.acknowledged_by)}" if kept.notice.is_for_channel else ""
        return f":white_check_mark: acknowledged{by}"
    return ""


def _brief(kept: Kept) -> str:
    done = ":white_check_mark: " if kept.acknowledged_at else "• "
    return done + text.trim(kept.notice.headline.replace("\n", " "), LINE)


def _foot(kept: Sequence[Kept], rest: Sequence[Kept], key: str, page: int) -> Iterator[Json]:
    buttons = []
    if any(one.state is NoticeState.TOLD and not one.acknowledged_at for one in kept) or not _told(kept):
        said = "Acknowledge" if len(kept) == 1 else f"Acknowledge all {len(kept)}"
        buttons.append(build.button(said, ALL, f"{key}\n{page}"))
    if rest:
        buttons.append(build.button(f"See {len(rest)} more in full", MORE, f"{key}\n{page + 1}"))
    if buttons:
        yield build.actions(*buttons)


def _told(kept: Sequence[Kept]) -> bool:
    """Whether they have been told: as the message is made, they have not."""
    return any(one.bundle for one in kept)


def _notice(kept: Sequence[Kept], reading: Reading) -> str:
    first = listing.bare(in_order(kept, reading.rules)[0].notice.headline.split("\n")[0])
    if len(kept) == 1:
        return text.trim(first, LINE)
    return text.trim(f"{len(kept)} alerts: {first}", LINE)


def noted() -> Message:
    """What came of a press in a channel is in the message itself, for everybody."""
    said = "Noted: the message says so, for everybody here."
    return Message(text=said, blocks=(build.section(said),))


def unreached(kept: Sequence[Kept], reader: str, why: str) -> Message:
    """Nobody heard of some alerts: for the operators."""
    whom = text.escape(reader if "@" in reader else f"#{reader}")
    said = f"{text.plural(len(kept), 'alert')} for {whom} could not be told: {text.escape(why)}."
    return Message(text=said, blocks=(build.section(said),))


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowded:
    """A signal that was first known of `count` accounts at once; headlines and ids of the first, and their origin."""

    signal: str
    count: int
    accounts: tuple[str, ...]
    lines: tuple[str, ...]
    stamp: Stamp | None
    now: datetime


def crowded(crowds: Sequence[Crowded], since: date, rules: AlertRules, few: int) -> Message:
    """What nobody was told of, since so many accounts had it at once: for the operators."""
    named = ", ".join(f"{rules.title_of(one.signal)} ({one.count:,})" for one in crowds)
    said = f"Alerts that nobody was told of, first known of many accounts at once: {text.escape(named)}."
    why = (
        f"Nothing was posted: what more than {text.plural(few, 'account')} begin with at once is taken for a source's "
        "doing, not for news (`alerts.few` of the policy). It is remembered, and what changes from now on is told."
    )
    how = (
        "Each account's card shows how it stands: `/account-health NAME`. "
        "`ta-bot sync report` says what each system last gave."
    )
    budget = CROWDED // len(crowds)
    lists = [_crowd(one, since, rules.title_of(one.signal), budget) for one in crowds]
    return Message(
        text=text.trim(said, LINE),
        blocks=(build.section(f"*{said}*\n{why}"), *lists, build.context(how)),
        accounts=tuple(dict.fromkeys(account for one in crowds for account in one.accounts)),
    )


def _crowd(one: Crowded, since: date, title: str, budget: int) -> Block:
    known = ""
    if one.stamp is not None:
        old = one.now - one.stamp.as_of
        known = f" · _{text.escape(origin(one.stamp.source, old, assumed=one.stamp.assumed))}_"
    head = f"*{text.escape(title)}*: {text.plural(one.count, 'account')}, new since {text.day(since)}{known}"
    lines = [f"• {text.trim(line, LINE)}" for line in one.lines]
    return listing.listed(head, lines, NAMED, one.count, budget)[0]


def open_alerts(kept: Sequence[Kept], now: datetime) -> Message:
    """What somebody was told and has not acknowledged, newest first: a line each, with its source and age."""
    lines = [_brief(one) + _age(one, now) for one in kept]
    said = f"Alerts: {len(kept):,} open" if kept else "Alerts"
    body: Block = build.section(
        "*Alerts*\nNothing is open. What you are told and have not acknowledged stands here."
    )
    if kept:
        body = listing.listed(f"*{said}*", lines, OPEN, len(lines))[0]
    accounts = tuple(dict.fromkeys(one.notice.account_id for one in kept if one.notice.account_id))
    return Message(
        text=said,
        blocks=(body, build.actions(build.button("My alert settings", SETTINGS))),
        accounts=accounts,
    )


def _age(kept: Kept, now: datetime) -> str:
    notice = kept.notice
    if notice.as_of is None:
        return ""
    return f" · _{text.escape(origin(notice.source, now - notice.as_of, assumed=notice.assumed))}_"


def settings_section(
    rules: AlertRules, off: Collection[str], mine: Callable[[str], bool] = lambda _: True
) -> list[Json]:
    """The signals of a person, each with the button that turns it off or on; `mine` says which concern them."""
    shown = [rule for key, rule in rules.signals.items() if mine(key) or key in off]
    said = (
        "Each comes as a direct message, bundled by the hour, in your working hours; "
        f"at most {text.plural(rules.cap, 'message')} a day."
    )
    blocks = [build.section(f"*My alerts*\n{said}")]
    for rule in shown:
        is_off = rule.key in off
        label, verb = ("Turn on", ON) if is_off else ("Turn off", OFF)
        mark = ":no_bell:" if is_off else ":bell:"
        button = build.button(label, f"{TURN}:{rule.key}", f"{verb}:{rule.key}")
        blocks.append(build.section(f"{mark} {text.escape(rule.title)}{' · off' if is_off else ''}", button))
    return blocks


def turned(rules: AlertRules, off: Collection[str]) -> Message:
    """What is off for somebody now, with the way back."""
    if not off:
        said = "You hear of every signal that concerns you."
        return Message(text=said, blocks=(build.section(said),))
    titles = ", ".join(text.escape(rules.title_of(one)) for one in sorted(off))
    said = f"Turned off for you: {titles}. Nothing else changes, and others hear of them as before."
    buttons = [
        build.button(f"Turn on: {rules.title_of(one)}", f"{TURN}:{one}", f"{ON}:{one}")
        for one in sorted(off)[:10]
    ]
    return Message(text=said, blocks=(build.section(said), build.actions(*buttons)))
