"""From an ask to something said: who may hear it, the handler, the audit row, then the saying.

Nothing raised in here reaches Slack or Bolt. What a person reads is their answer, their own mistake, a
refusal that names nothing, or an apology with the reference that the log has too.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

from structlog.contextvars import bind_contextvars

from bot import log
from bot.asks import Ask, Command, Happening, HomeOpened, PlaceKind, Plain, Surface
from bot.blocks.answers import Answer, Home, Message, Modal
from bot.errors import SourceError, SourceRefused, TaBotError, UserError
from bot.ports import Ports
from bot.slack import views
from bot.slack.audience import Audience, Refusal
from bot.slack.directory import SlackDirectory
from bot.slack.messenger import Journal, kind_of
from bot.slack.metrics import Metrics
from bot.slack.outbox import Outbox
from bot.slack.payloads import Teams
from bot.slack.tabs import STALE, Tabs

Handler = Callable[[Any, Ports], Awaitable[Answer]]
Listener = Callable[[Happening, Ports], Coroutine[Any, Any, None]]

MENTIONED = "app_mention"
"""What the handler of mentions is found under."""
LATE = frozenset({"expired_trigger_id", "trigger_expired", "exchanged_trigger_id"})
"""What Slack says where a window was to be opened too late."""

_log = log.get(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Handlers:
    """Who answers what: by command name, action id, or callback id; and who hears of what happened, by its kind.

    An action id or callback id with a colon is looked up by what stands before it when the whole is not there.
    """

    commands: Mapping[str, Handler] = field(default_factory=dict)
    actions: Mapping[str, Handler] = field(default_factory=dict)
    submissions: Mapping[str, Handler] = field(default_factory=dict)
    shortcuts: Mapping[str, Handler] = field(default_factory=dict)
    typeaheads: Mapping[str, Handler] = field(default_factory=dict)
    mentions: Mapping[str, Handler] = field(default_factory=dict)  # under MENTIONED alone
    home: Handler | None = None  # makes App Home tabs
    plain: Handler | None = None  # answers words said in the direct message
    happenings: Mapping[str, Listener] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Heard:
    """What a handler gave, or what is said in its stead."""

    answer: Answer
    failed: bool = False  # an apology: it names nothing, so it may be said anywhere


class Attendant:
    """Answers commands, actions and shortcuts, after their ack has left."""

    def __init__(
        self,
        *,
        audience: Audience,
        directory: SlackDirectory,
        outbox: Outbox,
        journal: Journal,
        metrics: Metrics,
        ports: Ports,
    ) -> None:
        self.audience = audience
        self.directory = directory
        self.outbox = outbox
        self.tabs = Tabs(outbox)
        self.journal = journal
        self.metrics = metrics
        self.ports = ports

    async def attend(self, ask: Ask, teams: Teams, handler: Handler | None, kind: str) -> str:
        """The whole way; gives the outcome."""
        started = time.perf_counter()
        bind_contextvars(ref=ask.reference)  # this runs in a task of its own, so nothing leaks
        try:
            outcome = await self._attended(ask, teams, handler)
        except Exception as error:  # noqa: BLE001 # the last net: whatever it was, the person hears of it
            outcome = await self.apologise(ask, error)
        self.metrics.answered(kind, outcome, time.perf_counter() - started)
        return outcome

    async def hear(self, ask: Ask, handler: Handler) -> Heard:
        """What the handler says; its failures become words."""
        try:
            return Heard(await handler(ask, self.ports))
        except UserError as error:
            return Heard(views.words(error))
        except Exception as error:  # noqa: BLE001 # a handler's bug becomes an apology
            _log.error(
                "handler failed",
                ref=ask.reference,
                ask=kind_of(ask),
                cause=type(error).__name__,
                trace=log.traced(error),
            )
            return Heard(Message(text=views.apology(ask.reference)), failed=True)

    async def refused(self, ask: Ask, refusal: Refusal) -> bool:
        """Keep and log a refusal; False when this delivery was refused before."""
        _log.warning(
            "refused", ref=ask.reference, ask=kind_of(ask), user=ask.asker.user_id, error=refusal.why
        )
        return await self.journal.record(ask, "refused", withheld=refusal.why)

    async def _attended(self, ask: Ask, teams: Teams, handler: Handler | None) -> str:
        admitted = await self.audience.admit(ask, teams)
        if isinstance(admitted, Refusal):
            return await self._refuse(ask, admitted)
        if handler is None:
            if isinstance(ask, Command):
                return await self.say(admitted, Heard(Message(text=views.NO_COMMAND)))
            return "ignored"  # a link's button, or one of an older version
        heard = await self.hear(admitted, handler)
        return await self.say(admitted, heard)

    async def _refuse(self, ask: Ask, refusal: Refusal) -> str:
        said = Message(text=refusal.text)
        if not await self.refused(ask, refusal) or not refusal.text:
            return "refused"
        if isinstance(ask, HomeOpened):
            await self.tabs.publish(ask.asker.user_id, views.message_as_home(said))
        elif ask.response_url:
            await self.outbox.respond(ask.response_url, said)
        elif isinstance(ask, Plain) and ask.text:
            await self.outbox.post(ask.place.channel_id, said)
        return "refused"

    async def say(self, ask: Ask, heard: Heard) -> str:
        """Say an answer where it may be said, once its audit row is kept."""
        match heard.answer:
            case Message() as message if isinstance(ask, HomeOpened):
                return await self._say_home(ask, views.message_as_home(message))
            case Message() as message if _is_window(ask):
                return await self._say_in_window(ask, message)
            case Message() as message:
                return await self._say_message(ask, message, failed=heard.failed)
            case Modal() as modal:
                return await self._say_modal(ask, modal)
            case Home() as home:
                return await self._say_home(ask, home)
            case other:
                accounts = getattr(other, "accounts", ())
                kept = await self.journal.record(
                    ask, "ephemeral", accounts=accounts, withheld=getattr(other, "note", "")
                )
                return "done" if kept else "duplicate"

    async def _say_message(self, ask: Ask, message: Message, *, failed: bool) -> str:
        shared = ask.place.kind is PlaceKind.SHARED and not failed
        direct = shared or not ask.response_url
        refusal = await self.audience.again(ask) if direct else None
        if refusal is not None:
            return await self._refuse(ask, refusal)
        delivered = "failed" if failed else "direct" if direct else "ephemeral"
        withheld = message.withheld
        if shared:
            withheld = "; ".join(filter(None, ("the place can be read by outsiders", withheld)))
        kept = await self.journal.record(ask, delivered, accounts=message.accounts, withheld=withheld)
        if not kept:
            return "duplicate"
        if direct:
            await self._say_direct(ask, message, notice=shared)
        else:
            await self.outbox.respond(ask.response_url, message, replace=_may_replace(ask, message))
        return delivered

    async def _say_direct(self, ask: Ask, message: Message, *, notice: bool) -> None:
        try:
            await self.outbox.post(await self.directory.direct_with(ask.asker.user_id), message)
        except SourceError as error:
            await self._note_failure(ask, error)
            if ask.response_url:
                await self.outbox.respond(ask.response_url, Message(text=views.UNREACHED))
            return
        if notice and ask.response_url:
            await self.outbox.respond(ask.response_url, Message(text=views.ELSEWHERE))

    async def _say_modal(self, ask: Ask, modal: Modal) -> str:
        if ask.place.kind is PlaceKind.SHARED:
            await self.journal.record(ask, "refused", withheld="the place can be read by outsiders")
            await self._respond_or_direct(ask, Message(text=views.NO_MODAL_HERE))
            return "refused"
        if not await self.journal.record(ask, "ephemeral", accounts=modal.accounts):
            return "duplicate"
        try:
            if ask.view_id:
                await self.outbox.update_view(ask.view_id, modal)
            else:
                await self.outbox.open_view(ask.trigger_id, modal)
        except SourceRefused as error:
            if error.code not in LATE:
                raise
            await self._note_failure(ask, error)
            late = views.modal_as_message(modal) if ask.response_url else Message(text=views.TOO_LATE)
            await self._respond_or_direct(ask, late)
        return "modal"

    async def _say_home(self, ask: Ask, home: Home) -> str:
        if self.tabs.looks_so(ask.asker.user_id, home):
            return "unchanged"
        if not await self.journal.record(ask, "ephemeral", accounts=home.accounts):
            return "duplicate"
        if not await self.tabs.publish(ask.asker.user_id, home):
            return STALE
        return "unfinished" if home.unfinished else "home"

    async def _say_in_window(self, ask: Ask, message: Message) -> str:
        """Answer what was pressed in the App Home tab, or in such an answer, where the person looks."""
        if not await self.journal.record(ask, "ephemeral", accounts=message.accounts):
            return "duplicate"
        window = views.message_as_modal(message)
        try:
            if ask.surface is Surface.HOME:
                await self.outbox.open_view(ask.trigger_id, window)
            elif message.replaces:
                await self.outbox.update_view(ask.view_id, window)
            else:
                await self.outbox.push_view(ask.trigger_id, window)
        except SourceRefused as error:
            if error.code == "push_limit_reached":
                await self.outbox.update_view(ask.view_id, window)
            elif error.code in LATE:
                await self._respond_or_direct(ask, message)
            else:
                raise
        return "window"

    async def _respond_or_direct(self, ask: Ask, message: Message) -> None:
        if ask.response_url:
            await self.outbox.respond(ask.response_url, message)
        else:
            await self.outbox.post(await self.directory.direct_with(ask.asker.user_id), message)

    async def apologise(self, ask: Ask, error: Exception) -> str:
        """Log what went wrong, keep a row of it, and say so if there is a way left."""
        said = {"error": str(error)} if isinstance(error, TaBotError) else {"trace": log.traced(error)}
        _log.error("not answered", cause=type(error).__name__, **said)
        try:
            await self._note_failure(ask, error)
        finally:
            await self._last_words(ask)
        return "failed"

    async def _last_words(self, ask: Ask) -> None:
        if not ask.response_url:
            return
        try:
            await self.outbox.respond(ask.response_url, Message(text=views.apology(ask.reference)))
        except SourceError as error:
            _log.error("not even an apology arrived", error=str(error))

    async def _note_failure(self, ask: Ask, error: Exception) -> None:
        try:
            await self.journal.record(ask, "failed", withheld=type(error).__name__, part="!")
        except Exception as worse:  # noqa: BLE001 # the store is down as well: the log has it
            _log.error("audit row not kept", cause=type(worse).__name__, trace=log.traced(worse))


def _is_window(ask: Ask) -> bool:
    return ask.surface in (Surface.HOME, Surface.WINDOW) and not ask.response_url


def _may_replace(ask: Ask, message: Message) -> bool:
    # A message that others see is never turned into an answer that was meant for one person.
    return message.replaces and (getattr(ask, "ephemeral", False) or ask.place.kind is PlaceKind.DIRECT)


def found(table: Mapping[str, Handler], name: str) -> Handler | None:
    """The handler for an id, or for what stands before its colon."""
    return table.get(name) or table.get(name.partition(":")[0])
