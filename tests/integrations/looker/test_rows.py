"""A Look's answer is gone through row by row, and says the same as if it were parsed whole."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.integrations.looker.rows import Rows, has_failed, parsed, rows_of

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.lists(VALUES, max_size=6), st.sampled_from([None, 1, "\t"]), st.booleans())
def test_it_is_what_json_says(values: list[Any], indent: Any, ascii_only: bool):
    body = json.dumps(values, indent=indent, ensure_ascii=ascii_only)
    rows = parsed(f" \n{body}\r\n".encode())
    assert list(rows) == values
    assert (len(rows), list(rows[1:4])) == (len(values), values[1:4])
    are_rows = all(isinstance(one, dict) for one in values)
    assert (rows_of(rows) is not None) == are_rows


@pytest.mark.parametrize(
    "body",
    [
        *(b"[", b"[1", b"[1,", b"[1,]", b"[,1]", b"[1 2]", b"[1]]", b"[1] x", b'[{"a": 1}, {"b"'),
        *(b"", b"nothing", b"[\xff]", b"<html>", b'{"rows": ['),
    ],
)
def test_what_is_cut_off_or_no_json_is_not_taken(body: bytes):
    with pytest.raises(ValueError, match=r".+"):
        parsed(body)


@pytest.mark.parametrize(
    ("body", "failed"),
    [
        (b'[{"looker_error": "no such field"}]', True),
        (b'[{"a": 1}, {"looker_error": "cut off"}]', True),
        (b'{"looker_error": "no such field"}', True),
        (b'[{"a": "looker_error"}]', False),
        (b"[]", False),
    ],
)
def test_a_query_that_failed_says_so_in_any_row(body: bytes, failed: bool):
    assert has_failed(parsed(body)) is failed


def test_rows_are_not_held_as_objects():
    rows = Rows('[{"a": 1}]')
    assert rows[0] == rows[0]
    assert rows[0] is not rows[0]
