"""The systems that settings configure, each as sync reads it, over one session."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from pydantic import SecretStr

from bot import log
from bot.bootstrap.house import House
from bot.domain.reading import System
from bot.errors import OperatorError, SourceError
from bot.features.sync.reporting import of_drift
from bot.http.client import Line, open_session
from bot.integrations.deel import client as deel
from bot.integrations.deel.source import DeelSource
from bot.integrations.looker import client as looker
from bot.integrations.looker.source import LookerSource
from bot.integrations.salesforce import client as salesforce
from bot.integrations.salesforce.source import SalesforceSource
from bot.integrations.vitally.source import VitallySource
from bot.integrations.zendesk.source import ZendeskSource
from bot.policy import Policy
from bot.ports.clock import Clock
from bot.ports.vendors import Vendor
from bot.settings import Settings

NEEDED = {
    System.VITALLY: "VITALLY_API_KEY and VITALLY_BASE_URL",
    System.SALESFORCE: "SALESFORCE_BASE_URL, SALESFORCE_CLIENT_ID and SALESFORCE_CLIENT_SECRET",
    System.LOOKER: "LOOKERSDK_BASE_URL, LOOKERSDK_CLIENT_ID, LOOKERSDK_CLIENT_SECRET and LOOKER_LOOK_ID",
    System.DEEL: "DEEL_API_TOKEN",
    System.ZENDESK: "ZENDESK_BASE_URL, ZENDESK_EMAIL and ZENDESK_API_TOKEN",
}

_log = log.get(__name__)


def configured(settings: Settings) -> tuple[System, ...]:
    """The systems that settings name, each of them wholly (settings see to that)."""
    held = {
        System.VITALLY: settings.vitally_api_key,
        System.SALESFORCE: settings.salesforce_client_id,
        System.LOOKER: settings.lookersdk_client_id,
        System.DEEL: settings.deel_api_token,
        System.ZENDESK: settings.zendesk_api_token,
    }
    return tuple(system for system, key in held.items() if key)


def get_configured(settings: Settings, named: str | None) -> tuple[System, ...]:
    """Those, or the one that was named; raises OperatorError, which says what to set, where there is none."""
    held = configured(settings)
    if named is not None and System(named) not in held:
        raise OperatorError(f"{System(named).called} is not configured: set {NEEDED[System(named)]}")
    if not held:
        raise OperatorError(
            "no system is configured: set e.g. VITALLY_API_KEY and VITALLY_BASE_URL, or import CSV files"
        )
    return held if named is None else (System(named),)


@asynccontextmanager
async def opened(
    settings: Settings, policy: Policy, clock: Clock, systems: Sequence[System], *, paced: bool = True
) -> AsyncIterator[tuple[Vendor, ...]]:
    """The sources of these systems, over a session that is closed at the end. `paced` False lifts their budgets."""
    async with open_session() as session:
        line = Line(session=session, paced=paced)
        yield tuple(vendor_of(system, line, settings, policy, clock) for system in systems)


async def check(house: House) -> None:
    """Say in the log what policy names and a system does not have; each system by itself, none of them needed to serve."""
    systems = configured(house.settings)
    if not systems:
        return
    async with opened(house.settings, house.policy, house.clock, systems) as vendors:
        for vendor in vendors:
            try:
                found = await vendor.check()
            except SourceError as error:
                _log.warning("a system cannot be read", system=vendor.system, error=str(error))
                continue
            for drift in found:
                _log.warning("a field is not there", system=vendor.system, error=of_drift(drift))


def vendor_of(system: System, line: Line, settings: Settings, policy: Policy, clock: Clock) -> Vendor:
    """One system's source; its settings are whole."""
    tables = policy.sources
    match system:
        case System.VITALLY:
            return VitallySource(
                line,
                tables.vitally,
                clock,
                base_url=settings.vitally_base_url or "",
                api_key=_bare(settings.vitally_api_key),
            )
        case System.SALESFORCE:
            return SalesforceSource(line, tables.salesforce, clock, _salesforce(settings))
        case System.LOOKER:
            patient = replace(line, patience=looker.PATIENCE)
            return LookerSource(patient, tables.looker, clock, _looker(settings))
        case System.DEEL:
            token = settings.deel_api_token or SecretStr("")
            return DeelSource(line, tables.deel, clock, deel.Access(settings.deel_base_url or "", token))
        case System.ZENDESK:
            return ZendeskSource(
                line,
                tables.zendesk,
                clock,
                base_url=settings.zendesk_base_url or "",
                email=settings.zendesk_email or "",
                api_token=_bare(settings.zendesk_api_token),
            )


def _salesforce(settings: Settings) -> salesforce.Access:
    return salesforce.Access(
        base_url=settings.salesforce_base_url or "",
        client_id=settings.salesforce_client_id or "",
        client_secret=settings.salesforce_client_secret or SecretStr(""),
    )


def _looker(settings: Settings) -> looker.Access:
    return looker.Access(
        base_url=settings.lookersdk_base_url or "",
        client_id=settings.lookersdk_client_id or "",
        client_secret=settings.lookersdk_client_secret or SecretStr(""),
        look_id=settings.looker_look_id or "",
    )


def _bare(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
