"""A look at the outside as it is set up now, for `ta-bot doctor`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelFacts:
    """A channel that policy names, as Slack shows it; `refused` says why accounts may not be named there."""

    name: str
    found: bool
    refused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackFacts:
    """What Slack answered. None means that it could not be asked, and `errors` says why, by what was asked."""

    team: str = ""
    team_id: str = ""
    scopes: frozenset[str] | None = None
    socket_mode: bool | None = None
    groups: frozenset[str] | None = None
    channels: tuple[ChannelFacts, ...] | None = None
    events: frozenset[str] | None = None
    commands: frozenset[str] | None = None
    errors: tuple[tuple[str, str], ...] = ()


class Inspector(Protocol):
    """Asks Slack how the app is set up."""

    async def look(self, *, channels: Sequence[str]) -> SlackFacts:
        """Everything that can be learnt with the tokens at hand; never raises for what Slack refuses."""
