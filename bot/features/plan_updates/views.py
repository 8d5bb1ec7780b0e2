"""How status updates are listed: an account's history, and a week's for a team's digest."""

from __future__ import annotations

from collections.abc import Sequence

from bot.blocks import build, limits, listing, text
from bot.blocks.answers import Block, Message, Modal
from bot.domain.plan_update import PLANS, PlanAsk, PlanUpdate, PlanWeek
from bot.domain.schedule import IsoWeek
from bot.features.plan_updates import wording
from bot.features.plan_updates.forms import HISTORY

SHOWN = 8
"""Updates of an account."""
UPDATES, UNANSWERED = 8_000, 2_400
"""Characters that a week's may take."""


def history(account: tuple[str, str], updates: Sequence[PlanUpdate], *, kept: bool = False) -> Modal:
    """An account's (its name and id) updates, newest first; `kept`: one was just added."""
    name, account_id = account
    blocks: list[Block] = []
    if kept:
        blocks.append(
            build.section(
                ":white_check_mark: Kept. It is on the account's card and in the team's next digest."
            )
        )
    total = text.plural(len(updates), "status update")
    blocks.append(build.section(f"*{text.name(name)}*: {total if updates else 'no status update yet'}"))
    blocks += [build.section(_dated(one)) for one in updates[:SHOWN]]
    if len(updates) > SHOWN:
        blocks.append(build.context(f"And {len(updates) - SHOWN:,} older ones."))
    blocks.append(build.actions(build.button("Write an update", wording.WRITE, account_id)))
    return Modal(callback_id=HISTORY, title="Status updates", blocks=tuple(blocks), accounts=(account_id,))


def _dated(one: PlanUpdate) -> str:
    head = f"{wording.confidence(one.confidence)} · {PLANS[one.kind]} · {wording.when(one)}"
    return "\n".join((head, *wording.parts(one)))


def gathered(name: str, week: PlanWeek) -> Message:
    """The updates of a team's accounts in a week, what is off track first, and who was asked and has not answered."""
    iso = IsoWeek.of(week.week)
    given, open_ = len(week.updates), len(week.unanswered)
    title = f"Status updates of week {iso.number} of {iso.year}, {text.name(name, 60)}"
    count = f"{text.plural(given, 'update')}, {text.plural(open_, 'account')} without an answer"
    blocks: list[Block] = [build.section(f"*{title}*\n{count}")]
    lines = [f"• {_named(one)}" for one in sorted(week.updates, key=_pressing)]
    kept = listing.fitting(lines, UPDATES)
    blocks += build.paragraphs(kept, 2)
    if given > len(kept):
        blocks.append(build.context(f"And {given - len(kept):,} more: each is on its account's card."))
    if open_:
        asked = [_unanswered(one, week) for one in week.unanswered]
        blocks.append(listing.listed("*No answer*", asked, open_, open_, UNANSWERED)[0])
    about = [one.account_id for one in week.updates] + [one.account_id for one in week.unanswered]
    return Message(
        text=text.trim(f"{title}: {count}.", limits.NOTICE - 1),
        blocks=tuple(blocks),
        accounts=tuple(dict.fromkeys(about)),
    )


def _pressing(one: PlanUpdate) -> tuple[int, str]:
    return ("red", "yellow", "green").index(one.confidence.colour), one.account_name.casefold()


def _named(one: PlanUpdate) -> str:
    head = f"*{text.name(one.account_name, 60)}* · {PLANS[one.kind]} · {wording.confidence(one.confidence)}"
    return "\n".join((f"{head} · {wording.when(one)}", *wording.parts(one)))


def _unanswered(one: PlanAsk, week: PlanWeek) -> str:
    who = text.name(week.names.get(one.email, one.email), 60)
    return f"• {text.name(one.account_name, 60)} · {PLANS[one.kind]}: asked of {who} on {text.short_day(one.asked_at.date())}"
