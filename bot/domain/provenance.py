"""Where a value comes from and how old it is. Every number shown is `Known` or `Unknown`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeAlias, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Stamp:
    """One origin shared by many values: the source's name and the instant its values were true.

    `assumed` says that the source gave no instant, so the age counts from the import.
    """

    source: str
    as_of: datetime
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class Known(Generic[T]):
    """A value with its origin."""

    value: T
    stamp: Stamp

    @property
    def source(self) -> str:
        """The system or file that said so."""
        return self.stamp.source

    @property
    def as_of(self) -> datetime:
        """The aware instant at which it was true."""
        return self.stamp.as_of

    def age(self, now: datetime) -> timedelta:
        """How old the value is at `now`; never negative."""
        return max(now - self.stamp.as_of, timedelta())


@dataclass(frozen=True, slots=True)
class Unknown:
    """No value, and why: shown as unknown, never as zero."""

    reason: str = "not in the book"


Fact: TypeAlias = Known[T] | Unknown


def value_of(fact: Fact[T]) -> T | None:
    """The bare value, or None where it is unknown."""
    return fact.value if isinstance(fact, Known) else None
