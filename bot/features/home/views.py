"""How App Home looks: who it is for, then a part for each thing that they should look at now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from bot.blocks import build, limits, listing, running, summing, text
from bot.blocks.answers import Block, Home, Message
from bot.blocks.footnotes import origin
from bot.domain.account import CategoryChange
from bot.domain.digest import TeamDigest
from bot.domain.health import Verdict
from bot.domain.kpi import stamp_of
from bot.domain.person import Connector, Person, Team
from bot.domain.provenance import Known
from bot.errors import UserError
from bot.features.books.rules import Row
from bot.features.books.views import FIND, sources
from bot.features.digest_lists.views import who
from bot.features.doctor.rules import Finding, Level
from bot.features.home.book import Glance, Renewing, Sold, SoldPage, Worst
from bot.features.home.plans import DuePlan, DuePlans
from bot.features.home.rules import WORST, Totals
from bot.features.kpis import views as kpis
from bot.features.leave_status.rules import Consent
from bot.features.leave_status.views import consent_button, forget_button
from bot.features.plan_updates.wording import WRITE
from bot.ports.book import ImportRecord
from bot.ports.jobs import DueWork

NAME = 40
_ROLES = {
    "ta": "Technical Advisor",
    "ae": "Account Executive",
    "ce": "Customer Engineer",
    "ie": "Implementation Engineer",
    "manager": "Manager",
    "leader": "Leader",
    "program_manager": "Program manager",
    "people_partner": "People partner",
    "operator": "Operator",
}
CONNECTOR = "home.connector"
SOLD = "home.sold"
PLANS = "home.plans"
LINES = 6
_LEVELS = {Level.OK: ":white_check_mark:", Level.NOTE: ":small_orange_diamond:", Level.PROBLEM: ":warning:"}
WAIT = ":hourglass_flowing_sand: One moment, the figures of a whole book are being added up."


def home(head: Sequence[Block], parts: Sequence[Message], *, unfinished: bool = False) -> Home:
    """The whole tab; what would pass Slack's limit of blocks is left out, and said."""
    blocks: list[Block] = list(head)
    shown: list[Message] = []
    parts = [part for part in parts if part.blocks]  # one that has nothing to say
    for part in parts:
        if len(blocks) + len(part.blocks) + 3 <= limits.VIEW_BLOCKS:
            blocks += [build.DIVIDER, *part.blocks]
            shown.append(part)
    if unfinished:
        blocks.append(build.context(WAIT))
    if len(shown) < len(parts):
        blocks.append(
            build.context("More than one tab holds: `/ta-help` names the commands that show the rest.")
        )
    accounts = tuple(dict.fromkeys(one for part in shown for one in part.accounts))
    return Home(blocks=tuple(_distinct(blocks)), accounts=accounts, unfinished=unfinished)


def _distinct(blocks: Iterable[Block]) -> Iterator[Block]:
    """The same blocks, with what two parts may be pressed by told apart: Slack takes each action id of a view once."""
    seen: Counter[str] = Counter()

    def told_apart(element: build.Json) -> build.Json:
        action_id = element.get("action_id", "")
        seen[action_id] += 1
        return (
            element
            if seen[action_id] == 1
            else {**element, "action_id": f"{action_id}:again{seen[action_id]}"}
        )

    for block in blocks:
        if "elements" in block and block["type"] == "actions":
            yield {**block, "elements": [told_apart(one) for one in block["elements"]]}
        elif "accessory" in block:
            yield {**block, "accessory": told_apart(block["accessory"])}
        else:
            yield block


def head(person: Person | None, name: str, team: str, today: date, *, serves: bool) -> list[Block]:
    """Whose tab it is, and the first steps from here."""
    whose = text.name(person.name if person else name) or "Welcome"
    said = [f"*{whose}*"]
    if person is not None:
        role = _ROLES.get(person.role.value, person.role.value)
        said.append(f"{role}, {text.name(team)}" if team else role)
    said.append(text.day(today))
    buttons = [running.button("Ask the TA team", "/ask-ta", "ask", style="primary")]
    if serves:
        buttons.append(running.button("Plan time off", "/ooo plan", "leave"))
    buttons.append(running.button("What I can do", "/ta-help", "help"))
    find = build.external_select(FIND, "Open an account")
    return [build.section(" · ".join(said)), build.actions(find, *buttons)]


def stranger(teams: Sequence[tuple[str, Team]]) -> Message:
    """For somebody whom the book of people does not know."""
    said = (
        "You are not in the book of people, so I know no accounts, team or time off of yours: "
        "`ta-bot import people`, or the leave system, adds you. Everything else answers all the same: look for an "
        "account above, open a team's book, or ask who is out."
    )
    buttons = [
        *(running.button(name, f"/account-health team {team}", team) for name, team in teams),
        running.button("Who is out", "/ooo who", "who"),
    ]
    return Message(text=said, blocks=(build.section(said), build.actions(*buttons)))


def failed(title: str, line: str) -> Message:
    """A part that could not be made; the others stand."""
    said = f":warning: *{title}* cannot be shown now. `{line}` asks for it by itself."
    return Message(text=said, blocks=(build.section(said),))


def empty_book(title: str, cure: str) -> Message:
    """A book without accounts, and what is to be mended."""
    said = f"*{title}*\nNo account yet. {cure}"
    return Message(text=listing.bare(said), blocks=(build.section(said),))


def book(title: str, seen: Glance, now: datetime, buttons: Sequence[build.Json]) -> Message:
    """A book at a glance: its sums, the accounts that need somebody most, what moved, what renews."""
    totals = _totals(seen.totals)
    worst = _list("Worst first", [_worst(one) for one in seen.worst], seen.totals.count)
    blocks: list[Block] = [build.section(f"*{title}*\n{totals}"), worst]
    if seen.changes:
        blocks.append(build.section("\n".join(("*Changed category*", *map(_changed, seen.changes)))))
    if seen.renewals:
        lines = [_renewing(one, now.date()) for one in seen.renewals]
        blocks.append(_list("Renewing next", lines, seen.renewals_count))
    blocks += [build.context(sources(seen.origins, now)), build.actions(*buttons)]
    told = (*(one.row for one in seen.worst), *(one.row for one in seen.renewals))
    return Message(text=f"{title}: {totals}", blocks=tuple(blocks), accounts=_ids(told, seen.changes))


def sold(title: str, page: SoldPage, now: datetime, count: int = WORST) -> Message:
    """An AE's accounts: health and seats, and who serves each today."""
    said, total = _totals(page.totals), page.totals.count
    last = page.offset + len(page.rows)
    span = "Worst first" if count == WORST else f"{page.offset + 1} to {last} of {total:,}, worst first"
    blocks: list[Block] = [build.section(f"*{title}*\n{said}"), build.section(f"*{span}*")]
    blocks += build.paragraphs([_sold(one) for one in page.rows], LINES)
    blocks.append(build.context(sources(page.origins, now)))
    if steps := _steps(SOLD, page.offset, total, count):
        blocks.append(build.actions(*steps))
    return Message(
        text=f"{title}: {said}", blocks=tuple(blocks), accounts=_ids([one.row for one in page.rows])
    )


def _steps(list_: str, offset: int, total: int, count: int) -> list[build.Json]:
    """The buttons of a list: to all of it from the tab, and from page to page."""
    if count == WORST:
        return [build.button(f"All {total:,}", list_, "0")] if total > count else []
    steps = [build.button("◀ Previous", f"{list_}:back", str(max(offset - count, 0)))] if offset else []
    if offset + count < total:
        steps.append(build.button("Next ▶", f"{list_}:on", str(offset + count)))
    return steps


def _list(title: str, lines: Sequence[str], total: int) -> Block:
    return listing.listed(f"*{title}*", lines, WORST, total, limits.TEXT)[0]


def _ids(rows: Iterable[Row], changes: Iterable[CategoryChange] = ()) -> tuple[str, ...]:
    ids = [*(row.account.id for row in rows), *(one.account_id for one in changes)]
    return tuple(dict.fromkeys(ids))


def _totals(totals: Totals) -> str:
    mean = totals.mean_health
    healthy = "mean health unknown" if mean is None else f"mean health {text.score(mean)}"
    return summing.in_one_line(
        totals.count, totals.arr, totals.arr_unknown, totals.categories.items(), healthy
    )


def _named(row: Row) -> str:
    circle = text.CIRCLES[row.category] if row.category else ":white_circle:"
    return f"{circle} *{listing.within(row.account.name, NAME)}*"


def _score(row: Row) -> str:
    score = row.account.health_score
    stale = " (stale)" if row.stale else ""
    return f"{text.score(score.value)}{stale}" if isinstance(score, Known) else "no score"


def _worst(one: Worst) -> str:
    change = f" {text.signed(one.change)}" if one.change is not None else ""
    poor = [trait.rule.short for trait in one.row.traits if trait.verdict is Verdict.POOR]
    why = f" · poor: {text.escape(text.and_more(poor, 4))}" if poor else ""
    return f"{_named(one.row)} {_score(one.row)}{change}{why}"


def _changed(one: CategoryChange) -> str:
    before, after = (text.CIRCLES.get(word, "") for word in (one.before, one.now))
    return f"{before}→{after} *{listing.within(one.account_name, NAME)}* · {text.short_day(one.changed_on)}"


def _renewing(one: Renewing, today: date) -> str:
    arr = one.row.account.arr
    money = f" · {text.money(arr.value)}" if isinstance(arr, Known) else ""
    days = text.in_days((one.on - today).days)
    return f"{_named(one.row)} · {text.short_day(one.on)}, {days}{money}"


def _sold(one: Sold) -> str:
    seats = f"seats {text.percent(one.seats.value)}" if isinstance(one.seats, Known) else "seats unknown"
    served = who(one.served_by, quiet=True) or "no TA is recorded"
    return f"{_named(one.row)} {_score(one.row)} · {seats} · {served}"


def plans(title: str, page: DuePlans, count: int = WORST) -> Message:
    """Plans whose update is due, each with its account and day; nothing where none is."""
    last = page.offset + len(page.some)
    if not page.some:
        return Message(text="No plan is due")
    span = f", {page.offset + 1} to {last} of {page.total:,}" if count != WORST else f": {page.total:,}"
    blocks: list[Block] = [build.section(f"*{title}{span}*"), *_asked_for(page)]
    blocks += build.paragraphs([_due(one, page) for one in page.some if not one.is_asked], LINES)
    if stamp := stamp_of(one.fact for one in page.some):
        told = origin(stamp.source, page.now - stamp.as_of, assumed=stamp.assumed)
        blocks.append(build.context(f"*Sources* {text.escape(told)} at most"))
    if steps := _steps(PLANS, page.offset, page.total, count):
        blocks.append(build.actions(*steps))
    ids = tuple(dict.fromkeys(one.account_id for one in page.some))
    return Message(text=f"{title}{span}", blocks=tuple(blocks), accounts=ids)


def _asked_for(page: DuePlans) -> Iterator[Block]:
    for number, one in enumerate(one for one in page.some if one.is_asked):
        press = build.button("Write the update", f"{WRITE}:home{number}", one.account_id)
        yield build.section(_due(one, page), press)


def _due(one: DuePlan, page: DuePlans) -> str:
    said = f"*{listing.within(one.account_name, NAME)}* · {one.plan}"
    if one.is_asked:
        said += f"'s weekly update, asked for on {text.short_day(one.on)}"
    else:
        days = text.in_days((one.on - page.now.date()).days)
        last = f"last updated {text.day(one.last)}" if one.last else "no update is recorded"
        said += f", due {text.short_day(one.on)} ({days}) · {last}"
    if page.names and one.whose:
        said += f" · {text.name(page.names.get(one.whose.lower(), one.whose), NAME)}"
    return said


def titled(title: str, answer: Message) -> Message:
    """A command's own answer under a title."""
    return replace(answer, blocks=(build.section(f"*{title}*"), *(answer.plain or answer.blocks)))


def told(title: str, error: UserError) -> Message:
    """What a part says instead, where something is to be set right first."""
    said = f"*{title}*\n{text.escape(str(error))}"
    return Message(text=listing.bare(said), blocks=(build.section(said),))


def led(answer: Message, button: build.Json) -> Message:
    """A part with a button to the whole of it."""
    return replace(answer, blocks=(*answer.blocks, build.actions(button)))


def team(of: TeamDigest, as_of: datetime, lines: str) -> Message:
    """A team's KPIs, a line each, as they are now; where they come from and how old that is."""
    title = f"KPIs of {listing.within(of.name, 60)}"
    if of.no_data:
        said = f"*{title}*\n{text.escape(of.no_data)}"
        return Message(text=listing.bare(said), blocks=(build.section(said),))
    blocks = [build.section(f"*{title}, now*\n{lines}")]
    if categories := kpis.categories_in_short(of):
        blocks.append(build.section(categories))
    blocks.append(build.context(kpis.sources(of, as_of)))
    preview = f"/kpi-digest preview {of.team}" if of.team else "/kpi-digest preview all"
    blocks.append(build.actions(running.button("The whole digest", preview, "digest")))
    return Message(text=f"{title}: {kpis.in_words(of)}", blocks=tuple(blocks))


def sources_of(findings: Sequence[Finding], files: Sequence[ImportRecord], now: datetime) -> Message:
    """Each system and file with its age, and what is to be done about it."""
    lines = [_finding(one) for one in findings]
    lines += [
        f":page_facing_up: {one.kind}: {listing.within(one.file, 60)}, {one.rows:,} rows, "
        f"imported {text.age(now - one.imported_at)}"
        for one in files
    ]
    if not lines:
        lines = ["Nothing was read yet: `ta-bot sync`, or `ta-bot import all FOLDER`, fills the book."]
    lines.append("`ta-bot doctor` asks the systems and Slack as well.")
    return Message(text="Sources", blocks=(build.section("\n".join(("*Sources*", *lines))),))


def _finding(one: Finding) -> str:
    cure = f": `{text.escape(one.cure)}`" if one.cure else ""
    return f"{_LEVELS[one.level]} {listing.within(one.what, 160)}{cure}"


def failures(failed: Sequence[DueWork], *, more: bool) -> Message:
    """Work that failed for good, the newest first."""
    if not failed:
        return Message(text="No failure", blocks=(build.section("*Failures*\nNothing failed for good."),))
    lines = [
        f":warning: {text.name(one.key, 60)} · {text.moment(one.changed_at or one.due_at)} · {listing.within(one.note)}"
        for one in failed
    ]
    if more:
        lines.append("_and more: `ta-bot work list` has them all_")
    return Message(text="Failures", blocks=(build.section("\n".join(("*Failures*", *lines))),))


def settings(consent: Consent, connectors: Sequence[Connector], said: Mapping[str, datetime]) -> Message:
    """Whether the bot sets their status, and which connectors they say are on."""
    blocks: list[Block] = [build.section(f"*Settings*\n{_consent(consent)}")]
    if consent.given:
        blocks.append(build.actions(forget_button()))
    elif consent.url:
        blocks.append(build.actions(consent_button(consent.url)))
    blocks += [_connector(one, said.get(one.key)) for one in connectors]
    return Message(text="Settings", blocks=tuple(blocks))


def _consent(consent: Consent) -> str:
    if consent.given:
        return "While you are away I set your Slack status, and put back what stood there."
    if consent.url:
        return "Your Slack status is yours: I do not set it while you are away, unless you let me."
    whose = {"deel": "The leave system sets", "person": "You set"}.get(consent.set_by, "You set")
    return f"{whose} your Slack status while you are away."


def _connector(one: Connector, said_at: datetime | None) -> Block:
    name = text.name(one.name)
    if text.is_link(one.url):
        name = text.link(one.url, one.name)
    if said_at is None:
        state, button = ":white_circle: not on, as far as I know", ("It is on", "on")
    else:
        state, button = f":white_check_mark: on, you said {text.moment(said_at)}", ("It is off", "off")
    label, value = button
    press = build.button(label, f"{CONNECTOR}:{one.key}", f"{one.key}:{value}")
    return build.section(f"{name}: {state}", press)
