"""How the status of an absent person is spoken of, and the buttons that let us set it, and no longer."""

from __future__ import annotations

from bot.blocks import build, text
from bot.blocks.answers import Block, Message
from bot.domain.status import SlackStatus
from bot.features.leave_status.rules import Consent, Tell

OPEN = "leave_status.open"
FORGET = "leave_status.forget"
_HEADS = {
    Tell.ASK: "You are away, and your Slack status does not say so.",
    Tell.STUCK: "Your Slack status does not say the right days, and I may not change it any more.",
    Tell.BACK: "Your Slack status from before your time off is not back, and I may not set it any more.",
    Tell.FAILED: "Slack did not let me change your status, however often I tried.",
}


def consent_button(url: str) -> build.Json:
    """Leads to Slack's own page, where a person lets us set their status; made for that person alone."""
    return build.button("Let me set your Slack status", OPEN, url=url)


def forget_button() -> build.Json:
    """Takes the consent back."""
    return build.button("Leave my Slack status alone", FORGET)


def shown(status: SlackStatus) -> str:
    """A status as people see it; its words are somebody's own."""
    return f"{status.emoji} “{text.escape(status.text)}”" if status.text else status.emoji


def told(what: Tell, status: SlackStatus, consent: Consent, before: SlackStatus | None) -> Message:
    """What a person hears, since we cannot do it for them, with what to do."""
    head = _HEADS[what]
    blocks: list[Block] = [build.section(f"{head}\n{_cure(what, status, consent, before)}")]
    if consent.url and what is not Tell.BACK:
        blocks.append(build.actions(consent_button(consent.url)))
    return Message(text=head, blocks=tuple(blocks))


def forgotten() -> Message:
    """The consent was taken back."""
    said = "I leave your Slack status alone from now on, and keep nothing that would let me change it."
    return Message(text=said, blocks=(build.section(said),), replaces=False)


def _cure(what: Tell, status: SlackStatus, consent: Consent, before: SlackStatus | None) -> str:
    if what is Tell.BACK and before is not None:
        return f"It said {shown(before)}: set it again in Slack if it still holds."
    if what is Tell.BACK:
        return "Set it again in Slack if it still holds."
    if what is Tell.STUCK:
        return f"Please change it in Slack{_or_let_me(consent)}."
    if what is Tell.FAILED:
        return f"Please look at it in Slack. While you are away it should say {shown(status)}; afterwards it should not."
    return f"Please set it in Slack to {shown(status)}{_or_let_me(consent)}."


def _or_let_me(consent: Consent) -> str:
    return ", or let me do it" if consent.url else ""
