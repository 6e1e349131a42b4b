"""Backups of a whole installation: made while it runs, checked when they are put back (issue 3, point 6)."""

from services.backups.keeping import BackupState, KeptBackup, read_backup_state
from services.backups.making import (
    KIND,
    BackupSummary,
    ask_daily_backup,
    backup_before_migration,
    enqueue_daily_backup,
    folder_of,
    make_backup,
    name_of,
    prune_backups,
)
from services.backups.restoring import RestoreSummary, restore_backup

__all__ = [
    "KIND",
    "BackupState",
    "BackupSummary",
    "KeptBackup",
    "RestoreSummary",
    "ask_daily_backup",
    "backup_before_migration",
    "enqueue_daily_backup",
    "folder_of",
    "make_backup",
    "name_of",
    "prune_backups",
    "read_backup_state",
    "restore_backup",
]
