"""What can go wrong with Slack, switched on for a method (or all), for a number of calls (or until cleared)."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any, Literal, TypeAlias, get_args

FaultKind: TypeAlias = Literal[
    "slow",
    "ratelimited",
    "server_error",
    "not_json",
    "drop",
    "drop_before",
    "drop_after",
    "slow_after",
    "native_blocks_refused",
]
FAULT_KINDS: tuple[str, ...] = get_args(FaultKind)


@dataclass(slots=True, kw_only=True)
class Fault:
    """One fault. `method` is a Web API method, `response_url` or `*`; `times` None lasts until cleared.

    With a `channel` (its id) it strikes only what is asked of that conversation.

    With a `chance` below 1 it strikes that part of the calls, by `seed` always the same ones. `struck` counts.
    """

    kind: FaultKind
    method: str = "*"
    channel: str = ""
    times: int | None = None
    seconds: float = 1.0  # how slow, or what Retry-After says
    chance: float = 1.0
    seed: int = 0
    struck: int = field(default=0, init=False)
    drawn: Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Begin to draw."""
        self.drawn = Random(self.seed)

    def hits(self, method: str, channel: str = "") -> bool:
        """Whether it strikes this call; counted when it does."""
        if self.method not in ("*", method) or self.channel not in ("", channel) or self.times == 0:
            return False
        if self.chance < 1 and self.drawn.random() >= self.chance:
            return False
        if self.times is not None:
            self.times -= 1
        self.struck += 1
        return True

    def as_json(self) -> dict[str, Any]:
        """What was switched on, and how often it struck."""
        told = ("kind", "method", "channel", "times", "seconds", "chance", "seed", "struck")
        return {name: getattr(self, name) for name in told}


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

    def strike(self, method: str, *kinds: FaultKind, channel: str = "") -> Fault | None:
        """The first fault of these kinds that strikes this call, counted; None when all goes well."""
        return next((one for one in self.active if one.kind in kinds and one.hits(method, channel)), None)
