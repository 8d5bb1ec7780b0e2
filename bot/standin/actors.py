"""People at their screens: they type, press, choose and submit, and read what they see.

Everybody is named by id, e-mail, handle or full name; a conversation by id or name, and an empty name is the
direct message with the bot.
"""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.standin import manifest, payloads
from bot.standin.api_views import view_json
from bot.standin.calls import Desk, Heard, Json, Refusal
from bot.standin.changes import Happenings
from bot.standin.delivery import Envelope, NotAnswered, Transport
from bot.standin.entering import Held, entered, find_element, options_of, pick
from bot.standin.responses import ResponseUrl, ResponseUrls
from bot.standin.state import Channel, Message, User, View

KEPT_AS_TYPED = re.compile(r"<[@#!][^<>]*>")
MENTION = re.compile(r"(?<![\w.])([@#])([\w.\-]+)")


class CannotDo(Exception):
    """Slack would not let this person do that; the text is what Slack would tell them."""


@dataclass(frozen=True, slots=True)
class Screen:
    """What a person sees."""

    messages: list[Message]
    modals: list[View]
    home: View | None

    def words(self) -> str:
        """Everything on the screen as one text: messages, blocks and modals."""
        parts: list[Any] = [[one.text, one.blocks] for one in self.messages]
        parts += [view.body for view in self.modals]
        return repr(parts)


@dataclass(slots=True)
class Actors:
    """Acts for the people of a workspace."""

    desk: Desk
    responses: ResponseUrls
    transport: Callable[[], Transport]
    happenings: Happenings

    def who(self, wanted: str) -> User:
        """A person by whatever names them."""
        found = self.desk.workspace.find_user(wanted)
        if found is None:
            raise CannotDo(f"There is nobody called {wanted}.")
        return found

    def where(self, user: User, wanted: str) -> Channel:
        """A conversation by whatever names it; empty is the direct message with the bot."""
        if not wanted:
            return self.desk.workspace.direct(user.id)
        found = self.desk.workspace.find_channel(wanted)
        if found is None:
            raise CannotDo(f"There is no conversation called {wanted}.")
        return found

    async def type(
        self, user: str, channel: str, text: str, *, thread: str | None = None, anyway: bool = False
    ) -> Any:
        """Type a line and send it. A slash command gives the app's ack; `anyway` also does what Slack forbids."""
        person = self.who(user)
        place = self.where(person, channel)
        if not anyway:
            self._refuse_absent(person, place)
        if not text.startswith("/"):
            return await self._say(person, place, text, thread)
        if thread and not anyway:
            raise CannotDo("Slash commands cannot be used in threads.")
        name, _, rest = text.partition(" ")
        if not anyway:
            self._refuse_command(person, name)
        return await self._command(person, place, name, rest.strip())

    def _refuse_absent(self, person: User, place: Channel) -> None:
        if person.deleted or person.is_bot:
            raise CannotDo(f"{person.real_name} cannot sign in.")
        if person.id not in place.members:
            raise CannotDo(f"{person.real_name} is not in {place.name}.")
        if place.is_archived:
            raise CannotDo(f"{place.name} is archived.")

    def _refuse_command(self, person: User, name: str) -> None:
        if manifest.load().find_command(name) is None or not self.desk.workspace.is_ours(person):
            raise CannotDo(f"{name} is not a valid command.")

    async def _say(self, person: User, place: Channel, text: str, thread: str | None) -> None:
        workspace = self.desk.workspace
        if thread and workspace.find_message(place.id, thread) is None:
            raise CannotDo("There is no such thread.")
        said = Message(channel=place.id, ts=workspace.new_ts(), user=person.id, text=self.escape(text))
        said.thread_ts = thread
        workspace.say(said)
        await self.happenings.said(said, place)

    def escape(self, text: str) -> str:
        """What was typed as Slack sends it: mentions as ids; & < > escaped."""
        parts, at = [], 0
        for kept in KEPT_AS_TYPED.finditer(text):
            parts += [self._escape_plain(text[at : kept.start()]), kept.group()]
            at = kept.end()
        return "".join([*parts, self._escape_plain(text[at:])])

    def _escape_plain(self, text: str) -> str:
        return MENTION.sub(self._mention, html.escape(text, quote=False))

    def _mention(self, found: re.Match[str]) -> str:
        sign, name = found.groups()
        workspace = self.desk.workspace
        if sign == "#":
            channel = next((one for one in workspace.channels.values() if one.name == name), None)
            return (
                f"<#{channel.id}|{channel.name if channel.kind == 'public' else ''}>" if channel else found[0]
            )
        user = next((one for one in workspace.users.values() if one.name == name), None)
        group = next((one for one in workspace.groups.values() if one.handle == name), None)
        if user is not None:
            return f"<@{user.id}>"
        return f"<!subteam^{group.id}>" if group else found[0]

    async def _command(self, person: User, place: Channel, name: str, text: str) -> Any:
        workspace = self.desk.workspace
        known = manifest.load().find_command(name)
        sent = self.escape(text) if known is None or known.escapes else html.escape(text, quote=False)
        payload = payloads.command(workspace, person, place, name, sent)
        url = self.responses.issue(person.id, place.id)
        payload |= {"response_url": url, "trigger_id": self.desk.triggers.issue(person.id)}
        try:
            ack = await self.transport().deliver(Envelope("slash_commands", payload))
        except NotAnswered as failure:
            self._told(person, place, f"{name} failed with the error “{failure.code}”")
            raise
        self._ack_says(ack, self.responses.issued[url.rsplit("/", maxsplit=1)[1]])
        return ack

    def _ack_says(self, ack: Any, url: ResponseUrl) -> None:
        body = {"text": ack} if isinstance(ack, str) and ack else ack
        if not isinstance(body, dict) or not (body.get("text") or body.get("blocks")):
            return
        error = ""
        try:
            self.responses.place(url, body)
        except Refusal as refusal:
            error = refusal.code
        self.desk.heard.append(Heard("ack", body, error))

    def _told(self, person: User, place: Channel, text: str) -> None:
        workspace = self.desk.workspace
        workspace.say(
            Message(channel=place.id, ts=workspace.new_ts(), user="USLACKBOT", text=text, only_for=person.id)
        )

    def screen(self, user: str, channel: str | None = None) -> Screen:
        """What a person sees, everywhere or in one conversation."""
        person = self.who(user)
        place = None if channel is None else self.where(person, channel).id
        workspace = self.desk.workspace
        return Screen(
            list(workspace.seen_by(person.id, place)),
            list(workspace.modals.get(person.id, ())),
            workspace.homes.get(person.id),
        )

    async def wait_for(
        self, user: str, wanted: Callable[[Screen], Any], *, channel: str | None = None, seconds: float = 5.0
    ) -> Screen:
        """Wait until a person sees what is wanted."""
        async with asyncio.timeout(seconds):
            await self.desk.workspace.wait_until(lambda: bool(wanted(self.screen(user, channel))))
        return self.screen(user, channel)

    async def ask(self, user: str, channel: str, text: str, *, seconds: float = 5.0) -> list[Message]:
        """Type a line and wait until the person sees something new from the app; gives what is new, anywhere."""
        before = {(one.ts, one.edited_ts) for one in self.screen(user).messages}
        bot = self.desk.workspace.bot.id

        def new(screen: Screen) -> list[Message]:
            fresh = [one for one in screen.messages if (one.ts, one.edited_ts) not in before]
            return [one for one in fresh if one.user in (bot, "USLACKBOT")]

        await self.type(user, channel, text)
        return new(await self.wait_for(user, new, seconds=seconds))

    async def press(
        self,
        user: str,
        action_id: str,
        *,
        value: str | None = None,
        message: str | None = None,
        anyway: bool = False,
    ) -> Any:
        """Press a button in the open modal or the newest message that holds it (or in the message of that ts)."""
        person = self.who(user)
        where, held = self._find(person, action_id, value, message, anyway=anyway)
        thumbs = held.element["type"] == "feedback_buttons"
        return await self._act(person, where, held, {"value": value} if thumbs else {})

    async def choose(
        self,
        user: str,
        action_id: str,
        wanted: str | list[str],
        *,
        message: str | None = None,
        query: str | None = None,
    ) -> Any:
        """Choose from a menu by value or text; one that asks the app is first typed into."""
        person = self.who(user)
        where, held = self._find(person, action_id, None, message)
        state = entered(held.element, await self._chosen(person, where, held, wanted, query))
        if isinstance(where, View):
            where.values.setdefault(held.block["block_id"], {})[action_id] = state
            self.desk.workspace.changed()
            if held.is_input:
                return None
        return await self._act(person, where, held, state)

    async def _chosen(
        self, person: User, where: Message | View, held: Held, wanted: str | list[str], query: str | None
    ) -> Any:
        kind = held.element["type"]
        names = [wanted] if isinstance(wanted, str) else wanted
        if kind in ("static_select", "overflow", "radio_buttons", "checkboxes", "multi_static_select"):
            options = options_of(held.element)
        elif kind in ("external_select", "multi_external_select"):
            options = await self._options(person, where, held, names[0] if query is None else query)
        else:
            return wanted
        picked = [pick(options, name) for name in names]
        if None in picked:
            raise CannotDo(f"The menu does not offer {wanted}.")
        many = kind.startswith("multi_") or kind == "checkboxes"
        return picked if many else picked[0]

    async def suggest(
        self, user: str, action_id: str, typed: str, *, message: str | None = None
    ) -> list[Json]:
        """The options a menu offers for what was typed into it."""
        person = self.who(user)
        where, held = self._find(person, action_id, None, message)
        return await self._options(person, where, held, typed)

    async def _options(self, person: User, where: Message | View, held: Held, typed: str) -> list[Json]:
        if len(typed) < held.element.get("min_query_length", 3):
            return []
        payload = payloads.interaction(self.desk.workspace, "block_suggestion", person)
        payload |= self._context(where) | payloads.suggestion(held, typed)
        payload.pop("state", None)
        ack = await self.transport().deliver(Envelope("interactive", payload))
        self.desk.heard.append(Heard("options", ack or {}))
        return options_of(ack) if isinstance(ack, dict) else []

    async def _act(self, person: User, where: Message | View, held: Held, state: Json) -> Any:
        workspace = self.desk.workspace
        payload = payloads.interaction(workspace, "block_actions", person) | self._context(where)
        payload["trigger_id"] = self.desk.triggers.issue(person.id)
        payload["actions"] = [payloads.action(held, state, workspace.new_ts())]
        if isinstance(where, Message):
            payload["response_url"] = self.responses.issue(person.id, where.channel, where.ts)
        return await self.transport().deliver(Envelope("interactive", payload))

    def _context(self, where: Message | View) -> Json:
        workspace = self.desk.workspace
        if isinstance(where, Message):
            return payloads.in_message(workspace, where)
        return payloads.in_view(workspace, where)

    def _find(
        self, person: User, action_id: str, value: str | None, message: str | None, *, anyway: bool = False
    ) -> tuple[Message | View, Held]:
        for place in self._places(person, message, anyway=anyway):
            blocks = place.blocks if isinstance(place, Message) else place.body["blocks"]
            held = find_element(blocks, action_id, value)
            if held is not None:
                return place, held
        raise CannotDo(f"{person.real_name} sees nothing called {action_id}.")

    def _places(self, person: User, message: str | None, *, anyway: bool) -> list[Message | View]:
        workspace = self.desk.workspace
        modals = workspace.modals.get(person.id, [])
        seen = list(workspace.messages) if anyway else list(workspace.seen_by(person.id))
        if message is not None:
            home_tab = [one for one in [workspace.homes.get(person.id)] if one and one.id == message]
            return [*home_tab, *(one for one in seen if one.ts == message)]
        if modals:
            return [modals[-1]]
        home = workspace.homes.get(person.id)
        return [*reversed(seen), *([home] if home else [])]

    def modal(self, user: str) -> Json | None:
        """The modal on top of a person's screen as Slack's JSON, None when there is none."""
        stack = self.desk.workspace.modals.get(self.who(user).id, [])
        return view_json(self.desk.workspace, stack[-1]) if stack else None
