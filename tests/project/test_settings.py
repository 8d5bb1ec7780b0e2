"""Settings: every problem at once, each naming its variable; secrets never shown."""

from __future__ import annotations

import traceback
from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.settings import Settings, load, serving_problems


def read(**values: object) -> Settings:
    """Settings from these values alone: no file, and the environment is cleared by the fixture."""
    return load(_env_file=None, **values)


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def test_defaults_need_nothing() -> None:
    """A fresh machine has a book in a file and listens on loopback."""
    settings = read()
    assert settings.ta_bot_database_url == "sqlite:///ta-bot.db"
    assert (settings.ta_bot_host, settings.ta_bot_port) == ("127.0.0.1", 3000)
    assert str(settings.zone) == "UTC"


def test_every_problem_is_told_at_once() -> None:
    """Nobody likes to mend one setting at a time."""
    with pytest.raises(SettingsError) as caught:
        read(
            ta_bot_port="many",
            ta_bot_timezone="Mars/Base",
            ta_bot_database_url="mysql://x",
            slack_api_url="http://example.org/api",
            ta_bot_team_id="acme",
        )
    text = "\n".join(caught.value.problems)
    for name in (
        "TA_BOT_PORT",
        "TA_BOT_TIMEZONE",
        "TA_BOT_DATABASE_URL",
        "SLACK_API_URL",
        "TA_BOT_TEAM_ID",
    ):
        assert f"{name}: " in text


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"slack_bot_token": "xoxp-1"}, "SLACK_BOT_TOKEN: a bot token starts with xoxb-"),
        ({"slack_app_token": "xoxb-1"}, "SLACK_APP_TOKEN: an app-level token starts with xapp-"),
        ({"slack_client_id": "1"}, "SLACK_CLIENT_SECRET: is needed"),
        ({"slack_client_id": "1"}, "TA_BOT_SECRET_KEY: is needed"),
        ({"slack_client_id": "1"}, "TA_BOT_TEAM_ID: is needed"),
        ({"ta_bot_policy": "/no/such/file"}, "TA_BOT_POLICY: no file at /no/such/file"),
        ({"ta_bot_public_url": "http://example.org"}, "TA_BOT_PUBLIC_URL: must start with https://"),
        (
            {"ta_bot_public_url": "http://localhost.example.org"},
            "TA_BOT_PUBLIC_URL: must start with https://",
        ),
        ({"ta_bot_database_url": "sqlite:///:memory:"}, "TA_BOT_DATABASE_URL: "),
        (
            {"ta_bot_database_url": "postgresql://ann@host:many/book"},
            "TA_BOT_DATABASE_URL: the port is no number",
        ),
        ({"slack_api_url": "http://127.0.0.1.example.org/api/"}, "SLACK_API_URL: must start with https://"),
        ({"slack_api_url": "http://localhost@example.org/api/"}, "SLACK_API_URL: must start with https://"),
        ({"slack_api_url": "https://"}, "SLACK_API_URL: must start with https://"),
    ],
)
def test_each_problem_names_its_variable(values: dict[str, object], problem: str) -> None:
    """One clear line."""
    with pytest.raises(SettingsError) as caught:
        read(**values)
    assert problem in str(caught.value)


def test_serving_without_tokens_names_what_is_missing_and_the_demo() -> None:
    """A stranger is told what needs no account."""
    problems = serving_problems(read())
    assert len(problems) == 2
    assert "ta-bot demo" in problems[0]


def test_a_secret_is_not_shown() -> None:
    """Neither in a repr nor in an error."""
    settings = read(slack_bot_token="xoxb-secret-1", slack_app_token="xapp-secret-2")
    assert "secret-" not in repr(settings)
    wrong = {"slack_bot_token": "nonsense-secret-3"}
    with pytest.raises(SettingsError) as caught:
        read(**wrong)  # not written out here, since the traceback shows this line
    assert "secret-3" not in str(caught.value)
    assert "secret-3" not in "".join(traceback.format_exception(caught.value))


def test_a_file_of_settings_that_cannot_be_read_is_one_clear_line(tmp_path: Path) -> None:
    """An editor saved it in another encoding."""
    file = tmp_path / ".env"
    file.write_bytes(b"TA_BOT_TIMEZONE=\xff\xfe\n")
    with pytest.raises(SettingsError, match=r"\.env: is not UTF-8"):
        load(_env_file=file)
