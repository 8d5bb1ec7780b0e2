"""One transaction over everything that must be kept together."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Protocol


class Transaction(Protocol):
    """Opaque to features: opened by the store, handed back to its writing verbs."""


class Work(Protocol):
    """Opens transactions."""

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """Everything written with it is kept together when the block ends, or nothing of it on an error."""
