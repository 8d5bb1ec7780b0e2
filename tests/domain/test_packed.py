"""Texts come out of the buffer as they went in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.packed import PackedTexts

ANY_TEXT = st.text(st.characters())  # half characters too


def packed(texts: list[str]) -> PackedTexts:
    made = PackedTexts()
    for text in texts:
        made.append(text)
    return made


@given(st.lists(ANY_TEXT))
def test_every_text_comes_out_as_it_went_in(texts: list[str]) -> None:
    assert list(packed(texts)) == texts


@pytest.mark.parametrize("place", [-1, 2])
def test_what_was_never_added_is_not_there(place: int) -> None:
    made = packed(["Müller & Söhne", ""])
    assert len(made) == 2
    with pytest.raises(IndexError):
        made[place]
