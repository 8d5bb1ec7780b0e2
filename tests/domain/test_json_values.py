"""What vendors send is read by the kind of the book's value, and nothing else is taken for it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from bot.domain import json_values
from bot.domain.account import FIELDS
from bot.domain.json_values import Unlike
from bot.domain.nearest import nearest
from bot.domain.salesforce_ids import full_id

READ = {
    "count": (json_values.count, [(0, 0), (12.0, 12), ("12.0", 12), (" 7 ", 7), ("", None), (None, None)]),
    "number": (json_values.number, [(131.6, 131.6), ("131.60", 131.6), (0, 0.0)]),
    "money": (json_values.money, [(120000.0, 12_000_000), (0.1, 10), ("1234.565", 123_457), (None, None)]),
    "signed money": (json_values.signed_money, [(-0.5, -50)]),
    "score": (json_values.score, [(10, 10.0), (6.67, 6.67)]),
    "flag": (json_values.flag, [(True, True), ("No", False), ("1", True), (None, None)]),
    "day": (
        json_values.day,
        [("2027-01-31", date(2027, 1, 31)), ("2024-09-29T00:00:00Z", date(2024, 9, 29)), ("", None)],
    ),
    "instant": (
        json_values.instant,
        [
            ("2026-11-01T10:00:00.000+0000", datetime(2026, 11, 1, 10, tzinfo=UTC)),
            ("2026-11-01T10:00:00+02:00", datetime(2026, 11, 1, 8, tzinfo=UTC)),
            ("2026-11-01", datetime(2026, 11, 1, tzinfo=UTC)),
        ],
    ),
    "text": (json_values.text, [(" a\n\tb ", "a b"), (7, "7"), ("   ", None)]),
    "e-mail": (json_values.email, [(" Ana@TA.example ", "ana@ta.example"), ("", None)]),
    "words": (json_values.words, [("a; b;", ("a", "b")), (["a", None, " "], ("a",)), ([], None)]),
    "dated": (
        json_values.dated,
        [
            ({"batch": "2026-01-31", "x": None}, (("batch", date(2026, 1, 31)),)),
            ("batch:2026-01-31", (("batch", date(2026, 1, 31)),)),
        ],
    ),
    "choice": (json_values.one_of(("green", "red")), [("Green", "green"), (None, None)]),
}
UNLIKE = {
    "count": (json_values.count, [-1, 1.5, True, "1,234", "many", 1e16, float("nan"), [], "٣"]),
    "number": (json_values.number, [-0.1, "NaN", "1e3", {}, float("inf")]),
    "money": (json_values.money, [-1, "$5", True, 1e16]),
    "score": (json_values.score, [10.01, -1]),
    "flag": (json_values.flag, ["maybe", 2]),
    "day": (json_values.day, ["31.01.2027", "2027-02-30", 20270131, "2027-01-31x", "20270131"]),
    "instant": (json_values.instant, ["soon", 5, "0001-01-01T00:00:00+14:00"]),
    "text": (json_values.text, [True, ["a"], {}, "a" * 501]),
    "e-mail": (json_values.email, ["nobody", "a b@c", "<a@b|x>"]),
    "url": (json_values.url, ["ftp://x", "https://a b"]),
    "words": (json_values.words, [5]),
    "dated": (json_values.dated, [5, "batch:soon"]),
    "choice": (json_values.one_of(("green", "red")), ["amber"]),
}


@pytest.mark.parametrize("kind", READ)
def test_a_value_of_its_kind_is_read(kind):
    read, cases = READ[kind]
    assert [read(value) for value, _ in cases] == [meant for _, meant in cases]


@pytest.mark.parametrize("kind", UNLIKE)
def test_anything_else_is_refused_in_words_that_do_not_repeat_it(kind):
    read, values = UNLIKE[kind]
    for value in values:
        with pytest.raises(Unlike) as refused:
            read(value)
        assert len(str(value)) < 3 or str(value) not in str(refused.value)


def test_every_field_of_an_account_has_its_reader():
    assert all(json_values.reader_of(field)(None) is None for field in FIELDS)


def test_a_short_id_of_salesforce_is_the_long_one():
    assert full_id("001RO00000XyZab") == "001RO00000XyZabYAF" == full_id(" 001RO00000XyZabYAF ")
    assert full_id("acme-1") == "acme-1"


def test_what_a_missing_name_may_be_called_now():
    assert nearest("ARR__c", ["Name", "ARR_USD__c", "Arr_c"]) == ("Arr_c", "ARR_USD__c")
    assert nearest("ARR__c", ["Website"]) == ()
