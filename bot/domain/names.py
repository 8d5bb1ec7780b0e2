"""Names as they are compared: case, accents, punctuation and legal forms do not tell two names apart."""

from __future__ import annotations

import re
import string
import unicodedata

LONGEST = 200
"""More letters than this are no name; what is pasted beyond is not read."""

_LEGAL_FORMS = frozenset(
    [
        "ab",
        "ag",
        "as",
        "asa",
        "aps",
        "bv",
        "co",
        "corp",
        "corporation",
        "gmbh",
        "inc",
        "incorporated",
        "kg",
        "kgaa",
        "kk",
        "limited",
        "llc",
        "llp",
        "lp",
        "ltd",
        "mbh",
        "nv",
        "oy",
        "oyj",
        "plc",
        "pte",
        "pty",
        "sa",
        "sarl",
        "sas",
        "se",
        "spa",
        "srl",
        "ug",
    ]
)
_APOSTROPHES = dict.fromkeys(map(ord, "'’‘`´ʼ"))
_ASCII = str.maketrans({**dict.fromkeys(string.punctuation + string.whitespace, " "), "'": None, "`": None})
_QUOTES = {'"': '"', "“": "”", "„": "“", "«": "»", "‘": "’", "'": "'", "”": "”"}
_LINK = re.compile(r"<(?:https?://|mailto:)[^|>]+\|([^>]+)>|<((?:https?://|mailto:)[^|>]+)>")
_LINKED = re.compile(r"<(?:https?://|mailto:|#)([^|>]*)(?:\|([^>]*))?>")
_MENTIONED = re.compile(r"<([@#!])([^|>]*)(?:\|([^>]*))?>")
_DOMAIN = re.compile(
    r"(?:https?://)?(?:[^\s@/]*@)?(?:www\.)?([^\s@/:]+\.[^\s@/:.]+)\.?(?:[:/].*)?", re.IGNORECASE
)


def fold(text: str) -> str:
    """Lower case, without accents, punctuation or doubled spaces; emoji and other scripts stay."""
    if text.isascii():
        folded = text.lower().translate(_ASCII)
    else:
        plain = unicodedata.normalize("NFKD", text.casefold().translate(_APOSTROPHES))
        folded = "".join(_letter(sign) for sign in plain)
    return " ".join(folded.split()) or text.strip().casefold()


def _letter(sign: str) -> str:
    """Keep what tells names apart: letters, digits, vowel signs, pictures; anything else parts words."""
    kind = unicodedata.category(sign)
    if unicodedata.combining(sign) or kind == "Cf" or "\ufe00" <= sign <= "\ufe0f":
        return ""
    return sign if kind[0] in "LNM" or kind == "So" else " "


def stem(folded: str) -> str:
    """A folded name without its legal form (`acme inc` and `acme s a` are `acme`), if anything remains."""
    head, _, last = folded.rpartition(" ")
    while head and (last in _LEGAL_FORMS or len(last) == 1):
        if len(last) == 1:
            head = _without_spelled_form(folded)
            if not head:
                return folded
        folded = head
        head, _, last = folded.rpartition(" ")
    return folded


def _without_spelled_form(folded: str) -> str:
    """`acme s a` was written `Acme S.A.`; empty where the last letters are no legal form."""
    words = folded.split(" ")
    for count in (4, 3, 2):
        letters = words[-count:]
        if count < len(words) and max(map(len, letters)) == 1 and "".join(letters) in _LEGAL_FORMS:
            return " ".join(words[:-count])
    return ""


def in_order(folded: str) -> str:
    """The words of a folded name in alphabetical order, so that their order does not matter."""
    return " ".join(sorted(folded.split(" "))) if " " in folded else folded


def domain_in(text: str) -> str | None:
    """The internet domain in what was typed: `acme.com` of a link, an address or itself."""
    match = _DOMAIN.fullmatch(text.strip())
    return match[1].lower() if match else None


def unescaped(text: str) -> str:
    """What a person typed, from what Slack made of it: links and `&amp;` undone."""
    text = _LINKED.sub(lambda found: found.group(2) or found.group(1), text)
    for entity, sign in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        text = text.replace(entity, sign)
    return text.strip()


def readable(said: str) -> str:
    """A message as people read it, from what Slack made of it: nothing in it mentions or links any more."""

    def bare(found: re.Match[str]) -> str:
        sign, what, label = found[1], found[2], found[3]
        if sign == "!":  # a group, or a broadcast
            return label or f"@{what.partition('^')[0]}"
        return f"{sign}{label or what}"

    return unescaped(_MENTIONED.sub(bare, said))


def unquoted(text: str) -> tuple[str, bool]:
    """What was typed without links' brackets and surrounding quotes, and whether it stood in quotes."""
    bare = _LINK.sub(lambda link: link[1] or link[2].removeprefix("mailto:"), text[: LONGEST * 2]).strip()
    if len(bare) > 2 and _QUOTES.get(bare[0]) == bare[-1]:
        return bare[1:-1].strip(), True
    return bare, False
