"""Digests made value by value: the cases that every view of a digest is pictured in, and how a picture is held."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from slack_sdk.models.blocks import Block
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from bot import policy as policy_module
from bot.blocks import limits
from bot.blocks.answers import Message
from bot.domain.digest import (
    CHAMPION,
    LIGHTHOUSE,
    RENEWAL,
    SEATS,
    UTILIZATION,
    Attention,
    BookLine,
    CategoryCount,
    Digest,
    DigestRules,
    Headline,
    Mover,
    Outing,
    Owner,
    Series,
    SourceAge,
    TeamDigest,
)
from bot.domain.health import Category
from bot.domain.kpi import Kpi, Target
from bot.domain.person import Team
from bot.domain.provenance import Known, Stamp, Unknown
from bot.domain.schedule import IsoWeek
from bot.standin.validate import problems, walk

NOW = datetime(2026, 11, 16, 8, tzinfo=UTC)
WEEK = IsoWeek(2026, 46)
POLICY = policy_module.load()
NATIVE = ("data_table", "data_visualization")
RED, YELLOW, GREEN = Category.RED, Category.YELLOW, Category.GREEN
USAGE = Stamp("looker + salesforce", NOW - timedelta(days=2, hours=4))
REVENUE = Stamp("salesforce", NOW - timedelta(hours=20))
HOSTILE = (
    "<!channel> & <@U1> <!here>",
    "🐸 :tada: *bold* _it_ ~no~ `code`",
    "שלום עולם ירושלים",
    "&" * 4000,
    "x" * 4000,
    "\u202eevil\u202c\nnew\tline <https://evil.example|Click>",
)
ENDINGS = tuple(date(2026, 8, 30) + timedelta(weeks=week) for week in range(12))
NAMES = (
    "Acme Robotics",
    "Blue Harbor Bank",
    "Cobalt Games",
    "Dune Logistics",
    "Evergreen Health",
    "Fjord Insurance",
    "Granite Media",
    "Helio Energy",
)
PEOPLE = ("Dana Okafor", "Bea Ito", "Carl Lind", "Mina Rossi", "Tom Abara")


def owner(at: int) -> Owner:
    """One of the TAs; the third is away and covered, the fourth away with nobody."""
    name = PEOPLE[at % len(PEOPLE)]
    made = Owner(email=f"ta{at}@ta.example", name=name, user_id=f"U0TA{at % len(PEOPLE)}")
    if at % 5 == 2:
        return replace(made, away_until=date(2026, 11, 27), covered_by=owner(0))
    return replace(made, away_until=date(2026, 11, 20)) if at % 5 == 3 else made


def mover(at: int, before: Category, now: Category, scores: tuple[float, float], cause: str) -> Mover:
    return Mover(
        account_id=f"A-{at}",
        account_name=NAMES[at % len(NAMES)],
        owner=owner(at),
        before=before,
        now=now,
        since=date(2026, 11, 10 + at % 6),
        score_before=scores[0],
        score_now=scores[1],
        cause=cause,
    )


def needs(kind: str, at: int, why: str, category: Category | None = None, **more: Any) -> Attention:
    more.setdefault("arr", 8_400_000 + 1_250_000 * at)
    return Attention(
        kind=kind,
        account_id=f"A-{at}",
        account_name=NAMES[at % len(NAMES)],
        owner=owner(at),
        why=why,
        category=category,
        **more,
    )


def _line(start: float, step: float) -> Series:
    return Series(ENDINGS, tuple(round(start + step * week, 4) for week in range(12)))


def _headline(team: Team, kpi: Kpi, value: float, before: float, stamp: Stamp, **more: Any) -> Headline:
    target = next(
        (one for one in POLICY.kpis.targets_of(team) if one.kpi is kpi), Target(kpi=kpi, at_least=None)
    )
    known = Known(value, stamp)
    more.setdefault("compared", "the week before")
    return Headline(
        kpi=kpi, target=target, value=known, met=target.met_by(known), before=before, counted=114, **more
    )


def headlines(team: Team) -> tuple[Headline, ...]:
    """All of a team's, the last without a target met."""
    made = [
        _headline(
            team,
            Kpi.UTILIZATION,
            0.8127,
            0.7996,
            USAGE,
            compared="the month before",
            median=Known(0.774, USAGE),
            detail="41,280 MAU of 50,794 licensed seats",
            left_out=6,
            series=_line(0.76, 0.0048),
            next_on=date(2026, 12, 1),
        ),
        _headline(
            team,
            Kpi.CONSUMPTION,
            0.271,
            0.2893,
            USAGE,
            median=Known(0.264, USAGE),
            detail="11,186.9 daily active users of 41,280 MAU",
            series=_line(0.31, -0.0035),
            note="MAU of October came this week, so the denominator changed",
        ),
        _headline(
            team,
            Kpi.GRR,
            0.936,
            0.936,
            REVENUE,
            detail="$31.9M of $34.1M kept",
            left_out=2,
            series=_line(0.95, -0.0012),
        ),
        _headline(
            team,
            Kpi.NRR,
            1.082,
            1.071,
            REVENUE,
            detail="$36.9M now of $34.1M then",
            left_out=2,
            series=_line(1.04, 0.0038),
        ),
        _headline(
            team,
            Kpi.VALUE_REALIZATION,
            0.61,
            0.6,
            REVENUE,
            detail="184 of 301 goals met",
            series=_line(0.55, 0.005),
        ),
        _headline(
            team,
            Kpi.AVERAGE_HEALTH,
            6.8,
            6.9,
            Stamp("vitally", NOW - timedelta(hours=3)),
            series=_line(7.1, -0.03),
        ),
    ]
    return tuple(one for one in made if team is Team.ENTERPRISE or one.kpi is not Kpi.VALUE_REALIZATION)


CHANGED = (
    mover(0, GREEN, RED, (6.9, 3.1), "Utilization: MAU of seats 84 % → 47 %, healthy → poor"),
    mover(1, GREEN, YELLOW, (7.0, 5.2), "Relationships: active champion yes → no, healthy → poor"),
    mover(2, YELLOW, RED, (4.1, 3.0), ""),
    mover(3, RED, YELLOW, (3.1, 5.4), "Technical: help tickets, 90 days 17 → 8, poor → healthy"),
)
FALLS = (CHANGED[0], CHANGED[1], mover(4, GREEN, GREEN, (9.1, 7.9), "Utilization: usage 0.34 → 0.28"))
RISES = (CHANGED[3], mover(5, YELLOW, YELLOW, (4.4, 5.2), "Sentiment: poor → concerning"))
ATTENTION = (
    needs(RENEWAL, 0, "renews in 12 days", RED, when=date(2026, 11, 28)),
    needs(RENEWAL, 1, "renews in 41 days", GREEN, when=date(2026, 12, 27)),
    needs(RENEWAL, 2, "renews in 44 days", YELLOW, when=date(2026, 12, 30)),
    needs(RENEWAL, 6, "renews in 90 days", RED, when=date(2027, 2, 14), arr=None),
    needs(SEATS, 3, "96 % of 1,200 seats", GREEN, amount=0.96),
    needs(UTILIZATION, 4, "62 % on day 71 since the start", YELLOW, amount=0.62),
    needs(LIGHTHOUSE, 5, "save plan updated 16 days ago", RED, when=date(2026, 10, 31)),
    needs(LIGHTHOUSE, 0, "save plan never updated", RED),
    needs(CHAMPION, 7, "no active champion since 2 Nov", None),
)
BOOK = (
    *(
        BookLine(
            owner=owner(at),
            accounts=24 - 3 * at,
            arr=(940 - 130 * at) * 1_000_000,
            mean_health=7.2 - at / 2 if at != 3 else None,
            utilization=0.84 - at / 20 if at != 3 else None,
            green=16 - 2 * at,
            yellow=5,
            red=at,
            renewals=4,
        )
        for at in range(5)
    ),
    BookLine(
        owner=None,
        accounts=2,
        arr=4_000_000,
        mean_health=5.0,
        utilization=0.5,
        green=0,
        yellow=2,
        red=0,
        renewals=0,
    ),
)
OUT = (
    Outing(owner=owner(2), first=date(2026, 11, 16), last=date(2026, 11, 27), covers=("Dana Okafor",)),
    Outing(owner=owner(3), first=date(2026, 11, 20), last=date(2026, 11, 20)),
)


def sources(**changes: Any) -> tuple[SourceAge, ...]:
    """Usage, revenue and health as they are on a usual Monday."""
    usage = SourceAge(
        group="usage",
        sources=("looker",),
        newest=NOW - timedelta(days=2, hours=4),
        oldest=NOW - timedelta(days=9),
        assumed=False,
        accounts=120,
        stale=0,
        withheld=False,
    )
    revenue = replace(
        usage, group="revenue", sources=("salesforce",), newest=REVENUE.as_of, oldest=REVENUE.as_of
    )
    health = replace(
        usage,
        group="health",
        sources=("vitally", "accounts.csv"),
        newest=NOW - timedelta(hours=3),
        oldest=NOW - timedelta(days=8),
        stale=4,
        assumed=True,
    )
    return replace(usage, **changes), revenue, health


def team_digest(team: Team | None = Team.ENTERPRISE, **changes: Any) -> TeamDigest:
    """A team's usual week."""
    values: dict[str, Any] = {
        "team": team,
        "name": POLICY.teams[team].name if team else "The whole organisation",
        "accounts": 120,
        "arr": 3_414_000_000,
        "headlines": headlines(team or Team.SCALED),
        "categories": (
            CategoryCount(
                category=RED, accounts=15, arr=310_000_000, accounts_before=13, arr_before=290_000_000
            ),
            CategoryCount(
                category=GREEN, accounts=78, arr=2_410_000_000, accounts_before=80, arr_before=2_430_000_000
            ),
            CategoryCount(
                category=YELLOW, accounts=25, arr=680_000_000, accounts_before=25, arr_before=680_000_000
            ),
            CategoryCount(
                category=None, accounts=2, arr=14_000_000, accounts_before=2, arr_before=14_000_000
            ),
        ),
        "changed": CHANGED,
        "rises": RISES,
        "falls": FALLS,
        "attention": ATTENTION,
        "book": BOOK,
        "out": OUT,
        "sources": sources(),
    }
    return TeamDigest(**{**values, **changes})


NOTHING: dict[str, Any] = dict.fromkeys(
    ("headlines", "categories", "changed", "rises", "falls", "attention", "book", "out", "sources"), ()
)


def _withheld() -> TeamDigest:
    why = "usage from looker is older than 10 days for 45 of 120 accounts"
    gone = (Kpi.UTILIZATION, Kpi.CONSUMPTION)
    made = tuple(
        replace(one, value=Unknown(why), met=None, before=None, median=None, withheld=why)
        if one.kpi in gone
        else replace(one, value=Unknown("no account has ARR of a year ago"), met=None, before=None)
        if one.kpi is Kpi.NRR
        else one
        for one in headlines(Team.ENTERPRISE)
    )
    old = sources(newest=NOW - timedelta(days=11), oldest=NOW - timedelta(days=33), stale=45, withheld=True)
    return team_digest(headlines=made, sources=old)


def _much(at: int, name: str) -> dict[str, Any]:
    return {"account_id": f"A-{at}", "account_name": name, "owner": replace(owner(at), name=name)}


def too_much(name: Callable[[int], str], team: Team | None = Team.ENTERPRISE, words: str = "") -> TeamDigest:
    """Sixty TAs, 400 renewals, 200 of everything else, as long as names and words go."""
    return team_digest(
        team,
        headlines=tuple(
            replace(one, detail=words or one.detail, note=words or one.note, compared=words or one.compared)
            for one in headlines(team or Team.SCALED)
        ),
        changed=tuple(
            replace(CHANGED[at % 4], cause=words or CHANGED[0].cause, **_much(at, name(at)))
            for at in range(200)
        ),
        falls=tuple(replace(FALLS[2], **_much(500 + at, name(at))) for at in range(5)),
        rises=tuple(replace(RISES[1], **_much(600 + at, name(at))) for at in range(5)),
        attention=tuple(
            replace(
                needs(kind, at, words or "renews in 41 days", (RED, GREEN, YELLOW)[at % 3]),
                **_much(at, name(at)),
            )
            for kind, count in (
                (RENEWAL, 400),
                (SEATS, 200),
                (UTILIZATION, 200),
                (LIGHTHOUSE, 200),
                (CHAMPION, 200),
            )
            for at in range(count)
        ),
        book=tuple(replace(BOOK[0], owner=replace(owner(0), name=name(at))) for at in range(60)),
        out=tuple(
            replace(OUT[0], owner=replace(owner(0), name=name(at)), covers=(name(at),) * 5)
            for at in range(60)
        ),
        sources=tuple(replace(one, sources=(name(0),) * 6) for one in sources(stale=3)),
        counts={"champion": 9_000, "changed": 1_200},
    )


def _of(*teams: TeamDigest, **more: Any) -> Digest:
    return Digest(week=WEEK, as_of=NOW, teams=teams, **more)


def _hostile(at: int) -> str:
    return HOSTILE[at % len(HOSTILE)]


CASES: dict[str, Callable[[], Digest]] = {
    "usual": lambda: _of(team_digest()),
    "empty": lambda: _of(
        team_digest(
            **NOTHING | {"accounts": 0, "arr": 0}, no_data="no account is recorded for this team in that week"
        )
    ),
    "quiet": lambda: _of(
        team_digest(**NOTHING | {"headlines": headlines(Team.ENTERPRISE)[:1], "sources": sources()})
    ),
    "late": lambda: _of(team_digest(), late_for=NOW - timedelta(hours=7)),
    "corrected": lambda: _of(team_digest(), corrected_at=NOW + timedelta(hours=2)),
    "withheld": lambda: _of(_withheld()),
    "history": lambda: _of(
        team_digest(
            book=(),
            out=(),
            attention=(),
            history=True,
            notes=("Read from the weekly history, which keeps no goals, attention lists or book by TA.",),
        )
    ),
    "organisation": lambda: _of(team_digest(None)),
    "two_teams": lambda: _of(
        team_digest(Team.SCALED),
        team_digest(
            Team.DIGITAL,
            headlines=tuple(
                replace(one, series=Series(one.series.endings[3:], one.series.values[:9]))
                for one in headlines(Team.DIGITAL)
            ),
            changed=(),
        ),
    ),
    "one_without_data": lambda: _of(
        team_digest(Team.SCALED), team_digest(Team.DIGITAL, **NOTHING, no_data="no account has any usage")
    ),
    "all_withheld": lambda: _of(
        *(
            replace(
                too_much(_hostile, team, HOSTILE[3]),
                headlines=tuple(
                    replace(one, value=Unknown("old"), met=None, withheld="a&" * 900)
                    for one in headlines(Team.ENTERPRISE)
                ),
                notes=tuple("b&" * 900 + str(at) for at in range(9)),
                sources=tuple(replace(one, sources=("c&" * 99,) * 6) for one in sources(withheld=True)),
            )
            for team in Team
        )
    ),
    "too_much": lambda: _of(
        *(
            too_much(lambda at: f"{'Ж' * 150} {at}", team, "Long words, again and again. " * 200)
            for team in Team
        )
    ),
    "hostile": lambda: _of(
        *(replace(too_much(_hostile, team, HOSTILE[3]), name=HOSTILE[at]) for at, team in enumerate(Team)),
        replace(too_much(_hostile, None, HOSTILE[0] * 50), name=HOSTILE[3]),
    ),
}


@pytest.fixture
def digest_of() -> Callable[[str], Digest]:
    """Makes the digest of a case."""
    return lambda case: CASES[case]()


@pytest.fixture
def rules() -> DigestRules:
    """The packaged policy's."""
    return POLICY.digest


@pytest.fixture
def seen(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(JSONSnapshotExtension)


@pytest.fixture
def shown() -> Callable[[Message], dict[str, Any]]:
    """Holds a message against Slack's limits and slack_sdk's models, and gives it as it is pictured."""
    return _shown


def _shown(message: Message) -> dict[str, Any]:
    for blocks in (message.blocks, message.plain):
        assert problems([dict(block) for block in blocks], "message") == []
        assert len(json.dumps(blocks, ensure_ascii=False, separators=(",", ":"))) <= limits.MESSAGE_CHARS
        for block in blocks:
            if block["type"] not in NATIVE:
                parsed = Block.parse(dict(block))
                assert parsed is not None
                assert parsed.to_dict() == block
        words = [one["text"] for one in walk(blocks) if one.get("type") == "mrkdwn"]
        assert not any(
            broadcast in said
            for said in words
            for broadcast in ("<!channel", "<!here", "<@U1>", "<https://evil")
        )
    native = [block["type"] for block in message.blocks if block["type"] in NATIVE]
    assert not any(block["type"] in NATIVE for block in message.plain)
    assert bool(native) == bool(message.plain)
    assert "<" not in message.text
    assert 0 < len(message.text) < limits.NOTICE
    return {"text": message.text, "blocks": list(message.blocks), "plain": list(message.plain)}
