"""What reaches us, as frozen values: who asked, from where, and what; what happened, and what is due.

Nothing here knows Slack's payloads (`bot.slack.payloads` translates them) nor any rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


@dataclass(frozen=True, slots=True)
class Asker:
    """The person who asked. `email` is known once the audience check has looked them up."""

    user_id: str
    team_id: str = ""
    email: str | None = None
    name: str = ""


class PlaceKind(StrEnum):
    """How much we know of where the question was asked."""

    DIRECT = "direct"  # a direct message with the bot
    OPEN = "open"  # every possible reader is a full member of our workspace
    UNSEEN = "unseen"  # Slack will not show us the place: answers stay ephemeral, nothing can be shared there
    SHARED = "shared"  # shared, pending or holding an outsider: the answer goes to the asker's direct message


@dataclass(frozen=True, slots=True)
class Place:
    """The conversation a question came from."""

    channel_id: str
    name: str = ""
    kind: PlaceKind = PlaceKind.UNSEEN

    @property
    def can_share(self) -> bool:
        """Whether the answer may carry a share button here."""
        return self.kind in (PlaceKind.DIRECT, PlaceKind.OPEN)


class Surface(StrEnum):
    """Where what was pressed stands, and with that where its answer belongs."""

    CONVERSATION = "conversation"  # a message, a command's line: answered beside it
    HOME = "home"  # the App Home tab: answered in a window
    WINDOW = "window"  # a window that shows an answer: the next answer goes over it, or in its place
    FORM = "form"  # any other modal


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What every kind of question has. `reference` is in the log and in any apology."""

    asker: Asker
    place: Place
    reference: str
    trigger_id: str = ""
    response_url: str = ""
    request_id: str = ""  # the same for every delivery of one request: retries are answered once
    surface: Surface = Surface.CONVERSATION
    view_id: str = ""  # the modal it came from


@dataclass(frozen=True, slots=True, kw_only=True)
class Command(Ask):
    """A slash command; `text` is what follows its name, mentions still as `<@U…>`."""

    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Action(Ask):
    """A button pressed or a menu chosen from. `value` is the button's value or the chosen option's."""

    action_id: str
    value: str = ""
    message_ts: str = ""
    ephemeral: bool = False  # the message it sits in is visible to the asker only
    private_metadata: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission(Ask):
    """A modal submitted. `values` maps block id to what was entered or chosen in it (str, list or None)."""

    callback_id: str
    values: Mapping[str, Any] = field(default_factory=dict)
    private_metadata: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortcut(Ask):
    """A global or message shortcut; `message_text` is empty for a global one."""

    callback_id: str
    message_text: str = ""
    message_ts: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention(Ask):
    """The bot mentioned in a channel; `text` is what was said to it, without the mention that it begins with."""

    text: str
    message_ts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeOpened(Ask):
    """A person opens the App Home tab, or what theirs shows may have changed.

    Without `whole` the parts that take long are left for a second look, which comes at once.
    """

    whole: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain(Ask):
    """Words said to the bot in its direct message; none where that was only opened. Mentions are still `<@U…>`."""

    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Typeahead(Ask):
    """Letters typed into a menu that asks us for its options."""

    action_id: str
    text: str


class HappeningKind(StrEnum):
    """What may have happened."""

    STATUS_CHANGED = "status_changed"
    CONSENT_GIVEN = "consent_given"  # somebody let us set their status
    CONSENT_WITHDRAWN = "consent_withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """Something that happened in Slack, of which nobody asks to hear. `key` is the same for every delivery."""

    kind: HappeningKind
    user_id: str
    email: str
    key: str
    status_text: str = ""
    status_emoji: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Work whose time has come. `key` is the same each time it is tried; `attempt` counts from 1."""

    job: str
    key: str
    subject: str
    due_at: datetime
    attempt: int = 1
