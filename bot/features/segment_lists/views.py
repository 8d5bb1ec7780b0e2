"""How lists by segment look: the sums, the table, drift, and the correction to copy."""

from __future__ import annotations

from collections.abc import Sequence

from bot.blocks import build, limits, native, summing, text
from bot.blocks.answers import Block, Message, Modal
from bot.domain.amounts import dollars
from bot.domain.person import Team
from bot.domain.segment import Classified, Unclassified
from bot.features.segment_lists.rules import (
    PAGE,
    UNCLASSIFIED,
    Kind,
    Listed,
    Page,
    Part,
    Scope,
    category_of,
    why_of,
)

NEXT = "segment_lists.next"
PREVIOUS = "segment_lists.previous"
TEAM = "segment_lists.team"
FILE = "segment_lists.file"
CORRECT = "segment_lists.correct"
CORRECTED = "segment_lists.corrected"
FIND = "segments.find"  # heard by the feature that explains one account
NAME = 40
LINES = 8
BOX = 2_900
"""Letters in one box of a form, below Slack's 3,000."""
BOXES = 8
HEAD = ("Account", "Score", "Segment", "Team", "Developers", "ARR", "Recorded", "Renewal")
DRIFT_HEAD = ("Account", "Recorded", "By the rules", "Why", "Developers", "ARR", "Renewal")


def page(page: Page) -> Message:
    """One page of a list as a table."""
    drift = page.scope.kind is Kind.DRIFT
    top: list[Block] = [build.header(text.one_line(page.title, limits.HEADER - 2))]
    notes = [*page.notes, *page.chosen.notes]
    if notes:
        top.append(build.context(*notes))
    summary = _summary(page.total)
    lines = [summary if not drift else _drift_summary(page)]
    lines.extend(_part(one, page) for one in page.parts if len(page.parts) > 1 or drift)
    lines.extend(_about(page))
    top.append(build.section("\n".join(lines)))
    said = f"{text.name(page.title)}: {summary}"
    if not page.listed:
        return Message(text=said, blocks=(*top, *_controls(page)))
    top.append(build.section(_span(page)))
    order = "by team, those that disagree first" if drift else _order(page)
    table = native.data_table(
        f"{text.one_line(page.title)}, {order}",
        DRIFT_HEAD if drift else HEAD,
        [_drift_cells(one, page) if drift else _cells(one, page) for one in page.listed],
        len(page.listed),
    )
    foot = [build.context(_sources(page)), *_controls(page)]
    return Message(
        text=said,
        blocks=(*top, table, *foot),
        plain=(*top, *build.paragraphs([_line(one, page) for one in page.listed], LINES), *foot),
        accounts=tuple(one.row.id for one in page.listed),
    )


def _summary(part: Part) -> str:
    return summing.in_one_line(part.count, part.arr, part.arr_unknown, part.categories.items())


def drift_in_short(total: Part, team: str) -> Message:
    """How many records disagree, without naming any."""
    of = f" of the {text.name(team)}" if team else ""
    said = f"{_disagree(total.drifting)} with the rules; {total.near:,} more may after the next renewal."
    return Message(text=f"Segment drift{of}: {said}", blocks=(build.section(f"*Segment drift{of}*\n{said}"),))


def _drift_summary(page: Page) -> str:
    margin, total = page.margin, page.total
    return (
        f"*{_disagree(total.drifting)} with the rules*; *{total.near:,} more* may after the "
        f"next renewal: within {margin.developers} developers or {margin.arr:.0%} of a boundary, renewing within "
        f"{margin.days} days"
    )


def _part(part: Part, page: Page) -> str:
    if page.scope.kind is Kind.DRIFT:
        return f"• *{_team(part.team, page)}*: {part.drifting:,} disagree, {part.near:,} near · {text.money(part.arr)} ARR"
    label = text.name(part.label.capitalize() if part.label == UNCLASSIFIED else part.label)
    return f"• *{label}{f' · {_team(part.team, page)}' if part.team else ''}*: {_summary(part)}"


def _about(page: Page) -> list[str]:
    said = []
    scope, model = page.scope, page.chosen.model
    if scope.kind is Kind.TIER and scope.value != UNCLASSIFIED:
        teams = list(dict.fromkeys(rule.team for rule in model.rules if rule.segment == scope.value))
        if len(teams) > 1:
            served = " and ".join(
                f"the {_team(rule.team, page)} ({model.arr_words(rule)})"
                for rule in model.rules
                if rule.segment == scope.value
            )
            said.append(f"The {text.name(scope.value)} segment is served by two teams: {served}.")
    if scope.value == UNCLASSIFIED and page.listed:
        said.append(
            "Nothing is guessed. Salesforce holds ARR and the estimated number of developers: the account's AE fills "
            "them in, and the next import brings them here."
        )
    if page.unclassified and scope.value != UNCLASSIFIED:
        count = text.plural(page.unclassified, "account")
        said.append(f"{count} unclassified and left out: `/segment tier unclassified` names what is missing.")
    if scope.kind is not Kind.DRIFT and page.total.drifting:
        said.append(
            f"{_disagree(page.total.drifting)} with the rules here: `/segment drift` lists every one."
        )
    if not page.chosen.current or page.chosen.asked_on:
        said.append(
            f"Under the model `{text.escape(model.name)}`, in force {model.period}; the numbers are today's."
        )
    return said


def _team(team: str, page: Page) -> str:
    if team in page.teams:
        return text.name(page.teams[Team(team)].short)
    means = dict(page.chosen.model.functions).get(team)
    return text.escape(f"{team} ({means})" if means else team or "no team")


def _order(page: Page) -> str:
    return "worst first" if page.scope.kind in (Kind.TEAM, Kind.TIER) else "by segment, worst first"


def _span(page: Page) -> str:
    order = "by team" if page.scope.kind is Kind.DRIFT else _order(page)
    if page.total.count <= len(page.listed):
        return f"*All of them, {order}*"
    return f"*{page.offset + 1:,} to {page.offset + len(page.listed):,} of {page.total.count:,}, {order}*"


def _cells(one: Listed, page: Page) -> list[native.Cell]:
    row = one.row
    score = "?" if row.health_score is None else text.score(row.health_score)
    return [
        text.one_line(row.name, NAME),
        f"{score} {category_of(row, page.health) or 'unknown'}",
        *_by_rule(one),
        *_numbers(one),
        "the same" if _agrees(one) else _recorded(one),
        row.renewal_date.isoformat() if row.renewal_date else "unknown",
    ]


def _drift_cells(one: Listed, page: Page) -> list[native.Cell]:
    del page
    row = one.row
    renewal = row.renewal_date.isoformat() if row.renewal_date else "unknown"
    return [text.one_line(row.name, NAME), _recorded(one), _ruled(one), why_of(one), *_numbers(one), renewal]


def _numbers(one: Listed) -> list[native.Cell]:
    row = one.row
    return [
        "unknown" if row.developers is None else (float(row.developers), f"{row.developers:,}"),
        "unknown" if row.arr is None else (row.arr / 100, dollars(row.arr)),
    ]


def _disagree(count: int) -> str:
    return f"{text.plural(count, 'record')} {'disagrees' if count == 1 else 'disagree'}"


def _agrees(one: Listed) -> bool:
    recorded = one.row.segment is not None or one.row.team is not None
    return isinstance(one.found, Classified) and recorded and not one.drifts


def _missing(found: Unclassified) -> str:
    return " and ".join("ARR" if one == "arr" else one for one in found.missing) + " unknown"


def _by_rule(one: Listed) -> tuple[str, str]:
    found = one.found
    if isinstance(found, Unclassified):
        return _missing(found), "–"
    policy = " (by policy)" if found.on_the_line or found.on_two_rows else ""
    return text.one_line(found.rule.segment, 30) + policy, found.rule.team


def _ruled(one: Listed) -> str:
    found = one.found
    if isinstance(found, Unclassified):
        return f"unclassified: {_missing(found)}"
    policy = " (by policy)" if found.on_the_line or found.on_two_rows else ""
    return f"{text.one_line(found.rule.segment, 30)}, {found.rule.team}{policy}"


def _recorded(one: Listed) -> str:
    row = one.row
    return f"{text.one_line(row.segment, 30) if row.segment else 'no segment'}, {row.team or 'no team'}"


def _line(one: Listed, page: Page) -> str:
    row = one.row
    why = why_of(one) if page.scope.kind is Kind.DRIFT else ""
    count = "developers unknown" if row.developers is None else text.plural(row.developers, "developer")
    arr = "ARR unknown" if row.arr is None else f"{dollars(row.arr)} ARR"
    said = [f"*{text.name(row.name, NAME)}* {text.name(_ruled(one))}", count, arr]
    if one.drifts:
        said.append(f"recorded {text.name(_recorded(one))}")
    elif why:
        said.append(text.escape(why))
    if page.scope.kind is not Kind.DRIFT:
        score = "?" if row.health_score is None else text.score(row.health_score)
        said.append(f"{score} {category_of(row, page.health) or 'unknown'}")
    said.append(f"renewal {text.day(row.renewal_date) if row.renewal_date else 'unknown'}")
    return " · ".join(said)


def _sources(page: Page) -> str:
    parts = []
    for one in page.origins:
        sources = text.escape(text.and_more([text.one_line(source, 40) for source in one.sources], 3))
        said = f"{one.label}: {sources}, up to {text.age(page.now - one.oldest.as_of)}"
        if one.oldest.assumed:
            said += " (counted from the import)"
        parts.append(f"{said}, :warning: stale for {one.stale}" if one.stale else said)
    return f"*Sources of this page* {' · '.join(parts)}. Ages count to {text.moment(page.now)}."


def _controls(page: Page) -> list[Block]:
    scope = page.scope
    made = [build.external_select(FIND, "Explain an account")]
    if scope.kind is Kind.DRIFT:
        made.append(_teams(page))
        if page.total.drifting:
            made.append(build.button("Prepare the correction", CORRECT, scope.token()))
    if page.listed:
        made.append(build.button("Send me the CSV", FILE, scope.token()))
    if page.offset:
        made.append(build.button("◀ Previous", PREVIOUS, scope.token(max(page.offset - PAGE, 0))))
    if page.offset + len(page.listed) < page.total.count:
        made.append(build.button("Next ▶", NEXT, scope.token(page.offset + PAGE)))
    return [build.actions(*made)]


def _teams(page: Page) -> build.Json:
    options = [("Every team", Scope(kind=Kind.DRIFT, model=page.scope.model).token())]
    options.extend(
        (of.short, Scope(kind=Kind.DRIFT, value=team, model=page.scope.model).token())
        for team, of in page.teams.items()
    )
    return build.static_select(TEAM, "Whose record", options, page.scope.token())


def correction(texts: Sequence[str], title: str, accounts: Sequence[str]) -> Modal:
    """What to tell the systems' owners, in boxes to copy from."""
    if not texts:
        said = "Every record agrees with the rules now; there is nothing to correct."
        return Modal(callback_id=CORRECTED, title="Nothing to correct", blocks=(build.section(said),))
    boxes = _boxes(title, texts)
    shown = boxes[:BOXES]
    about = (
        "For whoever keeps segment and team in *Vitally*. Where the record is right and the numbers are not, the AE "
        "corrects developers or ARR in *Salesforce* instead. Nothing is sent from here: copy it."
    )
    blocks: list[Block] = [build.section(about)]
    for number, box in enumerate(shown, 1):
        label = "Copy this" if len(shown) == 1 else f"Copy this ({number} of {len(shown)})"
        field = build.text_field(f"{CORRECTED}_{number}", multiline=True, initial=box)
        blocks.append({**build.field_input(f"text{number}", label, field), "optional": True})
    if len(boxes) > BOXES:
        blocks.append(build.context("More than fits into a form: the rest is in the CSV, column `why`."))
    return Modal(
        callback_id=CORRECTED,
        title="Correct the record",
        blocks=tuple(blocks),
        submit="Done",
        accounts=tuple(accounts),
    )


def _boxes(title: str, texts: Sequence[str]) -> list[str]:
    boxes = [title]
    for one in texts:
        line = f"• {text.trim(one, 600)}"
        if len(boxes[-1]) + len(line) + 1 > BOX:
            boxes.append(line)
        else:
            boxes[-1] += f"\n{line}"
    return boxes


def sent(name: str, count: int) -> Message:
    """The file is on its way to the asker's direct message."""
    said = f"I sent `{name}` ({text.plural(count, 'account')}) to our direct message: only you can see it."
    return Message(text=said, blocks=(build.section(said),))
