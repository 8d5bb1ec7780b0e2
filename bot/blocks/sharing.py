"""Sharing an answer to a channel: choose the channel, see who would read it, then post."""

from __future__ import annotations

from bot.blocks import build, text
from bot.blocks.answers import Modal

CHANNEL = "channel"
"""The block in which the channel is chosen."""


def where_to(callback_id: str, element_id: str, metadata: str) -> Modal:
    """Ask for the channel; those shared with other organisations are not offered."""
    menu = build.conversations_select(element_id, "Choose a channel", ("public", "private"))
    hint = "Channels shared with another organisation, or with guests, are refused."
    return Modal(
        callback_id=callback_id,
        title="Share to a channel",
        blocks=(build.field_input(CHANNEL, "Channel", menu, hint),),
        submit="Next",
        close="Cancel",
        private_metadata=metadata,
    )


def to_whom(callback_id: str, channel: str, readers: int | None, what: str, metadata: str) -> Modal:
    """Show who would read it before anything is posted."""
    people = text.plural(readers, "person", "people") if readers is not None else "everybody"
    said = f"*{_named(channel)}* · {people} there, all of them full members of this workspace."
    return Modal(
        callback_id=callback_id,
        title="Who will read it",
        blocks=(
            build.section(said),
            build.section(f"They will see {what}, with your name above it."),
            build.context("Who is there is checked once more as it is posted."),
        ),
        submit="Share",
        close="Cancel",
        private_metadata=metadata,
    )


def shared(callback_id: str, channel_id: str) -> Modal:
    """It was posted."""
    said = f"Posted in <#{channel_id}>."
    return Modal(callback_id=callback_id, title="Shared", blocks=(build.section(said),))


def not_shared(callback_id: str, why: str) -> Modal:
    """It was refused at the last moment; names no account."""
    said = f":warning: Nothing was posted. {text.escape(why)}"
    return Modal(callback_id=callback_id, title="Not shared", blocks=(build.section(said),))


def _named(channel: str) -> str:
    return text.name(channel if channel.startswith("#") else f"#{channel}") if channel else "that channel"
