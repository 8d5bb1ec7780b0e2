"""What kind of thing a note, a meeting or a conversation is, by the words that policy looks for. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from bot.policy.sources import VitallyTable

_KINDS = ("kickoff", "roadmap_review", "business_review", "sync")
_SIGNS = re.compile(r"[\W_]+")


def _bare(words: Any) -> str:
    """Words in small letters, without emoji and other signs: `📅 Meeting` is `meeting`."""
    return _SIGNS.sub(" ", words).strip().casefold() if isinstance(words, str) else ""


class Labels:
    """Tells labels; what fits nothing has none."""

    def __init__(self, table: VitallyTable) -> None:
        notes, sources = table.note_categories, table.conversation_sources
        self._notes = {_bare(name): "save_plan" for name in notes.save_plan}
        self._notes |= {_bare(name): "success_plan" for name in notes.success_plan}
        self._meetings = {_bare(name) for name in notes.meeting}
        self._sources = {_bare(name): "slack" for name in sources.slack}
        self._sources |= {_bare(name): "mail" for name in sources.mail}
        words = table.meeting_words.model_dump()
        self._words = [(kind, _any_of(words[kind])) for kind in _KINDS if words[kind]]

    def of_note(self, category: Any, subject: Any) -> tuple[bool, str]:
        """Whether a note tells of a meeting, and its label."""
        bare = _bare(category)
        if bare in self._meetings:
            return True, self.of_meeting(subject)
        return False, self._notes.get(bare, "")

    def of_meeting(self, title: Any) -> str:
        """By the words of its title."""
        bare = _bare(title)
        return next((kind for kind, words in self._words if words.search(bare)), "")

    def of_conversation(self, source: Any) -> str:
        """By where it is held."""
        return self._sources.get(_bare(source), "")


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    found = "|".join(re.escape(_bare(each)) for each in words)
    return re.compile(rf"\b(?:{found})\b")
