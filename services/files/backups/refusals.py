"""Why a backup or a restore cannot be done; each is one clear line."""

from services.access.errors import N_, DomainError, EnvironmentFault


class NothingToBackUp(DomainError):
    text = N_("The database is empty yet: there is nothing to back up.")


class BackupUnderWay(DomainError):
    text = N_("Another backup is being made in this folder. Please wait until it is ready.")


class BackupNotWritten(EnvironmentFault):
    text = N_("The backup could not be written to {folder}: {why}.")


class BackupToolMissing(EnvironmentFault):
    text = N_("The program {tool} is missing. Install PostgreSQL's client programs (postgresql-client).")


class BackupToolFailed(EnvironmentFault):
    text = N_("The program {tool} ended with a fault: {why}")


class BackupNotFound(DomainError):
    text = N_("There is no backup {name}.")


class BackupBroken(DomainError):
    text = N_("This is not a whole backup of Nastavnik ({part}). Please take another one.")


class BackupNewer(DomainError):
    text = N_("The backup was made by a newer Nastavnik. Install that version first.")


class BackupOfSandbox(DomainError):
    text = N_("This is a backup of the sandbox; it is never restored into a real installation.")


class BackupOfLive(DomainError):
    text = N_("This is a backup of a real installation; it is never restored into the sandbox.")


class BackupOtherEngine(DomainError):
    text = N_("The backup is of {found}, this installation uses {expected}.")


class TargetNotEmpty(DomainError):
    text = N_("There are data here already. Say --force to replace them with the backup.")


class TargetBusy(DomainError):
    text = N_("The database is in use. Stop Nastavnik, then restore.")
