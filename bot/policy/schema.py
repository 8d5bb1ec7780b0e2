"""The shape of policy.toml: every table and key, with the kind and range of its value."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, Field, StringConstraints

from bot.policy.alerting import AlertsTable, ProgrammeTable
from bot.policy.asked_tables import AskedTables
from bot.policy.kinds import (
    Handle,
    Mark,
    Points,
    Share,
    Short,
    Span,
    Table,
    Teams,
    Text,
    Texts,
    TimeOfDay,
    Whole,
    WorkSpan,
    Zone,
)
from bot.policy.lines import Path
from bot.policy.sources import SourcesTable


class TeamTable(Table):
    """One of the three teams."""

    name: Text
    short: Text
    touch: Text
    accounts: Text
    pool: bool
    channel: Handle
    user_group: Handle


class TeamsTable(Table):
    """The three teams."""

    enterprise: TeamTable
    scaled: TeamTable
    digital: TeamTable


class RuleTable(Table):
    """One row of a segmentation model."""

    segment: Text
    team: Literal["enterprise", "scaled", "digital", "managed", "unmanaged"]
    developers_from: Annotated[int, Field(ge=0)]
    developers_to: Annotated[int, Field(ge=0)] | None = None
    arr: Literal["any", "above", "below"]


class ModelTable(Table):
    """A segmentation model."""

    starts_on: date
    ends_on: date | None = None
    arr_line: Whole
    arr_on_line: Literal["upper", "lower"]
    remarks: list[Text] = Field(default_factory=list)
    developers_decided: list[Annotated[int, Field(ge=0)]] = Field(default_factory=list)
    functions: dict[Literal["managed", "unmanaged"], Text] = Field(default_factory=dict)
    rules: Annotated[list[RuleTable], Field(min_length=1)]


class DriftTable(Table):
    """When an account counts as near a boundary at its next renewal."""

    developers_within: Annotated[int, Field(ge=0)]
    arr_within: Annotated[float, Field(ge=0, lt=1)]
    renewal_days: Whole


class SegmentationTable(Table):
    """The segmentation models and which one holds by default."""

    default: Text
    drift: DriftTable
    models: Annotated[dict[str, ModelTable], Field(min_length=1)]


class TargetTable(Table):
    """What is expected of a KPI, and by whom."""

    kpi: Literal["utilization", "consumption", "grr", "nrr", "value_realization", "average_health"]
    teams: Teams
    at_least: Annotated[float, Field(gt=0, le=10)] | None = None
    tolerance: Annotated[float, Field(ge=0, lt=1)] = 0.0
    whose: Text
    text: str = ""


class KpisTable(Table):
    """The KPIs."""

    ramp_days: Whole
    onboarding_check: Share
    compare_months: Whole
    targets: Annotated[list[TargetTable], Field(min_length=1)]


class WeightsTable(Table):
    """The weights of the four categories of traits."""

    sentiment: Share
    technical: Share
    relationships: Share
    utilization: Share


class PointsTable(Table):
    """What a verdict counts."""

    healthy: Points
    concerning: Points
    poor: Points


class TraitTable(Table):
    """One trait: bounds as `< 2`, a flag as `yes`, or the recorded word."""

    label: Text
    short: Short
    pillar: Literal["sentiment", "technical", "relationships", "utilization"]
    healthy: Text
    poor: Text
    unit: Literal["", "percent", "days", "versions", "tickets"] = ""


class HealthTable(Table):
    """The health score."""

    red_below: Mark
    green_above: Mark
    weights: WeightsTable
    points: PointsTable
    traits: Annotated[dict[str, TraitTable], Field(min_length=1)]


class FreshnessTable(Table):
    """How old values may be, by group."""

    profile: Span | None = None
    revenue: Span | None = None
    usage: Span | None = None
    health: Span | None = None
    tickets: Span | None = None
    programme: Span | None = None


class LifecycleTable(Table):
    """The bounds of the lifecycle stages."""

    prospect_days: Whole
    onboarding_days: Whole
    renewing_days: Whole
    adopted_utilization: Share
    adopted_consumption: Share


class DigestFreshnessTable(Table):
    """How old values may be to be summed up for a channel, by group."""

    health: Span
    usage: Span
    revenue: Span
    tickets: Span


class DigestLinksTable(Table):
    """The views that a TA uses in Vitally."""

    my_traits: str
    book_by_ta: str
    category_changes: str


class DigestTable(Table):
    """The weekly digest."""

    weekday: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    at: TimeOfDay
    chart_weeks: Annotated[int, Field(ge=2, le=20)]
    movers: Whole
    shown: Annotated[int, Field(ge=1, le=50)]
    on_holiday: Literal["next working day", "post anyway"]
    missed: Literal["post late", "skip"]
    late_after: Span
    skip_after: Span
    stale_share: Annotated[float, Field(ge=0, lt=1)]
    utilization_days: Annotated[list[Whole], Field(min_length=1)]
    freshness: DigestFreshnessTable
    links: DigestLinksTable


class WorkTable(Table):
    """How long work and messages are tried, and kept."""

    message_retries: Annotated[list[Span], Field(min_length=1)]
    keep_work: Span
    keep_messages: Span
    keep_texts: Span


def _both_dates(text: str) -> str:
    if not ("{first}" in text and "{last}" in text):
        msg = "must hold {first} and {last}: people see both dates"
        raise ValueError(msg)
    return text


class OooStatusTable(Table):
    """What an absent person's Slack status says."""

    emoji: Annotated[str, StringConstraints(pattern=r"^:[a-z0-9_+'-]+:$")]
    text: Annotated[str, StringConstraints(min_length=1, max_length=100), AfterValidator(_both_dates)]
    counts_as_set: list[Text]
    dnd: bool


class CapacityTable(Table):
    """How many accounts somebody may have, of their own and covered; without region or level: anybody."""

    region: Text | None = None
    level: Text | None = None
    accounts: Whole


class OooTable(Table):
    """The protocol around time off."""

    steps: Texts
    notice_business_days: Whole
    acceptance_over_business_days: Whole
    approval_over_business_days: Whole
    approval_window_days: Whole
    approvers: Annotated[list[Literal["manager", "department_head", "people_partner"]], Field(min_length=1)]
    active_channel_days: Whole
    status_set_by: Literal["bot", "deel", "person"]
    renewal_margin_days: Annotated[int, Field(ge=0)]
    ladder_days: Annotated[list[Whole], Field(min_length=1)]
    remind_at: TimeOfDay
    works_from: TimeOfDay
    works_to: TimeOfDay
    uncovered_business_days: Whole
    return_at: TimeOfDay
    status: OooStatusTable
    capacity: Annotated[list[CapacityTable], Field(min_length=1)]


class RequestTargetTable(Table):
    """By when requests of some teams are responded to and resolved."""

    teams: Teams
    urgency: Literal["normal", "urgent"]
    first_response: WorkSpan
    resolution: WorkSpan


class RequestOuterTable(Table):
    """Clock time within which a first response comes in any case."""

    enterprise: Span | None = None
    scaled: Span | None = None
    digital: Span | None = None


class HoursTable(Table):
    """When a team works."""

    zone: Zone
    country: str
    starts: TimeOfDay
    ends: TimeOfDay


class RequestHoursTable(Table):
    """When each team works."""

    enterprise: HoursTable
    scaled: HoursTable
    digital: HoursTable


class RequestsTable(Table):
    """How requests are routed, and how soon they are answered."""

    customer_answer_within: Span
    triage_channel: Handle
    load_limit: Whole
    group_too: bool
    reminders: Annotated[list[Annotated[float, Field(gt=0, le=1)]], Field(min_length=3, max_length=3)]
    works_from: TimeOfDay
    works_to: TimeOfDay
    targets: Annotated[list[RequestTargetTable], Field(min_length=1)]
    outer: RequestOuterTable
    hours: RequestHoursTable


class ContactsTable(Table):
    """What contacts of an account may be."""

    roles: Texts


class PolicyTable(AskedTables):
    """The whole file."""

    change_weeks: Whole
    chart_weeks: Annotated[int, Field(ge=2, le=20)]
    teams: TeamsTable
    segmentation: SegmentationTable
    kpis: KpisTable
    health: HealthTable
    freshness: FreshnessTable
    lifecycle: LifecycleTable
    digest: DigestTable
    work: WorkTable
    alerts: AlertsTable
    programmes: dict[str, ProgrammeTable]
    ooo: OooTable
    requests: RequestsTable
    sources: SourcesTable
    contacts: ContactsTable


def keys_at(path: Path) -> tuple[str, ...]:
    """The keys that the table at a path may have."""
    kind: Any = PolicyTable
    for part in path:
        is_table = isinstance(kind, type) and issubclass(kind, Table)
        kind = kind.model_fields[part].annotation if is_table else get_args(kind)[-1]
    return tuple(kind.model_fields)
