"""What can go wrong with Slack, switched on for a method (or all), for a number of calls (or until cleared)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias, get_args

FaultKind: TypeAlias = Literal[
    "slow", "ratelimited", "server_error", "not_json", "drop", "native_blocks_refused"
]
FAULT_KINDS: tuple[str, ...] = get_args(FaultKind)


@dataclass(slots=True, kw_only=True)
class Fault:
    """One fault. `method` is a Web API method, `response_url` or `*`; `times` None lasts until cleared."""

    kind: FaultKind
    method: str = "*"
    times: int | None = None
    seconds: float = 1.0  # how slow, or what Retry-After says

    def hits(self, method: str) -> bool:
        """Whether it strikes this call."""
        return self.method in ("*", method) and self.times != 0


@dataclass(slots=True)
class Faults:
    """The faults that are switched on."""

    active: list[Fault] = field(default_factory=list)

    def add(self, fault: Fault) -> None:
        """Switch one on."""
        self.active.append(fault)

    def clear(self) -> None:
        """Switch all off."""
        self.active.clear()

    def strike(self, method: str, *kinds: FaultKind) -> Fault | None:
        """The first fault of these kinds that strikes this call, counted; None when all goes well."""
        for fault in self.active:
            if fault.kind in kinds and fault.hits(method):
                if fault.times is not None:
                    fault.times -= 1
                return fault
        return None
