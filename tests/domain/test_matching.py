"""What a typed name finds, what it offers, and what it refuses to guess."""

from __future__ import annotations

import random
import time

import pytest

from bot.domain.matching import Entry, Found, NameIndex

BOOK = NameIndex(
    [
        Entry("A1", "Northwind Traders Inc", ("NWT", "Nordwind"), "northwind.example"),
        Entry("A2", "Globex GmbH", (), "globex.example"),
        Entry("A3", "Globex S.A.", (), "globex-fr.example"),
        Entry("A4", "Crème Brûlée Systems"),
        Entry("A5", "O'Hara & Sons"),
        Entry("A6", "Fabrikam 12"),
        Entry("A7", "Fabrikam 13"),
        Entry("A8", "株式会社ひまわり"),
        Entry("A9", "شركة النور"),
        Entry("A10", "🚀 Rocket 🚀"),
        Entry("A11", "Twin Peaks"),
        Entry("A12", "Twin Peaks"),
        Entry("A13", "TWIN peaks"),
        Entry("A14", "changes"),
        Entry("A15", "Vexillo Robotics Ltd."),
        Entry("A16", "!!!"),
        Entry("A17", "<!channel> & Co"),
        Entry("A18", "Kappa"),
        Entry("A19", "Kapra"),
    ]
)


@pytest.mark.parametrize(
    ("typed", "account_id", "exact"),
    [
        ("Northwind Traders Inc", "A1", True),
        ("northwind   traders, INC.", "A1", True),
        ("northwindtraders inc", "A1", True),
        ("northwind traders", "A1", False),  # without the legal form
        ("Northwind Traders LLC", "A1", False),  # with another one
        ("northwind", "A1", False),  # its first word
        ("nwt", "A1", True),
        ("northwind.example", "A1", True),
        ("https://www.northwind.example/about", "A1", True),
        ("<http://northwind.example|northwind.example>", "A1", True),
        ("jo@northwind.example", "A1", True),
        ("A1", "A1", True),
        ("a1", "A1", True),
        ('"A1"', "A1", True),
        ("nortwind tradesr", "A1", False),  # two slips
        ("traders northwind", "A1", False),
        ("tradesr northwind", "A1", False),
        ("globex gmbh", "A2", True),
        ("globex s.a.", "A3", True),
        ("Globex SA", "A3", True),
        ("creme brulee systems", "A4", True),
        ("Cremé Brulée", "A4", False),
        ("ohara & sons", "A5", True),
        ("O’Hara & Sons", "A5", True),
        ("株式会社ひまわり", "A8", True),
        ("شركة النور", "A9", True),
        ("🚀 rocket 🚀", "A10", True),
        ("“changes”", "A14", True),
        ('"TWIN peaks"', "A13", True),  # quotes mean it to the letter
        ("vexilo robotics", "A15", False),
        ("!!!", "A16", True),
        ("<!channel> & co", "A17", True),
        ("kappa", "A18", True),
    ],
)
def test_one_account_is_chosen(typed, account_id, exact):
    chosen = BOOK.find(typed).chosen
    assert chosen is not None
    assert (chosen.id, chosen.exact) == (account_id, exact)


@pytest.mark.parametrize(
    ("typed", "account_ids"),
    [
        ("globex", ["A2", "A3"]),
        ("globx", ["A2", "A3"]),
        ("twin peaks", ["A11", "A12", "A13"]),
        ('"Twin Peaks"', ["A11", "A12"]),
        ("fabrikam", ["A6", "A7"]),
        ("fabrikam 14", ["A6", "A7"]),  # another number is another account
        ("kapa", ["A18", "A19"]),  # one slip from either
    ],
)
def test_between_several_nothing_is_guessed(typed, account_ids):
    found = BOOK.find(typed)
    assert found.chosen is None
    assert sorted(match.id for match in found.candidates) == sorted(account_ids)


@pytest.mark.parametrize("typed", ["Zyxomatic Unlimited", '"northwind"', "qq", "x" * 4000, "?"])
def test_an_unknown_name_gives_at_most_the_nearest(typed):
    found = BOOK.find(typed)
    assert (found.chosen, found.candidates) == (None, ())
    assert len(found.nearest) <= 5


def test_a_quoted_name_that_is_not_there_names_the_nearest():
    assert BOOK.find('"northwind"').nearest[0].id == "A1"


@pytest.mark.parametrize("typed", ["", "   ", '""'])
def test_nothing_typed_finds_nothing(typed):
    assert BOOK.search(typed) == ()
    if not typed.strip():
        assert BOOK.find(typed) == Found(None)


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("n", "A1"),
        ("nor", "A1"),
        ("nort", "A1"),
        ("rocket", "A10"),
        ("ひま", None),
        ("株", "A8"),
        ("robotics", "A15"),
        ("vx", None),
    ],
)
def test_a_typeahead_takes_beginnings(typed, first):
    found = BOOK.search(typed, 3)
    assert len(found) <= 3
    assert (found[0].id if found else None) == first


def test_an_empty_book_answers():
    empty = NameIndex([])
    assert len(empty) == 0
    assert empty.find("anything") == Found(None)
    assert empty.search("anything") == ()


def test_a_thousand_slips_find_their_name_among_five_and_never_choose_another():
    chance = random.Random(11)
    parts = ["ka", "lo", "mi", "ter", "nor", "vex", "qua", "dro", "sil", "ban", "gor", "pel", "tri", "zen"]
    kinds = ["Systems", "Labs", "Energy", "Foods", "Media", "Partners"]
    names = sorted(
        {
            f"{''.join(chance.choices(parts, k=4)).title()} {chance.choice(kinds)} {chance.choice(['Inc', 'AG'])}"
            for _ in range(3000)
        }
    )
    index = NameIndex(Entry(f"A{number}", name) for number, name in enumerate(names))
    hits = wrong = 0
    for name in chance.choices(names, k=1000):
        letters = list(name if chance.random() < 0.5 else name.rsplit(" ", 1)[0])
        for _ in range(chance.choice((1, 2))):
            letters[chance.randrange(len(letters))] = chance.choice("abcdefghijklmnopqrstuvwxyz")
        typed = "".join(letters)
        hits += name in [match.name for match in index.search(typed, 5)]
        chosen = index.find(typed).chosen
        wrong += chosen is not None and chosen.name != name
    assert hits >= 970
    assert wrong <= 2  # two slips can spell another account's name


def test_a_pasted_novel_does_not_hang():
    index = NameIndex(Entry(f"A{number}", f"Northwind {number}") for number in range(5000))
    started = time.perf_counter()
    index.find("northwind " * 400)
    index.search("northwind " * 400)
    assert time.perf_counter() - started < 1
