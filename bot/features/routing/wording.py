"""The words that every message about a request shares: what it is called, who is named, how it is quoted; its buttons."""

from __future__ import annotations

from bot.blocks import build, limits, listing, text
from bot.domain.request import Happening, Request, RequestState, Urgency
from bot.features.routing.standing import Group, Named, Standing

ASK = "routing.ask"
CLAIM = "routing.claim"
HAND_OVER = "routing.hand_over"
ANSWERED = "routing.answered"
CLOSE = "routing.close"
REOPEN = "routing.reopen"
WITHDRAW = "routing.withdraw"
WHY = "routing.why"
HELPED = "routing.helped"
NOT_HELPED = "routing.helped_not"
QUOTED = 1_800
"""Characters of a request that its message shows; the CSV has all of it."""
NOTE = 300
_STATES = {
    RequestState.OPEN: (":inbox_tray:", "Open"),
    RequestState.CLAIMED: (":raising_hand:", "Claimed"),
    RequestState.ANSWERED: (":white_check_mark:", "Answered"),
    RequestState.CLOSED: (":lock:", "Closed"),
    RequestState.WITHDRAWN: (":leftwards_arrow_with_hook:", "Withdrawn by its asker"),
}
_LABELS = {
    CLAIM: "Claim",
    HAND_OVER: "Hand over",
    ANSWERED: "Answered",
    CLOSE: "Close",
    REOPEN: "Reopen",
    WITHDRAW: "Withdraw",
    WHY: "Why did this go here?",
    HELPED: "Yes, it helped",
    NOT_HELPED: "No",
}
_FIRST = (CLAIM, HELPED)


def title(shown: Standing) -> str:
    """Where it stands, by whom, and what it is called."""
    request = shown.request
    icon, word = _STATES[request.state]
    urgent = " · :rotating_light: *urgent*" if request.urgency is Urgency.URGENT else ""
    who = ""
    if request.state in (RequestState.CLAIMED, RequestState.ANSWERED, RequestState.CLOSED):
        last = next((one for one in reversed(request.happened) if one.what == request.state), None)
        email = last.who if last and last.who else request.assignee
        who = f" by {quietly(shown.who(email))}" if email else ""
    return f"{icon} *{word}*{who} · {called(request)}{urgent}"


def called(request: Request) -> str:
    """`request 12 about *Acme*`, within a sentence."""
    about = f" about *{listing.within(request.account_name, 80)}*" if request.account_name else ""
    return f"request {request.id}{about}"


def quoted(said: str) -> str:
    """What was asked, as a quotation of bounded length whatever it holds."""
    for limit in (QUOTED, QUOTED // 4):  # an escaped letter takes up to five
        lines = [text.one_line(line, limit) if line.strip() else "" for line in _cut(said, limit)]
        shown = "\n".join(f"> {text.escape(line)}" for line in lines)
        if len(shown) <= limits.TEXT - 300:
            break
    return shown


def _cut(said: str, limit: int) -> list[str]:
    return text.trim(said.strip(), limit).splitlines()[:40] or ["–"]


def person_of(one: Named) -> str:
    """A person as they are spoken to: mentioned, unless they do not work now."""
    return text.person(one.name, one.user_id, quiet=one.quiet)


def quietly(one: Named) -> str:
    """A person named without a notification."""
    return text.name(one.name)


def group_of(group: Group) -> str:
    """The user group, mentioned unless its team does not work now."""
    if not group.handle:
        return ""
    return (
        text.group_mention(group.id) if group.id and not group.quiet else f"*{text.name(f'@{group.handle}')}*"
    )


def by(shown: Standing, one: Happening) -> str:
    """`by Dana`."""
    return f"by {quietly(shown.who(one.who))}" if one.who else ""


def noted(one: Happening) -> str:
    """What was written beside something that happened."""
    return f": “{listing.within(one.note, NOTE)}”" if one.note else ""


def last_of(request: Request, what: str) -> Happening | None:
    """The last time that something happened."""
    return next((one for one in reversed(request.happened) if one.what == what), None)


def reason(why: str) -> str:
    """Why something was not done, as the journal has it."""
    return text.escape(text.one_line(why or "no reason was given", 300)).rstrip(".")


def accounts_of(request: Request) -> tuple[str, ...]:
    """The account that it speaks of, for the audit."""
    return (request.account_id,) if request.account_id else ()


def begun(sentence: str) -> str:
    """A sentence with its first letter capital; names in it stay as they are."""
    return sentence[:1].upper() + sentence[1:]


def buttons(request: Request, *ids: str) -> build.Json:
    """A row of a request's buttons."""
    value = str(request.id)
    return build.actions(
        *(build.button(_LABELS[one], one, value, style="primary" if one in _FIRST else "") for one in ids)
    )
