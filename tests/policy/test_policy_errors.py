"""Each broken policy file gives one sentence: the file, the line and what would be right."""

from __future__ import annotations

import pytest

from bot.errors import PolicyError
from bot.policy import load

BROKEN = {
    "weights": ("[health.weights]\ntechnical = 0.10", "1: health.weights add up to 0.95, not 1"),
    "unknown key": (
        "[lifecycle]\nprospect_days = 45\nprospects = 3",
        (
            "3: lifecycle.prospects is not a key of this table; known here: prospect_days, onboarding_days, "
            "renewing_days, adopted_utilization, adopted_consumption"
        ),
    ),
    "unknown table": (
        "\n\n[healt]\nred_below = 3",
        (
            "3: healt is not a key of this table; known here: feedback, plan_updates, drafts, materials, announcements, change_weeks, chart_weeks, teams, segmentation, kpis, "
            "health, freshness, lifecycle, digest, work, alerts, programmes, ooo, requests, sources, contacts"
        ),
    ),
    "hours that end first": (
        '[requests]\nworks_to = "09:00"',
        "2: requests.works_from: must be before works_to",
    ),
    "reminders out of order": (
        "[requests]\nreminders = [0.5, 0.5, 1.0]",
        "2: requests.reminders: each must be later than the one before it",
    ),
    "a value that no account has": (
        '[sources.salesforce.accounts]\narrr = "ARR__c"',
        (
            "2: sources.salesforce.accounts.arrr must be a value of an account, "
            "as the columns of accounts.csv are called (it is “arrr”)"
        ),
    ),
    "a field that could be a query": (
        '[sources.salesforce.accounts]\narr = "Id FROM User"',
        (
            "2: sources.salesforce.accounts.arr must be a field’s API name like ARR__c or Owner.Email "
            "(it is “Id FROM User”)"
        ),
    ),
    "text for a number": ('chart_weeks = "16"', "1: chart_weeks must be a whole number (it is “16”)"),
    "a flag for a number": ("change_weeks = true", "1: change_weeks must be a whole number (it is true)"),
    "too many weeks": ("chart_weeks = 21", "1: chart_weeks must be at most 20 (it is 21)"),
    "a number for text": (
        "[teams.scaled]\nname = 5",
        "2: teams.scaled.name must be text in quotes (it is 5)",
    ),
    "empty text": ('[teams.scaled]\nname = ""', "2: teams.scaled.name must not be empty (it is “”)"),
    "handle with its sign": (
        '[teams.scaled]\nchannel = "#scaled"',
        "2: teams.scaled.channel must be written without # (it is “#scaled”)",
    ),
    "a value for a table": ("kpis = 3", "1: kpis must be a table"),
    "thirds out of order": (
        '# ours\n[health]\nred_below = 7\ngreen_above = "20/3"',
        "3: health.red_below is 7, above health.green_above (6.667)",
    ),
    "not a fraction": (
        'health.red_below = "a third"',
        '1: health.red_below must be a number or a fraction like "10/3" (it is “a third”)',
    ),
    "points out of order": (
        "[health.points]\nconcerning = 10",
        "1: health.points are out of order: healthy must count more than concerning, and that more than poor",
    ),
    "unknown trait": (
        '[health.traits.mood]\nlabel = "Mood"\nshort = "Mood"\npillar = "sentiment"\nhealthy = "yes"\npoor = "no"',
        (
            "1: health.traits.mood is no trait that the book holds; known: ta_sentiment, versions_behind, "
            "precise_code_nav, defect_tickets_90d, help_tickets_90d, active_champion, access_to_buyer, "
            "last_activity, usage, utilization"
        ),
    ),
    "bounds overlap": (
        '[health.traits.usage]\npoor = "<= 0.40"',
        "2: health.traits.usage: healthy ≥ 0.30 and poor ≤ 0.40 must not overlap",
    ),
    "bounds meet": (
        '[health.traits.versions_behind]\nhealthy = "<= 4"',
        "2: health.traits.versions_behind: healthy ≤ 4 and poor ≥ 4 must not overlap",
    ),
    "bounds the same way": (
        '[health.traits.utilization]\npoor = "> 0.5"',
        "2: health.traits.utilization: healthy ≥ 0.80 and poor > 0.5 must not overlap",
    ),
    "not a bound": (
        '[health.traits.last_activity]\nhealthy = "two weeks"',
        '2: health.traits.last_activity.healthy must be a bound like "<= 1" or ">= 0.80"',
    ),
    "a bound for a flag": (
        '[health.traits.active_champion]\npoor = "< 1"',
        '2: health.traits.active_champion: healthy and poor must be "yes" and "no" or "active" and "inactive"',
    ),
    "a head too long": (
        '[health.traits.usage]\nshort = "Consumption"',
        "2: health.traits.usage.short must have at most 8 characters (it is “Consumption”)",
    ),
    "a pillar that is none": (
        '[health.traits.usage]\npillar = "usage"',
        (
            "2: health.traits.usage.pillar must be 'sentiment', 'technical', 'relationships' or 'utilization' "
            "(it is “usage”)"
        ),
    ),
    "no time of day": (
        '[alerts]\nbundle_at = "9 am"',
        '2: alerts.bundle_at must be a time of day like "09:00" (it is “9 am”)',
    ),
    "no span": (
        '[freshness]\nusage = "a week"',
        '2: freshness.usage must be a number of minutes, hours, days or weeks, like "7 days" or "48 hours" (it is “a week”)',
    ),
    "no cadence": (
        '[programmes.usage_recap]\nevery = "monthly"',
        '2: programmes.usage_recap.every must be a span like "1 week" or "3 months" (it is “monthly”)',
    ),
    "no date": (
        '[segmentation.models.fy25]\nstarts_on = "2024-02-01"',
        "2: segmentation.models.fy25.starts_on must be a date like 2024-02-01 (it is “2024-02-01”)",
    ),
    "default that is none": (
        '[segmentation]\ndefault = "fy26"',
        "2: segmentation.default names no model; it must be one of fy25, managed-unmanaged",
    ),
    "a gap in developers": (
        (
            "[segmentation.models.fy25]\n"
            "[[segmentation.models.fy25.rules]]\n"
            'segment = "Large"\nteam = "enterprise"\ndevelopers_from = 101\narr = "any"\n'
            "[[segmentation.models.fy25.rules]]\n"
            'segment = "Small"\nteam = "digital"\ndevelopers_from = 0\ndevelopers_to = 99\narr = "any"\n'
        ),
        "2: segmentation.models.fy25: no row covers 100 developers with ARR of $0; exactly one row must",
    ),
    "an overlap in developers": (
        (
            "[[segmentation.models.fy25.rules]]\n"
            'segment = "Large"\nteam = "enterprise"\ndevelopers_from = 99\narr = "any"\n'
            "[[segmentation.models.fy25.rules]]\n"
            'segment = "Small"\nteam = "digital"\ndevelopers_from = 0\ndevelopers_to = 99\narr = "any"\n'
        ),
        "1: segmentation.models.fy25: rows 1 and 2 both cover 99 developers with ARR of $0; exactly one row must",
    ),
    "half of the ARR": (
        (
            "[[segmentation.models.fy25.rules]]\n"
            'segment = "All"\nteam = "enterprise"\ndevelopers_from = 0\narr = "above"\n'
        ),
        "1: segmentation.models.fy25: no row covers 0 developers with ARR of $0; exactly one row must",
    ),
    "a row without its team": (
        '[[segmentation.models.fy25.rules]]\nsegment = "All"\ndevelopers_from = 0\narr = "any"\n',
        "1: segmentation.models.fy25.rules 1.team is missing",
    ),
    "two models at once": (
        "[segmentation.models.managed-unmanaged]\nends_on = 2024-02-01",
        "2: segmentation.models.managed-unmanaged must end before fy25 starts on 2024-02-01",
    ),
    "ends before it starts": (
        "[segmentation.models.managed-unmanaged]\nends_on = 2023-01-01",
        "2: segmentation.models.managed-unmanaged ends before it starts",
    ),
    "a target twice": (
        (
            '[[kpis.targets]]\nkpi = "grr"\nteams = ["scaled"]\nat_least = 0.9\nwhose = "ours"\n\n'
            '[[kpis.targets]]\nkpi = "grr"\nteams = ["digital", "scaled"]\nat_least = 0.8\nwhose = "ours"\n'
        ),
        "7: kpis.targets: grr of team scaled is given twice",
    ),
    "a target without a number": (
        '[[kpis.targets]]\nkpi = "grr"\nteams = ["scaled"]\nwhose = "ours"\n',
        "1: kpis.targets: grr needs at_least, or text in its place",
    ),
    "material for nothing": (
        '[[materials]]\ntitle = "T"\nurl = "https://x.example"\nkind = "blog"\nroles = ["Champion"]\n',
        "1: materials 1: needs a trait or a feature that it is for",
    ),
    "material for no trait": (
        (
            '[[materials]]\ntitle = "T"\nurl = "https://x.example"\nkind = "blog"\nroles = ["Champion"]\n'
            'trait = "usag"\n'
        ),
        (
            "6: materials 1: usag is no trait; known: ta_sentiment, versions_behind, precise_code_nav, "
            "defect_tickets_90d, help_tickets_90d, active_champion, access_to_buyer, last_activity, usage, utilization"
        ),
    ),
    "material for nobody": (
        (
            '[[materials]]\ntitle = "T"\nurl = "https://x.example"\nkind = "blog"\nroles = ["Champ"]\n'
            'trait = "usage"\n'
        ),
        "5: materials 1: contacts.roles has no Champ",
    ),
    "a list that ends before it begins": (
        "[drafts]\nlist_until_day = 3\nlist_from_day = 4",
        "2: drafts.list_until_day: must not be before list_from_day",
    ),
    "levels that fall": (
        "[alerts.seats]\nlevels = [1.0, 0.9]",
        "2: alerts.seats.levels must rise, each given once",
    ),
    "alerts that end before they start": (
        '[alerts]\nworks_from = "18:00"',
        "2: alerts.works_from: must be before works_to",
    ),
    "a reminder before its assessment": (
        "[alerts.renewal]\nremind_days = 150",
        "2: alerts.renewal.remind_days: must be below assess_days",
    ),
    "a programme that tells nobody": (
        '[programmes.usage_recap]\nsignal = "recap"',
        "2: programmes.usage_recap.signal: there is no alerts.signals.recap",
    ),
    "a programme by the hour": (
        '[programmes.usage_recap]\nevery = "2 hours"',
        "2: programmes.usage_recap.every: must be of days, weeks or months",
    ),
    "a receiver who is none": (
        '[alerts.signals.seats]\ntells = ["boss"]',
        (
            "2: alerts.signals.seats.tells 1 must be 'ta', 'ae', 'ce', 'ie', 'manager', 'channel' or "
            "'operators' (it is “boss”)"
        ),
    ),
    "hand-off too early": (
        "[alerts.handoff]\nhandoff_days_before_close = 50",
        "2: alerts.handoff: the hand-off must come no earlier than the account is known",
    ),
    "approval too early": (
        "[ooo]\napproval_over_business_days = 2",
        "2: ooo.approval_over_business_days must not be below acceptance_over_business_days",
    ),
    "syntax": (
        "chart_weeks = 12\nchange_weeks 4\n",
        "2: is not valid TOML: Expected '=' after a key in a key/value pair",
    ),
    "a key twice": ("chart_weeks = 12\nchart_weeks = 13", "2: is not valid TOML: Cannot overwrite a value"),
    "cut short": ('\n[ooo]\nsteps = ["one', "3: is not valid TOML: Unterminated string"),
    "not UTF-8": (b"# ok\n# caf\xe9\n", "2: is not UTF-8 text; save the file as UTF-8"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_policy_is_explained_in_one_line(case, tmp_path):
    text, sentence = BROKEN[case]
    path = tmp_path / "ours.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(PolicyError) as caught:
        load(path)
    assert str(caught.value) == f"{path} line {sentence}"


def test_the_first_of_several_problems_is_told(tmp_path):
    path = tmp_path / "ours.toml"
    path.write_text('change_weeks = "4"\nchart_weeks = 99\nsurprise = 1\n')
    with pytest.raises(PolicyError, match="line 1: change_weeks"):
        load(path)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(PolicyError, match=r"nowhere\.toml: cannot be read \(No such file"):
        load(tmp_path / "nowhere.toml")
