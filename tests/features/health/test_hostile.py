"""Whatever the book, the policy or a person's keyboard holds: nothing of it becomes a mention, a link or a broadcast."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from typing import Any

import pytest

from bot.blocks import choosing, sharing
from bot.blocks.answers import Message, Modal
from bot.domain.person import Person, Role, Team
from bot.domain.provenance import Known, Stamp
from bot.errors import NamedAccount
from bot.features.health import views

HOSTILE = "<!channel> <https://evil.example|ok> <@U0EVERYONE> & <!date^0^x|y>"
WRITTEN = re.compile(
    r"<(?!!date\^\d+\^\{date_short_pretty\}, \{time\}\||@U0DANA0001>|!subteam\^S0GROUP01>|#C1>)"
)


def formatted(value: Any) -> Iterator[str]:
    """Every text that Slack reads as mrkdwn."""
    if isinstance(value, dict):
        if value.get("type") == "mrkdwn":
            yield value["text"]
        for inner in value.values():
            yield from formatted(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from formatted(inner)


def harmful(answer: Message | Modal) -> list[str]:
    """Texts in which something from outside would be formatted."""
    texts = list(formatted(list(answer.blocks)))
    if isinstance(answer, Message):
        texts += [answer.text, *formatted(list(answer.plain))]
    return [text for text in texts if WRITTEN.search(text) or re.search(r"&(?!amp;|lt;|gt;)", text)]


@pytest.fixture
def hostile_policy(policy):
    traits = tuple(
        dataclasses.replace(one, label=HOSTILE, healthy_when=HOSTILE, poor_when=HOSTILE)
        for one in policy.health.traits
    )
    teams = {
        team: dataclasses.replace(one, name=HOSTILE, short=HOSTILE, channel=HOSTILE, user_group=HOSTILE)
        for team, one in policy.teams.items()
    }
    targets = {
        team: tuple(dataclasses.replace(one, whose=HOSTILE, text=HOSTILE) for one in some)
        for team, some in policy.kpis.targets.items()
    }
    return dataclasses.replace(
        policy,
        health=dataclasses.replace(policy.health, traits=traits),
        teams=teams,
        kpis=dataclasses.replace(policy.kpis, targets=targets),
    )


def hostile(account: Any) -> Any:
    """The account with every text and every source of another's choosing."""
    changes: dict[str, Any] = {"name": HOSTILE}
    for field in dataclasses.fields(account):
        value = getattr(account, field.name)
        if isinstance(value, Known):
            stamp = Stamp(HOSTILE, value.stamp.as_of, value.stamp.assumed)
            free = field.name in (
                "ta_email",
                "ae_email",
                "segment",
                "vitally_url",
                "salesforce_url",
                "looker_url",
            )
            changes[field.name] = Known(HOSTILE if free else value.value, stamp)
    return dataclasses.replace(account, **changes)


@pytest.mark.parametrize("team", ["enterprise", "scaled", None])
@pytest.mark.parametrize("shared_by", ["", "U0DANA0001"])
@pytest.mark.parametrize("group_id", ["S0GROUP01", None])
@pytest.mark.parametrize("churned", [None, "churned"])
def test_a_card_of_hostile_values(
    card_by, hostile_policy, usual, weeks, team, shared_by, group_id, churned
) -> None:
    account = hostile(usual(team=team))
    if churned:
        account = dataclasses.replace(
            account, churned_on=Known(account.renewal_date.value, account.renewal_date.stamp)
        )
    card = card_by(hostile_policy, account, weeks(source=HOSTILE), group_id=group_id)
    person = Person(email="x@ta.example", name=HOSTILE, role=Role.TA, team=Team.SCALED)
    for ta in (None, person):
        answer = views.card(dataclasses.replace(card, ta=ta, ae=ta), can_share=True, shared_by=shared_by)
        assert harmful(answer) == []
        assert "evil.example" not in str(
            [one.get("url") for block in answer.blocks for one in block.get("elements", ())]
        )


@pytest.mark.parametrize("known", [0, 1, 3])
def test_what_was_typed_and_the_nearest_names(known) -> None:
    named = [NamedAccount(f"A-{number}", HOSTILE) for number in range(known)]
    assert harmful(choosing.choose_account(HOSTILE, named, "x")) == []
    assert harmful(choosing.nearest_accounts(HOSTILE, named, "x", "y")) == []


def test_where_it_was_shared_and_why_not() -> None:
    assert harmful(sharing.not_shared("x", HOSTILE)) == []
    assert harmful(sharing.to_whom("x", HOSTILE, 3, "*it*", "m")) == []


@pytest.mark.parametrize(
    "url",
    [
        "http://x.example",
        "javascript:alert(1)",
        "https://x.example/ a",
        "HTTPS://x.example",
        "data:text/html,x",
        "",
    ],
)
def test_only_plain_https_addresses_become_buttons(card, account, url) -> None:
    answer = views.card(card(account(vitally_url=url)))
    assert not [one for block in answer.blocks for one in block.get("elements", ()) if "url" in one]
