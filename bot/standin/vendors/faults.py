"""What can go wrong with a vendor, as a script: each fault strikes so many calls of a path and is then spent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

VendorFaultKind: TypeAlias = Literal[
    "status",  # answers this status, in the vendor's own shape of error unless `body` is given
    "answer",  # a success with this `body` instead of what was asked for
    "slow",  # half the body, then nothing for `seconds`
    "cut",  # half the body, then the connection is closed
    "html",  # a page, with status 200
    "drop",  # the connection is closed before any answer
    "dangling_cursor",  # the last page names a cursor all the same
    "repeated_cursor",  # a page names the cursor that it was asked with, or that of the first page
]


@dataclass(slots=True, kw_only=True)
class VendorFault:
    """One fault. It strikes calls whose path holds `path`, after `skip` of them, `times` times (None: for ever)."""

    kind: VendorFaultKind
    path: str = ""
    times: int | None = 1
    skip: int = 0
    status: int = 500
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    content_type: str = "application/json"
    seconds: float = 1.0
    struck: int = field(default=0, init=False)

    def hits(self, path: str) -> bool:
        """Whether it strikes this call; counted when it does."""
        if self.path not in path or self.times == 0:
            return False
        if self.skip:
            self.skip -= 1
            return False
        if self.times is not None:
            self.times -= 1
        self.struck += 1
        return True
