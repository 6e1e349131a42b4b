"""No place that points at a person is forgotten by an erasure: its table is held to the models."""

import models
from models.base import Base
from services.privacy.traces import EMPTIED, KEPT, TRACES

assert models.__all__  # every table is known to Base.metadata


def test_every_place_that_points_at_people_has_its_fate() -> None:
    found = {
        (table.name, column.name)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        for key in column.foreign_keys
        if key.column.table.name == "persons"
    }
    assert found == set(TRACES), "say in services/privacy/traces.py what erasure does with it"
    assert {column.name for column in Base.metadata.tables["persons"].columns} == {*EMPTIED} | KEPT
