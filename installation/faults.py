"""What keeps an installation from running: one line each, said by nastavnik.py, exit code 2."""

from typing import ClassVar

from services.access.errors import N_, DomainError


class Fault(DomainError):
    """The surroundings or the settings are wrong; the text says what to do.

    A passing one ends a lone command, but under `run` its process is started again.
    """

    is_passing: ClassVar[bool] = False


class TokenMissing(Fault):
    text = N_(
        "NASTAVNIK_BOT_TOKEN is not set. The sandbox starts only without a database address and a webhook of"
        " its own: set the token, or remove NASTAVNIK_DATABASE_URL and NASTAVNIK_UPDATES=webhook."
    )


class TokenRefused(Fault):
    text = N_("Telegram refused the token (NASTAVNIK_BOT_TOKEN). Ask BotFather for a new one.")


class TelegramUnreachable(Fault):
    is_passing = True
    text = N_("Telegram does not answer at {address}. Check the network or NASTAVNIK_TELEGRAM_PROXY.")


class ClockNotSystem(Fault):
    text = N_("NASTAVNIK_CLOCK must be system beside a real token: only the sandbox's time can be moved.")


class SandboxNotLoopback(Fault):
    text = N_("The sandbox works on this machine only: {name} must be a loopback address.")


class PanelOpen(Fault):
    text = N_(
        "The panel may listen on {host} only behind a proxy with https: set NASTAVNIK_PANEL_URL to its https"
        " address, or NASTAVNIK_PANEL_HOST to 127.0.0.1."
    )


class WebhookIncomplete(Fault):
    text = N_("For NASTAVNIK_UPDATES=webhook set NASTAVNIK_WEBHOOK_URL (https) and NASTAVNIK_WEBHOOK_SECRET.")


class FolderNotWritable(Fault):
    text = N_("The data folder {folder} cannot be written. Set NASTAVNIK_DATA_DIR to one that can.")


class AlreadyRunning(Fault):
    text = N_("Nastavnik is already running in {folder} (process {process}).")


class PortOccupied(Fault):
    text = N_("Port {port} on {host} is occupied. Free it, or set {name} to another.")


class DatabaseUnreachable(Fault):
    is_passing = True
    text = N_("The database {address} cannot be reached ({why}). Check NASTAVNIK_DATABASE_URL.")


class SchemaNewer(Fault):
    text = N_("The database was made by a newer Nastavnik. Install the newer version, or restore a backup.")


class SchemaOld(Fault):
    text = N_("The database waits for its newest schema. Say: nastavnik migrate")


class SandboxDatabase(Fault):
    text = N_("This is a database of the sandbox; a real token never works with it. Choose another database.")


class LiveDatabase(Fault):
    text = N_("This is a real database; the sandbox never touches it. Choose another database.")


class CatalogueNotCompiled(Fault):
    text = N_("The texts of language {language} are not compiled. Say: make setup")


class ProcessEnded(Fault):
    text = N_("The process “{name}” could not work; its line is above.")


class FileNotWritten(Fault):
    text = N_("The file {file} could not be written: {why}.")


class FileNotRead(Fault):
    text = N_("The file {file} could not be read: {why}.")


class OutputBinary(Fault):
    text = N_("A workbook cannot be shown on the screen. Name a file: --out export.xlsx")


class OutputClosed(Fault):
    text = N_("The export was not read to its end.")


class WrongUsage(Fault):
    text = N_("{message}. Say: nastavnik --help")


class Unforeseen(Fault):
    is_passing = True
    text = N_("Something went wrong that should not ({kind}). The log has the details: {log}")
