"""The accounts' own people, and when ours are away: invented names and dates."""

from __future__ import annotations

import random
from datetime import date, timedelta

from bot.standin.book.cast import address_of
from bot.standin.book.series import Row

_GIVEN = (
    *(
        "Ayşe",
        "Bram",
        "Camila",
        "Dmitri",
        "Elodie",
        "Farid",
        "Greta",
        "Hiroshi",
        "Imani",
        "Jorge",
        "Kateryna",
    ),
    *(
        "Lars",
        "Mbali",
        "Nikhil",
        "Oriane",
        "Pedro",
        "Qiang",
        "Rosalind",
        "Sanna",
        "Tarek",
        "Uma",
        "Valentina",
    ),
    *("Wiktor", "Ximena", "Yaw", "Zdenka"),
)
_FAMILY = (
    *("Almgren", "Barreto", "Chaudhari", "Dufresne", "Eklund", "Ferreira", "Grabowska", "Hosseini", "Ibekwe"),
    *(
        "Jankowski",
        "Kimura",
        "Lehtonen",
        "Mwangi",
        "Novotná",
        "Oduya",
        "Petrosyan",
        "Ramaswamy",
        "Soto",
        "Ueda",
    ),
)
_ROLES = {
    "Champion": "Staff Engineer",
    "Instance Admin": "Platform Engineer",
    "Program Contact": "Engineering Program Lead",
    "Economic Buyer": "Director of Engineering",
    "Executive": "Chief Technology Officer",
    "Deal Contact": "Procurement Partner",
    "End User": "Software Engineer",
}
AGAIN_DAYS = 28
# who, first day from the base day, days away, half days, status; in each team somebody is out in the week after
_AWAY = (
    ("Marcus Teague", -2, 6, "no", "no", "approved"),
    ("Chiara Bonfante", 5, 12, "no", "no", "approved"),
    ("Leila Farahmand", 19, 3, "no", "yes", "requested"),
    ("Rohan Deshmukh", 0, 1, "no", "no", "approved"),
    ("Wren Halloran", 6, 8, "no", "no", "approved"),
    ("Kofi Asamoah-Reid", 6, 4, "no", "no", "approved"),
    ("Mei-Lin Hsueh", 24, 8, "yes", "no", "requested"),
    ("Tomás Arrieta", -20, 7, "no", "no", "approved"),
    ("Noor Haddad", 3, 4, "no", "no", "cancelled"),
    ("Yusuf Karadeniz", 1, 2, "no", "no", "approved"),
    ("Eero Salmela", 30, 15, "no", "no", "approved"),
)


def contacts_of(account: Row) -> list[Row]:
    """One to four people of an account; none where nothing is known of it."""
    if account.get("customer_since") is None:
        return []
    draw = random.Random(f"contacts of {account['account_id']}")
    roles = draw.sample(list(_ROLES), draw.randint(1, 4))
    return [_contact(account, role, draw) for role in roles]


def absences(base: date, today: date) -> list[Row]:
    """Who of ours is, was or will be away; four weeks after the base day it begins anew."""
    begun = range((today - base).days // AGAIN_DAYS + 1)
    return [
        {
            "email": address_of(who),
            "starts_on": base + timedelta(days=first + AGAIN_DAYS * again),
            "ends_on": base + timedelta(days=first + AGAIN_DAYS * again + days - 1),
            "half_day_start": half_start,
            "half_day_end": half_end,
            "status": status,
        }
        for again in begun
        for who, first, days, half_start, half_end, status in _AWAY
    ]


def _contact(account: Row, role: str, draw: random.Random) -> Row:
    given, family = draw.choice(_GIVEN), draw.choice(_FAMILY)
    return {
        "account_id": account["account_id"],
        "name": f"{given} {family}",
        "email": f"contact-{draw.randrange(10_000):04}@{account['domain']}",
        "title": _ROLES[role],
        "roles": (role,) if draw.random() < 0.8 else (role, "End User"),
    }
