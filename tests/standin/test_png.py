"""Pictures with a palette: the same pixels where few colours are, near ones where many are, fewer bytes always."""

from __future__ import annotations

import struct
import zlib

import pytest

from bot.standin import png
from bot.standin.png import with_few_colours

Rows = list[list[tuple[int, int, int]]]


def written(rows: Rows, *, alpha: bool = False, filters: tuple[int, ...] = (0,)) -> bytes:
    """A PNG as a browser writes it, line by line with these filters."""
    step = 4 if alpha else 3
    above, body = bytes(len(rows[0]) * step), b""
    for number, row in enumerate(rows):
        line = b"".join(bytes(pixel) + (b"\xff" if alpha else b"") for pixel in row)
        kind = filters[number % len(filters)]
        body += bytes([kind]) + filtered(kind, line, above, step)
        above = line
    header = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 6 if alpha else 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(body)), (b"IEND", b""))
    return png.SIGNATURE + b"".join(png._chunk(name, part) for name, part in parts)


def filtered(kind: int, line: bytes, above: bytes, step: int) -> bytes:
    out = []
    for at, value in enumerate(line):
        left, corner = (line[at - step], above[at - step]) if at >= step else (0, 0)
        guesses = (0, left, above[at], (left + above[at]) // 2, png._paeth(left, above[at], corner))
        out.append((value - guesses[kind]) % 256)
    return bytes(out)


def read(picture: bytes) -> Rows:
    """The pixels of a picture with a palette."""
    chunks = dict(png._chunks(picture))
    width, height, depth, kind, *_ = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    assert (depth, kind) == (8, 3)
    flat = chunks[b"PLTE"]
    palette = [(flat[at], flat[at + 1], flat[at + 2]) for at in range(0, len(flat), 3)]
    data = zlib.decompress(chunks[b"IDAT"])
    return [
        [palette[place] for place in data[line * (width + 1) + 1 : (line + 1) * (width + 1)]]
        for line in range(height)
    ]


FEW: Rows = [[((x * 37) % 256, (y * 91) % 256, x * y % 7) for x in range(8)] for y in range(10)]


@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize("filters", [(0,), (1,), (2,), (3,), (4,), (4, 3, 2, 1, 0)])
def test_few_colours_stay_exactly(filters: tuple[int, ...], alpha: bool) -> None:
    assert read(with_few_colours(written(FEW, alpha=alpha, filters=filters))) == FEW


def test_many_colours_become_near_ones_and_the_background_stays() -> None:
    background = (255, 255, 255)
    many: Rows = [
        [background if y < 60 else (x * 4, y * 2, (x + y) * 2 % 256) for x in range(64)] for y in range(100)
    ]
    after = read(with_few_colours(written(many)))
    assert after[0] == [background] * 64
    assert len({pixel for row in after for pixel in row}) <= 256
    worst = max(
        abs(a - b)
        for old, new in zip(many, after, strict=True)
        for p, q in zip(old, new, strict=True)
        for a, b in zip(p, q, strict=True)
    )
    assert worst <= 48


@pytest.mark.parametrize("wrong", [b"", b"GIF89a", written(FEW).replace(b"\x08\x02", b"\x10\x02", 1)])
def test_another_kind_of_picture_is_refused(wrong: bytes) -> None:
    with pytest.raises(ValueError, match=r"PNG|RGB"):
        with_few_colours(wrong)
