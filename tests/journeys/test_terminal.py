"""From an empty directory to an explained answer, in the terminal alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.models.blocks import Block

from bot.standin.validate import problems

Run = Callable[..., Any]

NATIVE = ("data_table", "data_visualization")  # slack_sdk does not know these two yet
HOSTILE = (
    "<!channel> & Söhne",
    'Quoted "Best" Ltd',
    "🚀 Rocket Works",
    "שלום תוכנה",
    "Very " + "Long " * 28 + "Name",
)


def test_a_book_is_imported_and_an_account_explained(run: Run, csvs: Path) -> None:
    """The README's way: import, then try; the same file twice changes nothing."""
    for kind in ("people", "accounts", "history"):
        assert run("import", kind, str(csvs / f"{kind}.csv")).returncode == 0
    again = run("import", "accounts", str(csvs / "accounts.csv"))
    assert (again.returncode, "nothing changed" in again.stdout) == (0, True)

    shown = run("try", "/account-health Quelmarra Holdings")
    assert (shown.returncode, shown.stderr) == (0, "")
    for words in ("Quelmarra Holdings Inc", "Utilization", "Healthy when", "Sources", "accounts.csv"):
        assert words in shown.stdout

    refused = run("try", "/account-health Quelmarra Holdings", "--as", "guest@contractor.example")
    assert refused.returncode == 0
    assert "full members" in refused.stdout
    assert "Quelmarra" not in refused.stdout


def test_a_folder_is_imported_in_one_go(run: Run, csvs: Path, tmp_path: Path) -> None:
    """Those files first that others refer to; what is bad stops it and is named, what came before is kept."""
    done = run("import", "all", str(csvs))
    assert done.returncode == 0, done.stderr
    files = [line.partition(":")[0] for line in done.stdout.splitlines()]
    assert files == [f"{kind}.csv" for kind in ("people", "accounts", "history", "contacts", "absences")]
    (tmp_path / "accounts.csv").write_text("account_id,name,arr\nnew-1,New,lots\n", encoding="utf-8")
    (tmp_path / "people.csv").write_bytes((csvs / "people.csv").read_bytes())
    stopped = run("import", "all", str(tmp_path))
    assert (stopped.returncode, "lots" in stopped.stderr) == (1, True)
    assert "people.csv: this very file was the last one imported" in stopped.stdout
    assert run("import", "all", str(tmp_path / "nowhere")).returncode == 1
    assert run("import", "all", str(csvs), "--dry-run").returncode == 2


def test_any_book_reads_well(run: Run, tmp_path: Path) -> None:
    """An account with nothing but its name, and names that would break a careless message."""
    rows = "\n".join(
        f'h-{number},"{name.replace(chr(34), chr(34) * 2)}"' for number, name in enumerate(HOSTILE)
    )
    (tmp_path / "a.csv").write_text(f"account_id,name\nbare-1,Bare\n{rows}\n", encoding="utf-8")
    assert run("import", "accounts", "a.csv").returncode == 0
    for typed in ("bare-1", *(f"h-{number}" for number in range(len(HOSTILE)))):
        shown = run("try", f"/account-health {typed}", "--json")
        (sent,) = json.loads(shown.stdout)
        assert sent["to"] == "response_url"
        assert problems(sent["payload"]["blocks"], "message") == []
        known = [block for block in sent["payload"]["blocks"] if block["type"] not in NATIVE]
        assert all(Block.parse(block).to_dict() == block for block in known)  # type: ignore[union-attr]
        assert not [text for text in formatted(sent["payload"]) if "<!channel>" in text]


def formatted(value: Any) -> Iterator[str]:
    """Every text that Slack would read as mrkdwn: a message's own, and objects of that type."""
    if isinstance(value, dict):
        if value.get("type") == "mrkdwn" or "blocks" in value:
            yield value["text"]
        for inner in value.values():
            yield from formatted(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from formatted(inner)


@pytest.mark.parametrize(
    ("words", "extra", "code", "said"),
    [
        (("serve",), {}, 1, ["SLACK_BOT_TOKEN: is not set", "SLACK_APP_TOKEN or SLACK_SIGNING_SECRET"]),
        (
            ("serve",),
            {"TA_BOT_PORT": "x", "TA_BOT_TIMEZONE": "Mars"},
            1,
            ["TA_BOT_PORT: ", "TA_BOT_TIMEZONE: "],
        ),
        (("import", "accounts", "none.csv"), {}, 1, ["none.csv: cannot be read"]),
        (("import", "cats", "none.csv"), {}, 2, ["cats"]),
        (("try", "hello"), {}, 2, ["start with a slash command"]),
        (("try", "/no-such"), {}, 1, ["/no-such is no command of ta-bot"]),
        (("try", "/ta-help", "--as", "nobody@x.example"), {}, 1, ["--as nobody@x.example"]),
        (("try", "/ta-help", "--channel", "nowhere"), {}, 1, ["--channel nowhere"]),
        (
            ("doctor",),
            {"TA_BOT_DATABASE_URL": "sqlite:////no/such/dir/x.db"},
            1,
            [],
        ),
        (
            ("import", "accounts", "x.csv"),
            {"TA_BOT_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"},
            1,
            ["127.0.0.1"],
        ),
    ],
)
def test_what_an_operator_gets_wrong_is_one_clear_line(
    run: Run, words: tuple[str, ...], extra: dict[str, str], code: int, said: list[str]
) -> None:
    """Exit codes 1 and 2, errors on stderr, never a traceback."""
    done = run(*words, **extra)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    for line in said:
        assert line in done.stderr


def test_bad_rows_are_listed_and_nothing_is_taken(run: Run, tmp_path: Path) -> None:
    """Each with line, column, value and reason."""
    (tmp_path / "a.csv").write_text(
        "account_id,name,arr,renewal_date\na-1,Good,1000,2027-01-01\na-2,Bad,lots,2027-02-30\n",
        encoding="utf-8",
    )
    done = run("import", "accounts", "a.csv")
    assert done.returncode == 1
    for words in ("arr", "lots", "renewal_date", "2027-02-30", " 3 "):
        assert words in done.stderr
    assert "holds no account yet" in run("doctor").stdout


def test_the_policy_in_force_and_the_line_that_is_wrong(run: Run, tmp_path: Path) -> None:
    """An operator's file holds only what differs; a wrong one names its line."""
    own = tmp_path / "own.toml"
    own.write_text("[kpis]\nramp_days = 90\n")
    shown = run("policy", "show", TA_BOT_POLICY=str(own))
    assert "kpis.ramp_days = 90" in shown.stdout
    own.write_text("[health.weights]\nsentiment = 0.5\n")
    done = run("policy", "show", TA_BOT_POLICY=str(own))
    assert done.returncode == 1
    assert "line 1" in done.stderr
    assert "not 1" in done.stderr


def test_the_database_is_kept_safe(run: Run, tmp_path: Path) -> None:
    """Upgraded, copied while in use, and never touched by an older program."""
    assert run("db", "upgrade").returncode == 0
    assert "was up to date" in run("db", "upgrade").stdout
    assert run("db", "backup", str(tmp_path / "copy.db")).returncode == 0
    assert (tmp_path / "copy.db").stat().st_size > 0


def test_segmentation_models_are_proved_and_what_is_wrong_is_named(run: Run, tmp_path: Path) -> None:
    """A model with a hole is named with a point in it; serving it is refused elsewhere by the same rule."""
    proved = run("segments", "check")
    assert (proved.returncode, proved.stdout.count("total (")) == (0, 2)
    own = tmp_path / "own.toml"
    row = '[[segmentation.models.fy25.rules]]\nsegment = "S"\nteam = "digital"\narr = "any"\n'
    own.write_text(
        f"{row}developers_from = 5\n{row}developers_from = 0\ndevelopers_to = 9\n", encoding="utf-8"
    )
    wrong = run("segments", "check", "--model", "fy25", TA_BOT_POLICY=str(own))
    assert (wrong.returncode, "both cover 5 developers with ARR of $0" in wrong.stdout) == (1, True)
    assert run("try", "/segment devs=1", TA_BOT_POLICY=str(own)).returncode == 1
    unknown = run("segments", "check", "--model", "fy99")
    assert (unknown.returncode, "known: fy25, managed-unmanaged" in unknown.stderr) == (1, True)
