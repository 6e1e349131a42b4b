"""Words of the panel for files that the worker makes."""

from models.jobs import JobStatus
from services.access.errors import N_
from services.documents.exports.writing import Format

JOBS = {
    JobStatus.WAITING: N_("in the queue"),
    JobStatus.RUNNING: N_("being made"),
    JobStatus.DONE: N_("ready"),
    JobStatus.FAILED: N_("did not work out"),
    JobStatus.CANCELLED: N_("cancelled"),
}

FORMATS = {Format.XLSX: N_("Excel"), Format.CSV: N_("CSV"), Format.JSON: N_("JSON, for programs")}
