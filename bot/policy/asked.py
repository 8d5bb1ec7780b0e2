"""What is asked of people and drafted for them: its tables of the file, and the domain's values of them."""

from __future__ import annotations

from bot.domain.feedback import FeedbackRules
from bot.policy.kinds import Span, Table, Texts


class FeedbackTable(Table):
    """Product feedback."""

    areas: Texts
    gathered: Span


class AskedTables(Table):
    """The tables of the file that are about this."""

    feedback: FeedbackTable


def feedback_of(table: FeedbackTable) -> FeedbackRules:
    """Everything about product feedback."""
    return FeedbackRules(areas=tuple(table.areas), gathered=table.gathered)
