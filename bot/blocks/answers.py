"""The answers a command, action or submission may return; `bot.slack` says them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias, overload

Block: TypeAlias = Mapping[str, Any]
"""One Block Kit block as Slack's JSON has it."""


class Later(Sequence[Block]):
    """Blocks that are made when they are first looked at: few workspaces ever need a message's twin."""

    def __init__(self, make: Callable[[], Sequence[Block]]) -> None:
        self._make = make
        self._made: Sequence[Block] | None = None

    @overload
    def __getitem__(self, place: int) -> Block: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Block]: ...
    def __getitem__(self, place: int | slice) -> Block | Sequence[Block]:
        return self._blocks()[place]

    def __len__(self) -> int:
        return len(self._blocks())

    def _blocks(self) -> Sequence[Block]:
        if self._made is None:
            self._made = self._make()
        return self._made


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Something said. `text` is what notifications and screen readers get, always.

    `plain` is the twin for workspaces that refuse native charts and tables (`invalid_blocks`): the same
    facts in older blocks; empty when `blocks` needs no twin. `accounts` are the ids it speaks of (for the
    audit). `replaces` updates the message that the pressed button sits in, instead of adding one.
    `withheld` says for the audit what was left out on purpose.
    """

    text: str
    blocks: tuple[Block, ...] = ()
    plain: Sequence[Block] = ()
    accounts: tuple[str, ...] = ()
    replaces: bool = False
    withheld: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Modal:
    """A modal to open, or to put in the place of the one that was submitted. `submit` None: nothing to submit."""

    callback_id: str
    title: str
    blocks: tuple[Block, ...]
    submit: str | None = None
    close: str = "Close"
    private_metadata: str = ""
    accounts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """A person's App Home tab. `unfinished`: parts that take long are still left out."""

    blocks: tuple[Block, ...]
    accounts: tuple[str, ...] = ()
    unfinished: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldErrors:
    """What is wrong in a submitted modal, by block id; the modal stays open.

    Where something was withheld because of who would read it, `withheld` says so for the audit, and
    `accounts` what it was about.
    """

    errors: Mapping[str, str]
    accounts: tuple[str, ...] = ()
    withheld: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options a typeahead shows: (text, value), at most 100."""

    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """Nothing to say; a submitted modal closes. `note` is for the audit."""

    note: str = ""
    accounts: tuple[str, ...] = field(default=())


Answer: TypeAlias = Message | Modal | Home | FieldErrors | Options | Done
