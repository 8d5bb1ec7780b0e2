"""Many texts in little memory."""

from __future__ import annotations

from array import array
from collections.abc import Iterator


class PackedTexts:
    """A list of texts to which is only added: one after the other in one buffer, decoded when asked for.

    A hundred thousand names as objects of their own take twelve megabytes, in a buffer three.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._ends = array("I", (0,))

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, place: int) -> str:
        if not 0 <= place < len(self):
            raise IndexError(place)
        return self._buffer[self._ends[place] : self._ends[place + 1]].decode("utf-8", "surrogatepass")

    def __iter__(self) -> Iterator[str]:
        return map(self.__getitem__, range(len(self)))

    def append(self, text: str) -> None:
        """Add one more."""
        self._buffer += text.encode("utf-8", "surrogatepass")
        self._ends.append(len(self._buffer))
