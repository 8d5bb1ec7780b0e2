"""One at a time, over every process that shares the database."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Protocol


class Turns(Protocol):
    """Lets those who name the same thing do it one after the other."""

    def turn(self, key: str) -> AbstractAsyncContextManager[None]:
        """Wait until nobody else is in a block of that key; raises StoreError when that takes too long.

        Who dies inside lets go by that. Not to be taken twice by the same task.
        """
