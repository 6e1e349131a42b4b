"""The command line: reads the settings, completes them into one site, and hands over to a command.

Exit codes: 0 done; 1 refused by a rule; 2 usage or environment. Always one clear line, never a traceback.
"""

import argparse
import gc
import importlib
import logging
import os
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from installation import faults
from installation.document_options import add_document
from installation.parsing import Parser
from installation.words import describe_error, open_translator
from models.accounts import AccountRole
from models.people import OrganizationKind, Role
from models.storable import ValueNotStorable
from notices.language import Translator
from services.access.errors import DomainError, EnvironmentFault, Unstorable
from services.documents.exports.writing import TABLES, Format
from settings import BadSetting, UnknownSetting, read_moment, read_settings

if TYPE_CHECKING:
    from installation.site import Site

REFUSED, WRONG = 1, 2
PASSING = 75  # sysexits' EX_TEMPFAIL, only between `run` and its children: worth another start
OTHERS_NOTHING = 0o077  # the data folder holds people's data: nobody else on this machine may read it
PROBED = ("panel", "bot", "worker")
PROCESSES = ("run", "bot", "panel", "worker", "sandbox")  # each has a log of its own

log = logging.getLogger("nastavnik")


def main(arguments: Sequence[str] | None = None) -> int:
    # What is imported stays until the end: a collector that walks it meanwhile takes a fifth of a start.
    gc.disable()
    t = open_translator()
    asked = argparse.Namespace()
    try:
        make_parser(t).parse_args(arguments, asked)
        return work(asked, t)
    except faults.Fault as fault:
        is_retried = fault.is_passing and (
            getattr(asked, "leashed", False) or getattr(asked, "supervised", False)
        )
        return end(describe_error(t, fault), PASSING if is_retried else WRONG)
    except (BadSetting, UnknownSetting, EnvironmentFault) as fault:
        return end(describe_error(t, fault), WRONG)
    except DomainError as refusal:
        return end(describe_error(t, refusal), REFUSED)
    except KeyboardInterrupt:
        return end("", WRONG)
    finally:
        gc.enable()


def end(line: str, code: int) -> int:
    if line:
        print(line, file=sys.stderr, flush=True)
    return code


def work(asked: argparse.Namespace, t: Translator) -> int:
    """Raises a Fault for whatever was not foreseen; the log has its class and its way through the code."""
    from bot.faults import where
    from installation import checks
    from installation.journal import open_journal
    from installation.site import complete

    site = complete(read_settings())
    os.umask(OTHERS_NOTHING)
    if asked.needs_folder:
        checks.check_catalogues()
        checks.check_folder(site.folder)
        journal = open_journal(site, asked.command if asked.command in PROCESSES else "commands")
    try:
        done: int = asked.act(site, t, asked)
    except (DomainError, KeyboardInterrupt):
        raise
    except Exception as error:
        if isinstance(error, ValueNotStorable):
            raise Unstorable from error
        if not asked.needs_folder:
            raise faults.Unforeseen(kind=type(error).__name__, log=where(error)) from error
        logging.getLogger().handlers[1:] = []  # the screen gets one line of its own
        log.error("%s: %s", type(error).__name__, where(error))  # noqa: TRY400  # its words may quote people
        raise faults.Unforeseen(kind=type(error).__name__, log=journal) from error
    return done


def make_parser(t: Translator) -> Parser:
    parser = Parser(
        t,
        prog="nastavnik",
        description=t.label("Runs a teacher-mentoring programme in Telegram, with a panel for the curator."),
        epilog=t.label("Settings are environment variables or lines of .env; see .env.example."),
    )
    commands = parser.add_actions()

    def add(
        name: str, text: str, act: Callable[..., int] | None = None, *, needs_folder: bool = True
    ) -> Parser:
        command = commands.add_parser(name, help=text, description=text[:1].upper() + text[1:])
        command.set_defaults(command=name, act=act, needs_folder=needs_folder)
        return command

    add("run", t.label("Start everything: bot, panel, and the sandbox while there is no token"), run)
    for name, text, act in (
        ("bot", t.label("Only the bot, with the clock of reminders"), run_bot),
        ("panel", t.label("Only the curator's panel"), run_panel),
        ("worker", t.label("Only the worker: exports, backups and other long work"), run_worker),
        ("sandbox", t.label("Only the sandbox: a stand-in Telegram on this machine"), run_sandbox),
    ):
        process = add(name, text, act)
        if name == "sandbox":
            process.add_option(
                "--start",
                metavar="ISO",
                type=partial(read_start, t),
                help=t.label(
                    "where the clock of a new sandbox begins, like 2026-11-23T12:00 (NASTAVNIK_SANDBOX_START)"
                ),
            )
        process.add_option("--leashed", action="store_true", help=argparse.SUPPRESS)
        process.add_option(
            "--supervised",
            action="store_true",
            help=t.label("end with code 75 on a fault that may pass: whoever watches starts it again"),
        )
    migrate = add("migrate", t.label("Bring the database to the newest schema"), call("migrate"))
    migrate.add_option(
        "--no-backup", action="store_true", help=t.label("make no backup before a change of the schema")
    )
    for_machines(migrate, t)
    doctor = add("doctor", t.label("Check everything and say what to do"), examine, needs_folder=False)
    for_machines(doctor, t)
    health = add(
        "health",
        t.label("Ask the running processes how they are; code 1 when one is not well"),
        call("tell_health", "health"),
        needs_folder=False,
    )
    health.add_argument("processes", nargs="*", metavar="PROCESS", help=", ".join(PROBED))
    for_machines(health, t)
    add_programme(add("programme", t.label("Programme packs: list, check, create, upgrade")), t)
    add_organization(add("organization", t.label("Organisations: list, add")), t)
    add_people(add("people", t.label("People of an organisation: import a list")), t)
    add_export(add("export", t.label("One table of an organisation as CSV, JSON or a workbook")), t)
    document = add("document", t.label("A document from the data as they are now, as a Word file"))
    document.set_defaults(act=call("print_document", "documents"))
    add_document(document, t)
    add_backups(
        add("backup", t.label("Back up database and files; everything may go on meanwhile")),
        add("restore", t.label("Put a backup back; nothing may run meanwhile")),
        t,
    )
    add_curator(add("curator", t.label("Accounts of the panel: add")), t)
    add_match(add("match", t.label("A plan of pairs for a file of scores"), needs_folder=False), t)
    add_read(add("read", t.label("What a message about a meeting says"), needs_folder=False), t)
    return parser


def read_start(t: Translator, typed: str) -> datetime:
    try:
        return read_moment(typed)
    except ValueError:
        message = t.label("--start is a moment such as 2026-11-23T12:00")
        raise faults.WrongUsage(message=message) from None


def for_machines(parser: Parser, t: Translator) -> None:
    parser.add_option("--json", action="store_true", help=t.label("answer in JSON"))


def call(name: str, module: str = "commands") -> Callable[..., int]:
    """The command of installation/ with this name; its module is loaded when it is called."""

    def act(site: "Site", t: Translator, asked: argparse.Namespace) -> int:
        from installation.commands import Telling

        command: Callable[..., int] = getattr(importlib.import_module(f"installation.{module}"), name)
        gc.enable()
        return command(site, Telling(t, asked.json), asked)

    return act


def add_programme(parser: Parser, t: Translator) -> None:
    actions = parser.add_actions()
    listing = actions.add_parser("list", help=t.label("the packs that are here"))
    listing.set_defaults(act=call("list_programmes", "programmes"), needs_folder=False)
    check = actions.add_parser("check", help=t.label("name every fault of the packs with its mend"))
    check.add_argument("folder", nargs="?", type=Path, help=t.label("folder of packs (programmes/)"))
    check.set_defaults(act=call("check_programmes", "programmes"), needs_folder=False)
    create = actions.add_parser("create", help=t.label("begin a programme in this school year"))
    create.add_option("--organization", required=True, help=t.label("its name or number"))
    create.add_option("--pack", default="target-model", help=t.label("one of `programme list`"))
    create.set_defaults(act=call("start_programme", "programmes"))
    upgrade = actions.add_parser(
        "upgrade", help=t.label("show what a newer pack would change in the running programme, then apply it")
    )
    upgrade.add_option("--organization", required=True, help=t.label("its name or number"))
    upgrade.add_option("--apply", metavar="MARK", help=t.label("the mark that the difference was shown with"))
    upgrade.set_defaults(act=call("show_or_upgrade", "programmes"))
    for action in (listing, check, create, upgrade):
        for_machines(action, t)


def add_organization(parser: Parser, t: Translator) -> None:
    actions = parser.add_actions()
    listing = actions.add_parser("list", help=t.label("organisations with their codes for joining"))
    listing.set_defaults(act=call("list_schools"))
    add = actions.add_parser("add", help=t.label("a new organisation with its programme of this school year"))
    add.add_option("--name", required=True, help=t.label("full name, as it stands in the consent"))
    add.add_option("--address", required=True, help=t.label("postal address, for the consent"))
    add.add_option("--inn", required=True, help=t.label("taxpayer number, for the consent"))
    add.add_option(
        "--kind",
        choices=[*map(str, OrganizationKind)],
        default=str(OrganizationKind.SCHOOL),
        help=t.label("a school, a college or a support centre (school)"),
    )
    add.add_option("--timezone", help=t.label("like Europe/Moscow"))
    add.add_option("--pack", default="target-model", help=t.label("one of `programme list`"))
    add.set_defaults(act=call("add_school"))
    for action in (listing, add):
        for_machines(action, t)


def add_curator(parser: Parser, t: Translator) -> None:
    actions = parser.add_actions()
    add = actions.add_parser("add", help=t.label("a new account; prints a link that sets its password"))
    admit = actions.add_parser("admit", help=t.label("let an account work in one more organisation"))
    link = actions.add_parser("link", help=t.label("a link that sets a new password; the owner is told"))
    records = actions.add_parser("open-records", help=t.label("open records that a new password has closed"))
    add.add_option("--name", required=True, help=t.label("how the panel names the person"))
    add.add_option("--login", help=t.label("sign-in name (curator, curator2, ...)"))
    roles = [*map(str, AccountRole)]
    what = t.label("what the account may do: docs/rights.md (curator)")
    add.add_option("--role", choices=roles, default=str(AccountRole.CURATOR), help=what)
    admit.add_option("--role", choices=roles, help=t.label("the role there (as at home)"))
    for action in (admit, link, records):
        action.add_option("--login", required=True, help=t.label("sign-in name"))
    for action in (add, admit):
        action.add_option("--organization", required=True, help=t.label("its name or number"))
    acts = ("add_curator", "admit_curator", "issue_account_link", "open_own_records")
    for action, act in zip((add, admit, link, records), acts, strict=True):
        action.set_defaults(act=call(act))
        for_machines(action, t)


def add_people(parser: Parser, t: Translator) -> None:
    actions = parser.add_actions()
    reading = t.label("check a list of staff (xlsx, csv) and say the fate of each row")
    listing = actions.add_parser("import", help=reading)
    listing.add_argument("file", type=Path, metavar="FILE")
    listing.add_option(
        "--apply", action="store_true", help=t.label("add the new people; without it nothing is")
    )
    listing.add_option("--source", help=t.label("which list it is; kept with each person"))
    listing.add_option("--organization", help=t.label("its name or number; needed where there are several"))
    listing.set_defaults(act=call("import_people", "imports"))
    for_machines(listing, t)


def add_export(parser: Parser, t: Translator) -> None:
    parser.add_argument("table", choices=[*TABLES], metavar="TABLE", help=", ".join(TABLES))
    parser.add_option(
        "--format",
        choices=[*map(str, Format)],
        default=str(Format.CSV),
        help=t.label("form of the export (csv)"),
    )
    parser.add_option("--out", type=Path, help=t.label("a file; without it the export is printed"))
    parser.add_option("--organization", help=t.label("its name or number; needed where there are several"))
    parser.set_defaults(act=call("export_table", "exports"))
    for_machines(parser, t)


def add_backups(backup: Parser, restore: Parser, t: Translator) -> None:
    backup.add_option("--out", type=Path, help=t.label("a file or a folder (backups/ in the data folder)"))
    backup.set_defaults(act=call("back_up", "backups"))
    restore.add_argument("archive", type=Path, help=t.label("an archive that `backup` made"))
    restore.add_option(
        "--force",
        action="store_true",
        help=t.label("replace the data that are here; they are backed up first"),
    )
    restore.set_defaults(act=call("restore", "backups"))
    for_machines(backup, t)
    for_machines(restore, t)


def add_match(parser: Parser, t: Translator) -> None:
    parser.add_option("--input", metavar="FILE", required=True, help=t.label("the file, JSON; - for stdin"))
    parser.set_defaults(act=call("match_file", "matching"))
    for_machines(parser, t)


def add_read(parser: Parser, t: Translator) -> None:
    parser.add_argument("text", nargs="*", metavar="TEXT", help=t.label("the message, after --"))
    parser.add_option("--now", help=t.label("the moment of writing, like 2025-10-15T18:00:00+03:00"))
    parser.add_option("--members", default="", help=t.label("full names of whom the author may have met"))
    parser.add_option(
        "--role",
        choices=[*map(str, Role)],
        default=str(Role.MENTOR),
        help=t.label("who writes the message (mentor)"),
    )
    parser.add_option(
        "--batch", metavar="FILE", help=t.label("JSON lines with text, now, members; - for stdin")
    )
    parser.set_defaults(act=call("read", "reading"))
    for_machines(parser, t)


def run(site: "Site", t: Translator, _asked: argparse.Namespace) -> int:
    from installation.running import run as run_all
    from installation.site import PACKS, TARGET_MODEL
    from services.programmes.packs import load_pack

    run_all(site, t, load_pack(PACKS, TARGET_MODEL))
    return 0


def examine(site: "Site", t: Translator, asked: argparse.Namespace) -> int:
    from installation.commands import Telling
    from installation.doctor import examine as look
    from services.access.clock import SystemClock

    facts, lines, has_fault = look(site, t, SystemClock().now())
    Telling(t, asked.json).tell(facts, lines)
    return WRONG if has_fault else 0


def run_bot(site: "Site", _t: Translator, asked: argparse.Namespace) -> int:
    from installation.processes import work_bot

    hold(asked)
    work_bot(site)
    return 0


def run_panel(site: "Site", t: Translator, asked: argparse.Namespace) -> int:
    from installation.processes import work_panel

    if hold(asked):
        print_line(t.label("Panel:      {address}", address=f"{site.panel_address}/"))
    work_panel(site)
    return 0


def run_worker(site: "Site", _t: Translator, asked: argparse.Namespace) -> int:
    from installation.processes import work_worker

    hold(asked)
    work_worker(site)
    return 0


def run_sandbox(site: "Site", t: Translator, asked: argparse.Namespace) -> int:
    from installation.processes import work_sandbox

    if hold(asked):
        print_line(t.label("Chat page:  {address}", address=f"{site.sandbox_url}/"))
    if asked.start is not None and site.sandbox_state.exists():
        print_line(t.label("This sandbox was used before: its clock goes on, --start counts for a new one."))
    work_sandbox(site, start=site.settings.sandbox_start if asked.start is None else asked.start)
    return 0


def hold(asked: argparse.Namespace) -> bool:
    """Tie a child of `run` to its parent; whether the process is alone, and speaks for itself."""
    from installation.supervision import leash

    if asked.leashed:
        leash()
    return not asked.leashed


def print_line(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
