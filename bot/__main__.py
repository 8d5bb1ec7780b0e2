"""The `ta-bot` command line. Exit codes: 0 done, 1 a problem that was explained, 2 wrong usage."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import sys
from collections.abc import Callable, Coroutine
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from bot import __version__
from bot.errors import ImportRefused, SettingsError, TaBotError

T = TypeVar("T")

app = typer.Typer(
    name="ta-bot",
    help="A Slack bot that a Technical Advisor organisation trusts all day.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
db = typer.Typer(help="The database.", no_args_is_help=True)
policy_app = typer.Typer(help="The organisation's rules and numbers.", no_args_is_help=True)
app.add_typer(db, name="db")
digest_app = typer.Typer(help="The weekly KPI digest of a channel.", no_args_is_help=True)
app.add_typer(digest_app, name="digest")
segments_app = typer.Typer(help="The segmentation models.", no_args_is_help=True)
work_app = typer.Typer(help="What the bot does by itself, and when.", no_args_is_help=True)
app.add_typer(work_app, name="work")
app.add_typer(policy_app, name="policy")
app.add_typer(segments_app, name="segments")

out = Console()
err = Console(stderr=True)
_debug = False


class Importable(StrEnum):
    """The CSV files that `import` takes; all of them, from a folder, with `all`."""

    ACCOUNTS = "accounts"
    PEOPLE = "people"
    HISTORY = "history"
    CONTACTS = "contacts"
    ABSENCES = "absences"
    ALL = "all"


@app.callback()
def options(
    *, debug: Annotated[bool, typer.Option("--debug", help="Show a traceback when something fails.")] = False
) -> None:
    """Hold for every command."""
    global _debug  # noqa: PLW0603 # one flag of the process, read when an error is shown
    _debug = debug


def _run(make: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run to the end, or explain on stderr and leave with 1."""
    gc.freeze()
    gc.enable()
    try:
        return asyncio.run(make())
    except KeyboardInterrupt:
        err.print("stopped; nothing was left half-done")
        raise typer.Exit(1) from None
    except ImportRefused as refused:
        _show_bad_rows(refused)
        raise typer.Exit(1) from None
    except TaBotError as error:
        _explain(error)
        raise typer.Exit(1) from None


def _explain(error: TaBotError) -> None:
    if _debug:
        err.print_exception()
    for line in error.problems if isinstance(error, SettingsError) else [str(error)]:
        err.print(line, style="red", markup=False, highlight=False, soft_wrap=True)


def _show_bad_rows(refused: ImportRefused) -> None:
    err.print(str(refused), style="red", markup=False, highlight=False, soft_wrap=True)
    table = Table("line", "column", "value", "reason")
    for row in refused.bad:
        table.add_row(*(_plain(cell) for cell in (str(row.line), row.column, row.value, row.reason)))
    err.print(table)
    if refused.more:
        err.print(f"and {refused.more} more")


def _plain(text: str) -> str:
    """Keep rich from reading markup in data."""
    return text.replace("[", r"\[")


@app.command()
def version() -> None:
    """Print the version."""
    out.print(f"ta-bot {__version__}", highlight=False)


@app.command()
def serve() -> None:
    """Run the bot."""
    from bot.bootstrap import serving

    _run(serving.serve)


@app.command()
def demo(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Where the workspace's page listens.")] = 3939,
    *,
    browser: Annotated[bool, typer.Option(help="Open the page in a browser.")] = True,
) -> None:
    """Run a local Slack workspace with the bot and a fictional book of business."""
    from bot.bootstrap import serving

    _run(lambda: serving.demo(port=port, browser=browser))


@app.command("try")
def try_(
    line: Annotated[str, typer.Argument(help="What you would type in Slack: '/account-health Acme'.")],
    *,
    as_: Annotated[str | None, typer.Option("--as", metavar="EMAIL", help="Who asks.")] = None,
    channel: Annotated[
        str | None, typer.Option(help="Where: a channel's name; else a direct message.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what would be sent, as JSON.")] = False,
) -> None:
    """Run one command through the same path as a Slack request, and print what the person would see."""
    from bot.bootstrap import trying

    if not line.startswith("/"):
        err.print("start with a slash command, e.g. ta-bot try '/account-health Acme'", markup=False)
        raise typer.Exit(2)
    sent = _run(lambda: trying.try_line(line, email=as_, channel=channel))
    if as_json:
        sys.stdout.write(json.dumps(sent, ensure_ascii=False, indent=1) + "\n")
    else:
        trying.show_sent(sent, out)


def _give_way() -> None:
    """A bot that answers people on the same machine goes first."""
    if hasattr(os, "nice"):
        os.nice(max(0, 10 - os.nice(0)))


@app.command("import")
def import_(
    kind: Importable,
    file: Annotated[
        Path, typer.Argument(metavar="FILE.csv", help="With `all` a folder: people.csv, accounts.csv …")
    ],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything, keep nothing.")] = False,
) -> None:
    """Load a CSV: all of its rows, or none."""
    from bot.bootstrap import importing

    _give_way()

    def say(sentence: str) -> None:
        out.print(sentence, markup=False, highlight=False, soft_wrap=True)

    if kind is not Importable.ALL:
        _run(lambda: importing.import_file(kind.value, file, dry_run=dry_run, say=say, console=err))
    elif dry_run:
        err.print("--dry-run takes one file: what one file adds, the next may refer to", markup=False)
        raise typer.Exit(2)
    else:
        _run(lambda: importing.import_folder(file, say=say, console=err))


class Readable(StrEnum):
    """What `sync` reads, by itself; or `report`, which shows the last one."""

    VITALLY = "vitally"
    SALESFORCE = "salesforce"
    LOOKER = "looker"
    DEEL = "deel"
    ZENDESK = "zendesk"
    REPORT = "report"


@app.command()
def sync(
    which: Annotated[
        Readable | None,
        typer.Argument(metavar="[SYSTEM|report]", help="One system alone; `report` shows the last sync."),
    ] = None,
    *,
    full: Annotated[bool, typer.Option("--full", help="Read everything, not only what changed.")] = False,
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Believe a system that has far fewer records than before.")
    ] = False,
) -> None:
    """Read the configured systems into the book, and say what came of it."""
    from bot.bootstrap import syncing

    if which is Readable.REPORT:
        if full or confirm:
            err.print("report only shows: it takes neither --full nor --confirm", markup=False)
            raise typer.Exit(2)
        _run(lambda: syncing.report(out))
        return
    if confirm and not full:
        err.print("--confirm goes with --full: only who gives everything can give too little", markup=False)
        raise typer.Exit(2)
    _give_way()
    named = which.value if which else None
    found = _run(lambda: syncing.sync(named, full=full, confirm=confirm, console=err))
    syncing.show(found, out)
    if found.has_problems:
        raise typer.Exit(1)


@app.command()
def doctor(
    *, as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False
) -> None:
    """Look for what is set up wrong, and say the cure."""
    from bot.bootstrap import doctoring

    findings = _run(doctoring.doctor)
    if as_json:
        sys.stdout.write(
            json.dumps([doctoring.finding_as_dict(finding) for finding in findings], indent=1) + "\n"
        )
    else:
        for finding in findings:
            doctoring.show_finding(finding, out)
    if any(finding.is_problem for finding in findings):
        raise typer.Exit(1)


@db.command()
def upgrade() -> None:
    """Bring the database to this version's schema."""
    from bot.bootstrap import keeping

    out.print(_run(keeping.upgrade_database), markup=False, highlight=False, soft_wrap=True)


@db.command()
def backup(file: Annotated[Path, typer.Argument(metavar="FILE")]) -> None:
    """Copy the database into FILE while the bot runs."""
    from bot.bootstrap import keeping

    out.print(_run(lambda: keeping.backup_database(file)), markup=False, highlight=False, soft_wrap=True)


@policy_app.command()
def show() -> None:
    """Print every rule and number in force, and the file they come from."""
    from bot.bootstrap import keeping

    for name, text in _run(keeping.policy_lines):
        out.print(f"{name} = {text}", markup=False, highlight=False, soft_wrap=True)


@segments_app.command()
def check(
    model: Annotated[str | None, typer.Option(help="One model by name; else every one.")] = None,
) -> None:
    """Prove that each model gives every number of developers and every ARR exactly one row."""
    from bot.bootstrap import keeping

    proof = _run(lambda: keeping.check_segments(model))
    for line in proof.lines:
        out.print(line, markup=False, highlight=False, soft_wrap=True)
    if not proof.holds:
        raise typer.Exit(1)


Channel = Annotated[str, typer.Argument(metavar="CHANNEL", help="A channel's name or id.")]
TeamName = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="enterprise, scaled, digital or all; else what the channel gets."),
]


@digest_app.command()
def preview(channel: Channel, *, team: TeamName = None) -> None:
    """Print a channel's digest of the last whole week; nothing is posted."""
    from bot.bootstrap import digesting

    digesting.show(_run(lambda: digesting.preview(channel, team)), out)


@digest_app.command()
def post(channel: Channel, *, team: TeamName = None) -> None:
    """Have the running bot post a channel's digest of the last whole week; one that stands there is corrected."""
    from bot.bootstrap import digesting

    out.print(_run(lambda: digesting.post(channel, team)), markup=False, highlight=False, soft_wrap=True)


Key = Annotated[str, typer.Argument(metavar="KEY", help="As `work list` shows it.")]


@work_app.command(name="list")
def list_work(
    prefix: Annotated[str, typer.Argument(metavar="[PREFIX]", help="What its keys begin with.")] = "",
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="What was done, failed or cancelled too.")
    ] = False,
) -> None:
    """List what is planned, soonest first."""
    from bot.bootstrap import dues

    found = _run(lambda: dues.list_work(prefix, everything=everything))
    table = Table("due", "key", "state", "note", title=f"times in {found.zone}", title_justify="left")
    for row in found.rows:
        table.add_row(*row)
    out.print(table if found.rows else "nothing is planned", markup=False)


@work_app.command()
def move(key: Key, to: Annotated[str, typer.Argument(metavar="TIME", help="2026-11-30T09:00")]) -> None:
    """Give planned work another due date."""
    from bot.bootstrap import dues

    out.print(_run(lambda: dues.move(key, to)), markup=False, highlight=False, soft_wrap=True)


@work_app.command()
def cancel(key: Key) -> None:
    """Cancel planned work."""
    from bot.bootstrap import dues

    out.print(_run(lambda: dues.cancel(key)), markup=False, highlight=False, soft_wrap=True)


def main() -> None:
    """Run the command line."""
    gc.disable()  # until a command runs: modules stay, and would be looked through again and again
    app(prog_name="ta-bot")


if __name__ == "__main__":
    main()
