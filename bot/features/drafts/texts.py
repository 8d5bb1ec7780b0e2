"""What an account's people would read: plain words, sent by a person or by Vitally, never by the bot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from bot.blocks import text
from bot.domain.account import Account
from bot.domain.kpi import consumption_of, utilization_of
from bot.domain.material import MaterialKind
from bot.domain.person import Contact
from bot.domain.provenance import Known, value_of
from bot.features.drafts.rules import Offer, Reason, Why, addressed

GREETED = 4
_KINDS = {MaterialKind.BLOG: "to read", MaterialKind.CONTENT: "to work with", MaterialKind.VIDEO: "to watch"}


def draft_text(account: Account, reasons: Sequence[Reason], offers: Sequence[Offer]) -> str:
    """A letter: how their month was, what they began, what would help, what there is to pass on."""
    parts = [_greeting(addressed(offers)), *_about(account, reasons), *_material(offers)]
    return "\n\n".join((*parts, "Shall we find half an hour for it?"))


def _greeting(readers: Sequence[Contact]) -> str:
    names = [text.one_line(one.name, 60).split()[0] for one in readers[:GREETED]]
    return f"Hello {', '.join(names)}," if names else "Hello,"


def _about(account: Account, reasons: Iterable[Reason]) -> Iterator[str]:
    kinds = {one.why for one in reasons}
    name = text.one_line(account.name)
    if Why.UPGRADE in kinds or Why.USAGE in kinds:
        said = " ".join(_month(account))
        if said:
            yield f"here is how {name} used the product last month. {said}"
    if Why.UPGRADE in kinds:
        behind = value_of(account.versions_behind)
        yield (
            f"Your version is {text.plural(behind, 'release')} behind the newest. Each of them brought fixes and "
            "improvements that your teams do not have yet; we are glad to help with the upgrade."
            if isinstance(behind, int)
            else "Your version is behind the newest; we are glad to help with the upgrade."
        )
    features = [text.one_line(each, 40) for one in reasons for each in one.features]
    if features:
        yield f"You have begun to use {text.and_more(features, 5)}: that is what the following is about."


def _month(account: Account) -> Iterator[str]:
    mau, seats = value_of(account.mau), value_of(account.licensed_seats)
    used, usage = utilization_of(account), consumption_of(account)
    if mau is not None:
        of = (
            f", {text.percent(used.value)} of your {seats:,} seats"
            if isinstance(used, Known) and seats
            else ""
        )
        yield f"{text.plural(mau, 'person', 'people')} worked with it{of}."
    if isinstance(usage, Known):
        yield f"On an ordinary day it was {text.percent(usage.value)} of them."


def _material(offers: Sequence[Offer]) -> Iterator[str]:
    """What is for those who are greeted; all of it where nobody is known whom it is for."""
    told = [one.material for one in offers if one.readers] or [one.material for one in offers]
    if told:
        lines = [f"• {one.title} ({_KINDS[one.kind]}): {one.url}" for one in told]
        yield "\n".join(("Worth your time:", *lines))
