"""The accounts that a typed name may mean, best first: exact, then rare trigrams, then Jaro-Winkler.

Forgives typos, case, accents, punctuation and word order. Measured reasons: an in-memory index of rare
trigrams with a Jaro-Winkler rerank finds as much as a full scan at a seventh of its time.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import nlargest

from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

from bot.domain.names import LONGEST, domain_in, fold, in_order, stem, unquoted
from bot.domain.packed import PackedTexts

_RAREST = 8  # trigrams of a query that are looked up
_ENOUGH = 6_000  # labels read from postings, after which no further trigram is looked up: 26,000 find no more
_POOL = 200  # candidates that are compared letter by letter
_PLAUSIBLE = 0.85  # a score from which a name is worth offering to choose from
_CLEAR = 0.93  # a score that says the words stand as they were typed; and that of a name with all its words
_NEAR = 0.5  # a score below which a name is not even near
_SLIPPED = 0.7  # a score below which more than three slips lie between: not worth counting
_FAR = 5  # slips from which on it does not matter how many: two are forgiven, two more keep others at bay
_PREFIX = 0.9  # what the beginning of a name scores at least
_MOST_CANDIDATES = 10
_MOST_NEAREST = 5
_READ = 3_000  # letters of a message in which names are looked for
_LONGEST_NAME = 8  # words of one
_AROUND = ".,;:!?()[]{}<>*_~`\"'“”‘’«»…"


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
        self._ids = PackedTexts()
        self._names = PackedTexts()
        self._labels: list[str] = []
        self._owners = array("I")
        self._stems = array("B")  # a stem is the beginning of its label: its length says all
        domains = array("Q")  # hashes at once: texts kept until the end would leave holes in memory
        for position, entry in enumerate(entries):
            self._ids.append(entry.id)
            self._names.append(entry.name)
            domains.append(_hash("domain", domain_in(entry.domain) or entry.domain) if entry.domain else 0)
            for label in (entry.name, *entry.aliases):
                folded = fold(label)[:LONGEST]
                self._labels.append(folded)
                self._owners.append(position)
                self._stems.append(len(stem(folded)))
        self._sorted = array("I", sorted(range(len(self._labels)), key=self._labels.__getitem__))
        self._postings = _postings(self._labels, self._stems)
        # Made after everything that stays: what is freed again then leaves no holes between it.
        keys = sorted(self._keys(domains))
        self._hashes = array("Q", (key >> 32 for key in keys))
        self._positions = array("I", (key & 0xFFFF_FFFF for key in keys))

    def __len__(self) -> int:
        return len(self._ids)

    def _keys(self, domains: Iterable[int]) -> Iterator[int]:
        """Hashes, each packed above the position it leads to: sorted, they are an index of plain numbers."""
        for position, account_id in enumerate(self._ids):
            yield _hash("id", account_id.casefold()) << 32 | position
        for position, domain in enumerate(domains):
            if domain:
                yield domain << 32 | position
        for folded, end, position in zip(self._labels, self._stems, self._owners, strict=True):
            yield _hash("name", folded.replace(" ", "")) << 32 | position
            if end < len(folded):
                yield _hash("stem", folded[:end].replace(" ", "")) << 32 | position

    def search(self, text: str, limit: int = 10) -> tuple[Match, ...]:
        """The likeliest accounts, best first; empty for an empty text. For typeahead, prefixes count."""
        bare, _ = unquoted(text)
        if not bare or limit < 1:
            return ()
        query = fold(bare)[:LONGEST]
        scores = self._begun(query, limit)
        if len(scores) < limit and len(query) > 2:
            self._add_alike(scores, self._alike(query))
        exact = set(self._by_exact(bare, query))
        scores.update(dict.fromkeys(exact, 1.0))
        return self._best(scores, limit, exact)

    def _begun(self, query: str, limit: int) -> dict[int, float]:
        """The accounts that are called so but for the legal form, or begin so."""
        scores = dict.fromkeys(self._by_stem(query), 0.99)
        for label in self._starting_with(query, max(limit, _POOL)):
            _raise(scores, self._owners[label], _prefix_score(query, self._labels[label]))
        return scores

    def _add_alike(self, scores: dict[int, float], alike: Iterable[tuple[int, float]]) -> None:
        owners = self._owners
        for label, score in alike:
            if score > scores.get(owners[label], _NEAR):
                scores[owners[label]] = score

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
        return self._by_likeness(query, quoted=quoted)

    def named_in(self, text: str) -> tuple[Match, ...]:
        """The accounts that a text names, by name, id or domain, in the order in which it names them.

        The longest name wins where one holds another; nothing is forgiven, since a text is full of words.
        """
        typed = [word for word in text[:_READ].split() if any(map(str.isalnum, word))]
        words = [fold(word) for word in typed]
        found: dict[int, None] = {}
        at = 0
        while at < len(words):
            taken, positions = self._named_at(typed, words, at)
            found.update(dict.fromkeys(positions))
            at += taken
        return tuple(self._match(position, 1.0, exact=True) for position in found)

    def _named_at(self, typed: Sequence[str], words: Sequence[str], at: int) -> tuple[int, list[int]]:
        """How many words from here on are a name, and the accounts that have it."""
        for count in range(min(_LONGEST_NAME, len(words) - at), 0, -1):
            query = " ".join(words[at : at + count])
            if len(query) < 3 and query.isalpha():
                continue  # `ok` and `go` are words before they are accounts
            bare = typed[at].strip(_AROUND) if count == 1 else query
            positions = self._by_exact(bare, query) or self._at("stem", query.replace(" ", ""))
            if positions:
                return count, positions
        return 1, []

    def _settle(self, positions: Sequence[int], score: float, *, exact: bool) -> Found:
        matches = tuple(self._match(position, score, exact) for position in positions)
        if len(matches) == 1:
            return Found(matches[0])
        ordered = sorted(matches, key=lambda match: (len(match.name), match.name, match.id))
        return Found(None, candidates=tuple(ordered[:_MOST_CANDIDATES]))

    def _by_likeness(self, query: str, *, quoted: bool) -> Found:
        alike = self._alike(query)
        winner = None if quoted else self._winner(query, alike)
        if winner is not None:
            return Found(winner)
        scores = self._begun(query, _MOST_CANDIDATES)
        self._add_alike(scores, alike)
        likely = self._best(scores, _MOST_CANDIDATES, set())
        plausible = tuple(match for match in likely if match.score >= _PLAUSIBLE)
        if plausible and not quoted:
            return Found(None, candidates=plausible)
        return Found(None, nearest=likely[:_MOST_NEAREST])  # quotes mean exactly that name, and there is none

    def _winner(self, query: str, alike: Iterable[tuple[int, float]]) -> Match | None:
        """The one account a few slips of the finger away, when every other is clearly farther."""
        allowed = 0 if len(query) < 4 else 1 if len(query) < 8 else 2
        near = [label for label, score in alike if score >= _SLIPPED]
        edits: dict[int, tuple[int, int]] = {}
        for label, away in zip(near, _slips(query, [self._labels[label] for label in near]), strict=True):
            owner = self._owners[label]
            edits[owner] = min((away, label), edits.get(owner, (away, label)))
        ranked = sorted((*slips, owner) for owner, slips in edits.items())[:2]
        if not ranked or ranked[0][0] > allowed or ranked[-1][0] < ranked[0][0] + 2 * (len(ranked) - 1):
            return None
        away, label, owner = ranked[0]
        if _digits(self._labels[label]) != _digits(query):
            return None  # another number is another account, not a slip
        return self._match(owner, 1 - away / len(query), exact=False)

    def _equal(self, bare: str, query: str, *, quoted: bool) -> list[int]:
        by_id = self._at("id", bare.casefold())
        if by_id:
            return [position for position in by_id if self._ids[position] == bare] or by_id
        equal = self._by_exact(bare, query)
        if quoted and len(equal) > 1:
            verbatim = [position for position in equal if self._names[position] == bare]
            return verbatim or equal
        return equal

    def _by_exact(self, bare: str, query: str) -> list[int]:
        domain = domain_in(bare)
        found = [*self._at("id", bare.casefold()), *self._at("name", query.replace(" ", ""))]
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
        wanted = _hash(kind, text)
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
        bare = [name[: self._stems[label]] for label, name in zip(pool, labels, strict=True)]
        scores = list(map(max, _likeness(query, labels), _likeness(short, bare)))
        if max(scores, default=0.0) < _CLEAR:  # perhaps the words stand in another order
            ordered = _likeness(in_order(short), [in_order(name) for name in bare])
            scores = [max(score, 0.98 * other) for score, other in zip(scores, ordered, strict=True)]
        words = set(query.split(" "))
        return [
            (label, max(score, _CLEAR) if words.issubset(name.split(" ")) else score)
            for label, name, score in zip(pool, labels, scores, strict=True)
        ]

    def _pool(self, query: str) -> Sequence[int]:
        """The labels that share most of the query's rarest trigrams."""
        shared: Counter[int] = Counter()
        read = 0
        for posting in self._rarest(query):
            if read > _ENOUGH:
                break  # commoner trigrams would cost most of the time and tell little
            shared.update(posting)
            read += len(posting)
        if len(shared) <= _POOL:
            return list(shared)
        least = _cut(Counter(shared.values()))
        most = [(label, count) for label, count in shared.items() if count >= least]
        surely = [label for label, count in most if count > least]
        perhaps = [label for label, count in most if count == least]
        return surely + perhaps[: 2 * _POOL - len(surely)]

    def _rarest(self, query: str) -> list[array[int]]:
        known = [self._postings[gram] for gram in set(_grams(query)) if gram in self._postings]
        return sorted(known, key=len)[:_RAREST]

    def _best(self, scores: dict[int, float], limit: int, exact: set[int]) -> tuple[Match, ...]:
        near = nlargest(4 * limit, scores, key=scores.__getitem__)
        near.sort(key=lambda at: (-scores[at], len(self._names[at]), self._names[at], self._ids[at]))
        return tuple(self._match(at, scores[at], at in exact) for at in near[:limit])

    def _match(self, position: int, score: float, exact: bool) -> Match:
        return Match(self._ids[position], self._names[position], score, exact)


def _hash(kind: str, text: str) -> int:
    return hash(f"{kind}:{text}") & 0xFFFF_FFFF_FFFF_FFFF


def _grams(folded: str) -> list[str]:
    padded = f" {folded} "
    return [padded[start : start + 3] for start in range(len(padded) - 2)]


class _Postings(dict[str, Callable[[int], None]]):
    """Appenders by trigram, made on first use: building the index is two million appends."""

    def __init__(self) -> None:
        self.arrays: dict[str, array[int]] = {}

    def __missing__(self, gram: str) -> Callable[[int], None]:
        posting = self.arrays[gram] = array("I")
        self[gram] = posting.append
        return posting.append


def _postings(labels: Sequence[str], stems: Sequence[int]) -> dict[str, array[int]]:
    """The labels by trigram; legal forms are left out, as they tell nothing."""
    postings = _Postings()
    for label, folded in enumerate(labels):
        padded = f" {folded} "
        for start in range(stems[label]):
            postings[padded[start : start + 3]](label)
    return postings.arrays


def _cut(sizes: Counter[int]) -> int:
    """The number of shared trigrams from which on the pool is full."""
    taken = 0
    for count in sorted(sizes, reverse=True):
        taken += sizes[count]
        if taken >= _POOL:
            return count
    return 0


def _likeness(query: str, labels: Sequence[str]) -> list[float]:
    scored = process.extract(query, labels, scorer=JaroWinkler.similarity, limit=None)
    likeness = [0.0] * len(labels)
    for _, score, place in scored:
        likeness[place] = score
    return likeness


def _slips(query: str, labels: Sequence[str]) -> list[int]:
    """How many slips lie between the query and each label, whatever the legal form and the order of words."""
    short, bare = stem(query), [stem(label) for label in labels]
    ordered = [in_order(label) for label in bare]
    ways = (_distances(query, labels), _distances(short, bare), _distances(in_order(short), ordered))
    return list(map(min, *ways))


def _distances(query: str, labels: Sequence[str]) -> list[int]:
    distances = [_FAR] * len(labels)
    for _, distance, place in process.extract(
        query, labels, scorer=OSA.distance, limit=None, score_cutoff=_FAR - 1
    ):
        distances[place] = distance
    return distances


def _prefix_score(query: str, label: str) -> float:
    return _PREFIX + 0.09 * len(query) / max(len(label), 1)


def _raise(scores: dict[int, float], position: int, score: float) -> None:
    scores[position] = max(score, scores.get(position, 0.0))


def _digits(folded: str) -> str:
    return "".join(sign for sign in folded if sign.isdigit())
