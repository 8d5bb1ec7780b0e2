"""The accounts that a typed name may mean, best first: exact, then rare trigrams, then Jaro-Winkler.

Forgives typos, case, accents, punctuation and word order. Measured reasons: an in-memory index of rare
trigrams with a Jaro-Winkler rerank finds as much as a full scan at a seventh of its time.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import OSA, JaroWinkler

from bot.domain.names import LONGEST, domain_in, fold, in_order, stem, unquoted

_RAREST = 8  # trigrams of a query that are looked up
_POOL = 100  # candidates that are compared letter by letter
_PLAUSIBLE = 0.85  # a score from which a name is worth offering to choose from
_NEAR = 0.5  # a score below which a name is not even near
_PREFIX = 0.9  # what the beginning of a name scores at least
_MOST_CANDIDATES = 10
_MOST_NEAREST = 5


@dataclass(frozen=True, slots=True)
class Entry:
    """What an account may be called."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    domain: str | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """An account that was perhaps meant; `score` from 0 to 1; `exact` when id, name, alias or domain is equal."""

    id: str
    name: str
    score: float
    exact: bool


@dataclass(frozen=True, slots=True)
class Found:
    """The outcome of a look-up: one `chosen`, or several `candidates` to choose from, or only `nearest` names."""

    chosen: Match | None
    candidates: tuple[Match, ...] = ()
    nearest: tuple[Match, ...] = ()


class NameIndex:
    """An in-memory index of every name in the book; immutable once built, so it can be swapped whole.

    A label is a name or an alias, folded. Postings and keys are arrays of numbers: at 100,000 accounts
    that is a few bytes a label where objects would take a hundred.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._ids: list[str] = []
        self._names: list[str] = []
        self._labels: list[str] = []
        self._owners = array("I")
        keys: list[int] = []
        for position, entry in enumerate(entries):
            self._ids.append(entry.id)
            self._names.append(entry.name)
            keys.append(_key("id", entry.id, position))
            if entry.domain:
                keys.append(_key("domain", domain_in(entry.domain) or entry.domain.lower(), position))
            for label in (entry.name, *entry.aliases):
                self._add_label(label, position, keys)
        keys.sort()
        self._hashes = array("Q", [key >> 32 for key in keys])
        self._positions = array("I", [key & 0xFFFF_FFFF for key in keys])
        self._sorted = array("I", sorted(range(len(self._labels)), key=self._labels.__getitem__))
        self._postings = _postings(self._labels)

    def __len__(self) -> int:
        return len(self._ids)

    def _add_label(self, label: str, position: int, keys: list[int]) -> None:
        folded = fold(label)[:LONGEST]
        self._labels.append(folded)
        self._owners.append(position)
        full, short = folded.replace(" ", ""), stem(folded).replace(" ", "")
        keys.append(_key("name", full, position))
        if short != full:
            keys.append(_key("stem", short, position))

    def search(self, text: str, limit: int = 10) -> tuple[Match, ...]:
        """The likeliest accounts, best first; empty for an empty text. For typeahead, prefixes count."""
        bare, _ = unquoted(text)
        if not bare or limit < 1:
            return ()
        query = fold(bare)[:LONGEST]
        scores = dict.fromkeys(self._by_stem(query), 0.99)
        for label in self._starting_with(query, max(limit, _POOL)):
            _raise(scores, self._owners[label], _prefix_score(query, self._labels[label]))
        if len(scores) < limit and len(query) > 2:
            for label, score in self._alike(query):
                _raise(scores, self._owners[label], score)
        exact = set(self._by_exact(bare, query))
        scores.update(dict.fromkeys(exact, 1.0))
        return self._best(scores, limit, exact)

    def find(self, text: str) -> Found:
        """Decide: one account, several to choose from, or none and the nearest names. Never guesses between two."""
        bare, quoted = unquoted(text)
        if not bare:
            return Found(None)
        query = fold(bare)[:LONGEST]
        equal = self._equal(bare, query, quoted=quoted)
        if equal:
            return self._settle(equal, 1.0, exact=True)
        if not quoted:
            same = self._by_stem(query) or self._by_first_words(query)
            if same:
                return self._settle(same, 0.99, exact=False)
        return self._by_likeness(bare, query, quoted=quoted)

    def _settle(self, positions: Sequence[int], score: float, *, exact: bool) -> Found:
        matches = tuple(self._match(position, score, exact) for position in positions)
        if len(matches) == 1:
            return Found(matches[0])
        ordered = sorted(matches, key=lambda match: (len(match.name), match.name, match.id))
        return Found(None, candidates=tuple(ordered[:_MOST_CANDIDATES]))

    def _by_likeness(self, bare: str, query: str, *, quoted: bool) -> Found:
        likely = self.search(bare, _MOST_CANDIDATES)
        if quoted:  # quotes mean the account of exactly that name, and there is none
            return Found(None, nearest=likely[:_MOST_NEAREST])
        winner = self._winner(query)
        if winner is not None:
            return Found(winner)
        plausible = tuple(match for match in likely if match.score >= _PLAUSIBLE)
        return Found(None, candidates=plausible) if plausible else Found(None, nearest=likely[:_MOST_NEAREST])

    def _winner(self, query: str) -> Match | None:
        """The one account a few slips of the finger away, when every other is clearly farther."""
        allowed = 0 if len(query) < 4 else 1 if len(query) < 8 else 2
        edits: dict[int, int] = {}
        digits = _digits(query)
        for label, _ in self._alike(query):
            owner = self._owners[label]
            away = _edits(query, self._labels[label])
            edits[owner] = min(away, edits.get(owner, away))
        ranked = sorted(edits, key=edits.__getitem__)[:2]
        if not ranked or edits[ranked[0]] > allowed:
            return None
        if len(ranked) > 1 and edits[ranked[1]] < edits[ranked[0]] + 2:
            return None
        if _digits(fold(self._names[ranked[0]])) != digits:
            return None  # another number is another account, not a slip
        return self._match(ranked[0], 1 - edits[ranked[0]] / max(len(query), 1), exact=False)

    def _equal(self, bare: str, query: str, *, quoted: bool) -> list[int]:
        by_id = self._at("id", bare)
        if by_id:
            return by_id
        equal = self._by_exact(bare, query)
        if quoted and len(equal) > 1:
            verbatim = [position for position in equal if self._names[position] == bare]
            return verbatim or equal
        return equal

    def _by_exact(self, bare: str, query: str) -> list[int]:
        domain = domain_in(bare)
        found = [*self._at("id", bare), *self._at("name", query.replace(" ", ""))]
        if domain:
            found += self._at("domain", domain)
        return list(dict.fromkeys(found))

    def _by_stem(self, query: str) -> list[int]:
        short = stem(query).replace(" ", "")
        return list(dict.fromkeys([*self._at("name", short), *self._at("stem", short)]))

    def _by_first_words(self, query: str) -> list[int]:
        """The accounts whose name begins with these whole words."""
        labels = self._starting_with(f"{query} ", _POOL)
        return list(dict.fromkeys(self._owners[label] for label in labels))

    def _at(self, kind: str, text: str) -> list[int]:
        wanted = _key(kind, text, 0) >> 32
        start = bisect_left(self._hashes, wanted)
        found = []
        while start < len(self._hashes) and self._hashes[start] == wanted:
            found.append(self._positions[start])
            start += 1
        return found

    def _starting_with(self, prefix: str, most: int) -> Iterator[int]:
        start = bisect_left(self._sorted, prefix, key=self._labels.__getitem__)
        for label in self._sorted[start : start + most]:
            if not self._labels[label].startswith(prefix):
                return
            yield label

    def _alike(self, query: str) -> list[tuple[int, float]]:
        """Labels that share rare trigrams with the query, each with its likeness."""
        pool = self._pool(query)
        labels = [self._labels[label] for label in pool]
        short = stem(query)
        plain = _likeness(query, labels)
        stems = _likeness(short, [stem(label) for label in labels])
        ordered = _likeness(in_order(short), [in_order(stem(label)) for label in labels])
        words = set(query.split(" "))
        return [
            (label, 0.93 if words <= set(name.split(" ")) else max(first, second, 0.98 * third))
            for label, name, first, second, third in zip(pool, labels, plain, stems, ordered, strict=True)
        ]

    def _pool(self, query: str) -> Sequence[int]:
        rare = sorted(
            (self._postings[gram] for gram in set(_grams(query)) if gram in self._postings), key=len
        )[:_RAREST]
        if not rare:
            return []
        shared: Counter[int] = Counter()
        for posting in rare:
            shared.update(posting)
        if len(shared) <= _POOL:
            return list(shared)
        least = _cut(Counter(shared.values()))
        return [label for label, count in shared.items() if count >= least][: 4 * _POOL]

    def _best(self, scores: dict[int, float], limit: int, exact: set[int]) -> tuple[Match, ...]:
        near = [position for position, score in scores.items() if score >= _NEAR]
        near.sort(key=lambda at: (-scores[at], len(self._names[at]), self._names[at], self._ids[at]))
        return tuple(self._match(at, scores[at], at in exact) for at in near[:limit])

    def _match(self, position: int, score: float, exact: bool) -> Match:
        return Match(self._ids[position], self._names[position], score, exact)


def _key(kind: str, text: str, position: int) -> int:
    """Pack the hash of a key above the position it leads to: sorted, that is an index of plain numbers."""
    return (hash(f"{kind}:{text}") & 0xFFFF_FFFF_FFFF_FFFF) << 32 | position


def _grams(folded: str) -> list[str]:
    padded = f" {folded} "
    return [padded[start : start + 3] for start in range(len(padded) - 2)]


def _postings(labels: Sequence[str]) -> dict[str, array[int]]:
    empty: Callable[[], array[int]] = lambda: array("I")  # noqa: E731 # a factory for one line
    postings: defaultdict[str, array[int]] = defaultdict(empty)
    for label, folded in enumerate(labels):
        for gram in _grams(folded):
            postings[gram].append(label)
    return dict(postings)


def _cut(sizes: Counter[int]) -> int:
    """The number of shared trigrams from which on the pool is full."""
    taken = 0
    for count in sorted(sizes, reverse=True):
        taken += sizes[count]
        if taken >= _POOL:
            return count
    return 0


def _likeness(query: str, labels: Sequence[str]) -> list[float]:
    return [JaroWinkler.similarity(query, label) for label in labels]


def _edits(query: str, label: str) -> int:
    """How many slips lie between them, whatever the legal form and the order of words."""
    short, other = stem(query), stem(label)
    return min(
        OSA.distance(query, label),
        OSA.distance(short, other),
        OSA.distance(in_order(short), in_order(other)),
    )


def _prefix_score(query: str, label: str) -> float:
    return _PREFIX + 0.09 * len(query) / max(len(label), 1)


def _raise(scores: dict[int, float], position: int, score: float) -> None:
    scores[position] = max(score, scores.get(position, 0.0))


def _digits(folded: str) -> str:
    return "".join(sign for sign in folded if sign.isdigit())
