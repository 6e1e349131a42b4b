"""An export before there is an organisation."""

import io
from datetime import datetime
from typing import Any

import pytest

from models.engine import Database
from notices.language import load_translators
from services.access.actors import Channel, system
from services.documents.exports.tables import Filters
from services.documents.exports.writing import NothingToExport, write_export


def test_an_export_of_an_empty_installation_says_what_to_do_first(database: Database, now: datetime) -> None:
    facts: dict[str, Any] = {
        "filters": Filters(),
        "what": "consents",
        "format": "json",
        "now": now,
        "t": load_translators()["ru"],
    }
    with database.reading() as session, pytest.raises(NothingToExport):
        write_export(session, actor=system(Channel.COMMAND_LINE), out=io.BytesIO(), **facts)
