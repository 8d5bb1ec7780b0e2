"""How product feedback is listed: of one account, and gathered for the product teams."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import groupby

from bot.blocks import build, limits, listing, text
from bot.blocks.answers import Block, Modal
from bot.blocks.footnotes import origin
from bot.domain.feedback import Feedback, Weight
from bot.domain.provenance import Known
from bot.features.feedback.forms import OF_ACCOUNT
from bot.features.feedback.rules import Area, OfAccount

GIVE = "feedback.give"
MENU = "feedback.menu"
EDIT, WITHDRAW = "edit", "withdraw"
GATHER = "feedback.gather"
CSV = "feedback.csv"
SHOWN, AREAS, EACH = 12, 8, 4
"""Entries of an account; areas; entries of an area."""
WORDS = 240
_WEIGHTS = {Weight.BLOCKS: "blocks them", Weight.MATTERS: "matters", Weight.WISH: "nice to have"}
HEADER = (
    *("feedback", "given_at", "area", "weight", "account_id", "account", "team", "feedback_text"),
    *("for_session", "given_by", "link", "arr", "arr_source", "arr_as_of"),
)


KEPT = "Kept, and shown to the product teams from now on."
CHANGED = "Changed: the product teams see it so from now on."
WITHDRAWN = "Withdrawn: it is shown to nobody any more."


def of_account(report: OfAccount, done: str = "") -> Modal:
    """What was written down of an account, newest first; `done`: what was just done with one of them.

    What the reader may change has a menu.
    """
    blocks: list[Block] = []
    if done:
        blocks.append(build.section(f":white_check_mark: {done}"))
    title = f"*{text.name(report.account_name)}*: {text.plural(len(report.given), 'entry', 'entries')}"
    blocks.append(build.section(f"{title}\n{_session(report)}"))
    blocks += _entries(report)
    write = build.button("Write another" if report.given else "Write one", GIVE, report.account_id)
    blocks.append(build.actions(write, build.button("All for the product teams", GATHER)))
    return Modal(
        callback_id=OF_ACCOUNT,
        title="Product feedback",
        blocks=tuple(blocks),
        accounts=(report.account_id,),
    )


def _entries(report: OfAccount) -> Iterator[Block]:
    shown = report.given[:SHOWN]
    kept = listing.fitting([_entry(one) for one in shown], limits.TEXT * 2)
    entries = zip(shown, kept, strict=False)
    for theirs, some in groupby(entries, key=lambda entry: report.is_theirs(entry[0])):
        if theirs:
            yield from (build.section(line, _menu(one)) for one, line in some)
        else:
            yield from build.paragraphs([line for _, line in some], 4)
    if len(report.given) > len(kept):
        yield build.context(f"And {len(report.given) - len(kept):,} more.")


def _menu(one: Feedback) -> build.Json:
    options = [("Change it", f"{EDIT}:{one.id}"), ("Withdraw it", f"{WITHDRAW}:{one.id}")]
    return build.overflow(f"{MENU}:{one.id}", options)


def _session(report: OfAccount) -> str:
    waiting = f"{text.plural(report.waiting, 'entry waits', 'entries wait')} for the next session"
    last = report.session
    if not isinstance(last, Known):
        return f"{waiting}; when the last one was is unknown ({text.escape(last.reason)})."
    told = origin(last.source, report.now - last.as_of, assumed=last.stamp.assumed)
    return f"{waiting}; the last one was on {text.day(last.value)} ({text.escape(told)})."


def gathered(areas: Sequence[Area], since: date, as_of: datetime) -> Modal:
    """Everything that was written down since a day, by area of the product."""
    given = [one for area in areas for one in area.given]
    said = f"*{text.plural(len(given), 'entry', 'entries')}* since {text.day(since)}"
    if given:
        said += f", from {text.plural(len({one.account_id for one in given}), 'account')}"
    blocks: list[Block] = [build.section(f"{said}. Written down here; as of {text.moment(as_of)}.")]
    shown = areas[:AREAS]
    for area in shown:
        blocks.append(build.section(_area(area)))
        blocks += _lines([_named(one) for one in area.given[:EACH]], len(area.given))
    if len(areas) > len(shown):
        blocks.append(build.context(f"And {len(areas) - len(shown)} more areas: the CSV has them all."))
    buttons = [build.button("Write one", GIVE)]
    if given:
        buttons.append(build.button("All as CSV", CSV))
    blocks.append(build.actions(*buttons))
    return Modal(
        callback_id=GATHER,
        title="Product feedback",
        blocks=tuple(blocks),
        accounts=tuple(dict.fromkeys(one.account_id for area in shown for one in area.given[:EACH])),
    )


def _area(area: Area) -> str:
    said = f"*{text.name(area.name)}* · {text.plural(area.accounts, 'account')}"
    if area.blocking:
        return f"{said}, :no_entry: it blocks {area.blocking}"
    return said


def _lines(lines: Sequence[str], total: int) -> Iterator[Block]:
    kept = listing.fitting(lines, limits.TEXT * 2)
    yield from build.paragraphs(kept, 4)
    if total > len(kept):
        yield build.context(f"And {total - len(kept):,} more.")


def _entry(one: Feedback) -> str:
    said = [_WEIGHTS[one.weight], text.name(one.area), text.day(one.given_at.date()), text.name(one.by_name)]
    if one.for_session:
        said.append("for the session")
    return f"• {listing.within(one.text, WORDS)}\n    {' · '.join(said)}{_link(one)}"


def _named(one: Feedback) -> str:
    said = [_WEIGHTS[one.weight], text.name(one.account_name, 50), text.short_day(one.given_at.date())]
    return f"• {listing.within(one.text, WORDS)}\n    {' · '.join(said)}{_link(one)}"


def _link(one: Feedback) -> str:
    return f" · {text.link(one.link, 'go to it')}" if text.is_link(one.link) else ""
