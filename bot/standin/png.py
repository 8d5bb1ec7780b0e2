"""PNG with 256 colours: a third of the bytes, and nothing that a reader of the README could tell apart."""

from __future__ import annotations

import struct
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain

SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLOURS = 256
BYTES_A_PIXEL = {2: 3, 6: 4}  # by PNG's colour type: RGB, RGBA

Colour = tuple[int, int, int]


def with_few_colours(png: bytes) -> bytes:
    """The same picture with a palette; takes 8-bit RGB or RGBA that is not interlaced, as browsers write it."""
    width, height, rows = _pixels(png)
    counted = Counter(chain.from_iterable(rows))
    palette, place = _palette(counted)
    body = b"".join(b"\0" + bytes([place[pixel] for pixel in row]) for row in rows)
    return b"".join(
        (
            SIGNATURE,
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
            _chunk(b"PLTE", b"".join(bytes(colour) for colour in palette)),
            _chunk(b"IDAT", zlib.compress(body, 9)),
            _chunk(b"IEND", b""),
        )
    )


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    if not png.startswith(SIGNATURE):
        raise ValueError("not a PNG")
    at = len(SIGNATURE)
    while at < len(png):
        (size,) = struct.unpack(">I", png[at : at + 4])
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + size]
        at += size + 12


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _pixels(png: bytes) -> tuple[int, int, list[list[Colour]]]:
    chunks = list(_chunks(png))
    width, height, depth, kind, _, _, interlaced = struct.unpack(">IIBBBBB", chunks[0][1])
    if depth != 8 or kind not in BYTES_A_PIXEL or interlaced:
        raise ValueError("neither 8-bit RGB nor RGBA")
    step = BYTES_A_PIXEL[kind]
    data = zlib.decompress(b"".join(body for name, body in chunks if name == b"IDAT"))
    length = width * step
    above, rows = bytearray(length), []
    for start in range(0, height * (length + 1), length + 1):
        line = _unfiltered(data[start], bytearray(data[start + 1 : start + 1 + length]), above, step)
        rows.append(list(zip(line[0::step], line[1::step], line[2::step], strict=True)))
        above = line
    return width, height, rows


def _unfiltered(kind: int, line: bytearray, above: bytearray, step: int) -> bytearray:
    """A line as it was before PNG's filter (https://www.w3.org/TR/png-3/#9Filters)."""
    for at, value in enumerate(line if kind else b""):
        left = line[at - step] if at >= step else 0
        if kind == 1:
            guess = left
        elif kind == 2:
            guess = above[at]
        elif kind == 3:
            guess = (left + above[at]) // 2
        else:
            guess = _paeth(left, above[at], above[at - step] if at >= step else 0)
        line[at] = (value + guess) & 0xFF
    return line


def _paeth(left: int, up: int, corner: int) -> int:
    guess = left + up - corner
    far = abs(guess - left), abs(guess - up), abs(guess - corner)
    return (left, up, corner)[far.index(min(far))]


def _palette(counted: Counter[Colour]) -> tuple[list[Colour], dict[Colour, int]]:
    """The colours kept, and the place among them of each there was: the widest box of colours is cut in two."""
    boxes = [list(counted)]
    while len(boxes) < COLOURS:
        widest = max(boxes, key=_spread)
        spread, channel = _spread(widest)
        if not spread:
            break
        boxes.remove(widest)
        middle = min(colour[channel] for colour in widest) + spread / 2
        boxes.append([colour for colour in widest if colour[channel] <= middle])
        boxes.append([colour for colour in widest if colour[channel] > middle])
    place = {colour: number for number, box in enumerate(boxes) for colour in box}
    return [_most_seen(box, counted) for box in boxes], place


def _spread(box: Sequence[Colour]) -> tuple[int, int]:
    spreads = [max(one) - min(one) for one in zip(*box, strict=True)]
    return max(spreads), spreads.index(max(spreads))


def _most_seen(box: Sequence[Colour], counted: Counter[Colour]) -> Colour:
    # The colour seen most stands for its box: backgrounds stay what they are.
    return max(box, key=lambda colour: counted[colour])
