"""The journal shows no codes: every kind of row that acts are recorded about has its words."""

import pkgutil
from importlib import import_module

from sqlalchemy import inspect

import models
from admin.journal_words import SUBJECTS
from models.audit import Audited
from models.base import Base

for module in pkgutil.iter_modules(models.__path__, "models."):
    import_module(module.name)

TABLES = [mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, Audited)]


def test_every_subject_of_the_journal_has_words() -> None:
    assert {table.audited_as for table in TABLES} == set(SUBJECTS)


def test_a_row_tells_its_subject_and_organisation_by_columns_of_its_own() -> None:
    told = {
        (table.__name__, column)
        for table in TABLES
        for column in (table.audited_by, table.audited_in)
        if column is not None and column not in inspect(table).columns
    }
    assert TABLES, "the search sees them"
    assert told == set()
