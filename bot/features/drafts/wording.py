"""How drafts are spoken of: reasons, material and its readers; and how a TA hears of one."""

from __future__ import annotations

from bot.blocks import listing, text
from bot.domain.alert import Notice, Press
from bot.domain.health import TraitReading
from bot.domain.provenance import Known, value_of
from bot.features.drafts.rules import Found, Offer, Reason, Why

SEE = "drafts.see"
SIGNAL = "enablement"
READERS = 3


def reason(one: Reason) -> str:
    """Why, as it is known; the features' names are somebody else's."""
    if one.why is Why.FEATURE and one.first_on:
        named = text.and_more([text.one_line(each, 30) for each in one.features], 4)
        return f"first used {named} on {text.day(one.first_on)}"
    return ", ".join(said[:1].lower() + said[1:] for said in map(trait, one.traits))


def trait(one: TraitReading) -> str:
    """A trait with its value: `Usage 15 %`, `3 versions behind`."""
    rule = one.rule
    value = text.quantity(value_of(one.value), rule.unit, yes=rule.healthy_when, no=rule.poor_when)
    if rule.unit == "versions":
        return f"{value} behind"
    return f"{rule.label.partition(':')[0]} {value}"


def offer(one: Offer) -> str:
    """A piece of material with its link, and whom it is for."""
    material = one.material
    title = text.link(material.url, listing.within(material.title, 60))
    who = [
        f"{listing.within(contact.name, 40)} ({listing.within(' / '.join(contact.roles), 40)})"
        for contact in one.readers
    ]
    roles = listing.within(" / ".join(material.roles), 80)
    return f"{title} ({material.kind}) → {text.and_more(who, READERS) if who else f'no contact is {roles}'}"


def notice(found: Found, because: Reason, receiver: str) -> Notice:
    """What the account's TA hears: that there is a draft, and why."""
    fact = because.fact if isinstance(because.fact, Known) else None
    account = found.account
    return Notice(
        key=f"{SIGNAL}:{account.id}:{because.why}:{because.crossing}",
        signal=SIGNAL,
        receiver=receiver,
        headline=f"*{text.name(account.name)}*: {listing.within(reason(because))}",
        account_id=account.id,
        account_name=account.name,
        lines=(
            "A draft for its people is ready, with material by contact role. You send it; I write to nobody.",
        ),
        source=fact.source if fact else "",
        as_of=fact.as_of if fact else None,
        assumed=bool(fact and fact.stamp.assumed),
        press=Press("See the draft", SEE, account.id),
    )
