"""What was typed behind /segment, and under which model it is answered."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.model_choice import Chosen, choose_model
from bot.errors import WrongUsage
from bot.features.segments import rules
from bot.features.segments.rules import Request, Wanted
from bot.policy import load

POLICY = load()
TODAY = date(2026, 11, 21)


def _read(typed: str) -> dict[str, Any]:
    request = rules.read_request(typed)
    given = {name: getattr(request, name) for name in Request.__slots__}
    return {name: value for name, value in given.items() if value not in ("", None) and value is not False}


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("", {"wanted": Wanted.MINE}),
        ("   ", {"wanted": Wanted.MINE}),
        ("help", {"wanted": Wanted.HELP}),
        ("Drift", {"wanted": Wanted.DRIFT}),
        ("drift works", {"wanted": Wanted.ACCOUNT, "value": "drift works"}),
        ("team scaled", {"wanted": Wanted.TEAM, "value": "scaled"}),
        ("team", {"wanted": Wanted.TEAM}),
        ("teamwork", {"wanted": Wanted.ACCOUNT, "value": "teamwork"}),
        ("tier Mid-Market", {"wanted": Wanted.TIER, "value": "Mid-Market"}),
        ("segment SMB", {"wanted": Wanted.TIER, "value": "SMB"}),
        ("acme", {"wanted": Wanted.ACCOUNT, "value": "acme"}),
        ("devs=480 arr=$120k", {"wanted": Wanted.POINT, "developers": 480, "arr": 120_000_00}),
        ("ARR=0.1m, devs=1.5k", {"wanted": Wanted.POINT, "developers": 1500, "arr": 100_000_00}),
        ("devs = 480 and arr = 120k", {"wanted": Wanted.POINT, "developers": 480, "arr": 120_000_00}),
        ("developers=2,500", {"wanted": Wanted.POINT, "developers": 2500}),
        ("devs=0", {"wanted": Wanted.POINT, "developers": 0}),
        ("arr=$0", {"wanted": Wanted.POINT, "arr": 0}),
        ("Acme at arr=90k", {"wanted": Wanted.ACCOUNT, "value": "Acme", "arr": 90_000_00}),
        ("Acme arr=90k", {"wanted": Wanted.ACCOUNT, "value": "Acme", "arr": 90_000_00}),
        (
            "arr=90k devs=1 Acme",
            {"wanted": Wanted.ACCOUNT, "value": "Acme", "arr": 90_000_00, "developers": 1},
        ),
        ("Acme, if arr=$99,999.50", {"wanted": Wanted.ACCOUNT, "value": "Acme", "arr": 99_999_50}),
        ("Acme at", {"wanted": Wanted.ACCOUNT, "value": "Acme at"}),
        ("Look at Me arr=1", {"wanted": Wanted.ACCOUNT, "value": "Look at Me", "arr": 100}),
        (
            "Acme as-of 2023-11-01",
            {"wanted": Wanted.ACCOUNT, "value": "Acme", "as_of": date(2023, 11, 1)},
        ),
        ("Acme as of 2023-11-01", {"wanted": Wanted.ACCOUNT, "value": "Acme", "as_of": date(2023, 11, 1)}),
        ("Bold as of Old", {"wanted": Wanted.ACCOUNT, "value": "Bold as of Old"}),
        (
            "Acme model=FY25 as-of=2025-01-01",
            {"wanted": Wanted.ACCOUNT, "value": "Acme", "model": "FY25", "as_of": date(2025, 1, 1)},
        ),
        ("drift model=fy25", {"wanted": Wanted.DRIFT, "model": "fy25"}),
        ('"drift"', {"wanted": Wanted.ACCOUNT, "value": "drift", "quoted": True}),
        ("“team scaled”", {"wanted": Wanted.ACCOUNT, "value": "team scaled", "quoted": True}),
        (
            '"Acme at Work" at arr=90k model=fy25',
            {
                "wanted": Wanted.ACCOUNT,
                "value": "Acme at Work",
                "quoted": True,
                "arr": 90_000_00,
                "model": "fy25",
            },
        ),
        ('"E=mc2 Labs"', {"wanted": Wanted.ACCOUNT, "value": "E=mc2 Labs", "quoted": True}),
        ('The "Third" Lantern', {"wanted": Wanted.ACCOUNT, "value": 'The "Third" Lantern'}),
        ('"', {"wanted": Wanted.ACCOUNT, "value": '"'}),
    ],
)
def test_reading_a_request(typed: str, read: dict[str, Any]) -> None:
    assert _read(typed) == read


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("devs=-1", r"I cannot read `devs=-1`. `devs=` takes a whole number from 0"),
        ("devs=abc", r"I cannot read `devs=abc`"),
        ("devs=1.23", r"I cannot read `devs=1.23`"),
        ("devs=2,50", r"I cannot read `devs=2,50`"),
        ("devs=1e5", r"I cannot read `devs=1e5`"),
        ("devs=٤٨٠", r"I cannot read `devs=٤٨٠`"),
        ("devs=9999999999", r"I cannot read `devs=9999999999`"),
        ("arr=", r"Nothing stands behind `arr=`. `arr=` takes US dollars from 0"),
        ("devs= arr=", r"Nothing stands behind `devs=`"),
        ("arr= devs=480", r"Nothing stands behind `arr=`"),
        ("Acme arr=-5", r"I cannot read `arr=-5`"),
        ("arr=99.999", r"I cannot read `arr=99.999`"),
        ("arr=€5", r"I cannot read `arr=€5`"),
        ("arr=nan", r"I cannot read `arr=nan`"),
        ("arr=" + "9" * 4000, r"I cannot read `arr=9{40}`"),
        ("devs=1 devs=2", r"`devs` is given twice"),
        ("devs=1 developers=2", r"`devs` is given twice"),
        ("Acme seats=5", r"I know no `seats=`. I read `devs=`, `arr=`, `model=` and `as-of`"),
        ("team scaled devs=5", r"go with an account or stand alone"),
        ("Acme as-of", r"Nothing stands behind `as-of`"),
        ("Acme as-of tuesday", r"I cannot read the date “tuesday”"),
        ("Acme as-of 2023-02-30", r"I cannot read the date “2023-02-30”"),
    ],
)
def test_what_cannot_be_read_is_answered_with_what_is_accepted_and_an_example(typed: str, said: str) -> None:
    with pytest.raises(WrongUsage, match=said) as raised:
        rules.read_request(typed)
    assert "for example `/segment" in str(raised.value)
    assert len(str(raised.value)) < 400


@given(st.text() | st.text('devsar=kmb 0123456789.$,-"').map(lambda typed: f"Acme {typed}"))
def test_any_text_is_read_or_refused(typed: str) -> None:
    with suppress(WrongUsage):
        assert rules.read_request(typed).wanted in Wanted


@given(st.integers(0, 10**9), st.integers(0, 10**12))
def test_numbers_are_read_to_the_cent(developers: int, cents: int) -> None:
    typed = f"devs={developers:,} arr=${cents // 100:,}.{cents % 100:02d}"
    request = rules.read_request(typed)
    assert (request.developers, request.arr) == (developers, cents)


@pytest.mark.parametrize(
    ("name", "keyword"), [("drift", True), ("team x", True), ("a=b", True), ("Acme", False)]
)
def test_which_names_need_quotes(name: str, keyword: bool) -> None:
    assert rules.is_keyword(name) is keyword


def _chosen(typed: str) -> Chosen:
    request = rules.read_request(typed)
    return choose_model(POLICY.models, POLICY.default_model, request.model, request.as_of, TODAY)


@pytest.mark.parametrize(
    ("typed", "model", "current", "notes"),
    [
        ("a", "fy25", True, 0),
        ("a as-of 2024-02-01", "fy25", True, 0),
        ("a as-of 2024-01-31", "managed-unmanaged", False, 0),
        ("a as-of 2023-09-25", "managed-unmanaged", False, 0),
        ("a model=Managed-Unmanaged", "managed-unmanaged", False, 0),
        ("a model=managed-unmanaged as-of 2026-01-01", "managed-unmanaged", False, 1),
        ("a as-of 2027-06-01", "fy25", True, 1),
    ],
)
def test_which_model_answers(typed: str, model: str, current: bool, notes: int) -> None:
    chosen = _chosen(typed)
    assert (chosen.model.name, chosen.current, len(chosen.notes)) == (model, current, notes)


def test_a_day_before_any_model_and_an_unknown_model_name_those_there_are() -> None:
    with pytest.raises(
        WrongUsage, match=r"No model is known for 2023-09-24.*2023-09-25 to 2024-01-31.*as-of 2023-09-25"
    ):
        _chosen("a as-of 2023-09-24")
    with pytest.raises(WrongUsage, match=r"no model “fy99”.*`fy25` \(from 2024-02-01 on\).*model=fy25"):
        _chosen("a model=fy99")
