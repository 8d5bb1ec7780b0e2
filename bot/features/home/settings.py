"""What a person sets about themselves: their status's consent, and the connectors that each TA must have on."""

from __future__ import annotations

from bot.asks import Action
from bot.blocks.answers import Done, Message
from bot.domain.person import Person
from bot.errors import UserError
from bot.features.home import views
from bot.features.leave_status.usecases import consent_of
from bot.ports import Ports


async def shown(ports: Ports, person: Person, *, serves: bool) -> Message:
    """The settings as they stand."""
    consent = await consent_of(ports, person.email, person.slack_user_id or "")
    said = await ports.connectors.list_on(person.email) if serves else {}
    return views.settings(consent, ports.policy.connectors if serves else (), said)


async def switch(asked: Action, ports: Ports) -> Done:
    """Somebody says that a connector of theirs is on, or that it is not."""
    key, _, said = asked.value.partition(":")
    if key not in {one.key for one in ports.policy.connectors} or not asked.asker.email:
        raise UserError("That button is out of date. Open this tab again.")
    async with ports.work.transaction() as tx:
        at = ports.clock.now() if said == "on" else None
        await ports.connectors.save(tx, asked.asker.email, key, at)
    return Done(note=f"connector {key}: {said}")
