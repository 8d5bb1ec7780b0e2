"""Everything that can go wrong, in one tree.

TaBotError
├── UserError            the person can fix it; the text is shown to them alone and says what to do next
│   ├── UnknownAccount       no account by that name; carries the nearest names
│   ├── AmbiguousAccount     several accounts it may mean; carries them to choose from
│   ├── UnknownPerson        nobody in the book by that mention or address
│   ├── WrongUsage           the command's text cannot be read; carries the usage
│   └── AudienceRefused      somebody who may not see account data would see the answer
├── OperatorError        the operator can fix it; one clear line that names the setting, file or row
│   ├── SettingsError        every wrong or missing setting, listed together
│   ├── PolicyError          a rule in policy.toml that does not hold, with its line
│   └── ImportRefused        a file with bad rows; carries each with line, column, value and reason
├── SourceError          a vendor or Slack failed us
│   ├── SourceRefused        it answered no (token, scope, unknown id): retrying will not help
│   ├── SourceGarbled        it answered something that we cannot read: its shape changed, or it was cut off
│   └── SourceUnavailable    it did not answer in time, or asked us to wait: retrying may help
│       └── SourceLost           the answer was lost: whether the call was done is not known
└── StoreError           the database cannot be used
    ├── StaleRow             somebody else changed the row meanwhile
    ├── DatabaseTooNew       it was written by a newer version of ta-bot
    └── DatabaseUnavailable  it cannot be reached or opened
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class TaBotError(Exception):
    """Any failure that ta-bot explains; `str()` of it is one clear sentence."""


class UserError(TaBotError):
    """A mistake that the person who typed can mend; the text says what to type instead."""


@dataclass(frozen=True, slots=True)
class NamedAccount:
    """An account as an error or a menu names it."""

    id: str
    name: str


class UnknownAccount(UserError):
    """No account goes by what was typed; `nearest` holds the closest names, best first."""

    def __init__(self, typed: str, nearest: Sequence[NamedAccount] = ()) -> None:
        self.typed = typed
        self.nearest = tuple(nearest)
        super().__init__(f"I know no account “{typed}”.")


class AmbiguousAccount(UserError):
    """What was typed may mean several accounts; `candidates` are offered to choose from."""

    def __init__(self, typed: str, candidates: Sequence[NamedAccount]) -> None:
        self.typed = typed
        self.candidates = tuple(candidates)
        super().__init__(f"“{typed}” may mean {len(candidates)} accounts. Choose one.")


class UnknownPerson(UserError):
    """The mention or address belongs to nobody in the book."""


class WrongUsage(UserError):
    """The command's text cannot be read; the sentence says what to type instead."""


class AudienceRefused(UserError):
    """Someone outside the organisation asked, or would see the answer. Names no account."""


class OperatorError(TaBotError):
    """A mistake in settings, policy or data that an operator can mend."""


class SettingsError(OperatorError):
    """All wrong or missing settings at once, one a line."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class PolicyError(OperatorError):
    """A rule of policy.toml that does not hold; names its line and what would be right."""


@dataclass(frozen=True, slots=True)
class BadRow:
    """One thing wrong in a file: `line` counts from 1 with the header as line 1."""

    line: int
    column: str
    value: str
    reason: str


class ImportRefused(OperatorError):
    """Nothing of the file was taken, because of these rows."""

    def __init__(self, file: str, bad: Sequence[BadRow], more: int = 0) -> None:
        self.file = file
        self.bad = tuple(bad)
        self.more = more
        count = len(self.bad) + more
        super().__init__(f"{file}: nothing was imported, {count} problem{'s' if count != 1 else ''} found")


class SourceError(TaBotError):
    """A system that we read from or speak to failed. `request_id` is its own name for the call, where it gave one.

    `said` is what it wrote itself, for the client that knows what it means: it may name customers, so it is never
    shown or logged.
    """

    request_id: str = ""
    said: str = ""


class SourceRefused(SourceError):
    """It answered no; the same call again would get the same answer. `code` is its own word for why."""

    def __init__(self, message: str, code: str = "") -> None:
        self.code = code
        super().__init__(message)


class SourceGarbled(SourceError):
    """It answered, but not in the shape that it promises: HTML, a body cut off, an error inside a success."""


class SourceUnavailable(SourceError):
    """It is slow, down or asks us to wait; `retry_after` is in seconds when it said how long."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        self.retry_after = retry_after
        super().__init__(message)


class SourceLost(SourceUnavailable):
    """The connection broke or it failed half-way: whether the call was done is not known."""


class SyncUnderWay(OperatorError):
    """Another process reads the systems right now."""

    def __init__(self) -> None:
        super().__init__(
            "a sync is under way in another process; wait for it, then look at: ta-bot sync report"
        )


class StoreError(TaBotError):
    """The database cannot do what was asked."""


class StaleRow(StoreError):
    """Somebody else changed what was to be written; look at it anew."""


class DatabaseTooNew(StoreError):
    """The database was migrated by a newer ta-bot than this one."""


class DatabaseUnavailable(StoreError):
    """The database cannot be opened or reached."""
