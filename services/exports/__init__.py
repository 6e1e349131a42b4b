"""Exports of eleven tables as JSON, CSV or a workbook: streamed, and each says what it is (domain.md 4)."""

from services.exports.requests import KIND, enqueue_export
from services.exports.tables import CHUNK, Filters, UnknownFilter, UnknownFilterValue
from services.exports.writers import SheetFull
from services.exports.writing import (
    TABLES,
    Export,
    ExportSummary,
    Format,
    OrganizationNotNamed,
    UnknownExport,
    UnknownFormat,
    check_format,
    prepare_export,
    record_export,
    write_export,
)

__all__ = [
    "CHUNK",
    "KIND",
    "TABLES",
    "Export",
    "ExportSummary",
    "Filters",
    "Format",
    "OrganizationNotNamed",
    "SheetFull",
    "UnknownExport",
    "UnknownFilter",
    "UnknownFilterValue",
    "UnknownFormat",
    "check_format",
    "enqueue_export",
    "prepare_export",
    "record_export",
    "write_export",
]
