"""All five vendors on loopback, and the settings that lead to them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from bot.standin.vendors import deel, looker, salesforce, vitally, zendesk
from bot.standin.vendors.serving import VendorBook, VendorSite, VendorStandin

STANDINS: Mapping[str, type[VendorStandin]] = {
    "vitally": vitally.VitallyStandin,
    "salesforce": salesforce.SalesforceStandin,
    "looker": looker.LookerStandin,
    "deel": deel.DeelStandin,
    "zendesk": zendesk.ZendeskStandin,
}


@dataclass(frozen=True, slots=True)
class Town:
    """The stand-ins by name, and where each listens."""

    standins: Mapping[str, VendorStandin]
    urls: Mapping[str, str]

    @property
    def environment(self) -> Mapping[str, str]:
        """The settings with which ta-bot reads all of them."""
        return {
            "VITALLY_API_KEY": vitally.API_KEY,
            "VITALLY_BASE_URL": self.urls["vitally"],
            "SALESFORCE_BASE_URL": self.urls["salesforce"],
            "SALESFORCE_CLIENT_ID": salesforce.CLIENT_ID,
            "SALESFORCE_CLIENT_SECRET": salesforce.CLIENT_SECRET,
            "LOOKERSDK_BASE_URL": self.urls["looker"],
            "LOOKERSDK_CLIENT_ID": looker.CLIENT_ID,
            "LOOKERSDK_CLIENT_SECRET": looker.CLIENT_SECRET,
            "LOOKER_LOOK_ID": looker.LOOK_ID,
            "DEEL_API_TOKEN": deel.TOKEN,
            "DEEL_BASE_URL": self.urls["deel"],
            "ZENDESK_BASE_URL": self.urls["zendesk"],
            "ZENDESK_EMAIL": zendesk.EMAIL,
            "ZENDESK_API_TOKEN": zendesk.API_TOKEN,
        }


@asynccontextmanager
async def opened(books: Mapping[str, VendorBook]) -> AsyncIterator[Town]:
    """Every vendor over its book, each on a port of its own, until the block ends."""
    standins = {system: STANDINS[system](book) for system, book in books.items()}
    async with AsyncExitStack() as stack:
        urls = {
            system: await stack.enter_async_context(VendorSite(standin))
            for system, standin in standins.items()
        }
        yield Town(standins, urls)
