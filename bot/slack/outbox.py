"""Everything the bot says leaves here: response URLs, posts and views.

One session for all of it. A post is never repeated after a broken connection or a 5xx, since it may have
arrived; an answer that only the asker sees may come twice rather than not at all.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Protocol, TypeAlias
from urllib.parse import urlsplit

import orjson

from bot.blocks.answers import Home, Message, Modal
from bot.errors import SourceLost, SourceRefused, SourceUnavailable
from bot.ports.messenger import Posted
from bot.slack import views
from bot.slack.metrics import Metrics
from bot.slack.web import (
    OPEN_MODAL,
    SAY,
    TRANSIENT,
    Patience,
    Reply,
    Session,
    SlackWeb,
    patiently,
    posted,
)

HOOKS = "https://hooks.slack.com/"
FILES = "https://files.slack.com/"
UPLOAD_SECONDS = 60.0  # a hundred thousand accounts are some twenty megabytes
# A response URL may be used five times, and a use that failed may count.
RESPOND = Patience(seconds=10, longest_wait=60, repeats=(0.2, 1.0))
EDIT = Patience(seconds=30, longest_wait=30, repeats=(0.5, 2.0))
TWIN_FOR = 3600.0  # how long a workspace that refused native blocks gets the twin without being asked again
_NOT_SLACKS = "not Slack's"
Metadata: TypeAlias = Mapping[str, Any]
_JSON = {"Content-Type": "application/json; charset=utf-8"}


class Outbox(Protocol):
    """Says things; raises SourceRefused or SourceUnavailable when Slack does not take them."""

    async def respond(self, url: str, message: Message, *, replace: bool = False) -> None:
        """Answer the asker alone through a request's own URL; `replace` puts it in its message's place."""

    async def post(
        self, channel_id: str, message: Message, *, thread_ts: str = "", metadata: Metadata | None = None
    ) -> Posted:
        """Post for everybody there. Who may read it was checked by the caller."""

    async def edit(self, posted: Posted, message: Message, *, metadata: Metadata | None = None) -> Posted:
        """Put another message in the place of one of ours."""

    async def upload(self, channel_id: str, name: str, content: bytes, comment: str) -> None:
        """Share a file there. Who may read it was checked by the caller."""

    async def open_view(self, trigger_id: str, modal: Modal) -> str:
        """Open a modal; gives its view id."""

    async def push_view(self, trigger_id: str, modal: Modal) -> None:
        """Show a modal over the one that is open; closing it shows that one again."""

    async def update_view(self, view_id: str, modal: Modal) -> None:
        """Put a modal in another's place."""

    async def publish_home(self, user_id: str, home: Home, *, replaces: str = "") -> str:
        """Show a person's App Home tab; gives its hash.

        With the hash that `replaces` names, raises SourceRefused (`hash_conflict`) where another tab stands by now.
        """

    async def close(self) -> None:
        """Let go of every connection."""


class SlackOutbox:
    """Sends to Slack."""

    def __init__(self, web: SlackWeb, session: Session, metrics: Metrics) -> None:
        self._web = web
        self._session = session
        self._metrics = metrics
        self._origins = (HOOKS, _origin(web.base_url))
        self._twin_until = 0.0

    async def respond(self, url: str, message: Message, *, replace: bool = False) -> None:
        """Answer through a response URL of Slack's; any other address is refused."""
        if not url.startswith(self._origins):
            raise SourceRefused("the response URL is not Slack’s", code="foreign_url")
        how = (
            {"replace_original": replace}
            if replace
            else {"response_type": "ephemeral", "replace_original": False}
        )
        try:
            await self._with_twin(message, lambda said: self._respond(url, {**said, **how}))
        except (SourceRefused, SourceUnavailable) as error:
            self._metrics.slack_error("response_url", getattr(error, "code", "") or type(error).__name__)
            raise

    async def post(
        self, channel_id: str, message: Message, *, thread_ts: str = "", metadata: Metadata | None = None
    ) -> Posted:
        """chat.postMessage, at most once."""
        more = {"thread_ts": thread_ts or None, "metadata": metadata}

        async def send(said: dict[str, Any]) -> dict[str, Any]:
            said.update(channel=channel_id, unfurl_links=False, unfurl_media=False, **more)
            return await self._web.call("chat.postMessage", SAY, **said)

        answer = await self._with_twin(message, send)
        posted = Posted(channel_id=str(answer.get("channel", channel_id)), ts=str(answer.get("ts", "")))
        if thread_ts:
            await self._in_thread(posted, answer.get("message"))
        return posted

    async def _in_thread(self, posted: Posted, said: object) -> None:
        """Where a thread's first message is gone, Slack posts the reply into the channel: it is taken back."""
        if isinstance(said, dict) and not said.get("thread_ts"):
            await self._web.call("chat.delete", RESPOND, channel=posted.channel_id, ts=posted.ts)
            raise SourceRefused("the thread that it belongs to is gone", code="thread_not_found")

    async def edit(self, posted: Posted, message: Message, *, metadata: Metadata | None = None) -> Posted:
        """chat.update: twice says the same as once."""

        async def send(said: dict[str, Any]) -> dict[str, Any]:
            said.setdefault("blocks", [])  # without them the old ones would stay
            said.update(channel=posted.channel_id, ts=posted.ts, metadata=metadata)
            return await self._web.call("chat.update", EDIT, **said)

        await self._with_twin(message, send)
        return posted

    async def upload(self, channel_id: str, name: str, content: bytes, comment: str) -> None:
        """Upload, then share, at most once: what was uploaded and never shared nobody sees."""
        ticket = await self._web.call(
            "files.getUploadURLExternal", RESPOND, filename=name, length=len(content)
        )
        url = str(ticket.get("upload_url", ""))
        if not url.startswith((FILES, self._origins[1])):
            raise SourceRefused("the upload address is not Slack’s", code="foreign_url")
        await patiently(lambda: self._uploaded(url, content), RESPOND)
        files = orjson.dumps([{"id": ticket.get("file_id"), "title": name}]).decode()
        await self._web.call(
            "files.completeUploadExternal", SAY, files=files, channel_id=channel_id, initial_comment=comment
        )

    async def _uploaded(self, url: str, content: bytes) -> dict[str, Any]:
        kind = {"Content-Type": "application/octet-stream"}
        reply = await posted(self._session.get(), url, content, kind, UPLOAD_SECONDS)
        if reply.status >= 500:
            raise SourceLost(f"Slack failed (HTTP {reply.status})")
        if reply.status != 200:
            raise SourceRefused(f"Slack refuses the file (HTTP {reply.status})", code=f"http_{reply.status}")
        return {}

    async def open_view(self, trigger_id: str, modal: Modal) -> str:
        """views.open: the trigger lives three seconds, so nothing is waited for."""
        answer = await self._web.call(
            "views.open", OPEN_MODAL, trigger_id=trigger_id, view=views.modal(modal)
        )
        view = answer.get("view")
        return str(view.get("id", "")) if isinstance(view, dict) else ""

    async def push_view(self, trigger_id: str, modal: Modal) -> None:
        """views.push: Slack lets three lie on each other."""
        await self._web.call("views.push", OPEN_MODAL, trigger_id=trigger_id, view=views.modal(modal))

    async def update_view(self, view_id: str, modal: Modal) -> None:
        """views.update: twice does the same as once."""
        await self._web.call("views.update", RESPOND, view_id=view_id, view=views.modal(modal))

    async def publish_home(self, user_id: str, home: Home, *, replaces: str = "") -> str:
        """views.publish: twice does the same as once."""
        view = views.home(home)
        answer = await self._web.call(
            "views.publish", RESPOND, user_id=user_id, view=view, hash=replaces or None
        )
        shown = answer.get("view")
        return str(shown.get("hash", "")) if isinstance(shown, dict) else ""

    async def close(self) -> None:
        """Close the session."""
        await self._session.close()

    async def _respond(self, url: str, payload: Mapping[str, Any]) -> dict[str, Any]:
        body = orjson.dumps(payload)

        async def once() -> dict[str, Any]:
            return _took(await posted(self._session.get(), url, body, _JSON, RESPOND.seconds))

        return await patiently(once, RESPOND)

    async def _with_twin(self, message: Message, send: Any) -> dict[str, Any]:
        twin = time.monotonic() < self._twin_until and bool(message.plain)
        try:
            sent: dict[str, Any] = await send(views.said(message, plain=twin))
        except SourceRefused as error:
            if error.code not in ("invalid_blocks", "invalid_blocks_format") or twin or not message.plain:
                raise
            sent = await send(views.said(message, plain=True))
            self._twin_until = time.monotonic() + TWIN_FOR
        return sent


class RecordingOutbox:
    """Sends nothing and keeps what would have been sent, in order: for `ta-bot try`."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []

    async def respond(self, url: str, message: Message, *, replace: bool = False) -> None:  # noqa: ARG002 # the protocol's
        """Keep an answer."""
        how = (
            {"replace_original": True}
            if replace
            else {"response_type": "ephemeral", "replace_original": False}
        )
        self._keep("response_url", {**views.said(message), **how})

    async def post(
        self, channel_id: str, message: Message, *, thread_ts: str = "", metadata: Metadata | None = None
    ) -> Posted:
        """Keep a post."""
        more = {name: given for name, given in (("thread_ts", thread_ts), ("metadata", metadata)) if given}
        self._keep("chat.postMessage", {"channel": channel_id, **views.said(message), **more})
        return Posted(channel_id=channel_id, ts=f"0.{len(self.sent):06d}")

    async def edit(self, posted: Posted, message: Message, *, metadata: Metadata | None = None) -> Posted:  # noqa: ARG002 # the protocol's
        """Keep an edit."""
        self._keep("chat.update", {"channel": posted.channel_id, "ts": posted.ts, **views.said(message)})
        return posted

    async def upload(self, channel_id: str, name: str, content: bytes, comment: str) -> None:
        """Keep a file."""
        said = {"channel_id": channel_id, "filename": name, "text": comment, "content": content.decode()}
        self._keep("files.completeUploadExternal", said)

    async def open_view(self, trigger_id: str, modal: Modal) -> str:
        """Keep a modal."""
        self._keep("views.open", {"trigger_id": trigger_id, "view": views.modal(modal)})
        return f"V{len(self.sent)}"

    async def push_view(self, trigger_id: str, modal: Modal) -> None:
        """Keep a modal over another."""
        self._keep("views.push", {"trigger_id": trigger_id, "view": views.modal(modal)})

    async def update_view(self, view_id: str, modal: Modal) -> None:
        """Keep a modal's update."""
        self._keep("views.update", {"view_id": view_id, "view": views.modal(modal)})

    async def publish_home(self, user_id: str, home: Home, *, replaces: str = "") -> str:
        """Keep an App Home tab."""
        self._keep("views.publish", {"user_id": user_id, "view": views.home(home)})
        return replaces

    async def close(self) -> None:
        """Nothing is open."""

    def _keep(self, to: str, payload: dict[str, Any]) -> None:
        self.sent.append({"to": to, "payload": payload})


def _took(reply: Reply) -> dict[str, Any]:
    if reply.status == 200 and reply.body == b"ok":
        return {}
    if reply.status == 429:
        raise SourceUnavailable("Slack asks us to wait", retry_after=reply.retry_after or 1.0)
    if reply.status >= 500:
        raise SourceLost(f"Slack failed (HTTP {reply.status})")
    code = _complaint(reply)
    if code == _NOT_SLACKS:
        raise SourceLost("what came back is no answer of Slack’s")
    if code in TRANSIENT:
        raise SourceUnavailable(f"Slack cannot take the answer now ({code})", retry_after=reply.retry_after)
    if code:
        raise SourceRefused(f"Slack refuses the answer ({code})", code=code)
    return {}


def _complaint(reply: Reply) -> str:
    # A response URL says “ok” in plain text, or why not in plain text or JSON, with 200 or 4xx.
    try:
        data = orjson.loads(reply.body)
    except orjson.JSONDecodeError:
        data = None
    if isinstance(data, dict) and data.get("ok") is not True:
        return str(data.get("error") or "unknown")
    word = reply.body.decode(errors="replace").strip()[:60]
    if reply.status == 200 and (word in ("", "ok") or data is not None):
        return ""
    if word.replace("_", "").isalnum():
        return word
    # A proxy's page may have a 200 as well: only Slack's own “ok” means that the answer arrived.
    return _NOT_SLACKS if reply.status == 200 else f"http_{reply.status}"


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/"
