"""Response URLs: five uses in thirty minutes, ephemeral unless said otherwise, replacing and deleting."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.standin.calls import Desk, Heard, Refusal
from bot.standin.content import Content, read_content
from bot.standin.state import Message

USES = 5
LIFE_SECONDS = 30 * 60


@dataclass(slots=True)
class ResponseUrl:
    """Where an app may answer: whom, where, and in place of which message."""

    user: str
    channel: str
    message_ts: str | None
    until: float
    uses: int = 0


@dataclass(slots=True)
class ResponseUrls:
    """All response URLs ever handed out."""

    desk: Desk
    base_url: Callable[[], str]
    issued: dict[str, ResponseUrl] = field(default_factory=dict)

    def issue(self, user_id: str, channel_id: str, message_ts: str | None = None) -> str:
        """A fresh address for something a person just did."""
        key = secrets.token_hex(12)
        until = self.desk.workspace.seconds() + LIFE_SECONDS
        self.issued[key] = ResponseUrl(user_id, channel_id, message_ts, until)
        return f"{self.base_url()}/respond/{self.desk.workspace.team_id}/{key}"

    def use(self, key: str, body: Mapping[str, Any]) -> str:
        """Take an answer; gives Slack's error code, empty when it was taken."""
        error = self._taken(key, body)
        self.desk.heard.append(Heard("response_url", dict(body), error))
        return error

    def _taken(self, key: str, body: Mapping[str, Any]) -> str:
        url = self.issued.get(key)
        if url is None:
            return "invalid_url"
        if self.desk.workspace.seconds() > url.until:
            return "expired_url"
        if url.uses >= USES:
            return "used_url"
        url.uses += 1
        try:
            self.place(url, body)
        except Refusal as refusal:
            return refusal.code
        return ""

    def place(self, url: ResponseUrl, body: Mapping[str, Any]) -> None:
        """Do what an answer says: say, replace or delete."""
        workspace = self.desk.workspace
        original = workspace.find_message(url.channel, url.message_ts) if url.message_ts else None
        if body.get("delete_original"):
            if original is not None:
                workspace.forget(original)
            return
        content = read_content(body, self.desk, "response_url")
        if body.get("replace_original") and original is not None:
            original.text, original.blocks = content.text, content.blocks
            original.edited_ts = workspace.new_ts()
            workspace.changed()
            return
        said = self._say(url, body, content)
        url.message_ts = url.message_ts or said.ts  # a command's answer can be replaced by its next one

    def _say(self, url: ResponseUrl, body: Mapping[str, Any], content: Content) -> Message:
        workspace = self.desk.workspace
        for_all = body.get("response_type") == "in_channel"
        return workspace.say(
            Message(
                channel=url.channel,
                ts=workspace.new_ts(),
                user=workspace.bot.id,
                bot_id=workspace.bot.bot_id,
                text=content.text,
                blocks=content.blocks,
                thread_ts=body.get("thread_ts") or None,
                only_for=None if for_all else url.user,
            )
        )
