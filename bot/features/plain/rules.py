"""From plain words to the command that they ask for. Nothing is guessed: what fits no phrase whole is not recognised."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.names import fold
from bot.domain.person import Team

LONGEST = 300
"""More letters are a story, and no question of a command."""
OFFERED = 3


class Intent(StrEnum):
    """What may be asked for in plain words."""

    HEALTH = "health"  # of an account
    SEGMENT = "segment"  # of an account
    COVER = "cover"  # who is responsible for an account
    ASK = "ask"  # the team, about an account
    OUT = "out"  # who is out on a day
    AWAY = "away"  # a person: out until when
    BOOK_OF = "book_of"  # a person's accounts
    BOOK = "book"  # mine
    TEAM = "team"  # a team's accounts
    CHANGES = "changes"
    DRIFT = "drift"
    KPIS = "kpis"
    LEAVE = "leave"  # mine
    PLAN = "plan"  # a form for mine
    BRIEFING = "briefing"
    REQUESTS = "requests"  # mine
    HELP = "help"
    THANKS = "thanks"


@dataclass(frozen=True, slots=True)
class Line:
    """A command as it would be typed, and what its button says."""

    command: str
    text: str
    says: str


@dataclass(frozen=True, slots=True)
class Read:
    """What a message was read as. `names` are what may be an account's name in it, the barest last.

    `value` is a day, a person or a team. Several intents, or none: unclear.
    """

    intents: tuple[Intent, ...] = ()
    names: tuple[str, ...] = ()
    value: str = ""

    @property
    def intent(self) -> Intent | None:
        """The only one."""
        return self.intents[0] if len(self.intents) == 1 else None


OF_ACCOUNTS = frozenset({Intent.HEALTH, Intent.SEGMENT, Intent.COVER, Intent.ASK})
PRESSED = frozenset({Intent.PLAN, Intent.ASK})
"""They open a form, which Slack allows for a press alone: always offered, never done at once."""

_A = r"(?P<account>.+)"
_P = r"<@(?P<person>[UW][A-Z0-9]+)(?:\|[^>]*)?>"
_TEAMS = "|".join(Team)
_T = rf"(?:the )?(?P<team>{_TEAMS})(?: team| pool| tas)?"
_DAY = r"(?:(?:on |this )?(?P<day>today|now|tomorrow|(?:mon|tues|wednes|thurs|fri|satur|sun)day|\d{4}-\d\d-\d\d))"
_OUT = r"(?:out|away|off|absent|on leave|on vacation|on holiday|on pto|ooo|out of office)"
_IS = r"(?: is|'s| are|'re)"
_COVERS = (
    r"(?:covers|is covering|looks after|is looking after|owns|handles|serves|takes care of|is responsible for"
    r"|is the ta (?:of|for|on)|is ta (?:of|for|on))"
)
_MINE = r"(?:book of business|book|accounts|pool|portfolio)"
_TIME_OFF = r"(?:leave|time off|vacation|holiday|pto|ooo)"

_PHRASES: tuple[tuple[Intent, str], ...] = (
    (Intent.HEALTH, rf"how{_IS} {_A}"),
    (Intent.HEALTH, rf"how healthy{_IS} {_A}"),
    (Intent.HEALTH, rf"is {_A} (?:healthy|unhealthy|at risk|in trouble|red|yellow|green|ok|okay|fine)"),
    (Intent.HEALTH, rf"why{_IS} {_A} (?:healthy|unhealthy|at risk|in trouble|red|yellow|green)"),
    (
        Intent.HEALTH,
        rf"(?:what{_IS} )?(?:the )?(?:account )?(?:health score|health|score|status) (?:of|for) {_A}",
    ),
    (Intent.HEALTH, rf"{_A}(?:'s)? (?:health score|health)"),
    (Intent.HEALTH, rf"when does {_A} renew"),
    (Intent.SEGMENT, rf"(?:what|which) (?:segment|tier){_IS} {_A} in"),
    (Intent.SEGMENT, rf"(?:what|which) (?:segment|tier){_IS} {_A}"),
    (Intent.SEGMENT, rf"(?:what|which) (?:segment|tier|team) does {_A} belong to"),
    (Intent.SEGMENT, rf"(?:what{_IS} )?(?:the )?(?:segment|tier) (?:of|for) {_A}"),
    (Intent.SEGMENT, rf"{_A}(?:'s)? (?:segment|tier)"),
    (Intent.COVER, rf"who {_COVERS} {_A}"),
    (Intent.COVER, rf"who(?:'s| is) (?:covering|looking after|responsible for|the ta (?:of|for|on)) {_A}"),
    (Intent.COVER, rf"whose (?:account )?is {_A}"),
    (Intent.ASK, rf"(?:ask|i have a question) (?:the )?(?:ta|tas|ta team|team)? ?about {_A}"),
    (Intent.ASK, rf"(?:i need help|help me|help) with {_A}"),
    (Intent.OUT, rf"who(?:'s| is| are| will be) {_OUT}(?: {_DAY})?"),
    (Intent.OUT, rf"(?:is|are|will) (?:anyone|anybody|someone|somebody)(?: be)? {_OUT}(?: {_DAY})?"),
    (Intent.AWAY, rf"(?:is|will) {_P}(?: be)? (?:{_OUT}|in|here|around|back|available)(?: {_DAY})?"),
    (Intent.AWAY, rf"when (?:is|will|does) {_P} (?:back|return|be back|come back)"),
    (Intent.AWAY, rf"(?:where is|where's) {_P}"),
    (Intent.AWAY, rf"who (?:covers|is covering)(?: for)? {_P}"),
    (Intent.AWAY, rf"how is {_P}"),
    (Intent.BOOK_OF, rf"how is {_P}"),
    (Intent.BOOK_OF, rf"(?:how is |how are )?{_P}'s {_MINE}(?: doing)?"),
    (Intent.BOOK_OF, rf"(?:the )?{_MINE} of {_P}"),
    (Intent.BOOK, rf"(?:how is |how are )?my {_MINE}(?: doing)?(?: today)?"),
    (Intent.BOOK, r"what should i (?:look at|do)(?: first)?(?: now| today)?"),
    (Intent.TEAM, rf"(?:how is |how are )?{_T}(?: doing)?(?: today)?"),
    (Intent.TEAM, rf"(?:the )?(?:book|accounts) of {_T}"),
    (Intent.KPIS, rf"(?:how is |how are )?{_T}(?: doing)?(?: today)?"),
    (
        Intent.KPIS,
        rf"(?:how are )?(?:the |our |my )?(?:weekly )?(?:kpis?|kpi digest|digest)(?: (?:of|for) {_T})?",
    ),
    (
        Intent.CHANGES,
        r"(?:what(?:'s| has)? (?:changed|moved|new)|changes)(?: (?:lately|recently|this week))?",
    ),
    (Intent.DRIFT, r"(?:which (?:accounts|segments) )?drift"),
    (Intent.LEAVE, rf"(?:how is )?my (?:{_TIME_OFF})(?: checklist| plan)?"),
    (Intent.LEAVE, r"(?:am i covered|who covers (?:for )?me|who covers my accounts)"),
    (Intent.PLAN, rf"(?:plan|book|take|request|i want to plan)(?: my| a| some)? {_TIME_OFF}"),
    (Intent.PLAN, rf"(?:i'm|i am|i will be|i'll be) (?:going )?(?:{_OUT})(?: .*)?"),
    (Intent.BRIEFING, r"what (?:did i miss|happened while i was (?:away|out|off|gone|on leave))"),
    (Intent.BRIEFING, r"(?:i'm|i am) back"),
    (Intent.REQUESTS, r"(?:my|my open) requests|what did i ask"),
    (Intent.HELP, r"help|hi|hey|hello|start|commands|what can (?:you|i) do|how does this work|who are you"),
    (
        Intent.THANKS,
        r"(?:ok(?:ay)?,? )?(?:thanks|thank you|thx|cheers)(?: a lot| so much| very much)?|great|perfect",
    ),
)
_KNOWN = tuple((intent, re.compile(phrase, re.IGNORECASE | re.DOTALL)) for intent, phrase in _PHRASES)
_POLITE = re.compile(
    r"(?:(?:<@[UW][A-Z0-9]+(?:\|[^>]*)?>[\s,:]+)(?=\S)|(?:hi|hey|hello|ok|okay|so|and|please|pls)\b[\s,!.:-]+(?=\S)"
    r"|(?:can|could|would|will) you (?:please )?(?:tell|show|give|check)(?: me| us)? "
    r"|(?:tell|show|give) (?:me|us) |do you know |i(?:'d like| want| need) to (?:know|see) )",
    re.IGNORECASE,
)
_TAIL = re.compile(r"(?:[\s,]+(?:please|pls|thanks|thank you))?[\s?!.…]*$", re.IGNORECASE)
_BEFORE = re.compile(r"(?:the |our |account )", re.IGNORECASE)
_AFTER = re.compile(
    r"(?:'s| (?:account|doing|going|looking|feeling|today|now|right now|tomorrow|currently|lately|this week|these days"
    r"|at the moment|on (?:mon|tues|wednes|thurs|fri|satur|sun)day))$",
    re.IGNORECASE,
)
_NO_NAMES = frozenset(
    [
        "it",
        "this",
        "that",
        "these",
        "those",
        "you",
        "i",
        "me",
        "us",
        "we",
        "they",
        "he",
        "she",
        "him",
        "her",
        "them",
        "things",
        "everything",
        "everyone",
        "everybody",
        "anyone",
        "somebody",
        "someone",
        "nobody",
        "life",
        "business",
        "work",
        "weather",
        "day",
        "team",
        "people",
        "and",
        "the",
        "a",
        "my",
        "your",
    ]
)
"""Words of which alone no account is meant, whatever is called so: then it is offered, not answered."""
_HINTS: tuple[tuple[Intent, frozenset[str]], ...] = (
    (Intent.COVER, frozenset({"cover", "covers", "covering", "owner", "owns", "responsible", "ta"})),
    (Intent.SEGMENT, frozenset({"segment", "tier", "segments"})),
    (Intent.ASK, frozenset({"ask", "question", "help"})),
    (Intent.HEALTH, frozenset({"health", "healthy", "score", "risk", "renewal", "renew", "seats", "usage"})),
    (Intent.OUT, frozenset({"out", "away", "absent", "off"})),
    (Intent.LEAVE, frozenset({"leave", "vacation", "holiday", "pto", "ooo"})),
    (Intent.KPIS, frozenset({"kpi", "kpis", "digest", "numbers"})),
    (Intent.CHANGES, frozenset({"changed", "changes", "moved"})),
    (Intent.BOOK, frozenset({"accounts", "book", "pool", "portfolio"})),
    (Intent.REQUESTS, frozenset({"requests", "request"})),
)


def read(said: str) -> Read:
    """Read a message; a phrase must fit the whole of it, but for a greeting before and thanks behind."""
    words = _bare(said)
    if not words or len(words) > LONGEST:
        return Read()
    found = [(intent, match) for intent, known in _KNOWN if (match := known.fullmatch(words))]
    fixed = [(intent, match) for intent, match in found if intent not in OF_ACCOUNTS]
    chosen = fixed or found  # what says all by itself names no account
    intents = tuple(dict.fromkeys(intent for intent, _ in chosen))
    names = dict.fromkeys(name for intent, match in chosen if intent in OF_ACCOUNTS for name in _names(match))
    return Read(intents, tuple(names), _value([match for _, match in chosen]))


def hinted(said: str) -> tuple[Intent, ...]:
    """What single words of a message point to, the likeliest first: for offering alone."""
    words = set(fold(said[:LONGEST]).split())
    return tuple(intent for intent, hints in _HINTS if hints & words)


def is_name(name: str) -> bool:
    """Whether what stands in a name's place can be one."""
    return bool(set(fold(name).split()) - _NO_NAMES)


def line(intent: Intent, *, account: tuple[str, str] | None = None, value: str = "") -> Line:
    """The command of an intent. `account` is an id and a name: an id means one account and no other."""
    if intent in OF_ACCOUNTS and account is not None:
        account_id, name = account
        command, text, says = _OF_ACCOUNT[intent]
        return Line(command, text.format(f'"{account_id}"'), says.format(name))
    command, text, says = _OTHERS[intent]
    return Line(command, text.format(value).strip(), says.format(value or "today").replace("  ", " "))


def named(intent: Intent, name: str) -> Line:
    """The command of an intent about whatever goes by a name: it asks which, where several do."""
    command, text, says = _OF_ACCOUNT[intent]
    return Line(command, text.format(name), says.format(name))


_OF_ACCOUNT: Mapping[Intent, tuple[str, str, str]] = {
    Intent.HEALTH: ("/account-health", "{}", "How is {}?"),
    Intent.COVER: ("/ooo", "cover {}", "Who looks after {}?"),
    Intent.SEGMENT: ("/segment", "{}", "Segment of {}"),
    Intent.ASK: ("/ask-ta", "{}", "Ask about {}"),
}
_OTHERS: Mapping[Intent, tuple[str, str, str]] = {
    Intent.HEALTH: ("/ta-help", "account-health", "How to ask for an account"),
    Intent.COVER: ("/ta-help", "ooo", "How to ask who covers"),
    Intent.SEGMENT: ("/segment", "", "My accounts by segment"),
    Intent.ASK: ("/ask-ta", "", "Ask the TA team"),
    Intent.OUT: ("/ooo", "who {}", "Who is out {}?"),
    Intent.AWAY: ("/ooo", "<@{}>", "Are they out?"),
    Intent.BOOK_OF: ("/account-health", "<@{}>", "Their accounts"),
    Intent.BOOK: ("/account-health", "", "My accounts"),
    Intent.TEAM: ("/account-health", "team {}", "Accounts of team {}"),
    Intent.CHANGES: ("/account-health", "changes", "What changed"),
    Intent.DRIFT: ("/segment", "drift", "Segments that drift"),
    Intent.KPIS: ("/kpi-digest", "preview {}", "The weekly KPIs"),
    Intent.LEAVE: ("/ooo", "", "My time off"),
    Intent.PLAN: ("/ooo", "plan", "Plan my time off"),
    Intent.BRIEFING: ("/ooo", "return", "What I missed"),
    Intent.REQUESTS: ("/ask-ta", "mine", "My requests"),
    Intent.HELP: ("/ta-help", "", "What I can do"),
    Intent.THANKS: ("/ta-help", "", "What I can do"),
}


def _bare(said: str) -> str:
    """What is asked, without greeting, please and question mark, on one line."""
    words = " ".join(said.replace("’", "'").split())
    while (polite := _POLITE.match(words)) and polite.end() < len(words):
        words = words[polite.end() :]
    return _TAIL.sub("", words, count=1).strip()


def _names(match: re.Match[str]) -> Iterator[str]:
    """What may be the name: as it stands first, then without the words that people put around one, one by one."""
    waiting = [match["account"].strip()]
    while waiting:
        name = waiting.pop(0)
        yield name
        before, after = _BEFORE.match(name), _AFTER.search(name)
        shorter = [name[before.end() :]] if before else []
        shorter += [name[: after.start()]] if after else []
        waiting.extend(one.strip() for one in shorter if one.strip() and one.strip() not in waiting)


def _value(matches: list[re.Match[str]]) -> str:
    given = {key: text for match in matches for key, text in match.groupdict().items() if text}
    return next((given[key].strip() for key in ("person", "team", "day") if key in given), "")
