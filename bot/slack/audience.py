"""Who is asking, from where, and who would see the answer. Unknown means no."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

from bot.asks import Ask, Asker
from bot.errors import SourceError
from bot.slack.directory import SlackDirectory
from bot.slack.identity import Identity
from bot.slack.payloads import Teams

Asked = TypeVar("Asked", bound=Ask)

_TEXTS = {
    "guest": "I answer full members of this workspace only. Ask a colleague who is one.",
    "external": "I answer full members of this workspace only.",
    "bot": "I answer people only.",
    "deleted": "I answer full members of this workspace only.",
    "unknown": "Slack did not tell me whether I may answer you. Try again in a minute.",
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Not answered: `why` for the audit, `text` for the person. An empty text says nothing at all."""

    why: str
    text: str = ""


class Audience:
    """Admits an ask, filling in the person and the place, or refuses it."""

    def __init__(self, directory: SlackDirectory, identity: Identity) -> None:
        self._directory = directory
        self._identity = identity

    async def again(self, ask: Ask) -> Refusal | None:
        """Ask Slack anew whether the asker may be told, before something is posted for them; None when they may."""
        person = await self._directory.get_member(ask.asker.user_id, fresh=True)
        return _refusal(person.outside) if person.outside else None

    async def admit(self, ask: Asked, teams: Teams) -> Asked | Refusal:
        """The ask with what Slack tells of the asker and the place, or why it is refused."""
        try:
            myself = self._identity.known or await self._identity.get()
        except SourceError:
            return Refusal("unknown", _TEXTS["unknown"])
        foreign = teams.foreign_to(myself.team_id)
        if foreign:
            # A request that Slack sent for another install gets no word; their own person gets a plain one.
            ours = teams.installed == myself.team_id and not teams.org_wide
            return Refusal(foreign, _TEXTS["external"] if ours else "")
        channel_id = ask.place.channel_id
        known = self._directory.known(ask.asker, channel_id)
        person, place = known or await self._directory.look_up(ask.asker, channel_id)
        if person.outside:
            return _refusal(person.outside)
        asker = Asker(person.user_id, person.team_id, person.email, person.name)
        return replace(ask, asker=asker, place=place)


def _refusal(outside: str) -> Refusal:
    return Refusal(outside, _TEXTS.get(outside, _TEXTS["unknown"]))
