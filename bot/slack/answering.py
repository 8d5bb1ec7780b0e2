"""Answers that ride in the ack: a submitted modal and a menu's options, within 2.5 of Slack's 3 seconds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Any, TypeAlias

from bot import log
from bot.asks import PlaceKind, Submission, Typeahead
from bot.blocks.answers import Answer, FieldErrors, Message, Modal, Options
from bot.errors import UserError
from bot.slack import payloads, views
from bot.slack.attending import Attendant, Handler, Heard
from bot.slack.audience import Refusal
from bot.slack.working import Working

DEADLINE = 2.5
Shown: TypeAlias = Modal | FieldErrors | None
"""What the window shows next; None closes it."""
Choices: TypeAlias = tuple[tuple[str, str], ...]
NOTHING: Choices = ()

_log = log.get(__name__)


class InAck:
    """Awaits a handler as long as the ack may wait."""

    def __init__(self, attendant: Attendant, working: Working, deadline: float = DEADLINE) -> None:
        self._attendant = attendant
        self._working = working
        self._deadline = deadline

    async def submitted(
        self, ask: Submission, body: Mapping[str, Any], handler: Handler | None
    ) -> dict[str, Any]:
        """The ack of a submission; past the deadline a waiting view, which views.update completes."""
        if handler is None:
            return {}
        task = self._working.start(self._submission(ask, body, handler))
        done, _ = await asyncio.wait({task}, timeout=self._deadline)
        if done:
            return _ack(_shown(task, ask))
        self._working.start(self._complete(ask, task))
        return _ack(views.notice("Working on it", views.WAITING))

    async def options(
        self, ask: Typeahead, body: Mapping[str, Any], handler: Handler
    ) -> list[dict[str, Any]]:
        """A menu's options; none when refused, failed or late."""
        started = time.perf_counter()
        outcome, options = "failed", NOTHING
        try:
            async with asyncio.timeout(self._deadline):
                outcome, options = await self._offered(ask, body, handler)
        except TimeoutError:
            outcome = "late"
        except Exception as error:  # noqa: BLE001 # the ack must leave, whatever it was
            _log.error("options failed", ref=ask.reference, ask=ask.action_id, trace=log.traced(error))
        self._attendant.metrics.answered("typeahead", outcome, time.perf_counter() - started)
        return [{"text": views.plain_text(text[:75]), "value": value[:150]} for text, value in options[:100]]

    async def _offered(
        self, ask: Typeahead, body: Mapping[str, Any], handler: Handler
    ) -> tuple[str, Choices]:
        admitted = await self._attendant.audience.admit(ask, payloads.teams(body))
        if isinstance(admitted, Refusal):
            self._working.start(self._attendant.refused(ask, admitted))
            return "refused", NOTHING
        if admitted.place.kind is PlaceKind.SHARED:
            return "withheld", NOTHING
        try:
            answer = await handler(admitted, self._attendant.ports)
        except UserError:
            return "ephemeral", NOTHING
        options = answer.options if isinstance(answer, Options) else ()
        shown = tuple(value for _, value in options)
        # Kept first, as for every answer: what the audit cannot keep is not said.
        await self._attendant.journal.record(admitted, "ephemeral", accounts=shown)
        return "ephemeral", options

    async def _submission(self, ask: Submission, body: Mapping[str, Any], handler: Handler) -> Shown:
        started = time.perf_counter()
        attendant = self._attendant
        admitted = await attendant.audience.admit(ask, payloads.teams(body))
        if isinstance(admitted, Refusal):
            await attendant.refused(ask, admitted)
            attendant.metrics.answered("submission", "refused", time.perf_counter() - started)
            return views.notice("Not answered", admitted.text) if admitted.text else None
        heard = await self._heard(admitted, body, handler)
        shown = await self._said(admitted, heard)
        outcome = "failed" if heard.failed else "ephemeral"
        attendant.metrics.answered("submission", outcome, time.perf_counter() - started)
        return shown

    async def _heard(self, ask: Submission, body: Mapping[str, Any], handler: Handler) -> Heard:
        async def with_fields(asked: Any, ports: Any) -> Answer:
            try:
                return await handler(asked, ports)
            except UserError as error:
                fields = payloads.input_blocks(body)
                if fields:
                    return FieldErrors(errors={fields[0]: views.unescaped(error)})
                return views.notice("Not yet", views.words(error).text)

        return await self._attendant.hear(ask, with_fields)

    async def _said(self, ask: Submission, heard: Heard) -> Shown:
        answer = heard.answer
        if heard.failed and isinstance(answer, Message):
            await self._attendant.journal.record(ask, "failed")
            return views.notice("Sorry", answer.text)
        if isinstance(answer, FieldErrors | Modal):
            withheld = answer.withheld if isinstance(answer, FieldErrors) else ""
            delivered = "refused" if withheld else "ephemeral"
            kept = await self._attendant.journal.record(
                ask, delivered, accounts=answer.accounts, withheld=withheld
            )
            return answer if kept else None
        # The modal closes at once; what there is to say follows.
        self._working.start(self._say_later(ask, heard))
        return None

    async def _say_later(self, ask: Submission, heard: Heard) -> None:
        try:
            await self._attendant.say(ask, heard)
        except Exception as error:  # noqa: BLE001 # whatever it was, it is logged and kept
            await self._attendant.apologise(ask, error)

    async def _complete(self, ask: Submission, task: asyncio.Task[Shown]) -> None:
        await asyncio.wait({task})
        shown = _shown(task, ask)
        if isinstance(shown, FieldErrors):
            shown = views.notice("Not yet", views.escape("\n".join(shown.errors.values())))
        await self._attendant.outbox.update_view(ask.view_id, shown or views.notice("Done", views.DONE))


def _shown(task: asyncio.Task[Shown], ask: Submission) -> Shown:
    if task.cancelled() or task.exception() is not None:
        _log.error("submission failed", ref=ask.reference)
        return views.notice("Sorry", views.apology(ask.reference))
    return task.result()


def _ack(shown: Shown) -> dict[str, Any]:
    if isinstance(shown, FieldErrors):
        return {"response_action": "errors", "errors": dict(shown.errors)}
    return {"response_action": "update", "view": views.modal(shown)} if shown else {}
