"""Every setting, from the environment or `.env`; all problems are reported at once.

The names are the interface others rely on. Secrets are `SecretStr`: they never appear in a log or a repr.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import SettingsError

SLACK_API_URL = "https://slack.com/api/"
SLACK_AUTHORIZE_URL = "https://slack.com/oauth/v2/authorize"


@cache
def _zones() -> frozenset[str]:
    """Every zone by name, looked up in the whole time zone database once."""
    return frozenset(available_timezones())


def _known_zone(name: str) -> str:
    if name not in _zones():
        msg = f"“{name}” is no time zone; use a name like Europe/Berlin or America/New_York"
        raise ValueError(msg)
    return name


def _is_safe(url: str) -> bool:
    """Whether what is sent there stays secret: over https, or to this machine itself."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    return bool(host) and (
        parts.scheme == "https" or (parts.scheme == "http" and host in ("127.0.0.1", "localhost", "::1"))
    )


def _is_of_demo(clock: str, api_url: str) -> bool:
    """Whether an address is the local workspace's: plain HTTP on this machine, where SLACK_API_URL is too."""
    if not _is_safe(clock):
        return False
    ours, slack = urlsplit(clock), urlsplit(api_url)
    return ours.scheme == "http" and (ours.scheme, ours.netloc) == (slack.scheme, slack.netloc)


def _api_url(url: str) -> str:
    if not _is_safe(url):
        msg = "must start with https:// (http:// on loopback only)"
        raise ValueError(msg)
    return url.rstrip("/") + "/"


def _vendor_url(url: str | None) -> str | None:
    return _api_url(url).rstrip("/") if url else None


def _database_url(url: str) -> str:
    if not url.startswith(("sqlite:///", "postgresql://")):
        msg = "must be sqlite:///FILE or postgresql://USER@HOST/DATABASE"
        raise ValueError(msg)
    try:
        urlsplit(url).port  # noqa: B018 # reading it checks it
    except ValueError as error:
        msg = "the port is no number from 1 to 65535; write postgresql://USER@HOST:5432/DATABASE"
        raise ValueError(msg) from error
    if url in ("sqlite:///", "sqlite:///:memory:"):
        msg = "needs a file: a book in memory would be lost (sqlite:///ta-bot.db)"
        raise ValueError(msg)
    return url


class Settings(BaseSettings):
    """All settings of ta-bot. Empty means not set."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        extra="ignore",
        env_ignore_empty=True,
        frozen=True,
        hide_input_in_errors=True,  # a traceback of --debug would show the tokens
    )

    slack_bot_token: SecretStr | None = Field(None, description="xoxb-…: the workspace's bot token")
    slack_app_token: SecretStr | None = Field(
        None, description="xapp-…: switches Socket Mode on (connections:write)"
    )
    slack_signing_secret: SecretStr | None = Field(
        None, description="checks requests that arrive over HTTP; needed without SLACK_APP_TOKEN"
    )
    slack_client_id: str | None = Field(None, description="for installs through /slack/install")
    slack_client_secret: SecretStr | None = Field(None, description="for installs through /slack/install")
    slack_config_token: SecretStr | None = Field(
        None, description="xoxe.xoxp-…: lets doctor read the app's own manifest"
    )
    slack_api_url: Annotated[str, AfterValidator(_api_url)] = Field(
        SLACK_API_URL, description="Slack's Web API; ends in /api/"
    )
    slack_authorize_url: str = Field(SLACK_AUTHORIZE_URL, description="where an install starts")
    ta_bot_database_url: Annotated[str, AfterValidator(_database_url)] = Field(
        "sqlite:///ta-bot.db", description="sqlite:///FILE or postgresql://…"
    )
    ta_bot_host: str = Field("127.0.0.1", description="where to listen")
    ta_bot_port: int = Field(3000, ge=0, le=65535, description="where to listen; 0 takes a free port")
    ta_bot_public_url: str | None = Field(
        None, description="https address of this bot, for installs and consent"
    )
    ta_bot_team_id: str | None = Field(
        None, pattern=r"^T[A-Z0-9]{2,}$", description="the one workspace served; default: the bot token's"
    )
    ta_bot_policy: Path | None = Field(None, description="a policy.toml that overrides the packaged one")
    ta_bot_timezone: Annotated[str, AfterValidator(_known_zone)] = Field(
        "UTC", description="the organisation's time zone"
    )
    ta_bot_secret_key: SecretStr | None = Field(
        None, description="encrypts tokens at rest; needed for installs through /slack/install"
    )
    ta_bot_log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="how much")
    ta_bot_log_format: Literal["console", "json"] = Field("console", description="for people or machines")

    vitally_api_key: SecretStr | None = Field(None, description="a REST API key of Vitally")
    vitally_base_url: Annotated[str | None, AfterValidator(_vendor_url)] = Field(
        None, description="https://SUBDOMAIN.rest.vitally.io/resources, or the EU's address"
    )
    salesforce_base_url: Annotated[str | None, AfterValidator(_vendor_url)] = Field(
        None, description="My Domain: https://NAME.my.salesforce.com"
    )
    salesforce_client_id: str | None = Field(None, description="of the External Client App")
    salesforce_client_secret: SecretStr | None = Field(None, description="of the External Client App")
    lookersdk_base_url: Annotated[str | None, AfterValidator(_vendor_url)] = Field(
        None, description="https://INSTANCE.cloud.looker.com"
    )
    lookersdk_client_id: str | None = Field(None, description="an API user of Looker")
    lookersdk_client_secret: SecretStr | None = Field(None, description="an API user of Looker")
    looker_look_id: str | None = Field(
        None, pattern=r"^\d+$", description="the Look with every account's usage"
    )
    deel_api_token: SecretStr | None = Field(None, description="an organisation's API token of Deel")
    deel_base_url: Annotated[str | None, AfterValidator(_vendor_url)] = Field(
        "https://api.letsdeel.com/rest/v2", description="Deel's API"
    )
    zendesk_base_url: Annotated[str | None, AfterValidator(_vendor_url)] = Field(
        None, description="https://SUBDOMAIN.zendesk.com"
    )
    zendesk_email: str | None = Field(None, description="whose API token it is")
    zendesk_api_token: SecretStr | None = Field(None, description="an API token of Zendesk")

    ta_bot_demo_clock: str | None = Field(
        None, description="set by `ta-bot demo` alone: where its clock is turned; refused anywhere else"
    )

    @property
    def zone(self) -> ZoneInfo:
        """The organisation's time zone."""
        return ZoneInfo(self.ta_bot_timezone)

    @property
    def uses_oauth(self) -> bool:
        """Whether installs through /slack/install are on."""
        return self.slack_client_id is not None

    @model_validator(mode="after")
    def _whole(self) -> Settings:
        problems = [
            *_token_problems(self),
            *_oauth_problems(self),
            *_address_problems(self),
            *_vendor_problems(self),
        ]
        if problems:
            raise ValueError("\n".join(problems))
        return self


def _token_problems(settings: Settings) -> list[str]:
    problems = []
    bot, app = settings.slack_bot_token, settings.slack_app_token
    if bot and not bot.get_secret_value().startswith(("xoxb-", "xoxe.xoxb-")):
        problems.append("SLACK_BOT_TOKEN: a bot token starts with xoxb- (this is another kind of token)")
    if app and not app.get_secret_value().startswith("xapp-"):
        problems.append("SLACK_APP_TOKEN: an app-level token starts with xapp-")
    return problems


def _oauth_problems(settings: Settings) -> list[str]:
    if not settings.uses_oauth:
        return []
    problems = []
    if not settings.slack_client_secret:
        problems.append("SLACK_CLIENT_SECRET: is needed beside SLACK_CLIENT_ID")
    if not settings.ta_bot_secret_key:
        problems.append("TA_BOT_SECRET_KEY: is needed with SLACK_CLIENT_ID, to encrypt tokens at rest")
    if not settings.slack_bot_token and not settings.ta_bot_team_id:
        problems.append(
            "TA_BOT_TEAM_ID: is needed where only OAuth is used, to know the one workspace served"
        )
    return problems


def _address_problems(settings: Settings) -> list[str]:
    problems = []
    if settings.ta_bot_policy and not settings.ta_bot_policy.is_file():
        problems.append(f"TA_BOT_POLICY: no file at {settings.ta_bot_policy}")
    if settings.ta_bot_demo_clock and not _is_of_demo(settings.ta_bot_demo_clock, settings.slack_api_url):
        problems.append(
            "TA_BOT_DEMO_CLOCK: is set by ta-bot demo alone; it must be on loopback, at the address of SLACK_API_URL"
        )
    url = settings.ta_bot_public_url
    if url and not _is_safe(url):
        problems.append("TA_BOT_PUBLIC_URL: must start with https://")
    return problems


_VENDORS = (
    ("VITALLY_API_KEY", "VITALLY_BASE_URL"),
    ("SALESFORCE_CLIENT_ID", "SALESFORCE_CLIENT_SECRET", "SALESFORCE_BASE_URL"),
    ("LOOKERSDK_CLIENT_ID", "LOOKERSDK_CLIENT_SECRET", "LOOKERSDK_BASE_URL", "LOOKER_LOOK_ID"),
    ("DEEL_API_TOKEN", "DEEL_BASE_URL"),
    ("ZENDESK_API_TOKEN", "ZENDESK_EMAIL", "ZENDESK_BASE_URL"),
)
"""What each vendor needs, all or nothing; Deel's address alone has a default."""


def _vendor_problems(settings: Settings) -> list[str]:
    problems = []
    for names in _VENDORS:
        held = [name for name in names if getattr(settings, name.lower())]
        given = [name for name in held if name != "DEEL_BASE_URL"]
        if given:
            problems += [f"{name}: is needed beside {given[0]}" for name in names if name not in held]
    return problems


def load(**overrides: object) -> Settings:
    """Read the settings; raises SettingsError with every problem, one a line, each naming its variable."""
    try:
        return Settings(**overrides)  # type: ignore[arg-type] # the environment fills the rest
    except ValidationError as error:
        raise SettingsError(_problems(error)) from error
    except UnicodeDecodeError as error:
        raise SettingsError([".env: is not UTF-8; save it as UTF-8"]) from error
    except OSError as error:
        raise SettingsError([f".env: cannot be read ({error.strerror})"]) from error


def serving_problems(settings: Settings) -> tuple[str, ...]:
    """What `ta-bot serve` lacks, one a line; empty when it can start."""
    problems = []
    if not settings.slack_bot_token and not settings.uses_oauth:
        problems.append(
            "SLACK_BOT_TOKEN: is not set (or set SLACK_CLIENT_ID to install through /slack/install); "
            "without a Slack account try: ta-bot demo"
        )
    if not settings.slack_app_token and not settings.slack_signing_secret:
        problems.append("SLACK_APP_TOKEN or SLACK_SIGNING_SECRET: one is needed, for Socket Mode or for HTTP")
    return tuple(problems)


def _problems(error: ValidationError) -> list[str]:
    lines: list[str] = []
    for item in error.errors(include_url=False, include_input=False):
        message = item["msg"].removeprefix("Value error, ")
        name = "_".join(str(part) for part in item["loc"]).upper()
        lines.extend(message.splitlines() if not name else [f"{name}: {message}"])
    return lines
