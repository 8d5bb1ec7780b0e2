"""How drafts look: one account's with its material, and a pool's list of the month in the alerts' channel."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.blocks import build, limits, listing, text
from bot.blocks.answers import Block, Message, Modal
from bot.blocks.footnotes import Footnotes, origin
from bot.domain.material import Announcement
from bot.domain.provenance import Known
from bot.features.drafts import wording
from bot.features.drafts.rules import Draft, Monthly, Why

CHOOSE = "drafts.choose"
CSV = "drafts.csv"
PLAYBOOK = "drafts.playbook"
OFFERS, REASONS = 8, 4
LETTER = 2_600
"""Characters of a letter that a window shows; the CSV has them all."""
LIST, LEFT_OUT = 6_500, 1_200
_WHY = {
    Why.UPGRADE: "fell behind in upgrading",
    Why.USAGE: "low in usage",
    Why.FEATURE: "with a feature first used",
}
HEADER = (
    *("month", "team", "account_id", "account", "reasons", "contact_name", "contact_email", "contact_roles"),
    *("material", "draft_text", "vitally_url", "usage_source", "usage_as_of"),
)


def draft(draft: Draft) -> Modal:
    """One account: why it is to be written to, what to pass on to whom, and a letter to copy."""
    account, notes = draft.account, Footnotes()
    why = _reasons(draft, notes) or "Nothing calls for a letter now; this is what may help."
    blocks: list[Block] = [build.section(f"*{listing.within(account.name, 80)}*\n{why}")]
    if draft.poor:
        blocks.append(
            build.context(f"Poor: {listing.within(', '.join(map(wording.trait, draft.poor)), 400)}")
        )
    offers = [f"• {wording.offer(one)}" for one in draft.offers]
    if offers:
        blocks.append(listing.listed("*To pass on*", offers, OFFERS, len(offers))[0])
    else:
        blocks.append(
            build.section("*To pass on*\nThe catalogue has nothing for it (`[[materials]]` of the policy).")
        )
    if draft.reasons:
        letter = text.escape(text.trim(draft.text.replace("`", "'"), LETTER))
        blocks.append(build.section(f"*A draft to copy*\n```{text.trim(letter, limits.TEXT - 60)}```"))
    blocks.append(build.context(*_foot(draft, notes)))
    return Modal(callback_id=wording.SEE, title="Draft", blocks=tuple(blocks), accounts=(account.id,))


def _reasons(draft: Draft, notes: Footnotes) -> str:
    said = []
    for one in draft.reasons:
        mark = notes.mark(_origin(one.fact, draft)) if isinstance(one.fact, Known) else ""
        said.append(f"{listing.within(wording.reason(one))}{mark}")
    return text.and_more(said, REASONS, " · ")


def _origin(fact: Known[Any], draft: Draft) -> str:
    return origin(fact.source, draft.now - fact.as_of, assumed=fact.stamp.assumed)


def _foot(draft: Draft, notes: Footnotes) -> Iterator[str]:
    pool = draft.team is not None and draft.team.is_pool
    yield (
        "Vitally sends all communication to pools: this account is in its team's list of the month."
        if pool
        else "You send it, where you write to them. I write to no customer."
    )
    if draft.written_on:
        yield f"Vitally's newest conversation with them was on {text.day(draft.written_on)}."
    if notes.sources:
        yield f"*Sources* {notes.sources}"


def monthly(report: Monthly) -> Message:
    """A pool's list of the month: nobody is mentioned, and nobody is written to."""
    title = f"{text.name(report.name, 60)}: whom to write to in {_month(report)}"
    counts = " · ".join(f"{count:,} {_WHY[why]}" for why, count in report.counts.items() if count)
    notes = Footnotes()
    lines = [_line(one, notes) for one in report.drafts]
    kept = listing.fitting(lines, LIST)
    blocks: list[Block] = [
        build.header(
            text.one_line(f"{report.name}: whom to write to in {_month(report)}", limits.HEADER - 2)
        ),
        build.section(f"*{text.plural(report.total, 'account')}*: {counts}"),
        *map(build.section, kept),
    ]
    if report.total > len(kept):
        blocks.append(build.context(f"And {report.total - len(kept):,} more: the CSV has them all."))
    blocks += [*_left_out(report), *_announced(report)]
    blocks.append(_buttons(report, report.drafts[: len(kept)]))
    sources = text.trim(f"*Sources* {notes.sources}", limits.FIELD_TEXT)
    blocks.append(build.context(sources, f"As of {text.moment(report.now)}. I write to no customer."))
    return Message(
        text=text.trim(f"{title}. {text.plural(report.total, 'account')}: {counts}.", limits.NOTICE - 1),
        blocks=tuple(blocks),
        accounts=tuple(one.account.id for one in report.drafts[: len(kept)]),
    )


def _month(report: Monthly) -> str:
    return f"{report.month:%B %Y}"


def _line(one: Draft, notes: Footnotes) -> str:
    said = [f"*{listing.within(one.account.name, 60)}*: {_reasons(one, notes)}"]
    offers = [each for each in one.offers if each.readers][:2] or one.offers[:1]
    said += [f"• {wording.offer(each)}" for each in offers]
    return "\n".join(said)


def _left_out(report: Monthly) -> Iterator[Block]:
    if not report.reads_conversations:
        yield build.context(
            ":information_source: No system tells me of conversations, so nobody is left out whom Vitally wrote to already."
        )
        return
    if report.left_out:
        lines = (f"{listing.within(name, 50)} ({text.short_day(on)})" for name, on in report.left_out)
        kept = listing.fitting(lines, LEFT_OUT)
        said, more = ", ".join(kept), len(report.left_out) - len(kept)
        said += f" and {more:,} more" if more else ""
        yield build.section(f"*Left out*, written to within {report.written_days} days: {said}")


def _announced(report: Monthly) -> Iterator[Block]:
    if report.announcements:
        lines = [_announcement(one) for one in report.announcements]
        yield listing.listed("*To pass on to all of them*", lines, 6, len(lines))[0]


def _announcement(one: Announcement) -> str:
    kind = "beta programme" if one.is_beta else "new feature"
    until = f", until {text.day(one.last)}" if one.last else ""
    return f"• {text.link(one.url, listing.within(one.title, 80))} ({kind}{until})"


def _buttons(report: Monthly, shown: tuple[Draft, ...]) -> Block:
    made = [build.button("All as CSV", CSV, report.team.value)]
    if text.is_link(report.playbook_url):
        made.append(build.button("Open the playbook in Vitally", PLAYBOOK, url=report.playbook_url))
    options = [
        (text.one_line(one.account.name, 60), one.account.id)
        for one in shown
        if len(one.account.id) <= limits.OPTION_VALUE
    ]
    return build.actions(build.static_select(CHOOSE, "See a draft", options), *made)
