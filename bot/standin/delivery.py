"""How what people do reaches the app: an envelope, a transport, and Slack's retries for events."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeAlias

from bot.standin.calls import Json

EnvelopeKind: TypeAlias = Literal["slash_commands", "interactive", "events_api"]
ACK_SECONDS = 3.0
RETRY_DELAYS = (0.0, 60.0, 300.0)


@dataclass(frozen=True, slots=True)
class Envelope:
    """One request to the app. `attempt` counts the retries of an event; `reason` says why there is one."""

    kind: EnvelopeKind
    payload: Json
    attempt: int = 0
    reason: str = ""


class NotAnswered(Exception):
    """The app did not answer in time or answered badly; `code` is what the person is told."""

    def __init__(self, code: str, *, retry: bool = True) -> None:
        self.code = code
        self.retry = retry
        super().__init__(code)


class Transport(Protocol):
    """Takes envelopes to the app: over Socket Mode or over HTTP."""

    async def deliver(self, envelope: Envelope) -> Any:
        """Deliver and give what the app answered in its ack, None for an empty one; raises NotAnswered."""


async def deliver_event(
    transport: Transport, payload: Json, delays: tuple[float, ...] = RETRY_DELAYS
) -> bool:
    """Deliver an event, again and again as Slack does; whether it was taken in the end."""
    reason = ""
    for attempt, delay in enumerate((0.0, *delays)):
        await asyncio.sleep(delay)
        try:
            await transport.deliver(Envelope("events_api", payload, attempt, reason))
        except NotAnswered as failure:
            if not failure.retry:
                return False
            reason = failure.code
        else:
            return True
    return False
