"""The accounts that show what a card must cope with, each by its own name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

Fixed = dict[str, Any]

LONG_NAME = (
    "The Consolidated Overland and Riverine Carriage, Cold Storage and Warehousing Undertaking of "
    "Upper Vashenholt and the Seven Adjoining Parishes S.A."
)

# Half a week ago: then a week's change of category is there to read on every day of the week.
THIS_WEEK = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """One special account. `plan` changes its plan, `fixed` its columns today, `everywhere` its history too.

    `bare` leaves it with nothing but its id and name.
    """

    name: str
    team: str
    shape: str = "steady"
    plan: Mapping[str, Any] = field(default_factory=dict)
    fixed: Mapping[str, Any] = field(default_factory=dict)
    everywhere: Mapping[str, Any] = field(default_factory=dict)
    bare: bool = False


def situations(base: date, today: date) -> tuple[Situation, ...]:
    """Every special account, in the order of their ids: dates by the base day, as-of days by today."""
    return (*_families(), *_spellings(), *_numbers(today), *_stages(base, today), *_programmes(base))


def _day(today: date, days: int) -> date:
    return today + timedelta(days=days)


def _families() -> tuple[Situation, ...]:
    """Near twins, a parent with children, aliases."""
    child = {"parent_id": "A-1001"}
    return (
        Situation(
            name="Quelmarra Holdings Inc",
            team="enterprise",
            shape="thriving",
            plan={"developers": 6200, "seats": (3600, 4200)},
            fixed={"aliases": ("QMH", "Quelmarra Group")},
        ),
        Situation(name="Quelmarra Freight GmbH", team="enterprise", shape="drifting", fixed=child),
        Situation(name="Quelmarra Retail Ltd", team="scaled", shape="lukewarm", fixed=child),
        Situation(
            name="Ostervane Robotics Inc",
            team="enterprise",
            shape="growing",
            fixed={"aliases": ("Ostervane US",)},
        ),
        Situation(
            name="Ostervane Robotics GmbH",
            team="enterprise",
            shape="quiet",
            fixed={"aliases": ("Ostervane DE", "OVR")},
        ),
        Situation(name="Brindlecote Foods", team="scaled", shape="steady"),
        Situation(name="Brindlecoat Foods", team="digital", shape="struggling"),
    )


def _spellings() -> tuple[Situation, ...]:
    """Names that try a look-up, a layout or an escape."""
    return (
        Situation(
            name="Łątkowski & Synowie Ceramika",
            team="scaled",
            shape="quiet",
            fixed={"aliases": ("Latkowski Ceramics",), "domain": "latkowski.example"},
        ),
        Situation(
            name="Ærøvind Søfart A/S", team="scaled", shape="growing", fixed={"domain": "aerovind.example"}
        ),
        Situation(
            name="شركة زرافين للتقنية",
            team="digital",
            shape="lukewarm",
            fixed={"aliases": ("Zarafin Tech",), "domain": "zarafin.example"},
        ),
        Situation(
            name='The "Third Lantern" Studio',
            team="digital",
            shape="thriving",
            fixed={"aliases": ("Third Lantern",), "domain": "thirdlantern.example"},
        ),
        Situation(name="Pebblehop Games 🐸", team="digital", shape="growing"),
        Situation(
            name=LONG_NAME,
            team="scaled",
            shape="quiet",
            fixed={"aliases": ("Cold Storage Vashenholt",), "domain": "vashenholt-storage.example"},
        ),
        Situation(name="Mirrowick <Labs> LLC", team="digital", shape="steady"),
        Situation(name="Changes", team="digital", shape="steady", fixed={"aliases": ("Changes Collective",)}),
    )


def _numbers(today: date) -> tuple[Situation, ...]:
    """Values at the edges, missing, or at odds with each other."""
    unlimited = {"licensed_seats": None}
    return (
        Situation(
            name="Vektundal Avionics AB",
            team="enterprise",
            shape="thriving",
            plan={"developers": 3100, "seats": (2500, 2600)},
            fixed={"seats_unlimited": True, "tam": 2900},
            everywhere=unlimited,
        ),
        Situation(name="Fynoshire Optics Ltd", team="scaled", shape="lukewarm", everywhere=unlimited),
        Situation(
            name="Halvetria Timber Oy",
            team="scaled",
            shape="silent",
            everywhere={"mau": 0, "dau_4w_avg": 0.0},
        ),
        Situation(name="Umbrimoor Media", team="digital", bare=True),
        Situation(
            name="Xandurane Payments Inc",
            team="enterprise",
            shape="steady",
            plan={"developers": 812},
            everywhere={"arr": 100_000},
        ),
        Situation(
            name="Osquilane Energy Inc",
            team="enterprise",
            shape="mended",
            plan={"developers": 2500, "turn": THIS_WEEK},
        ),
        Situation(name="Nerthwick Textiles B.V.", team="digital", shape="steady", fixed={"developers": None}),
        Situation(
            name="Lodrimoor Mobility Inc",
            team="scaled",
            shape="mended",
            plan={"developers": 3200, "turn": THIS_WEEK},
        ),
        Situation(
            name="Grelimora Networks Ltd",
            team="enterprise",
            shape="thriving",
            plan={"seats": (1000, 1000)},
            fixed={"mau_28d": 920},
            everywhere={"licensed_seats": 1000, "mau": 905},
        ),
        Situation(
            name="Pavorvik Payments AB",
            team="enterprise",
            shape="thriving",
            fixed={"mau_28d": 832},
            everywhere={"licensed_seats": 800, "mau": 826},
        ),
        Situation(name="Skelmurane Insurance SE", team="enterprise", shape="drifting", plan={"off": 3.1}),
        Situation(name="Rethudal Learning Ltd", team="scaled", shape="steady", plan={"off": -3.4}),
        Situation(name="Thallenholt Games GmbH", team="digital", shape="struggling", plan={"off": 3.9}),
        Situation(
            name="Calduvane Banking S.A.",
            team="enterprise",
            shape="growing",
            plan={"off": -2.9},
            fixed={"expansion_arr_open": 84_000},
        ),
        Situation(
            name="Wexiolane Retail",
            team="digital",
            shape="quiet",
            fixed={"health_score": None, "health_category": None, "health_as_of": None},
        ),
        Situation(
            name="Druvabrek Marine Ltd",
            team="scaled",
            shape="drifting",
            fixed={"usage_as_of": _day(today, -13), "mau_28d": None},
        ),
        Situation(
            name="Ivoletria Pharma AB",
            team="enterprise",
            shape="steady",
            fixed={"health_as_of": _day(today, -4)},
        ),
        Situation(
            name="Keltorvik Rail S.A.",
            team="enterprise",
            shape="lukewarm",
            fixed={"as_of": _day(today, -10), "usage_as_of": _day(today, -9)},
        ),
    )


def _stages(base: date, today: date) -> tuple[Situation, ...]:
    """Every stage of an account's life."""
    new = {"years": 0, "renewal_in": 365 - 24, "weeks": 4}
    return (
        Situation(
            name="Moweniora Health Inc",
            team="enterprise",
            bare=True,
            fixed={
                "team": "enterprise",
                "developers": 1900,
                "domain": "moweniora.example",
                "expected_close_on": _day(base, 32),
                "as_of": today,
            },
        ),
        Situation(
            name="Jarnaskov Logistics",
            team="scaled",
            bare=True,
            fixed={
                "team": "scaled",
                "developers": 320,
                "expected_close_on": _day(base, 12),
                "domain": "jarnaskov.example",
                "as_of": today,
            },
        ),
        Situation(
            name="Dwenimora Biolabs Inc",
            team="enterprise",
            shape="starting",
            plan=new,
            fixed={"production_since": _day(base, -21), "kickoff_on": _day(base, -23)},
        ),
        Situation(
            name="Sivundal Studios",
            team="scaled",
            shape="starting",
            plan=new | {"renewal_in": 365 - 51, "weeks": 8},
            fixed={"production_since": _day(base, -46), "kickoff_on": _day(base, -50)},
        ),
        Situation(
            name="Eskrawick Diagnostics Ltd",
            team="enterprise",
            shape="steady",
            plan={"renewal_in": 5},
            fixed={"pending_actions": ("Send the renewal quote", "Confirm the seat count")},
        ),
        Situation(name="Stryndal Systems GmbH", team="enterprise", shape="lukewarm", plan={"renewal_in": 30}),
        Situation(name="Prylane Freight LLC", team="scaled", shape="thriving", plan={"renewal_in": 100}),
        Situation(
            name="Plennetria Foods S.r.l.",
            team="scaled",
            shape="dropped",
            plan={"renewal_in": -9, "turn": THIS_WEEK},
        ),
        Situation(
            name="Hesktorv Software AB",
            team="enterprise",
            bare=True,
            fixed={
                "team": "enterprise",
                "segment": "Enterprise",
                "developers": 900,
                "arr": 0,
                "arr_year_ago": 148_000,
                "licensed_seats": 0,
                "customer_since": _day(base, -1130),
                "churned_on": _day(base, -40),
                "domain": "hesktorv.example",
                "as_of": today,
            },
        ),
    )


def _programmes(base: date) -> tuple[Situation, ...]:
    """Save plans, expansions, goals, tickets, a channel, a pool's last TA."""
    plan = {"lighthouse": "active", "save_plan_updated_on": _day(base, -3)}
    return (
        Situation(
            name="Obrixmoor Energy Ltd",
            team="enterprise",
            shape="struggling",
            plan={"renewal_in": 74},
            fixed={**plan, "open_tickets": 7, "last_activity_on": _day(base, -47)},
        ),
        Situation(
            name="Zanthorvik Insurance AB",
            team="scaled",
            shape="struggling",
            plan={"renewal_in": 118},
            fixed={**plan, "save_plan_updated_on": _day(base, -16)},
        ),
        Situation(name="Korvaskov Rail Oy", team="enterprise", shape="collapsed", plan={"renewal_in": 143}),
        Situation(
            name="Ghardelle Health Inc",
            team="enterprise",
            shape="thriving",
            fixed={"expansion_arr_open": 245_000, "goals_set": 6, "goals_met": 4},
        ),
        Situation(
            name="Lumetria Marine S.A.",
            team="enterprise",
            shape="steady",
            fixed={"goals_set": 0, "goals_met": 0},
        ),
        Situation(
            name="Tovabrek Optics Ltd",
            team="enterprise",
            shape="dropped",
            plan={"turn": THIS_WEEK},
            fixed={
                "open_tickets": 12,
                "slack_channel": "ext-tovabrek",
                "slack_channel_active_on": _day(base, -2),
            },
        ),
        Situation(
            name="Ardundal Textiles",
            team="digital",
            shape="dropped",
            plan={"turn": THIS_WEEK},
            fixed={"ta_email": None},
        ),
    )
