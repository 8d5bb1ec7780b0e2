"""The packaged policy is the handbook's; an operator's file is laid over it key by key."""

from __future__ import annotations

import tomllib
from datetime import date, timedelta

import pytest

from bot.domain.account import Group
from bot.domain.health import TRAIT_KEYS, Pillar, Verdict
from bot.domain.person import Team
from bot.policy import PACKAGED, load
from bot.policy.lines import lines_of


def test_the_packaged_policy_says_what_the_handbook_says():
    policy = load()
    assert policy.health.weights == {
        Pillar.SENTIMENT: 0.05,
        Pillar.TECHNICAL: 0.15,
        Pillar.RELATIONSHIPS: 0.25,
        Pillar.UTILIZATION: 0.55,
    }
    assert policy.health.points == {Verdict.HEALTHY: 10, Verdict.CONCERNING: 5, Verdict.POOR: 0}
    assert (policy.health.red_below, policy.health.green_above) == (10 / 3, 20 / 3)
    assert tuple(rule.key for rule in policy.health.traits) == TRAIT_KEYS
    assert policy.freshness == {
        Group.HEALTH: timedelta(days=1),
        Group.USAGE: timedelta(days=7),
        Group.REVENUE: timedelta(days=7),
        Group.TICKETS: timedelta(days=1),
    }
    assert (policy.kpis.ramp_days, policy.kpis.onboarding_check) == (60, 0.5)
    assert (policy.change_weeks, policy.chart_weeks) == (4, 16)


def test_each_team_has_its_channel_and_user_group():
    teams = load().teams
    assert {team: (own.short, own.channel, own.user_group) for team, own in teams.items()} == {
        Team.ENTERPRISE: ("Enterprise team", "discuss-technical-advisors", "technical-advisors"),
        Team.SCALED: ("Scaled team", "discuss-scaled-success", "scaled-success"),
        Team.DIGITAL: ("Digital team", "discuss-scaled-success", "scaled-success"),
    }


def test_an_operators_file_changes_only_what_it_names(tmp_path):
    path = tmp_path / "ours.toml"
    path.write_text(
        "chart_weeks = 12\n"
        'health.traits.usage.healthy = ">= 0.40"\n'
        "[teams.scaled]\n"
        'channel = "pooled"\n'
        "[freshness]\n"
        'programme = "2 weeks"\n',
        encoding="utf-8-sig",
    )
    ours, packaged = load(path), load()
    assert (ours.chart_weeks, ours.change_weeks) == (12, packaged.change_weeks)
    assert (ours.teams[Team.SCALED].channel, ours.teams[Team.SCALED].user_group) == (
        "pooled",
        "scaled-success",
    )
    usage = next(rule for rule in ours.health.traits if rule.key == "usage")
    assert (usage.healthy_when, usage.poor_when) == ("≥ 40 %", "≤ 20 %")
    assert ours.freshness == {**packaged.freshness, Group.PROGRAMME: timedelta(weeks=2)}
    assert ours.models == packaged.models


def test_arrays_are_replaced_whole(tmp_path):
    path = tmp_path / "ours.toml"
    path.write_text('[[kpis.targets]]\nkpi = "grr"\nteams = ["scaled"]\nat_least = 0.9\nwhose = "ours"\n')
    kpis = load(path).kpis
    assert [target.kpi for target in kpis.targets_of(Team.SCALED)] == ["grr"]
    assert kpis.targets_of(Team.ENTERPRISE) == ()


def test_a_model_may_follow_another(tmp_path):
    path = tmp_path / "ours.toml"
    path.write_text(
        "[segmentation.models.fy25]\nends_on = 2026-12-31\n"
        '[segmentation.models.fy27]\nstarts_on = 2027-01-01\narr_line = 50_000\narr_on_line = "upper"\n'
        '[[segmentation.models.fy27.rules]]\nsegment = "All"\nteam = "digital"\ndevelopers_from = 0\narr = "any"\n'
    )
    policy = load(path)
    assert policy.model_on(date(2026, 12, 31)).name == "fy25"
    assert policy.model_on(date(2027, 1, 1)).name == "fy27"


TRICKY = '''\
# a = 1
top = "x = [ # not a comment"  # nor a = here

[a."b.c".d]
'quoted # key' = 1
x.y = [
  "one", # [
  "]",
]
z = { in = 1, "k=" = """
two = lines
""" }

[[a.list]]
n = 1
[a.list.sub]
m = 2
[[ a.list ]]
n = 3
last = \'\'\'
[not.a.table]
\'\'\'
end = 4
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("top",), 2),
        (("a",), 4),
        (("a", "b.c", "d"), 4),
        (("a", "b.c", "d", "quoted # key"), 5),
        (("a", "b.c", "d", "x", "y"), 6),
        (("a", "b.c", "d", "z"), 10),
        (("a", "list", 0), 14),
        (("a", "list", 0, "n"), 15),
        (("a", "list", 0, "sub", "m"), 17),
        (("a", "list", 1, "n"), 19),
        (("a", "list", 1, "last"), 20),
        (("a", "list", 1, "end"), 23),
    ],
)
def test_the_line_of_a_key(path, line):
    tomllib.loads(TRICKY)  # it is TOML
    assert lines_of(TRICKY)[path] == line


def test_every_key_of_the_packaged_policy_has_its_line():
    text = PACKAGED.read_text(encoding="utf-8")
    found = lines_of(text)
    assert ("not", "a", "table") not in found

    def walk(value, path):
        if isinstance(value, dict):
            for key, below in value.items():
                assert (*path, key) in found, path
                walk(below, (*path, key))
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for number, below in enumerate(value):
                walk(below, (*path, number))

    walk(tomllib.loads(text), ())
    lines = text.splitlines()
    assert lines[found[("health", "weights")] - 1].startswith("[health.weights]")
