"""What the demo's people asked of the bot before anybody looks: the teams' weekly digests."""

from __future__ import annotations

from bot.standin import modals
from bot.standin.actors import Actors, Screen

PATIENCE = 20.0
DIGESTS = (
    ("henrike.vollmer", "discuss-technical-advisors", "enterprise monday 08:00 Europe/Berlin DE"),
    ("tomas.arrieta", "discuss-scaled-success", "scaled digital monday 08:00 America/Sao_Paulo BR"),
    ("amara.okonjo-bell", "ta-leads", "all monday 08:00 Europe/London GB"),
)
"""Who subscribed which channel, typed as they would type it."""


async def subscribe(actors: Actors) -> None:
    """Have each manager subscribe their channel by the form; what was said about that is forgotten.

    What the bot wrote to others meanwhile by itself, on absences of the book, stays.
    """
    workspace = actors.desk.workspace
    there = {id(message) for message in workspace.messages}
    asking = {actors.who(person).id for person, _, _ in DIGESTS}
    for person, channel, rest in DIGESTS:
        await actors.type(person, channel, f"/kpi-digest subscribe {rest}")
        await actors.wait_for(person, _form, seconds=PATIENCE)
        await modals.submit(actors, person)
        await modals.close(actors, person, all_of_them=True)
    workspace.messages[:] = [
        message for message in workspace.messages if id(message) in there or message.only_for not in asking
    ]
    actors.desk.heard.clear()
    workspace.changed()


def _form(seen: Screen) -> bool:
    return bool(seen.modals and seen.modals[-1].body.get("submit"))
