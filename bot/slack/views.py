"""Answers into Slack's JSON, and the few sentences the edge says itself. Pure."""

from __future__ import annotations

from typing import Any

from bot.blocks.answers import Block, Home, Message, Modal
from bot.errors import AmbiguousAccount, NamedAccount, UnknownAccount, UserError
from bot.slack.payloads import ANSWER

ELSEWHERE = (
    "I answered in our direct message: people outside the organisation can read this channel, or I could not "
    "make sure that they cannot."
)
UNREACHED = "I could not open our direct message, so I have not answered. Write to me there and ask again."
NO_MODAL_HERE = "Ask me this in our direct message: people outside the organisation may read this channel."
TOO_LATE = "That took longer than Slack allows for opening a window. Press it once more."
NO_COMMAND = "I do not know that command. Try `/ta-help`."
WAITING = "One moment, I am still working on it. This window will tell you when it is done."
DONE = "Done. You can close this window."


def escape(text: str) -> str:
    """For mrkdwn: what somebody typed must not become a mention or a link."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def apology(reference: str) -> str:
    """For anything unexpected; the reference is in the log too."""
    return f"Sorry, something went wrong on my side. Try again; if it happens again, name reference `{reference}`."


def words(error: UserError) -> Message:
    """A person's mistake in its own words, escaped, with what to choose from."""
    ids = tuple(item.id for item in _offered(error))
    return Message(text=escape(unescaped(error)), accounts=ids)


def unescaped(error: UserError) -> str:
    """The same for plain text, such as a form's error line."""
    names = ", ".join(item.name for item in _offered(error))
    if not names:
        return str(error)[:3000]
    lead = " The nearest names: " if isinstance(error, UnknownAccount) else " "
    return f"{error}{lead}{names}."[:3000]


def _offered(error: UserError) -> tuple[NamedAccount, ...]:
    if isinstance(error, UnknownAccount):
        return error.nearest[:10]
    return error.candidates[:10] if isinstance(error, AmbiguousAccount) else ()


def said(message: Message, *, plain: bool = False) -> dict[str, Any]:
    """A message's text and blocks; with `plain` its twin for workspaces without native charts and tables."""
    blocks = (message.plain or message.blocks) if plain else message.blocks
    payload: dict[str, Any] = {"text": message.text}
    if blocks:
        payload["blocks"] = list(blocks)
    return payload


def modal(answer: Modal) -> dict[str, Any]:
    """A modal as views.open takes it."""
    view: dict[str, Any] = {
        "type": "modal",
        "callback_id": answer.callback_id,
        "title": plain_text(answer.title[:24]),
        "close": plain_text(answer.close[:24]),
        "blocks": list(answer.blocks),
    }
    if answer.submit:
        view["submit"] = plain_text(answer.submit[:24])
    if answer.private_metadata:
        view["private_metadata"] = answer.private_metadata
    return view


def notice(title: str, text: str) -> Modal:
    """A modal that says one thing."""
    block = {"type": "section", "text": {"type": "mrkdwn", "text": text[:3000]}}
    return Modal(callback_id="edge.notice", title=title, blocks=(block,))


def message_as_modal(message: Message) -> Modal:
    """A message where only a modal can be shown; native charts and tables do not fit there."""
    return Modal(callback_id=ANSWER, title="TA bot", blocks=_blocks_of(message), accounts=message.accounts)


def message_as_home(message: Message) -> Home:
    """What is said instead of a person's App Home."""
    return Home(blocks=_blocks_of(message), accounts=message.accounts)


def _blocks_of(message: Message) -> tuple[Block, ...]:
    said: Block = {"type": "section", "text": {"type": "mrkdwn", "text": message.text[:3000]}}
    return tuple(message.plain or message.blocks) or (said,)


def modal_as_message(modal: Modal) -> Message:
    """A modal for which it is too late: what it says, where it has nothing to fill in or to press."""
    told = all(block["type"] in ("section", "context") and "accessory" not in block for block in modal.blocks)
    if modal.submit or not modal.blocks or not told:
        return Message(text=TOO_LATE)
    return Message(text=modal.title, blocks=modal.blocks, accounts=modal.accounts)


def home(answer: Home) -> dict[str, Any]:
    """An App Home tab as views.publish takes it."""
    return {"type": "home", "blocks": list(answer.blocks)}


def plain_text(text: str) -> dict[str, Any]:
    """A plain_text object."""
    return {"type": "plain_text", "text": text, "emoji": True}
